import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { startLauncher, type Launcher } from '../../src/executors/launcher.ts';
import type { ProcessRequest } from '../../src/executors/process-request.ts';
import { runProcess, type ProcessEnd } from '../../src/executors/process.ts';
import { DEFAULT_STOP } from '../../src/model/workflow.ts';

const BASE = { PATH: process.env['PATH'], HOME: '/', PERL5OPT: '-Mnosuchmodule', 'odd.name-1': 'odd' };

/** What becomes of half a character on its way to a program. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}

/** One contract for both ways: from this process, and through a launcher. */
const WAYS: Readonly<Record<string, () => Launcher | undefined>> = {
  'started from here': () => undefined,
  'started by a launcher': () => startLauncher(BASE),
};

for (const [way, launcherOf] of Object.entries(WAYS)) {
  suite(`A process ${way}`, () => {
    let folder = '';
    let launcher: Launcher | undefined;
    let number = 0;
    let groups: string[] = [];

    suiteSetup(function () {
      if (process.platform === 'win32') this.skip();
      folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'baton-process-')));
      launcher = launcherOf();
    });
    suiteTeardown(() => {
      launcher?.close();
      fs.rmSync(folder, { recursive: true, force: true });
    });
    setup(() => {
      groups = [];
      number++;
    });

    const log = () => path.join(folder, `${number}.log`);
    const printed = () => fs.readFileSync(log(), 'utf8');

    function run(
      file: string,
      args: readonly string[],
      more: Partial<ProcessRequest> = {},
    ): Promise<ProcessEnd> {
      const request: ProcessRequest = {
        file,
        args,
        cwd: folder,
        env: BASE,
        marker: { run: `process-${process.pid}`, attempt: { step: 'a', number } },
        stop: DEFAULT_STOP,
        keepStdout: false,
        groups: {
          began: () => groups.push('began'),
          ended: (_, empty) => groups.push(empty ? 'empty' : 'left'),
        },
        ...more,
      };
      const signal = new AbortController().signal;
      const io = { log: { path: log(), write: () => undefined }, cancel: signal, kill: signal };
      return runProcess(request, io, launcher);
    }
    const sh = (text: string, more: Partial<ProcessRequest> = {}) => run('/bin/sh', ['-c', text], more);
    const node = (text: string, more: Partial<ProcessRequest> = {}) =>
      run(process.execPath, ['-e', text], more);
    const failed = (failure: object) => ({ ok: false, failure });

    test('is given its arguments byte for byte', async () => {
      const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((value) => !value.includes('\0'));
      const odd = fc.constantFrom('', '\n', '-e', '--', '=', '\r\n', `'"$HOME $(touch x) \`touch x\` \\ *`);
      const show = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))';
      await fc.assert(
        fc.asyncProperty(fc.array(fc.oneof(text, odd), { maxLength: 8 }), async (args) => {
          number++;
          assert.deepEqual(await run(process.execPath, ['-e', show, '--', ...args]), { ok: true });
          assert.deepEqual(JSON.parse(printed()), args.map(wellFormed));
        }),
        { numRuns: 15 },
      );
    });

    test('is given its environment byte for byte, and nothing else', async () => {
      const names = 'A B_1 odd.name-1 HOME PWD OLDPWD _ SHLVL IFS UID Ü'.split(' ');
      const name = fc.constantFrom(...names, 'with space');
      const value = fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 20 }).filter((one) => !one.includes('\0')),
        fc.constantFrom('', '\n', "it's", '$(touch x)', 'a=b', '\t', '\\n'),
      );
      await fc.assert(
        fc.asyncProperty(fc.dictionary(name, value, { noNullPrototype: true }), async (more) => {
          number++;
          const env = { PATH: BASE.PATH, ...more };
          assert.deepEqual(await run('/usr/bin/env', ['-0'], { env }), { ok: true });
          const expected = Object.entries(env).map(([key, one]) => `${key}=${wellFormed(one ?? '')}`);
          assert.deepEqual(printed().split('\0').slice(0, -1).toSorted(), expected.toSorted());
        }),
        { numRuns: 25 },
      );
    });

    test('finds its program on the PATH of its own environment', async () => {
      const bin = path.join(folder, 'bin');
      fs.mkdirSync(bin);
      fs.writeFileSync(path.join(bin, 'greet'), '#!/bin/sh\necho hello\n', { mode: 0o755 });
      assert.deepEqual(await run('greet', [], { env: { PATH: `${bin}:/usr/bin:/bin` } }), { ok: true });
      assert.equal(printed(), 'hello\n');
    });

    test('has an empty input, its log for both outputs and no other file of ours', async () => {
      const files = 'for fd in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do ';
      await sh(`cat; ${files} [ -e /dev/fd/$fd ] && echo "$fd"; done; echo end >&2`);
      assert.equal(printed(), '0\n1\n2\nend\n');
    });

    test('appends to its log', async () => {
      fs.writeFileSync(log(), 'before\n');
      await sh('echo after');
      assert.equal(printed(), 'before\nafter\n');
    });

    test('leads a process group of its own, with every signal as the system has it', async () => {
      await sh(
        // Read by the shell itself: while it starts another program, it blocks all signals for a moment.
        'ps -o pid=,pgid= -p $$; while read -r name value; do case $name in SigBlk:|SigIgn:) echo "$value";; esac; ' +
          'done < /proc/$$/status; kill -0 -$$ && echo leads',
      );
      const [ids = '', ...signals] = printed().trim().split('\n');
      const [pid, group] = ids.trim().split(/ +/);
      assert.equal(pid, group);
      assert.deepEqual(groups, ['began', 'empty']);
      assert.equal(signals.pop(), 'leads');
      if (process.platform === 'linux') assert.match(signals.slice(0, 2).join(), /^\s*0+,\s*0+$/);
    });

    test('ends with its own exit code', async () => {
      for (const code of [1, 2, 125, 126, 127, 128, 137, 143, 255])
        assert.deepEqual(await sh(`exit ${code}`), failed({ kind: 'exited', code }));
    });

    test('ends by its own signal, which is no exit code', async () => {
      for (const signal of [
        'SIGHUP',
        'SIGINT',
        'SIGABRT',
        'SIGFPE',
        'SIGKILL',
        'SIGUSR1',
        'SIGSEGV',
        'SIGPIPE',
        'SIGTERM',
      ] as const) {
        const end = await sh(`kill -${signal.slice(3)} $$`);
        assert.deepEqual(end, failed({ kind: 'killed', signal, number: os.constants.signals[signal] }));
      }
    });

    test('that is not there, may not be run or has nowhere to work is told of as such', async () => {
      const notStarted = (code: number, message: string) => failed({ kind: 'not-started', code, message });
      const missing = notStarted(127, 'the program "nosuchprogram" was not found on the PATH');
      assert.deepEqual(await run('nosuchprogram', []), missing);
      fs.writeFileSync(path.join(folder, 'text'), 'no program');
      assert.deepEqual(await run('./text', []), notStarted(126, '"./text" is not a program that may be run'));
      assert.deepEqual(
        await run('./gone', []),
        notStarted(127, 'the program "./gone" was not found on the PATH'),
      );
      const nowhere = await sh('true', { cwd: path.join(folder, 'nowhere') });
      assert.deepEqual(nowhere, notStarted(125, `the folder "${folder}/nowhere" does not exist`));
      const large = await run('/bin/echo', ['x'.repeat(4_000_000)]);
      assert.deepEqual(
        large,
        notStarted(125, 'its arguments and environment are larger than the system allows'),
      );
    });

    test('that cannot be told apart by zero bytes is refused', async () => {
      const end = await run('/bin/echo', ['a\0b']);
      assert.equal(!end.ok && end.failure.kind, 'not-started');
    });

    test('may leave something in the background', async () => {
      assert.deepEqual(await sh('sleep 300 & echo $!'), { ok: true });
      assert.deepEqual(groups, ['began', 'left']);
      process.kill(Number(printed()), 'SIGKILL');
    });

    test('is told apart from two hundred others that run beside it', async () => {
      const codes = Array.from({ length: 200 }, (_, i) => i % 100);
      const ends = await Promise.all(codes.map((code) => sh(`exit ${code}`)));
      assert.deepEqual(
        ends,
        codes.map((code) => (code === 0 ? { ok: true } : failed({ kind: 'exited', code }))),
      );
    });

    test('may have an environment of a megabyte', async () => {
      const env: Record<string, string | undefined> = { ...BASE };
      for (let i = 0; i < 10; i++) env[`LARGE_${i}`] = 'x'.repeat(100_000);
      const end = await node(
        'process.stdout.write(String(Object.values(process.env).join("").length > 1e6))',
        { env },
      );
      assert.deepEqual(end, { ok: true });
      assert.equal(printed(), 'true');
    });
  });
}
