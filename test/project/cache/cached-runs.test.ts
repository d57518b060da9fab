import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setup, suite, teardown, test } from 'mocha';
import { outputsOf } from '../../../src/model/inside.ts';
import type { RunState } from '../../../src/model/run-state.ts';
import { pastDurations } from '../../../src/project/history.ts';
import { startRun } from '../../../src/project/own-runs.ts';
import { openProject, type Project } from '../../../src/project/project.ts';
import type { RunRequest } from '../../../src/project/runs.ts';
import { stepDetail } from '../../../src/views/words.ts';
import { runReport } from '../../../src/views/run-report.ts';
import { workspace } from '../../cli/cli.ts';

let folder = '';
let project: Project;
let dispose = () => undefined as void;

setup(() => {
  ({ folder, dispose } = workspace({ 'src/a.txt': 'one\n', 'src/deep/b.txt': 'two\n' }));
  project = openProject(folder);
});
teardown(() => dispose());

const at = (ref: string) => path.join(folder, ref);
const read = (ref: string) => fs.readFileSync(at(ref), 'utf8');
const write = (ref: string, text: string) => fs.writeFileSync(at(ref), text);

/** Runs a workflow to its end. */
async function run(text: string, request: Partial<RunRequest> = {}): Promise<RunState> {
  write('a.workflow.yaml', text);
  const workflow = project.workflows.read('a.workflow.yaml');
  assert.ok(workflow.ok);
  const started = await startRun(project, {
    workflow: workflow.value,
    inputs: {},
    cause: { kind: 'person', door: 'library' },
    ...request,
  });
  assert.ok(started.ok, started.ok ? '' : JSON.stringify(started.error));
  return started.value.ended;
}

/** How often a step ran: each time it writes a line. */
function marks(ref = 'marks'): number {
  return fs.existsSync(at(ref)) ? read(ref).trim().split('\n').length : 0;
}

async function logOf({ run }: RunState, step: string): Promise<string> {
  const log = await project.runs.journal.readLog({ run, step, attempt: 1, fromByte: 0, maxBytes: 9999 });
  return Buffer.from(log ?? []).toString();
}

/** The run from which the cache took a step's end. */
function reused(state: RunState, step: string): string | undefined {
  const outcome = state.steps[step]?.attempts.at(-1)?.outcome;
  assert.ok(outcome?.ok);
  return outcome.reused;
}

function entries(): string[] {
  return fs.existsSync(project.cache) ? fs.readdirSync(project.cache) : [];
}

function entryFolder(): string {
  const [only, ...others] = entries();
  assert.deepEqual(others, []);
  return path.join(project.cache, only ?? '');
}

const BUILD = `
steps:
  build:
    run: |
      echo ran >> marks
      mkdir -p dist/bin
      cat src/a.txt src/deep/b.txt > dist/all.txt
      printf '#!/bin/sh\\necho hi\\n' > dist/bin/tool; chmod 755 dist/bin/tool
      ln -sf all.txt dist/latest
      echo "size=8" >> "$BATON_OUTPUT"
      echo "built it"
    cache: { inputs: src, outputs: [dist/**] }
  use: { needs: build, run: 'echo "\${{ steps.build.outputs.size }} \${{ steps.build.stdout }}" > used' }
`;

suite('A step with a cache', () => {
  test('does not run again when nothing has changed, and publishes what it did', async () => {
    const first = await run(BUILD);
    fs.rmSync(at('used'));
    const second = await run(BUILD);
    assert.equal(marks(), 1);
    assert.equal(read('used'), '8 built it\n');
    assert.equal(reused(first, 'build'), undefined);
    assert.equal(reused(second, 'build'), first.run);
    assert.deepEqual(
      Object.values(second.steps).map(({ id, status }) => `${id} ${status}`),
      ['build succeeded', 'use succeeded'],
    );
  });

  test('says where its end is from: in its log, beside its name and in the report', async () => {
    const first = await run(BUILD);
    const second = await run(BUILD);
    assert.equal(await logOf(first, 'build'), 'built it\n');
    assert.equal(
      await logOf(second, 'build'),
      `Cache: nothing that the step depends on has changed: reused from run ${first.run}. It printed then:\nbuilt it\n`,
    );
    const build = second.steps['build'];
    assert.match(build ? stepDetail(build, 0) : '', new RegExp(`^reused from run ${first.run}, \\d+ ms$`));
    assert.deepEqual(
      runReport(second, false).steps.map((step) => step.reused),
      [first.run, undefined],
    );
  });

  test('names the run in which it did run, however often it was reused', async () => {
    const first = await run(BUILD);
    await run(BUILD);
    assert.equal(reused(await run(BUILD), 'build'), first.run);
  });

  test('teaches nobody how long it takes when it does not run', async () => {
    await run(BUILD);
    await run(BUILD);
    const past = await pastDurations(project.runs.journal, 'a.workflow.yaml');
    assert.deepEqual([past['build']?.runs, past['use']?.runs], [1, 2]);
  });

  test('gets its files back: content, mode and links', async () => {
    await run(BUILD);
    fs.rmSync(at('dist'), { recursive: true });
    await run(BUILD);
    assert.equal(marks(), 1);
    assert.equal(read('dist/all.txt'), 'one\ntwo\n');
    assert.equal(fs.statSync(at('dist/bin/tool')).mode & 0o777, 0o755);
    assert.equal(fs.readlinkSync(at('dist/latest')), 'all.txt');
  });

  test('leaves alone what is as it was, mends what is not, and takes nothing away', async () => {
    await run(BUILD);
    const before = fs.statSync(at('dist/all.txt'));
    write('dist/bin/tool', 'broken');
    fs.chmodSync(at('dist/bin/tool'), 0o600);
    fs.rmSync(at('dist/latest'));
    fs.symlinkSync('elsewhere', at('dist/latest'));
    write('dist/mine.txt', 'mine');
    await run(BUILD);
    assert.equal(marks(), 1);
    const after = fs.statSync(at('dist/all.txt'));
    assert.deepEqual([after.ino, after.mtimeMs], [before.ino, before.mtimeMs]);
    assert.equal(read('dist/bin/tool'), '#!/bin/sh\necho hi\n');
    assert.equal(fs.statSync(at('dist/bin/tool')).mode & 0o777, 0o755);
    assert.equal(fs.readlinkSync(at('dist/latest')), 'all.txt');
    assert.equal(read('dist/mine.txt'), 'mine');
  });

  test('runs again when one of its files has changed, came or went; and not when it is as before', async () => {
    await run(BUILD);
    write('src/a.txt', 'changed\n');
    await run(BUILD);
    assert.equal(marks(), 2);
    write('src/new.txt', '');
    await run(BUILD);
    assert.equal(marks(), 3);
    fs.rmSync(at('src/new.txt'));
    write('src/a.txt', 'one\n');
    await run(BUILD);
    assert.equal(marks(), 3);
    assert.equal(read('dist/all.txt'), 'one\ntwo\n');
  });

  test('sees where a link leads, and what is there', async () => {
    write('outside.txt', 'one');
    fs.symlinkSync('../outside.txt', at('src/link.txt'));
    await run(BUILD);
    write('outside.txt', 'two');
    await run(BUILD);
    assert.equal(marks(), 2);
  });

  test('runs again when its program, variables, key or dotenv files have changed', async () => {
    const step = (run: string, cache = 'true', more = '') =>
      `${more}\nsteps: { a: { run: 'echo ran >> marks; ${run}', env: { B: "\${{ env.A }}" }, cache: ${cache} } }`;
    const env = 'env: { A: "1" }';
    const ran: number[] = [];
    const also = async (text: string, request: Partial<RunRequest> = {}) => {
      await run(text, request);
      ran.push(marks());
    };
    await also(step('true', 'true', env));
    await also(step('true', 'true', env));
    await also(step(':', 'true', env));
    await also(step(':', 'true', 'env: { A: "2" }'));
    await also(step(':', '{ key: x }', 'env: { A: "2" }'));
    await also(step(':', '{ key: x }', 'env: { A: "2" }'), { env: { A: '3' } });
    await also(step(':', '{ key: x }', 'env: { A: "2" }\ndotenv: .env'));
    write('.env', 'C=1');
    await also(step(':', '{ key: x }', 'env: { A: "2" }\ndotenv: .env'));
    await also(step(':', '{ key: x }', 'env: { A: "2" }\ndotenv: .env'));
    assert.deepEqual(ran, [1, 1, 2, 3, 4, 5, 6, 7, 7]);
  });

  test('does not look into .git and node_modules unless they are named', async () => {
    fs.mkdirSync(at('src/node_modules'));
    fs.mkdirSync(at('src/.git'));
    const named = BUILD.replace('inputs: src', 'inputs: [src, src/node_modules/**]');
    await run(BUILD);
    write('src/node_modules/x', '1');
    write('src/.git/x', '1');
    await run(BUILD);
    assert.equal(marks(), 1);
    await run(named);
    assert.equal(marks(), 2);
    write('src/node_modules/x', '2');
    await run(named);
    assert.equal(marks(), 3);
  });

  test('keeps no bad end', async () => {
    const text = `steps: { a: { run: 'echo ran >> marks; exit 3', cache: true, continue_on_error: true } }`;
    await run(text);
    await run(text);
    assert.equal(marks(), 2);
    assert.deepEqual(entries(), []);
  });

  test('keeps nothing when a file that it reads changed meanwhile, and says which', async () => {
    const text = `steps: { a: { run: 'echo ran >> marks; echo more >> src/a.txt', cache: { inputs: src } } }`;
    const state = await run(text);
    assert.equal(
      await logOf(state, 'a'),
      'Cache: not kept, since its input "src/a.txt" changed while the step ran\n',
    );
    assert.deepEqual(entries(), []);
  });

  test('runs, and says so, when its files cannot be looked for or are not there', async () => {
    const text = `
inputs: { where: { default: ../x } }
steps:
  out: { run: echo out, cache: { inputs: "\${{ inputs.where }}" } }
  none: { run: echo none, cache: { inputs: nothing/*.txt, outputs: neither } }`;
    const state = await run(text);
    assert.equal(state.ended, 'succeeded');
    assert.equal(
      await logOf(state, 'out'),
      'Cache: left aside, since files are looked for in the project\'s folder only; "../x" leads out of it.\nout\n',
    );
    assert.equal(
      await logOf(state, 'none'),
      'Cache: no file matches `inputs` (nothing/*.txt)\nnone\nCache: no file matches `outputs` (neither)\n',
    );
  });

  test('runs when somebody reads what it prints, and nobody did when it was kept', async () => {
    const quiet = `steps: { a: { run: echo ran | tee -a marks, cache: true } }`;
    const heard = `steps: { a: { run: echo ran | tee -a marks, cache: true }, b: { run: 'echo \${{ steps.a.stdout }} > said' } }`;
    await run(quiet);
    await run(heard);
    assert.equal(marks(), 2);
    await run(heard);
    await run(quiet);
    assert.equal(marks(), 2);
    assert.equal(read('said'), 'ran\n');
  });

  test('hands values on that are too large for a journal', async () => {
    const text = `
steps:
  big: { run: 'echo ran >> marks; echo "v=$(head -c 300000 /dev/zero | tr "\\\\0" x)" >> "$BATON_OUTPUT"', cache: true }
  read: { run: [node, -e, 'require("fs").writeFileSync("size", String(require("fs").readFileSync(process.argv[1], "utf8").length))', "\${{ file(steps.big.outputs.v) }}"], cache: true }`;
    const first = await run(text);
    assert.equal(first.ended, 'succeeded');
    fs.rmSync(path.join(folder, '.baton/runs', first.run), { recursive: true });
    const second = await run(text);
    assert.equal(second.ended, 'succeeded');
    assert.equal(marks(), 1);
    assert.equal(read('size'), '300000');
    assert.equal(reused(second, 'read'), first.run, 'a value in a file is the same in another run');
  });

  test('has an entry for each item of a fan-out', async () => {
    const text = `
steps:
  each: { for_each: [a, b, c], run: 'echo "\${{ item }}" >> marks; echo "out=\${{ item }}!" >> "$BATON_OUTPUT"', cache: { inputs: "src/\${{ item }}*" } }`;
    await run(text);
    assert.equal(entries().length, 3);
    write('src/b.txt', 'new');
    const second = await run(text);
    assert.deepEqual(read('marks').trim().split('\n').slice(3), ['b']);
    const each = second.steps['each'];
    assert.ok(each);
    assert.deepEqual({ ...outputsOf(second, each) }, { out: ['a!', 'b!', 'c!'] });
  });

  test('runs all the same with `refresh`, and keeps that; with `off` it keeps nothing', async () => {
    await run(BUILD, { cache: 'off' });
    assert.deepEqual(entries(), []);
    const first = await run(BUILD);
    await run(BUILD, { cache: 'off' });
    const fresh = await run(BUILD, { cache: 'refresh' });
    assert.equal(marks(), 4);
    const last = await run(BUILD);
    assert.equal(marks(), 4);
    assert.notEqual(first.run, fresh.run);
    assert.equal(reused(last, 'build'), fresh.run);
  });

  test('of a child run does with the cache what the run above was told', async () => {
    write('child.yaml', BUILD);
    const text = 'steps: { call: { workflow: child.yaml } }';
    await run(text);
    await run(text);
    assert.equal(marks(), 1);
    await run(text, { cache: 'refresh' });
    assert.equal(marks(), 2);
  });

  test('is not that of a gate, whose check runs each time', async () => {
    const text = `steps: { a: { gate: { check: echo ran >> marks }, cache: true } }`;
    await run(text);
    await run(text);
    assert.equal(marks(), 2);
  });
});

suite('What is kept of a step', () => {
  test('is one whole entry when two runs keep the same at once', async () => {
    const gate = `
steps:
  build:
    run: |
      echo ran >> marks
      until [ "$(wc -l < marks)" -ge 4 ]; do sleep 0.01; done
      mkdir -p dist; for i in $(seq 50); do echo "$i" > "dist/$i.txt"; done
    cache: { inputs: src, outputs: dist }`;
    const ends = await Promise.all([run(gate), run(gate), run(gate), run(gate)]);
    assert.deepEqual(
      ends.map(({ ended }) => ended),
      ['succeeded', 'succeeded', 'succeeded', 'succeeded'],
    );
    assert.equal(entries().length, 1);
    fs.rmSync(at('dist'), { recursive: true });
    await Promise.all([run(gate), run(gate)]);
    assert.equal(marks(), 4);
    assert.equal(fs.readdirSync(at('dist')).length, 50);
    assert.equal(entries().length, 1, 'and no draft is left');
  });

  const damages: Readonly<Record<string, (entry: string) => void>> = {
    'a file of it was changed': (entry) => {
      for (const name of fs.readdirSync(path.join(entry, 'content')))
        fs.appendFileSync(path.join(entry, 'content', name), 'x');
    },
    'a file of it is gone': (entry) => fs.rmSync(path.join(entry, 'content'), { recursive: true }),
    'it was cut off': (entry) => fs.truncateSync(path.join(entry, 'entry'), 40),
    'it is empty': (entry) => fs.truncateSync(path.join(entry, 'entry'), 0),
    'it was changed': (entry) => {
      const file = path.join(entry, 'entry');
      fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('"size":"8"', '"size":"9"'));
    },
    'a folder stands where it should be': (entry) => {
      fs.rmSync(path.join(entry, 'entry'));
      fs.mkdirSync(path.join(entry, 'entry'));
    },
  };
  for (const [what, damage] of Object.entries(damages)) {
    test(`is not used when ${what}, and made anew`, async () => {
      await run(BUILD);
      fs.rmSync(at('dist'), { recursive: true });
      damage(entryFolder());
      const second = await run(BUILD);
      assert.equal(second.ended, 'succeeded');
      assert.equal(marks(), 2);
      assert.match(await logOf(second, 'build'), /^Cache: what .* cannot be used: .*\nbuilt it\n$/);
      assert.equal(reused(await run(BUILD), 'build'), second.run);
    });
  }

  test('leads nowhere outside of the project, whatever it says', async () => {
    const outside = fs.mkdtempSync(`${folder}-outside`);
    try {
      const text = `steps: { a: { run: 'echo ran >> marks; mkdir -p dist/deep; echo x > dist/deep/file', cache: { outputs: dist } } }`;
      await run(text);
      fs.rmSync(at('dist'), { recursive: true });
      fs.mkdirSync(at('dist'));
      fs.symlinkSync(outside, at('dist/deep'));
      write('before', '');
      const state = await run(text);
      assert.match(
        await logOf(state, 'a'),
        /"dist\/deep\/file" is behind a link that leads out of the project's folder/,
      );
      assert.equal(marks(), 2);
    } finally {
      fs.rmSync(outside, { recursive: true });
    }
  });

  test('has nothing of what Baton and git keep for themselves', async () => {
    const text = `steps: { a: { run: mkdir -p .git; echo x > .git/x, cache: { outputs: [.git/**] } } }`;
    assert.match(
      await logOf(await run(text), 'a'),
      /^Cache: not kept, since "\.git\/x" is in \.git, which no step makes\n$/,
    );
    assert.deepEqual(entries(), []);
  });
});
