import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import { workspace } from '../cli/cli.ts';
import { CLI, endOf, eventsOf, runIds } from './built.ts';

const FILES = {
  'good.workflow.yaml':
    'steps: { a: { run: echo one; sleep 0.2; echo two }, b: { needs: a, run: seq 1 20000; touch done } }',
  'bad.workflow.yaml': 'steps: { a: { run: echo one; sleep 0.2; touch done; exit 3 } }',
};

/** What standard output may turn out to be, in a shell's words; `$1` and on are the command. */
const OUTPUTS: Readonly<Record<string, string>> = {
  'a reader that leaves after a line': '"$@" | head -n 1 > first; exit "${PIPESTATUS[0]}"',
  'a reader that leaves at once': '"$@" | true; exit "${PIPESTATUS[0]}"',
  'a full device': '"$@" > /dev/full',
  'a full device, for both': '"$@" > /dev/full 2>&1',
  'closed from the start': '"$@" >&-',
  'closed from the start, both': '"$@" >&- 2>&-',
};

suite('A run whose output nobody can take', function () {
  if (process.platform !== 'linux') return;
  let folder = '';
  let dispose = () => undefined as void;
  setup(() => ({ folder, dispose } = workspace(FILES)));
  teardown(() => dispose());

  function inShell(text: string, ...args: readonly string[]): Promise<{ code: number | null; err: string }> {
    const command = [process.execPath, CLI, ...args];
    const child = spawn('bash', ['-c', text, 'bash', ...command], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, err })));
  }

  for (const [name, text] of Object.entries(OUTPUTS)) {
    test(`goes on to its end, with its own exit code: ${name}`, async () => {
      for (const [workflow, expected] of [
        ['good', 0],
        ['bad', 1],
      ] as const) {
        for (const json of [[], ['--json']]) {
          fs.rmSync(path.join(folder, 'done'), { force: true });
          const { code, err } = await inShell(text, 'run', workflow, ...json);
          assert.equal(code, expected, err);
          assert.ok(fs.existsSync(path.join(folder, 'done')));
          const run = runIds(folder).at(-1) ?? '';
          assert.equal(endOf(eventsOf(folder, run)), expected === 0 ? 'succeeded' : 'failed');
          const told =
            name === 'a full device' ? /^baton: The output cannot be written: ENOSPC[^\n]*\n$/ : /^$/;
          assert.match(err, told);
        }
      }
    });
  }

  test('ends commands that only print as people are used to: a reader may leave, a full disk is a failure', async () => {
    await inShell('"$@"', 'run', 'good');
    const run = runIds(folder)[0] ?? '';
    for (const args of [['runs'], ['show', run], ['logs', run], ['list', '--json'], ['graph', 'good']]) {
      const [left, full] = [
        await inShell('"$@" | head -n 1 > first; exit "${PIPESTATUS[0]}"', ...args),
        await inShell('"$@" > /dev/full', ...args),
      ];
      assert.deepEqual([left.code, left.err], [0, ''], args.join(' '));
      assert.equal(full.code, 1, args.join(' '));
      assert.match(full.err, /^baton: The output cannot be written: ENOSPC[^\n]*\n$/);
    }
    assert.equal((await inShell('"$@" > /dev/full', 'lint')).code, 1);
  });

  test('lets who follows a run go with its reader', async () => {
    fs.writeFileSync(
      path.join(folder, 'long.workflow.yaml'),
      'steps: { a: { run: "while :; do echo again; sleep 0.05; done" } }',
    );
    const text = `run=$("$1" "$2" run long --detach); "$1" "$2" logs -f "$run" | head -n 2 > first; "$1" "$2" stop "$run" --force`;
    const { code, err } = await inShell(text);
    assert.deepEqual([code, err], [0, '']);
    assert.match(fs.readFileSync(path.join(folder, 'first'), 'utf8'), /again/);
  });
}).timeout(60_000);
