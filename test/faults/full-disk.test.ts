import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import { workspace, type Ended } from '../cli/cli.ts';
import { eventually } from '../eventually.ts';
import { built, endOf, eventsOf, markedBy, runIds, startBuilt, succeededIn } from './built.ts';
import { LONG } from './long.ts';
import { mountSmallDisk, type SmallDisk } from './small-disk.ts';

const STEPS = 30;
const DISK_KIB = 2048;
/** A run of `steps` needs about a hundred. */
const ROOM_PAGES = LONG ? Array.from({ length: 140 }, (_, i) => i + 1) : [1, 4, 9, 30, 80, 160];

const FILES = {
  // Facts, a script of its own, an output and a log for each step; what it did is told outside of the small disk.
  'steps.workflow.yaml': `limits: { parallel: 3 }\nsteps:\n${Array.from(
    { length: STEPS },
    (_, i) => `  s${i}:
    ${i === 0 ? '' : `needs: s${Math.floor((i - 1) / 2)}`}
    language: sh
    script: |
      echo s${i} >> marks
      echo "text=$(head -c 300 /dev/zero | tr '\\\\0' x)" >> "$BATON_OUTPUT"
      echo said`,
  ).join('\n')}\n`,
  'logs.workflow.yaml': `steps:
  chatty: { run: 'echo chatty >> marks; head -c 3000000 /dev/zero' }
  after: { needs: chatty, run: echo after >> marks }
`,
  // What is read by another step passes through the runner.
  'piped.workflow.yaml': `steps:
  chatty: { run: 'echo chatty >> marks; head -c 3000000 /dev/zero | tr "\\\\0" x; echo' }
  after: { needs: chatty, env: { TEXT: "\${{ steps.chatty.stdout }}" }, run: 'echo after >> marks' }
`,
  'output.workflow.yaml': `steps:
  large: { run: 'head -c 3000000 /dev/zero | tr "\\\\0" "\\\\n" >> "$BATON_OUTPUT"' }
  after: { needs: large, run: echo after >> marks }
`,
  'wait.workflow.yaml': 'steps: { wait: { run: touch started; sleep 600 } }\n',
};

suite('On a full disk', function () {
  let folder = '';
  let dispose = () => undefined as void;
  let disk: SmallDisk;

  setup(function () {
    ({ folder, dispose } = workspace(FILES));
    const mounted = mountSmallDisk(path.join(folder, '.baton'), DISK_KIB);
    if (mounted === undefined) {
      dispose();
      console.log('      left out: this user may not mount a small disk');
      return this.skip();
    }
    disk = mounted;
  });
  teardown(() => {
    disk?.unmount();
    dispose();
  });

  function marks(): readonly string[] {
    const file = path.join(folder, 'marks');
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  }

  /** A failure is told in one line that says what to do, and nothing of it is left running. */
  async function checkTold({ code, err }: Ended): Promise<void> {
    assert.equal(code, 1, err);
    assert.match(err, /^baton: [^\n]*ENOSPC[^\n]*\n$/);
    for (const run of runIds(folder)) await eventually(() => markedBy(run).length === 0, 3000);
  }

  /** What the dead owner took away behind itself may have made room for the rest. */
  async function checkWithoutRoom(run: string): Promise<void> {
    const ended = await built(folder, 'resume', run);
    const end = endOf(eventsOf(folder, run));
    if (end === undefined) await checkTold(ended);
    else assert.equal(ended.code, end === 'succeeded' ? 0 : 1);
  }

  /** Resumes the one run, with room, and sees that nothing is done twice that was recorded. */
  async function checkResumed(): Promise<void> {
    const [run = ''] = runIds(folder);
    const before = marks().length;
    const events = eventsOf(folder, run);
    const done = succeededIn(events);
    // A step may have failed of the same lack of room, with just enough left to write that down.
    const hasFailed = events.some(
      (event) => event.type === 'attempt-ended' && !event.outcome.ok && event.retryAt === undefined,
    );
    const { code, err } = await built(folder, 'resume', run);
    assert.deepEqual([code, err], [hasFailed ? 1 : 0, '']);
    assert.equal(endOf(eventsOf(folder, run)), hasFailed ? 'failed' : 'succeeded');
    assert.deepEqual(
      marks()
        .slice(before)
        .filter((step) => done.has(step)),
      [],
    );
    if (hasFailed) assert.equal((await built(folder, 'rerun', run)).code, 0);
  }

  test('no run begins, which is told; with room again one does', async () => {
    disk.fill(0);
    const refused = await built(folder, 'run', 'steps');
    await checkTold(refused);
    assert.match(refused.err, /No run could begin/);
    assert.deepEqual(marks(), []);
    const left = fs.readdirSync(path.join(folder, '.baton'), { recursive: true, encoding: 'utf8' });
    assert.deepEqual(
      left.filter((name) => name.startsWith('runs/')),
      [],
      'nothing is left of what could not begin',
    );
    assert.equal((await built(folder, 'list')).code, 0);
    disk.free();
    assert.equal((await built(folder, 'run', 'steps')).code, 0);
  });

  test('that fills up at any moment, a run ends with a word, and is resumed once there is room', async () => {
    const seen = { told: 0, failed: 0, succeeded: 0 };
    for (const pages of ROOM_PAGES) {
      fs.rmSync(path.join(folder, 'marks'), { force: true });
      fs.rmSync(path.join(folder, '.baton', 'runs'), { recursive: true, force: true });
      disk.fill(pages);
      const ended = await built(folder, 'run', 'steps');
      const [run] = runIds(folder);
      const end = run === undefined ? undefined : endOf(eventsOf(folder, run));
      if (ended.code === 0) {
        seen.succeeded++;
        assert.equal(end, 'succeeded');
        assert.equal(new Set(marks()).size, STEPS);
      } else if (end !== undefined) {
        // The steps had no room, but their journal had.
        seen.failed++;
        assert.deepEqual([ended.code, end], [1, 'failed']);
      } else {
        seen.told++;
        await checkTold(ended);
        if (run !== undefined) {
          assert.match(ended.err, new RegExp(`baton resume ${run}`));
          // Trying to go on too early must not spoil it.
          await checkWithoutRoom(run);
        }
        disk.free();
        if (run !== undefined && endOf(eventsOf(folder, run)) === undefined) await checkResumed();
      }
      disk.free();
    }
    if (LONG) console.log('     ', seen);
    assert.ok(seen.told >= 3 && seen.succeeded > 0, JSON.stringify(seen));
  });

  for (const name of ['logs', 'piped', 'output']) {
    test(`a step that fills it does not bring the runner down: ${name}`, async () => {
      disk.fill(100);
      const ended = await built(folder, 'run', name);
      assert.equal(ended.code, 1, ended.err);
      assert.doesNotMatch(ended.err, /\n +at /);
      const [run = ''] = runIds(folder);
      assert.notEqual(endOf(eventsOf(folder, run)), 'succeeded');
      assert.equal(marks().includes('after'), false);
      assert.deepEqual(markedBy(run), []);
    });
  }

  test('Ctrl-C still ends a run', async () => {
    const runner = startBuilt({ folder, args: ['run', 'wait'] });
    await eventually(() => fs.existsSync(path.join(folder, 'started')));
    disk.fill(0);
    runner.child.kill('SIGINT');
    const ended = await runner.ended;
    assert.ok(ended.code === 130 || ended.code === 1, ended.err);
    assert.doesNotMatch(ended.err, /\n +at /);
    const [run = ''] = runIds(folder);
    await eventually(() => markedBy(run).length === 0, 3000);
  });
}).timeout(LONG ? 600_000 : 60_000);
