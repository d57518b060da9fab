import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import { reasonedStatus, runSketch } from './sketch-run.ts';
import { CANCELLED, fails, need, startOf, SUCCEEDS, workflowOf } from '../model/sketches.ts';
import { SteeredRun } from './steered.ts';

/** Runs a sketch of a few lines and compares how every step ended, and the run. */
async function checkRun(sketch: string, expected: string): Promise<void> {
  const { state } = await runSketch(sketch);
  const lines = [...Object.values(state.steps).map(reasonedStatus), `run ${state.ended ?? 'goes on'}`];
  assert.deepEqual(
    lines,
    expected
      .trim()
      .split('\n')
      .map((line) => line.trim()),
  );
}

suite('A run', () => {
  test('of steps in a row runs them in order', () =>
    checkRun(
      'a\nb: needs a\nc: needs b',
      `
      a succeeded
      b succeeded
      c succeeded
      run succeeded`,
    ));

  test('in which a step fails skips what needs it and goes on with the rest', () =>
    checkRun(
      'a: fails\nb: needs a\nc: needs b\nd',
      `
      a failed (exit 1)
      b skipped (upstream_failed: a)
      c skipped (upstream_failed: b)
      d succeeded
      run failed`,
    ));

  test('hands on a skip by condition as upstream_skipped', () =>
    checkRun(
      'a: if false\nb: needs a\nc: needs b',
      `
      a skipped (condition)
      b skipped (upstream_skipped: a)
      c skipped (upstream_skipped: b)
      run succeeded`,
    ));

  test('lets a failure weigh more than a skip among the needs', () =>
    checkRun(
      'a: if false\nb: fails\nc: needs a b',
      `
      a skipped (condition)
      b failed (exit 1)
      c skipped (upstream_failed: b)
      run failed`,
    ));

  test('accepts a skipped need where that is allowed, but not one skipped by a failure', () =>
    checkRun(
      'a: if false\nb: needs a?\nx: fails\ny: needs x\nz: needs y?',
      `
      a skipped (condition)
      b succeeded
      x failed (exit 1)
      y skipped (upstream_failed: x)
      z skipped (upstream_failed: y)
      run failed`,
    ));

  test('starts a step with always() or failure() after a failure, however far up', () =>
    checkRun(
      'a: fails\nb: needs a\nc: needs b if always()\nd: needs b if failure()\ne: needs c',
      `
      a failed (exit 1)
      b skipped (upstream_failed: a)
      c succeeded
      d succeeded
      e succeeded
      run failed`,
    ));

  test('skips a step with failure() when nothing failed', () =>
    checkRun(
      'a\nb: needs a if failure()\nc: needs a if success()',
      `
      a succeeded
      b skipped (condition)
      c succeeded
      run succeeded`,
    ));

  test('treats an allowed failure as a success for those who need it, and counts it', () =>
    checkRun(
      'a: fails allowed\nb: needs a\nc: needs a if failure()',
      `
      a failed (exit 1), allowed
      b succeeded
      c skipped (condition)
      run succeeded`,
    ));

  test('fails a step whose condition reads what is not there, and says so', async () => {
    const { state } = await runSketch('a: if inputs.nobody == 1');
    const outcome = state.steps['a']?.attempts[0]?.outcome;
    assert.equal(outcome?.ok, false);
    assert.equal(outcome?.failure.kind, 'bad-expression');
    assert.equal(state.ended, 'failed');
  });

  test('with on_failure: finish lets running steps end and starts nothing new', async () => {
    const run = new SteeredRun();
    await run.start(
      startOf(workflowOf([{ id: 'a' }, { id: 'b' }, { id: 'c', needs: ['b'] }]), { onFailure: 'finish' }),
    );
    await run.end('a', fails());
    assert.deepEqual(run.backend.running, ['b']);
    assert.equal(run.backend.io('b')?.cancel.aborted, false);
    await run.end('b');
    assert.equal(run.state?.steps['c']?.reason, 'cancelled');
    assert.equal(run.state?.ended, 'failed');
  });

  test('with on_failure: kill cancels running steps', async () => {
    const run = new SteeredRun();
    await run.start(startOf(workflowOf([{ id: 'a' }, { id: 'b' }]), { onFailure: 'kill' }));
    await run.end('a', fails());
    assert.equal(run.backend.io('b')?.cancel.aborted, true);
    await run.end('b', CANCELLED);
    assert.equal(run.state?.steps['b']?.status, 'cancelled');
    assert.equal(run.state?.ended, 'failed');
  });

  test('never runs more steps at once than it may', async () => {
    const run = new SteeredRun();
    await run.start(startOf(workflowOf(['a', 'b', 'c', 'd'].map((id) => ({ id }))), { parallel: 2 }));
    assert.deepEqual(run.backend.running, ['a', 'b']);
    await run.end('a');
    assert.deepEqual(run.backend.running, ['b', 'c']);
  });

  test('starts the step with the longest way to go first', async () => {
    const run = new SteeredRun();
    const sketches = [{ id: 'short' }, { id: 'long' }, { id: 'after', needs: ['long'] }];
    await run.start(startOf(workflowOf(sketches), { parallel: 1 }));
    assert.deepEqual(run.backend.running, ['long']);
  });

  test('of no steps succeeds', async () => {
    const run = new SteeredRun();
    await run.start(startOf(workflowOf([])));
    assert.equal(run.state?.ended, 'succeeded');
  });

  test('writes every start down before it does it', async () => {
    const run = new SteeredRun();
    let written: number | undefined;
    const { backend, events } = run;
    const execute = backend.execute;
    Object.assign(backend, {
      execute: (...given: Parameters<typeof execute>) => {
        written ??= events.filter(({ type }) => type === 'attempt-started').length;
        return execute(...given);
      },
    });
    await run.start(startOf(workflowOf([{ id: 'a' }])));
    assert.equal(written, 1);
  });
});

suite('A stop', () => {
  test('cancels what runs, skips what waits, and ends the run as cancelled', async () => {
    const run = new SteeredRun();
    await run.start(startOf(workflowOf([{ id: 'a' }, { id: 'b', needs: ['a'] }])));
    await run.stop();
    assert.equal(run.backend.io('a')?.cancel.aborted, true);
    assert.equal(run.backend.io('a')?.kill.aborted, false);
    await run.end('a', CANCELLED);
    assert.equal(run.state?.ended, 'cancelled');
    assert.deepEqual(Object.values(run.state?.steps ?? {}).map(reasonedStatus), [
      'a cancelled',
      'b skipped (cancelled)',
    ]);
  });

  test('asked for twice skips the grace', async () => {
    const run = new SteeredRun();
    await run.start(startOf(workflowOf([{ id: 'a' }])));
    await run.stop();
    await run.stop();
    assert.equal(run.backend.io('a')?.kill.aborted, true);
    await run.end('a', CANCELLED);
  });

  test('ends a step that waits for its next attempt as cancelled', async () => {
    const run = new SteeredRun();
    await run.start(startOf(workflowOf([{ id: 'a', retry: { max: 3 } }])));
    await run.end('a', fails());
    assert.equal(run.backend.running.length, 0);
    await run.stop();
    assert.equal(run.state?.steps['a']?.status, 'cancelled');
    assert.equal(run.state?.ended, 'cancelled');
    assert.equal(run.clock.pending, 0);
  });

  test('by the workflow timeout ends the run as timed out', async () => {
    const run = new SteeredRun();
    await run.start(startOf(workflowOf([{ id: 'a' }], { timeoutMs: 5000 })));
    await run.advance(4999);
    assert.equal(run.backend.io('a')?.cancel.aborted, false);
    await run.advance(1);
    assert.equal(run.backend.io('a')?.cancel.aborted, true);
    await run.end('a', CANCELLED);
    assert.equal(run.state?.ended, 'timed_out');
  });
});

suite('A retry', () => {
  test('waits delay · factor^(k-1), at most max_delay, and counts extra attempts', async () => {
    const run = new SteeredRun();
    const retry = { max: 3, delayMs: 100, factor: 10, maxDelayMs: 2000 };
    await run.start(startOf(workflowOf([{ id: 'a', retry }])));
    for (const waitMs of [100, 1000, 2000]) {
      await run.end('a', fails());
      await run.advance(waitMs - 1);
      assert.deepEqual(run.backend.running, [], `no attempt before ${waitMs} ms`);
      await run.advance(1);
      assert.deepEqual(run.backend.running, ['a']);
    }
    await run.end('a', fails(7));
    assert.equal(run.state?.steps['a']?.attempts.length, 4);
    assert.equal(run.state?.ended, 'failed');
  });

  test('that succeeds makes the step succeed', async () => {
    const run = new SteeredRun();
    await run.start(
      startOf(
        workflowOf([
          { id: 'a', retry: { max: 1 } },
          { id: 'b', needs: ['a'] },
        ]),
      ),
    );
    await run.end('a', fails());
    await run.advance(1000);
    await run.end('a', SUCCEEDS);
    await run.end('b');
    assert.equal(run.state?.ended, 'succeeded');
  });

  test('does not happen for exit codes 126 and 127, nor for codes that are not listed', async () => {
    for (const [code, retry] of [
      [126, { max: 1 }],
      [127, { max: 1 }],
      [4, { max: 1, exitCodes: [3] }],
    ] as const) {
      const run = new SteeredRun();
      await run.start(startOf(workflowOf([{ id: 'a', retry }])));
      await run.end('a', fails(code));
      assert.equal(run.state?.ended, 'failed', `exit ${code}`);
    }
  });

  test('does not happen after a time-out where on.timeout is false', async () => {
    for (const onTimeout of [true, false]) {
      const run = new SteeredRun();
      await run.start(startOf(workflowOf([{ id: 'a', retry: { max: 1, onTimeout } }])));
      await run.end('a', { ok: false, failure: { kind: 'timed-out', afterMs: 5 } });
      assert.equal(run.state?.ended, onTimeout ? undefined : 'failed');
    }
  });

  test('does not start after total_timeout, which also shortens the last attempt', async () => {
    const run = new SteeredRun();
    const step = {
      id: 'a',
      totalTimeoutMs: 1500,
      timeoutMs: 1000,
      retry: { max: 9, delayMs: 700, factor: 1 },
    };
    await run.start(startOf(workflowOf([step])));
    await run.end('a', fails());
    await run.advance(700);
    assert.equal(run.backend.asked.at(-1)?.timeoutMs, 800);
    await run.advance(400);
    await run.end('a', fails());
    assert.equal(run.state?.ended, 'failed');
  });

  test('keeps its start time in the journal, so that a new owner waits no longer and no shorter', async () => {
    const run = new SteeredRun();
    await run.start(startOf(workflowOf([{ id: 'a', retry: { max: 1 } }])));
    const before = run.clock.now();
    await run.end('a', fails());
    const ended = run.events.at(-1);
    assert.equal(ended?.type === 'attempt-ended' && ended.retryAt, before + 1000);
  });
});

test('a need with allow: skipped is written like any other', () => {
  assert.deepEqual(need('a', true).allowSkipped, true);
});
