import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import { workspace } from '../cli/cli.ts';
import { eventually } from '../eventually.ts';
import { built, endOf, eventsOf, markedBy, replay, runIds, startBuilt, type StartedBuilt } from './built.ts';
import { LONG } from './long.ts';
import { randomFrom } from './random.ts';

/** One step in each state that a step can be stopped in; one at once. */
const STATES = `limits: { parallel: 1 }
steps:
  backoff: { run: exit 1, retry: { max: 1, delay: 10m } }
  running: { run: touch started; sleep 600 }
  queued: { run: touch never }
  pending: { needs: running, run: touch never }
  after_backoff: { needs: backoff, if: always(), run: touch never }
`;

/** Steps that do not want to end. Each says when it has done its worst. */
const STUBBORN: Readonly<Record<string, string>> = {
  deaf: `trap '' TERM INT HUP; touch up-deaf; while :; do sleep 600; done`,
  deaf_child: `(trap '' TERM; touch up-deaf_child; sleep 600; sleep 601)`,
  apart: `setsid sh -c 'trap "" TERM; touch up-apart; sleep 600; sleep 601' & wait`,
  twice_forked: `(setsid sh -c '(sleep 600; sleep 601) & touch up-twice_forked' &) ; sleep 600`,
  orphan: `(trap '' TERM; sh -c 'sleep 600; sleep 601' & touch up-orphan) ; sleep 600`,
  stopped: `touch up-stopped; kill -STOP $$; sleep 600`,
  stopped_apart: `setsid sh -c 'touch up-stopped_apart; kill -STOP $$' & wait`,
  forking: `trap '' TERM; touch up-forking; while :; do sleep 0.05 & wait; done`,
};
const GRACE_MS = 1000;
/** Rule E4 promises one second; the rest is for a busy machine. */
const GONE_WITHIN_MS = GRACE_MS + 1000 + 1000;

function stubborn(more: string): string {
  const steps = Object.entries(STUBBORN).map(
    ([id, command]) => `  ${id}:\n    run: ${JSON.stringify(command)}\n    stop: { grace: 1s }${more}`,
  );
  return `limits: { parallel: 20 }\nsteps:\n${steps.join('\n')}\n`;
}

const FILES = {
  'states.workflow.yaml': STATES,
  'stubborn.workflow.yaml': stubborn(''),
  'late.workflow.yaml': stubborn('\n    timeout: 3s'),
  'many.workflow.yaml': `steps: { ${Array.from({ length: 20 }, (_, i) => `s${i}: { run: sleep 600 }`).join(', ')} }`,
};

suite('A run that is stopped', function () {
  if (process.platform !== 'linux') return;
  let folder = '';
  let dispose = () => undefined as void;
  setup(() => ({ folder, dispose } = workspace(FILES)));
  teardown(() => dispose());

  const isThere = (name: string) => fs.existsSync(path.join(folder, name));

  function statuses(run: string): Record<string, string> {
    const state = replay(eventsOf(folder, run));
    return Object.fromEntries(Object.values(state?.steps ?? {}).map(({ id, status }) => [id, status]));
  }

  async function checkGone(run: string, since: number): Promise<void> {
    await eventually(() => markedBy(run).length === 0, GONE_WITHIN_MS - (performance.now() - since));
  }

  async function stubbornRun(name: string): Promise<{ readonly runner: StartedBuilt; readonly run: string }> {
    const runner = startBuilt({ folder, args: ['run', name] });
    await eventually(() => Object.keys(STUBBORN).every((id) => isThere(`up-${id}`)));
    const [run = ''] = runIds(folder);
    assert.ok(markedBy(run).length >= Object.keys(STUBBORN).length);
    return { runner, run };
  }

  test('ends steps in every state: pending, queued, running, waiting to try again', async () => {
    const runner = startBuilt({ folder, args: ['run', 'states'] });
    await eventually(() => isThere('started'));
    runner.child.kill('SIGINT');
    assert.equal((await runner.ended).code, 130);
    const [run = ''] = runIds(folder);
    assert.deepEqual(statuses(run), {
      backoff: 'cancelled',
      running: 'cancelled',
      queued: 'skipped',
      pending: 'skipped',
      after_backoff: 'skipped',
    });
    assert.equal(endOf(eventsOf(folder, run)), 'cancelled');
    assert.equal(isThere('never'), false);
    assert.deepEqual(markedBy(run), []);
  });

  test('leaves nobody behind: not the deaf, not those that left their group, not the stopped', async () => {
    const { runner, run } = await stubbornRun('stubborn');
    const since = performance.now();
    runner.child.kill('SIGTERM');
    await checkGone(run, since);
    assert.equal((await runner.ended).code, 143);
    assert.equal(endOf(eventsOf(folder, run)), 'cancelled');
  });

  test('leaves nobody behind either when it is stopped by force, from elsewhere', async () => {
    const { runner, run } = await stubbornRun('stubborn');
    const since = performance.now() - GRACE_MS; // which is left out
    assert.equal((await built(folder, 'stop', run, '--force')).code, 0);
    await checkGone(run, since);
    assert.equal((await runner.ended).code, 130);
  });

  test('leaves nobody behind when steps run out of time', async () => {
    const { runner, run } = await stubbornRun('late');
    assert.equal((await runner.ended).code, 1);
    assert.deepEqual(markedBy(run), []);
    assert.deepEqual(new Set(Object.values(statuses(run))), new Set(['timed_out']));
  });

  test(`at any instant has either not begun or ends as stopped: ${LONG ? 60 : 8} instants`, async () => {
    const random = randomFrom(5);
    for (let i = 0; i < (LONG ? 60 : 8); i++) {
      const known = new Set(runIds(folder));
      const runner = startBuilt({ folder, args: ['run', 'many'] });
      const timer = setTimeout(() => runner.child.kill('SIGTERM'), random.below(500));
      const { code, signal, err } = await runner.ended;
      clearTimeout(timer);
      const run = runIds(folder).find((each) => !known.has(each));
      assert.ok(signal === 'SIGTERM' ? run === undefined : code === 143, `${code} ${signal} ${run} ${err}`);
      if (run === undefined) continue;
      assert.equal(endOf(eventsOf(folder, run)), 'cancelled');
      assert.deepEqual(markedBy(run), []);
    }
  });
}).timeout(LONG ? 180_000 : 60_000);
