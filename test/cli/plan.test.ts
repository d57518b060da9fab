import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import type { RunPlan } from '../../src/model/run-plan.ts';
import { baton, ROOT, workspace } from './cli.ts';

const RELEASE = `name: Release
inputs:
  tag: { type: string, required: true }
  times: { type: number, default: 1 }
  loud: { type: boolean, default: false }
env: { MODE: fast }
steps:
  build: { run: touch built }
  test: { run: touch tested, needs: build }
  shout: { run: touch shouted, needs: build, if: inputs.loud }
  slow: { run: touch slowed, needs: build, if: "env.MODE == 'slow'" }
  publish: { run: touch published, needs: test, if: "inputs.tag != 'none'" }
`;
const EXAMPLES = ['pipeline', 'fan-out', 'failing', 'cycle'].map((name) => `${name}.workflow.yaml`);

suite('The plan of the command line', function () {
  let folder = '';
  let dispose = () => undefined as void;
  setup(() => {
    const examples = EXAMPLES.map((name) => [
      name,
      fs.readFileSync(path.join(ROOT, 'examples', name), 'utf8'),
    ]);
    ({ folder, dispose } = workspace({
      ...(Object.fromEntries(examples) as Record<string, string>),
      'release.workflow.yaml': RELEASE,
    }));
  });
  teardown(() => dispose());

  async function planned(...args: readonly string[]): Promise<RunPlan> {
    const { code, out, err } = await baton(folder, 'plan', ...args, '--json');
    assert.deepEqual([code, err], [0, '']);
    return JSON.parse(out) as RunPlan; // what `--json` promises
  }

  async function wills(...args: readonly string[]): Promise<string> {
    return (await planned(...args)).steps.map(({ id, will }) => `${id} ${will}`).join(', ');
  }

  test('says of an example what would run, in waves, and what would be skipped and why', async () => {
    const { code, out, err } = await baton(folder, 'plan', 'pipeline');
    assert.deepEqual([code, err], [0, '']);
    assert.match(out, /^Plan of Pipeline {2}pipeline\.workflow\.yaml, nothing is run\n/);
    assert.match(out, / greeting {2}Good morning {2}default\n/);
    assert.match(out, / 1 {2}◆ collect .*\n {2}2 {2}◆ greet .*\n/);
    assert.match(out, / 3 {2}○ shout .*skipped: its condition is false: inputs\.loud\n/);
    assert.match(out, /Critical path {2}collect → greet → tidy\n/);
    // oxlint-disable-next-line no-control-regex -- colours are what must not be there
    assert.doesNotMatch(out, /\u001B/);
  });

  test('runs nothing, and leaves nothing behind', async () => {
    const before = fs.readdirSync(folder);
    for (const args of [
      ['plan', 'release', '--input', 'tag=v1'],
      ['run', 'release', '--plan', '--input', 'tag=v1'],
    ])
      assert.equal((await baton(folder, ...args)).code, 0);
    assert.deepEqual(fs.readdirSync(folder), before);
  });

  test('is the same from `run --plan`', async () => {
    const [a, b] = await Promise.all([
      baton(folder, 'plan', 'release', '--input', 'tag=v1', '--parallel', '2'),
      baton(folder, 'run', '--plan', 'release', '--input', 'tag=v1', '--parallel', '2'),
    ]);
    assert.equal(a.out, b.out);
    assert.match(a.out, /2 at once/);
  });

  test('shows what is missing and what is wrong with inputs, and is no error', async () => {
    const { code, out } = await baton(folder, 'plan', 'release', '--input', 'times=many');
    assert.equal(code, 0);
    assert.match(out, /tag +needs a value \(string\)/);
    assert.match(out, /times +Input "times" must be a number; it is "many"/);
    assert.match(out, /\? publish .*its condition reads the input "tag", which has no value yet/);
  });

  test('takes inputs and variables into account', async () => {
    assert.equal(
      await wills('release', '--input', 'tag=v1'),
      'build run, test run, shout skip, slow skip, publish run',
    );
    assert.equal(
      await wills('release', '--input', 'tag=none', '--input', 'loud=true', '--env', 'MODE=slow'),
      'build run, test run, shout run, slow run, publish skip',
    );
  });

  test('can be of some steps, or of one and all that depend on it', async () => {
    const tag = ['--input', 'tag=v1'];
    assert.equal(
      await wills('release', '--only', 'test', 'build', ...tag),
      'build run, test run, shout skip, slow skip, publish skip',
    );
    const { steps } = await planned('release', '--from', 'test', ...tag);
    assert.deepEqual(
      steps.map(({ id, reason }) => `${id} ${reason?.code ?? 'runs'}`),
      ['build not_selected', 'test runs', 'shout not_selected', 'slow not_selected', 'publish runs'],
    );
  });

  test('knows how long steps took in earlier runs', async () => {
    const before = await planned('release', '--input', 'tag=v1');
    assert.deepEqual([before.complete, before.expectedMs], [false, 0]);
    assert.equal((await baton(folder, 'run', 'release', '--input', 'tag=v1')).code, 0);
    const after = await planned('release', '--input', 'tag=v1');
    assert.equal(after.complete, true);
    assert.deepEqual(after.criticalPath, ['build', 'test', 'publish']);
    assert.ok(after.expectedMs >= after.criticalMs && after.criticalMs > 0);
  });

  test('is refused with 2 for a file with errors, for unknown names and for bad options', async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['cycle'], /cycle\.workflow\.yaml:6:12 error .*wait for each other/],
      [['releese'], /no workflow file or name "releese".*Did you mean/],
      [['release', '--input', 'tags=x'], /no input "tags"\. Did you mean "tag"\?/],
      [['release', '--only', 'tets'], /The workflow has no step "tets"\. Did you mean "test"\?/],
      [['release', '--from', 'biuld'], /The workflow has no step "biuld"\. Did you mean "build"\?/],
      [['release', '--from', 'build', '--only', 'test'], /give one of the two/],
      [['release', '--parallel', 'x'], /--parallel wants a whole number/],
    ];
    for (const [args, expected] of cases) {
      const { code, out, err } = await baton(folder, 'plan', ...args);
      assert.deepEqual([code, out], [2, ''], args.join(' '));
      assert.match(err, expected);
      assert.doesNotMatch(err, /\n +at /);
    }
  });
});
