import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import type { OutputProblem } from '../../src/model/output-problems.ts';
import { eventually } from '../eventually.ts';
import { baton, eventsIn, ROOT, start, workspace } from './cli.ts';

const GOOD = `name: Good
inputs:
  who: { type: string, default: world }
  times: { type: number, default: 1 }
steps:
  one:
    run: |
      printf '%s|%s' \${{ inputs.who }} "\${{ inputs.times }}" > out.txt
      echo "word=done" >> "$BATON_OUTPUT"
  two: { run: ["printf", "%s", "\${{ steps.one.outputs.word }}"] }
`;
const BAD =
  'name: Bad\nsteps:\n  good: { run: echo good }\n  bad: { run: exit 3, needs: good }\n  after: { run: echo no, needs: bad }\n';
const CYCLE = 'steps:\n  a: { run: x, needs: b }\n  b: { run: x, needs: a }\n';
const SLOW =
  'name: Slow\nsteps:\n  wait: { run: echo waiting; sleep 60 }\n  after: { run: echo no, needs: wait }\n';

/** The id of the newest run. */
async function newest(folder: string): Promise<string> {
  const runs = JSON.parse((await baton(folder, 'runs', '--json')).out) as readonly { run: string }[];
  return runs[0]?.run ?? '';
}

suite('The command line', function () {
  let folder = '';
  let dispose = () => undefined as void;
  setup(() => {
    ({ folder, dispose } = workspace({
      'good.workflow.yaml': GOOD,
      'bad.workflow.yaml': BAD,
      '.workflows/cycle.yaml': CYCLE,
      'slow.workflow.yaml': SLOW,
      'other.yaml': 'steps: nonsense',
    }));
  });
  teardown(() => dispose());

  test('runs a workflow by path, by file name and by its name, and ends with 0', async () => {
    for (const name of ['good.workflow.yaml', 'good', 'Good']) {
      const { code, err } = await baton(folder, 'run', name);
      assert.deepEqual([code, err], [0, '']);
    }
    assert.equal(fs.readFileSync(path.join(folder, 'out.txt'), 'utf8'), 'world|1');
  });

  test('hands hostile inputs over as they are, and runs nothing that is in them', async () => {
    const who = `a'b"c $(touch canary) \`touch canary\` ; touch canary\n$HOME -rf *`;
    const { code } = await baton(folder, 'run', 'good', '--input', `who=${who}`, '--input', 'times=3');
    assert.equal(code, 0);
    assert.equal(fs.readFileSync(path.join(folder, 'out.txt'), 'utf8'), `${who}|3`);
    assert.equal(fs.existsSync(path.join(folder, 'canary')), false);
  });

  test('ends with 1 when a step fails, and prints facts that end in run-ended', async () => {
    const { code, out } = await baton(folder, 'run', 'bad', '--json');
    assert.equal(code, 1);
    const events = eventsIn(out);
    assert.deepEqual(
      events.map(({ seq }) => seq),
      events.map((_, i) => i + 1),
    );
    assert.deepEqual(
      events.map(({ type }) => type),
      [
        'run-started',
        'attempt-started',
        'attempt-ended',
        'attempt-started',
        'attempt-ended',
        'step-skipped',
        'run-ended',
      ],
    );
    const last = events.at(-1);
    assert.equal(last?.type === 'run-ended' && last.status, 'failed');
    assert.ok(events.every(({ run, at }) => run === events[0]?.run && at > 0));
  });

  test('shows plain lines where there is no terminal: what a step printed, how it ended, what to do next', async () => {
    const { out } = await baton(folder, 'run', 'bad');
    assert.match(out, /good +│ good\n/);
    assert.match(out, /✗ bad +exit 3/);
    assert.match(out, /○ after +skipped: a step it needs failed: bad/);
    assert.match(out, /Bad failed in .*1 succeeded, 1 failed, 1 skipped/);
    assert.match(out, /baton rerun 2/);
    // oxlint-disable-next-line no-control-regex -- colours are what must not be there
    assert.doesNotMatch(out, /\u001B/);
  });

  test('refuses a workflow with errors with 2, and says where they are', async () => {
    const { code, err, out } = await baton(folder, 'run', 'cycle');
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.match(err, /cycle\.yaml:2:23 error .*a → b → a/);
    assert.equal(fs.existsSync(path.join(folder, '.baton')), false);
  });

  test('refuses bad inputs, unknown names and bad options with 2 and one line each', async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['run', 'good', '--input', 'whom=x'], /no input "whom"\. Did you mean "who"\?/],
      [['run', 'good', '--input', 'times=many'], /"times" must be a number; it is "many"/],
      [['run', 'good', '--input', 'nonsense'], /--input wants name=value/],
      [['run', 'goood'], /no workflow file or name "goood".*Did you mean/],
      [['run', 'good', '--parallel', '0'], /--parallel wants a whole number/],
      [['show', '../../etc'], /There is no run/],
      [['logs', 'nobody'], /There is no run "nobody"/],
      [['frobnicate'], /unknown command/],
    ];
    for (const [args, expected] of cases) {
      const { code, err } = await baton(folder, ...args);
      assert.equal(code, 2, args.join(' '));
      assert.match(err, expected);
      assert.doesNotMatch(err, /\n +at /);
    }
  });

  test('lints everything, or what it is given, in words and as JSON', async () => {
    const all = await baton(folder, 'lint');
    assert.equal(all.code, 2);
    assert.match(all.out, /4 workflows checked: 1 error\./);
    assert.doesNotMatch(all.out, /other\.yaml/);
    assert.equal((await baton(folder, 'lint', 'good.workflow.yaml')).code, 0);
    const json = JSON.parse((await baton(folder, 'lint', '.workflows', '--json')).out) as {
      file: string;
      diagnostics: { code: string; range: object; related: { message: string; range: object }[] }[];
    }[];
    assert.equal(json[0]?.file, '.workflows/cycle.yaml');
    const [cycle] = json[0].diagnostics;
    assert.equal(cycle?.code, 'baton/cycle');
    assert.deepEqual(cycle.range, { start: { line: 1, character: 22 }, end: { line: 1, character: 23 } });
    assert.equal(cycle.related.length, 2);
  });

  test('lists workflows and runs, shows a run and its logs', async () => {
    await baton(folder, 'run', 'bad');
    const list = JSON.parse((await baton(folder, 'list', '--json')).out) as {
      workflow: string;
      lastRun?: { status: string };
    }[];
    assert.equal(list.find(({ workflow }) => workflow === 'bad.workflow.yaml')?.lastRun?.status, 'failed');
    const runs = JSON.parse((await baton(folder, 'runs', '--json')).out) as { run: string; status: string }[];
    assert.deepEqual(
      runs.map(({ status }) => status),
      ['failed'],
    );
    const run = runs[0]?.run ?? '';
    const shown = JSON.parse((await baton(folder, 'show', run, '--json')).out) as {
      run: string;
      status: string;
      steps: { id: string; status: string; attempts: number; exitCode?: number; reason?: string }[];
    };
    assert.deepEqual([shown.run, shown.status], [run, 'failed']);
    assert.deepEqual(
      shown.steps.map(({ id, status, attempts, exitCode, reason }) => [
        id,
        status,
        attempts,
        exitCode,
        reason,
      ]),
      [
        ['good', 'succeeded', 1, 0, undefined],
        ['bad', 'failed', 1, 3, undefined],
        ['after', 'skipped', 0, undefined, 'upstream_failed'],
      ],
    );
    assert.equal((await baton(folder, 'logs', run, 'good')).out, 'good\n');
    assert.match((await baton(folder, 'logs', run)).out, /── good\ngood\n── bad\n/);
    assert.match((await baton(folder, 'show', run)).out, /bad +failed +exit 3/);
    assert.equal(
      (await baton(folder, 'runs', '--status', 'succeeded')).out,
      'No run is like that; `baton runs` shows all.\n',
    );
  });

  test('shows the problems that a step printed below it, with file and line', async () => {
    const text = fs.readFileSync(path.join(ROOT, 'examples', 'type-check.workflow.yaml'), 'utf8');
    fs.writeFileSync(path.join(folder, 'types.workflow.yaml'), text);
    await baton(folder, 'run', 'types');
    const [run = ''] = fs.readdirSync(path.join(folder, '.baton', 'runs'));
    const { steps } = JSON.parse((await baton(folder, 'show', run, '--json')).out) as {
      steps: readonly { readonly problems: readonly OutputProblem[] }[];
    };
    assert.deepEqual(
      steps.map(({ problems }) => problems.map(({ file, severity, code }) => [file, severity, code])),
      [
        [
          ['price.ts', 'error', '2322'],
          ['price.ts', 'warning', '6133'],
        ],
        [['price.ts', 'information', undefined]],
      ],
    );
    const { out } = await baton(folder, 'show', run);
    assert.match(
      out,
      /types +failed .*\n +price\.ts:2:7 error ts\(2322\): Type .*\n +price\.ts:5:9 .*\n.* words /,
    );
  });

  test('says of a run whose journal is damaged what is wrong with it', async () => {
    await baton(folder, 'run', 'good');
    const [run = ''] = fs.readdirSync(path.join(folder, '.baton', 'runs'));
    const journal = path.join(folder, '.baton', 'runs', run, 'events.jsonl');
    fs.writeFileSync(journal, fs.readFileSync(journal).subarray(0, 200));
    const { code, err } = await baton(folder, 'show', run);
    assert.equal(code, 2);
    assert.match(err, /cannot be read\. The line of fact 1 was cut off/);
  });

  test('draws a graph as mermaid, dot and JSON', async () => {
    assert.match((await baton(folder, 'graph', 'bad')).out, /^flowchart LR\n/);
    assert.match((await baton(folder, 'graph', 'bad', '--format', 'dot')).out, /digraph/);
    const json = JSON.parse((await baton(folder, 'graph', 'bad', '--format', 'json')).out) as object;
    assert.deepEqual(json, {
      nodes: ['good', 'bad', 'after'].map((id) => ({ id, kind: 'run' })),
      edges: [
        { from: 'good', to: 'bad', kind: 'needs' },
        { from: 'bad', to: 'after', kind: 'needs' },
      ],
      cycles: [],
      order: ['good', 'bad', 'after'],
      layers: [['good'], ['bad'], ['after']],
      criticalPath: ['good', 'bad', 'after'],
    });
  });

  test('runs again with the same inputs', async () => {
    await baton(folder, 'run', 'good', '--input', 'who=me');
    fs.rmSync(path.join(folder, 'out.txt'));
    const [first] = JSON.parse((await baton(folder, 'runs', '--json')).out) as { run: string }[];
    assert.equal((await baton(folder, 'rerun', first?.run ?? '')).code, 0);
    assert.equal(fs.readFileSync(path.join(folder, 'out.txt'), 'utf8'), 'me|1');
  });

  test('stops at Ctrl-C with 130, at SIGTERM with 143', async () => {
    for (const [signal, expected] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const started = start(folder, 'run', 'slow');
      await eventually(() => started.out().includes('waiting'));
      started.child.kill(signal);
      const { code, out } = await started.ended;
      assert.equal(code, expected);
      assert.match(out, /Slow cancelled/);
    }
  });

  test('runs in the background, and is stopped from elsewhere', async () => {
    const { code, out } = await baton(folder, 'run', 'slow', '--detach');
    assert.equal(code, 3);
    const run = out.trim();
    await eventually(async () => (await baton(folder, 'logs', run, 'wait')).out === 'waiting\n');
    const stopped = await baton(folder, 'stop', run);
    assert.deepEqual([stopped.code, stopped.out], [0, `${run} cancelled\n`]);
    const again = await baton(folder, 'stop', run);
    assert.equal(again.code, 2);
    assert.match(again.err, /has ended already: cancelled/);
  });

  test('goes on when nobody reads its output any more', async () => {
    const started = start(folder, 'run', 'good');
    started.child.stdout?.destroy();
    const { code } = await started.ended;
    assert.equal(code, 0);
  });

  test('runs the examples of this project as their names promise', async () => {
    const examples = path.join(ROOT, 'examples');
    const copy = workspace(
      Object.fromEntries(
        fs
          .readdirSync(examples)
          .filter((name) => /\.(yaml|ts)$/.test(name))
          .map((name) => [name, fs.readFileSync(path.join(examples, name), 'utf8')]),
      ),
    );
    const codes: Record<string, number | null> = {};
    const expected = {
      pipeline: 0,
      'fan-out': 0,
      'for-each': 0,
      cache: 0,
      gate: 0,
      tdd: 0,
      release: 0,
      failing: 1,
      'type-check': 1,
      cycle: 2,
      approval: 3,
    };
    for (const name of Object.keys(expected)) codes[name] = (await baton(copy.folder, 'run', name)).code;
    copy.dispose();
    assert.deepEqual(codes, expected);
  });

  test('leaves a run that waits for a person, and goes on with it when it is answered', async () => {
    const { folder, dispose } = workspace({
      'a.workflow.yaml': `steps:
  before: { run: echo once >> marks }
  ok: { needs: before, gate: { approval: Go on? } }
  after: { needs: ok, run: 'echo "\${{ steps.ok.outputs.note }}" >> marks' }`,
    });
    const waiting = await baton(folder, 'run', 'a');
    assert.equal(waiting.code, 3);
    assert.match(waiting.out, /\? ok {2}Go on\?\n {2}baton answer \S+ ok approve {3}or {3}reject/);
    const run = await newest(folder);
    assert.match((await baton(folder, 'show', run)).out, /ok +waiting +Go on\?/);
    const wrong = await baton(folder, 'answer', run, 'before', 'approve');
    assert.deepEqual([wrong.code, /These do: ok\./.test(wrong.err)], [2, true]);
    assert.equal((await baton(folder, 'answer', run, 'ok', 'perhaps')).code, 2);
    assert.equal((await baton(folder, 'answer', run, 'ok', 'approve', '--note', 'fine')).code, 0);
    assert.equal((await baton(folder, 'logs', run, '--follow')).code, 0);
    assert.equal(fs.readFileSync(path.join(folder, 'marks'), 'utf8'), 'once\nfine\n');
    assert.equal((await baton(folder, 'answer', run, 'ok', 'approve')).code, 2);
    dispose();
  });

  test('stops a run that was left waiting', async () => {
    const { folder, dispose } = workspace({
      'a.workflow.yaml':
        'steps: { ok: { gate: { approval: Go on? } } }\nfinally: { tidy: { run: echo tidy >> marks } }',
    });
    assert.equal((await baton(folder, 'run', 'a')).code, 3);
    const stopped = await baton(folder, 'stop', await newest(folder));
    assert.match(stopped.out, /cancelled/);
    assert.equal(fs.readFileSync(path.join(folder, 'marks'), 'utf8'), 'tidy\n');
    dispose();
  });

  test('runs again only what did not succeed, or from a step on', async () => {
    const { folder, dispose } = workspace({
      'a.workflow.yaml': `steps:
  one: { run: 'echo one >> marks; echo "x=1" >> "$BATON_OUTPUT"' }
  two: { run: 'echo "two \${{ steps.one.outputs.x }}" >> marks; test -e fixed' }
  three: { needs: two, run: echo three >> marks }`,
    });
    const marks = () => fs.readFileSync(path.join(folder, 'marks'), 'utf8').trim().split('\n');
    assert.equal((await baton(folder, 'run', 'a')).code, 1);
    fs.writeFileSync(path.join(folder, 'fixed'), '');
    const again = await baton(folder, 'rerun', await newest(folder), '--failed');
    assert.equal(again.code, 0, again.err);
    assert.match(again.out, /one {2}taken over from run/);
    assert.deepEqual(marks(), ['one', 'two 1', 'two 1', 'three']);
    assert.equal((await baton(folder, 'run', 'a', '--from', 'three')).code, 0);
    assert.equal((await baton(folder, 'run', 'a', '--only', 'one')).code, 0);
    assert.deepEqual(marks().slice(4), ['three', 'one']);
    const misspelt = await baton(folder, 'run', 'a', '--from', 'thre');
    assert.deepEqual([misspelt.code, /Did you mean "three"/.test(misspelt.err)], [2, true]);
    dispose();
  });

  test('takes large values over whole, also those of items and rounds, and again from the run that did', async () => {
    const big = (name: string) =>
      `'{ printf "${name}="; head -c 300000 /dev/zero | tr "\\0" ${name}; echo; } >> "$BATON_OUTPUT"'`;
    const { folder, dispose } = workspace({
      'a.workflow.yaml': `steps:
  leaf: { run: ${big('a')} }
  each: { for_each: [1, 2], run: ${big('b')} }
  round: { loop: { max: 1, steps: { x: { run: ${big('c')} }, y: { for_each: [1], run: ${big('d')} } } } }
  last:
    run: |
      wc -c < \${{ file(steps.leaf.outputs.a) }} > sizes
      wc -c < \${{ file(toJSON(steps.each.outputs.b)) }} >> sizes
      wc -c < \${{ file(steps.each.items[1].outputs.b) }} >> sizes
      wc -c < \${{ file(steps.round.outputs.c) }} >> sizes
      wc -c < \${{ file(toJSON(steps.round.outputs.d)) }} >> sizes
      test -e fixed`,
    });
    const sizes = () => fs.readFileSync(path.join(folder, 'sizes'), 'utf8').trim().split(/\s+/);
    assert.equal((await baton(folder, 'run', 'a')).code, 1);
    const first = sizes();
    assert.deepEqual([first[0], first[2], first[3]], ['300000', '300000', '300000']);
    for (let i = 0; i < 2; i++) {
      fs.rmSync(path.join(folder, 'sizes'));
      const again = await baton(folder, 'rerun', await newest(folder), '--failed');
      assert.equal(again.code, 1, again.err);
      assert.match(again.out, /each {2}taken over from run/);
      assert.deepEqual(sizes(), first);
    }
    dispose();
  });
}).timeout(60_000);
