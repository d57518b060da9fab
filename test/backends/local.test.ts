import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { suite, test } from 'mocha';
import { localBackend } from '../../src/backends/local.ts';
import type { AttemptIo } from '../../src/executors/executor.ts';
import type { Assignment, AssignmentOfKind, Failure, Outcome } from '../../src/model/attempt.ts';
import { DEFAULT_STOP } from '../../src/model/workflow.ts';
import { eventually } from '../eventually.ts';

const RUN = `test-${process.pid}`;

const WAYS: Readonly<Record<string, number>> = {
  'that starts steps itself': Infinity,
  'that has a launcher start them': 0,
};

for (const [way, launchAfterSteps] of Object.entries(WAYS)) {
  suite(`The local backend ${way}`, () => {
    let folder = '';
    let log = '';
    let number = 0;
    const cancel = () => controllers.cancel.abort();
    const kill = () => controllers.kill.abort();
    let controllers = { cancel: new AbortController(), kill: new AbortController() };
    let backend: ReturnType<typeof localBackend>;

    setup(() => {
      folder = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-local-'));
      fs.mkdirSync(path.join(folder, 'scratch'));
      controllers = { cancel: new AbortController(), kill: new AbortController() };
      const scratch = path.join(folder, 'scratch');
      backend = localBackend({
        run: RUN,
        folder,
        scratch,
        values: path.join(folder, 'values'),
        env: process.env,
        launchAfterSteps,
      });
    });
    teardown(async () => {
      await backend.close();
      fs.rmSync(folder, { recursive: true, force: true });
    });

    function run(own: AssignmentOfKind, more: Partial<Assignment> = {}): Promise<Outcome> {
      number++;
      log = path.join(folder, `${number}.log`);
      const io: AttemptIo = {
        log: { path: log, write: (chunk) => fs.appendFileSync(log, chunk) },
        cancel: controllers.cancel.signal,
        kill: controllers.kill.signal,
      };
      const marker = { BATON_RUN_ID: RUN, BATON_STEP: 'a', BATON_ATTEMPT: String(number) };
      const common = {
        run: RUN,
        step: 'a',
        attempt: number,
        dotenv: [],
        stop: DEFAULT_STOP,
        keepStdout: false,
      };
      const assignment = { ...common, ...own, ...more, env: { ...marker, ...more.env } };
      return backend.execute(assignment as Assignment, io); // `more` never changes the kind
    }

    const sh = (text: string): AssignmentOfKind => ({ kind: 'run', with: { text, shell: 'sh' } });
    const bash = (text: string): AssignmentOfKind => ({ kind: 'run', with: { text, shell: 'bash' } });
    const printed = () => fs.readFileSync(log, 'utf8');

    function failureOf(outcome: Outcome): Failure {
      assert.equal(outcome.ok, false);
      return outcome.failure;
    }

    test('runs a command line and keeps what it prints, both streams in their order', async () => {
      assert.equal((await run(sh('echo out; echo err >&2; echo out again'))).ok, true);
      assert.equal(printed(), 'out\nerr\nout again\n');
    });

    test('reports an exit code as it is', async () => {
      assert.deepEqual(failureOf(await run(sh('exit 7'))), { kind: 'exited', code: 7 });
      assert.deepEqual(failureOf(await run(sh('nosuchprogram'))), { kind: 'exited', code: 127 });
    });

    test('stops a shell at the first failing command, also inside a pipe in bash', async () => {
      assert.equal((await run(sh('false; echo reached'))).ok, false);
      assert.equal((await run(bash('false | cat; echo reached'))).ok, false);
      assert.equal(printed(), '');
    });

    test('reports the signal that killed a program', async () => {
      const failure = failureOf(await run(sh('kill -SEGV $$')));
      assert.deepEqual(failure, { kind: 'killed', signal: 'SIGSEGV', number: 11 });
    });

    test('runs an argument list without a shell', async () => {
      const argv = ['printf', '%s|', 'a b', '$HOME', '*'];
      assert.equal((await run({ kind: 'run', with: { argv } })).ok, true);
      assert.equal(printed(), 'a b|$HOME|*|');
    });

    test('says what is wrong when a program or its folder is not there', async () => {
      const missing = failureOf(await run({ kind: 'run', with: { argv: ['nosuchprogram'] } }));
      assert.equal(missing.kind === 'not-started' && missing.code, 127);
      const nowhere = failureOf(await run(sh('true'), { cwd: 'no/such/folder' }));
      assert.match(nowhere.kind === 'not-started' ? nowhere.message : '', /no\/such\/folder" does not exist/);
      fs.writeFileSync(path.join(folder, 'text'), '');
      const text = failureOf(await run({ kind: 'run', with: { argv: ['./text'] } }));
      assert.equal(text.kind === 'not-started' && text.code, 126);
    });

    test('runs scripts in node, python and bash', async function () {
      const script = (language: string, text: string) => run({ kind: 'script', with: { language, text } });
      await script('node', 'const fs = require("node:fs"); console.log("node", typeof fs.readFileSync)');
      assert.equal(printed(), 'node function\n');
      await script(
        'node',
        'import fs from "node:fs";\nconsole.log("module", await Promise.resolve(typeof fs.statSync))',
      );
      assert.equal(printed(), 'module function\n');
      await script('python', 'print("python", 1 + 1)');
      assert.equal(printed(), 'python 2\n');
      await script('bash', 'set -- a b; echo bash $#');
      assert.equal(printed(), 'bash 2\n');
    });

    test('runs a command line too long for one argument', async () => {
      const long = `: ${'x'.repeat(200_000)}\necho done`;
      assert.equal((await run(sh(long))).ok, true);
      assert.equal(printed(), 'done\n');
    });

    test('gives steps the environment in the order of the language', async () => {
      fs.writeFileSync(
        path.join(folder, '.env'),
        'FROM_FILE=file\nHOME=file\nOVER="file\\nline"\nSTEP=file # no\n',
      );
      const outcome = await run(sh('echo "$FROM_FILE|$OVER|$STEP|$BATON_WORKSPACE"; test "$HOME" != file'), {
        dotenv: ['.env', 'missing.env'],
        env: { STEP: 'step' },
      });
      assert.equal(outcome.ok, true);
      assert.equal(printed(), `file|file\nline|step|${folder}\n`);
    });

    test('publishes what a good attempt writes to $BATON_OUTPUT, and nothing of a bad one', async () => {
      const write = 'printf "one=1\\ntwo<<END\\na\\nb=c\\nEND\\none=again\\n" >> "$BATON_OUTPUT"';
      const good = await run(sh(write));
      assert.deepEqual({ ...(good.ok ? good.outputs : {}) }, { one: 'again', two: 'a\nb=c' });
      assert.equal((await run(sh(`${write}; exit 1`))).ok, false);
    });

    test('lets shell text forget the quotes around $BATON_OUTPUT, whatever the folder is called', async () => {
      const odd = path.join(folder, "it's a $(folder)");
      fs.mkdirSync(odd);
      backend = localBackend({
        run: RUN,
        folder,
        scratch: odd,
        values: path.join(folder, 'values'),
        env: process.env,
        launchAfterSteps,
      });
      const outcome = await run(bash('echo a=1 >> $BATON_OUTPUT'));
      assert.deepEqual({ ...(outcome.ok ? outcome.outputs : {}) }, { a: '1' });
    });

    test('fails a step whose outputs cannot be read, and says which line', async () => {
      const failure = failureOf(await run(sh('echo nonsense >> "$BATON_OUTPUT"')));
      assert.match(failure.kind === 'bad-output' ? failure.message : '', /line 1 of \$BATON_OUTPUT/);
      const binary = failureOf(await run(sh('printf "a=\\377" >> "$BATON_OUTPUT"')));
      assert.match(binary.kind === 'bad-output' ? binary.message : '', /not UTF-8/);
    });

    test('keeps standard output where somebody reads it, without its last newline', async () => {
      const outcome = await run(sh('echo one; echo two; echo err >&2'), { keepStdout: true });
      assert.equal(outcome.stdout, 'one\ntwo');
      assert.ok(printed().includes('err'));
      const long = await run(sh('head -c 400000 /dev/zero | tr "\\0" x'), { keepStdout: true });
      assert.equal(long.stdout?.length, 256 * 1024);
      const cut = await run(sh('printf x; head -c 400000 /dev/zero | sed "s/\\x00/€/g"; echo end'), {
        keepStdout: true,
      });
      assert.match(cut.stdout ?? '', /^€.*€end$/, 'no half character at the beginning');
    });

    test('does not wait for what a step leaves in the background, and ends it with the run', async () => {
      const pidFile = path.join(folder, 'pid');
      const outcome = await run(sh(`sleep 600 & echo $! > ${pidFile}`), { keepStdout: true });
      assert.equal(outcome.ok, true);
      const pid = Number(fs.readFileSync(pidFile, 'utf8'));
      assert.equal(isAlive(pid), true);
      await backend.close();
      assert.equal(isAlive(pid), false);
    });

    test('ends a step at its time limit, children and all', async () => {
      const pidFile = path.join(folder, 'pid');
      const failure = failureOf(await run(sh(`sleep 600 & echo $! > ${pidFile}; wait`), { timeoutMs: 200 }));
      assert.deepEqual(failure, { kind: 'timed-out', afterMs: 200 });
      assert.equal(isAlive(Number(fs.readFileSync(pidFile, 'utf8'))), false);
    });

    test('asks a step to end with its own signal and lets it tidy up', async () => {
      const running = run(sh('trap "echo tidy; exit 0" USR1; echo ready; while :; do sleep 0.05; done'), {
        stop: { signal: 'SIGUSR1', graceMs: 10_000 },
      });
      await eventually(() => printed().includes('ready'));
      cancel();
      assert.deepEqual(failureOf(await running), { kind: 'cancelled' });
      assert.match(printed(), /tidy\n$/);
    });

    const stubborn: Readonly<Record<string, string>> = {
      'ignores the signal': 'trap "" TERM; echo ready; while :; do sleep 0.05; done',
      'has stopped itself': 'echo ready; kill -STOP $$; while :; do sleep 0.05; done',
      'left its process group':
        'setsid sh -c "trap \\"\\" TERM; echo ready; while :; do sleep 0.05; done" & wait',
      'forked twice and left':
        '(setsid sh -c "trap \\"\\" TERM; echo ready; while :; do sleep 0.05; done" &) ; while :; do sleep 0.05; done',
    };
    for (const [what, text] of Object.entries(stubborn)) {
      test(`ends a step that ${what} after its grace`, async () => {
        const running = run(sh(text), { stop: { signal: 'SIGTERM', graceMs: 150 } });
        await eventually(() => printed().includes('ready'));
        cancel();
        assert.deepEqual(failureOf(await running), { kind: 'cancelled' });
        assert.deepEqual(marked(), []);
      });
    }

    test('skips the grace when told to kill', async () => {
      const running = run(sh('trap "" TERM; echo ready; while :; do sleep 0.05; done'));
      await eventually(() => printed().includes('ready'));
      cancel();
      kill();
      assert.deepEqual(failureOf(await running), { kind: 'cancelled' });
    });

    test('starts nothing when the stop came first', async () => {
      cancel();
      assert.deepEqual(failureOf(await run(sh('echo started'))), { kind: 'cancelled' });
      assert.equal(fs.existsSync(log), false);
    });
  });
}

function isAlive(pid: number): boolean {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/\) [ZX] /.test(stat);
  } catch {
    return false;
  }
}

/** Processes that still carry the run's marker. */
function marked(): string[] {
  return fs.readdirSync('/proc').filter((name) => {
    try {
      return fs.readFileSync(`/proc/${name}/environ`, 'utf8').includes(`BATON_RUN_ID=${RUN}\0`);
    } catch {
      return false;
    }
  });
}
