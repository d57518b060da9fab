import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { suite, test } from 'mocha';
import { FileJournal } from '../../src/journal/file-journal.ts';
import { workspace } from '../cli/cli.ts';
import { eventually } from '../eventually.ts';
import { startOf, workflowOf } from '../model/sketches.ts';
import { built, endOf, eventsOf, runFolder, runIds, startBuilt } from './built.ts';
import { LONG } from './long.ts';

const RUNS = LONG ? 50 : 16;
const RACES = LONG ? 300 : 40;
const TAKERS = 5;

const FILES = {
  'quick.workflow.yaml':
    'inputs: { n: { type: number } }\nsteps: { a: { run: "echo ${{ inputs.n }} >> marks" }, b: { needs: a, run: echo b } }',
  'slow.workflow.yaml':
    'steps: { a: { run: echo a >> marks }, b: { needs: a, run: touch started; sleep 600 }, c: { needs: a, run: sleep 0.5 } }',
};

suite('Several at work in one folder', function () {
  let folder = '';
  let dispose = () => undefined as void;
  setup(() => ({ folder, dispose } = workspace(FILES)));
  teardown(() => dispose());

  const root = () => path.join(folder, '.baton');

  test(`${RUNS} runs at once do not disturb each other, nor those who look`, async () => {
    const runs = Array.from({ length: RUNS }, (_, n) => built(folder, 'run', 'quick', '--input', `n=${n}`));
    const all = Promise.all(runs);
    const seen = await lookUntil(all);
    for (const { code, err } of await all) assert.deepEqual([code, err], [0, '']);
    assert.ok(seen > 0);
    const marks = fs.readFileSync(path.join(folder, 'marks'), 'utf8').trim().split('\n').map(Number);
    assert.deepEqual(
      marks.toSorted((a, b) => a - b),
      marks.map((_, i) => i),
    );
    assert.equal(marks.length, RUNS);
    const list = await new FileJournal(root()).list();
    assert.deepEqual(new Set(list.map(({ status }) => status)), new Set(['succeeded']));
    assert.equal(list.length, RUNS);
    fs.rmSync(path.join(root(), 'index.jsonl'));
    assert.deepEqual(await new FileJournal(root()).list(), list, 'the index says what the journals say');
  });

  /** Every command that looks works all the time. Answers how often it looked. */
  async function lookUntil(ended: Promise<unknown>): Promise<number> {
    let isOver = false;
    void ended.then(() => (isOver = true));
    let looks = 0;
    for (; !isOver; looks++) {
      const run = runIds(folder).at(-1);
      const commands = [['list'], ['runs', '--json'], ...(run === undefined ? [] : [['show', run]])];
      for (const args of commands) {
        const { code, err } = await built(folder, ...args);
        assert.deepEqual([code, err], [0, ''], args.join(' '));
      }
    }
    return looks;
  }

  test('of several that resume one lost run, one goes on with it', async () => {
    const runner = startBuilt({ folder, args: ['run', 'slow'] });
    await eventually(() => fs.existsSync(path.join(folder, 'started')));
    runner.child.kill('SIGKILL');
    await runner.ended;
    const [run = ''] = runIds(folder);
    fs.rmSync(path.join(folder, 'started'));
    const resumed = Array.from({ length: 4 }, () => startBuilt({ folder, args: ['resume', run] }));
    await eventually(() => fs.existsSync(path.join(folder, 'started')));
    await eventually(() => resumed.filter(({ child }) => child.exitCode !== null).length === 3);
    assert.equal((await built(folder, 'stop', run, '--force')).code, 0);
    const ended = await Promise.all(resumed.map((each) => each.ended));
    assert.deepEqual(
      ended.map(({ code }) => code ?? 0).toSorted((a, b) => a - b),
      [2, 2, 2, 130],
    );
    for (const { code, err } of ended) if (code === 2) assert.match(err, /is still going on/);
    const events = eventsOf(folder, run);
    assert.equal(endOf(events), 'cancelled');
    assert.equal(events.filter(({ type }) => type === 'run-adopted').length, 1);
    assert.equal(fs.readFileSync(path.join(folder, 'marks'), 'utf8'), 'a\n');
  });

  test(`of ${TAKERS} processes that want one run in the same millisecond, one gets it: ${RACES} races`, async () => {
    const journal = new FileJournal(root());
    const takers = Array.from({ length: TAKERS }, () => startTaker(root()));
    let close = Number.NaN;
    for (let race = 0; race < RACES; race++) {
      const run = `r${race}`;
      const writer = await journal.create(run, startOf(workflowOf([{ id: 'a' }])));
      assert.ok(writer !== 'exists');
      await writer.close(); // Without an end: it is lost.
      close = Date.now() + 15;
      const answers = await Promise.all(takers.map((taker) => taker.ask(`${run} ${close}`)));
      assert.deepEqual(
        answers.filter((answer) => answer === 'got').length,
        1,
        `${run}: ${answers.join(' ')}`,
      );
      assert.ok(answers.every((answer) => answer === 'got' || answer === 'owned'));
      const record = await journal.read(run);
      assert.deepEqual(
        record?.events.map(({ type }) => type),
        ['run-started', 'run-adopted'],
      );
    }
    for (const taker of takers) taker.end();
  });

  test('a run whose new owner died while it took over is taken over again, and again', async () => {
    const runner = startBuilt({ folder, args: ['run', 'slow'] });
    await eventually(() => fs.existsSync(path.join(folder, 'started')));
    runner.child.kill('SIGKILL');
    await runner.ended;
    const [run = ''] = runIds(folder);
    const dead = path.join(runFolder(folder, run), 'owner.json');
    for (const number of [1, 2, 3]) {
      // As it is left by one who died right after its claim.
      const taken = path.join(runFolder(folder, run), `taken-${number}`);
      fs.mkdirSync(taken);
      fs.copyFileSync(dead, path.join(taken, 'owner.json'));
    }
    const reopened = await new FileJournal(root()).reopen(run);
    assert.ok(typeof reopened === 'object');
    assert.equal(await new FileJournal(root()).reopen(run), 'owned');
    await reopened.writer.close();
    const again = await new FileJournal(root()).reopen(run);
    assert.ok(typeof again === 'object', 'who lets go without an end leaves it to the next');
    await again.writer.close();
  });

  test('an owner that was thought dead writes nothing more once another has taken over', async () => {
    const journal = new FileJournal(root());
    const writer = await journal.create('r', startOf(workflowOf([{ id: 'a' }])));
    assert.ok(writer !== 'exists');
    // Its file is lost, so for a moment nobody seems to own the run.
    fs.rmSync(path.join(runFolder(folder, 'r'), 'owner.json'));
    const reopened = await new FileJournal(root()).reopen('r');
    assert.ok(typeof reopened === 'object');
    assert.throws(
      () => writer.append([{ type: 'run-ended', status: 'succeeded', warnings: 0 }]),
      /another process has taken the run over/,
    );
    await writer.close();
    assert.equal((await journal.read('r'))?.presence, 'live', 'the new owner keeps what it has');
    reopened.writer.append([{ type: 'run-ended', status: 'failed', warnings: 0 }]);
    await reopened.writer.close();
    assert.equal((await journal.list())[0]?.status, 'failed');
  });

  test('a run whose folder is deleted under it does not end as if all were well', async () => {
    const runner = startBuilt({ folder, args: ['run', 'slow'] });
    await eventually(() => fs.existsSync(path.join(folder, 'started')));
    fs.rmSync(root(), { recursive: true });
    const { code, err } = await runner.ended;
    assert.equal(code, 1);
    assert.match(err, /^baton: [^\n]*deleted while the run went on[^\n]*\n$/);
  });
}).timeout(LONG ? 300_000 : 60_000);

interface Taker {
  ask(line: string): Promise<string>;
  end(): void;
}

function startTaker(root: string): Taker {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'taker.ts'), root], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(line) {
      child.stdin.write(`${line}\n`);
      const answer = await answers.next();
      return answer.done === true ? 'gone' : answer.value;
    },
    end: () => child.stdin.end(),
  };
}
