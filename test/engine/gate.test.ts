import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import { adopt } from '../../src/engine/run.ts';
import { describeFailure } from '../../src/model/attempt.ts';
import { fails, startOf } from '../model/sketches.ts';
import { settle, SteeredRun } from './steered.ts';
import { endAll, endsIn, runYaml, workflowIn } from './yaml-run.ts';

const REVIEWED = `
steps:
  write: { run: "true" }
  review: { needs: write, run: "true" }
  beside: { needs: review, run: "true" }
  quality: { needs: review, gate: { check: wait, rewind_to: review, max: 2 } }
  ship: { needs: quality, run: "true" }`;

suite('A gate that checks', () => {
  test('lets the run pass when its check succeeds', async () => {
    const run = await runYaml('steps:\n  q: { gate: { check: "true" } }\n  ship: { needs: q, run: "true" }');
    assert.deepEqual(endsIn(run), ['q succeeded', 'ship succeeded', 'run succeeded']);
  });

  test('sends the run back to a step, and everything between runs again, but nothing beside', async () => {
    const { run } = await runYaml(REVIEWED);
    await run.end('quality', fails());
    assert.deepEqual(run.backend.running, ['review']);
    await endAll(run);
    await run.end('quality');
    await endAll(run);
    const attempts = Object.values(run.last.steps).map(({ id, attempts }) => `${id} ${attempts.length}`);
    assert.deepEqual(attempts, ['write 1', 'review 2', 'beside 1', 'quality 2', 'ship 1']);
    assert.equal(run.state?.ended, 'succeeded');
    const back = run.facts('step-rewound')[0];
    assert.deepEqual(back?.type === 'step-rewound' && back.steps, ['review', 'quality']);
  });

  test('sends it back max times, and then fails', async () => {
    const { run } = await runYaml(REVIEWED);
    for (let i = 0; i < 3; i++) {
      await run.end('quality', fails(7));
      await endAll(run);
    }
    assert.equal(run.last.steps['quality']?.attempts.length, 3);
    assert.equal(run.last.steps['quality']?.status, 'failed');
    assert.equal(run.last.steps['ship']?.reason, 'upstream_failed');
    assert.equal(run.state?.ended, 'failed');
  });

  test('does not send a stopped run back', async () => {
    const { run } = await runYaml(REVIEWED);
    await run.stop();
    await run.end('quality', fails());
    assert.equal(run.last.steps['quality']?.status, 'failed');
    assert.equal(run.state?.ended, 'failed');
  });

  test('makes steps that had not begun wait again for what begins anew', async () => {
    const { run } = await runYaml(`
limits: { parallel: 1 }
steps:
  a: { run: "true" }
  q: { needs: a, gate: { check: wait, rewind_to: a } }
  q2: { needs: q, run: "true" }
  q3: { needs: q2, run: "true" }
  late: { needs: a, run: "true" }`);
    assert.deepEqual(run.backend.running, ['q']);
    assert.equal(run.last.steps['late']?.status, 'queued');
    await run.end('q', fails());
    assert.equal(run.last.steps['late']?.status, 'pending');
    assert.deepEqual(run.backend.running, ['a']);
    await run.end('a');
    await run.end('q');
    await endAll(run);
    assert.equal(run.state?.ended, 'succeeded');
    assert.equal(run.last.steps['late']?.attempts.length, 1);
  });

  test('begins fan-outs and loops on the way anew, whose attempts count on', async () => {
    const { run } = await runYaml(`
steps:
  scan: { for_each: [1, 2], run: "true" }
  tdd: { needs: scan, loop: { max: 1, steps: { a: { run: exit 1, continue_on_error: true } } } }
  q: { needs: tdd, gate: { check: wait, rewind_to: scan } }`);
    assert.equal(run.last.warnings, 1);
    await run.end('q', fails());
    await endAll(run);
    await run.end('q');
    const attempts = Object.values(run.last.steps).map(({ id, attempts }) => `${id} ${attempts.length}`);
    assert.deepEqual(attempts.toSorted(), ['q 2', 'scan 2', 'scan{0} 2', 'scan{1} 2', 'tdd 2', 'tdd[1].a 2']);
    assert.equal(run.last.warnings, 1);
    assert.equal(run.state?.ended, 'succeeded');
    assert.deepEqual(
      run.backend.asked.filter(({ step }) => step === 'scan{0}').map(({ attempt }) => attempt),
      [1, 2],
    );
  });

  test('waits for its check as long as it says, and then does what `on_timeout` says', async () => {
    const gate = (onTimeout: string) =>
      `steps:\n  q: { gate: { check: wait, timeout: 5m${onTimeout} } }\n  ship: { needs: q, run: "true" }`;
    for (const [how, end] of [
      ['', 'timed_out'],
      [', on_timeout: approve', 'succeeded'],
    ] as const) {
      const { run } = await runYaml(gate(how));
      assert.equal(run.backend.asked[0]?.timeoutMs, 300_000);
      await run.end('q', { ok: false, failure: { kind: 'timed-out', afterMs: 300_000 } });
      await endAll(run);
      assert.equal(run.last.steps['q']?.status, end);
      assert.equal(run.last.steps['ship']?.status, end === 'succeeded' ? 'succeeded' : 'skipped');
    }
  });

  test('retries its check before it sends anything back, and counts retries anew after a rewind', async () => {
    const { run } = await runYaml(`
steps:
  a: { run: "true" }
  q: { needs: a, retry: { max: 1, delay: 1s }, gate: { check: wait, rewind_to: a, max: 1 } }`);
    for (let i = 0; i < 4; i++) {
      await run.end('q', fails());
      await endAll(run);
    }
    assert.equal(run.last.steps['q']?.attempts.length, 4);
    assert.equal(run.last.steps['a']?.attempts.length, 2);
    assert.equal(run.state?.ended, 'failed');
  });
});

suite('A gate with a condition', () => {
  test('passes where it holds, and fails with its words where it does not', async () => {
    const run = await runYaml(`
steps:
  a: { run: out n=3 }
  big: { gate: { when: "steps.a.outputs.n > 2" } }
  bigger: { gate: { when: "steps.a.outputs.n > 5" } }`);
    assert.deepEqual(endsIn(run), ['a succeeded', 'big succeeded', 'bigger failed', 'run failed']);
    const outcome = run.state.steps['bigger']?.attempts[0]?.outcome;
    assert.equal(
      outcome?.ok === false && describeFailure(outcome.failure),
      '`steps.a.outputs.n > 5` is not true',
    );
  });

  test('sends the run back, too', async () => {
    const { state } = await runYaml(`
steps:
  a: { run: "out n=1" }
  b: { needs: a, gate: { when: "steps.a.outputs.n == 2", rewind_to: a, max: 2 } }`);
    assert.equal(state.steps['a']?.attempts.length, 3);
    assert.equal(state.ended, 'failed');
  });
});

suite('A gate that asks a person', () => {
  const ASKS = `
limits: { parallel: 1 }
steps:
  other: { run: wait }
  ok: { gate: { approval: "Publish \${{ inputs.what }}?", timeout: 2d, on_timeout: reject } }
  ship: { needs: ok, run: "echo \${{ steps.ok.outputs.note }}" }
inputs: { what: { default: it } }`;

  test('waits without a slot, asks its question, and passes when a person approves', async () => {
    const { run } = await runYaml(ASKS, { inputs: { what: 'all' } });
    assert.deepEqual(run.backend.running, ['other']);
    const { wait, status } = run.last.steps['ok'] ?? {};
    assert.equal(status, 'waiting');
    assert.equal(wait?.for === 'answer' && wait.question, 'Publish all?');
    await run.answer('ok', 'approve', 'fine');
    await run.end('other');
    assert.deepEqual(run.backend.running, ['ship']);
    await run.end('ship');
    const outcome = run.last.steps['ok']?.attempts[0]?.outcome;
    assert.deepEqual(outcome?.ok === true && { ...outcome.outputs }, {
      answer: 'approve',
      by: 'Ada',
      note: 'fine',
    });
    assert.equal(run.state?.ended, 'succeeded');
  });

  test('fails when a person rejects, with what they said', async () => {
    const { run } = await runYaml(ASKS, { inputs: { what: 'all' } });
    await run.answer('ok', 'reject', 'not today');
    await run.end('other');
    const outcome = run.last.steps['ok']?.attempts[0]?.outcome;
    assert.equal(outcome?.ok === false && describeFailure(outcome.failure), 'rejected by Ada: not today');
    assert.equal(run.last.steps['ship']?.reason, 'upstream_failed');
    assert.equal(run.state?.ended, 'failed');
  });

  test('is answered by on_timeout when nobody does in time, also when its owner changed', async () => {
    const { run } = await runYaml(ASKS, { inputs: { what: 'all' } });
    await run.advance(2 * 86_400_000 - 1);
    assert.equal(run.last.steps['ok']?.status, 'waiting');
    await run.advance(1);
    assert.equal(run.last.steps['ok']?.status, 'failed');
    const waiting = run.facts('step-waiting')[0];
    assert.equal(
      waiting?.type === 'step-waiting' && waiting.wait.for === 'answer' && waiting.wait.until,
      (waiting?.at ?? 0) + 2 * 86_400_000,
    );
  });

  test('takes no time from the run’s limit while nothing else runs', async () => {
    const { run } = await runYaml(`
timeout: 1h
steps:
  ok: { gate: { approval: "Go on?" } }
  then: { needs: ok, run: wait }`);
    await run.advance(5 * 3_600_000);
    assert.equal(run.state, undefined);
    await run.answer('ok', 'approve');
    await run.advance(3_599_000);
    assert.equal(run.backend.io('then')?.cancel.aborted, false);
    await run.advance(1_000);
    assert.equal(run.backend.io('then')?.cancel.aborted, true);
  });

  test('gives the run no time back while a step waits for its place in a group', async () => {
    const run = new SteeredRun(undefined, { enterGroup: () => new Promise(() => undefined) });
    await run.start(
      startOf(
        workflowIn(`
timeout: 1h
steps:
  ok: { gate: { approval: "Go on?" } }
  place: { concurrency: { group: g }, run: "true" }`),
      ),
    );
    await run.advance(3_600_000);
    assert.equal(run.last.stop?.by, 'timeout');
  });

  test('is cancelled by a stop, and an answer after that changes nothing', async () => {
    const { run } = await runYaml('steps:\n  ok: { gate: { approval: "Go on?" } }');
    await run.stop();
    await run.answer('ok', 'approve');
    assert.equal(run.last.steps['ok']?.status, 'cancelled');
    assert.equal(run.state?.ended, 'cancelled');
  });
});

suite('A run that only people can go on with', () => {
  test('is left by its owner, and taken up by whoever finds the answer, once', async () => {
    const workflow = workflowIn(
      'steps:\n  ok: { gate: { approval: "Go on?" } }\n  after: { needs: ok, run: "true" }',
    );
    const run = new SteeredRun(undefined, { park: 'always' });
    await run.start(startOf(workflow));
    assert.equal(run.state?.parked, true);
    assert.equal(run.state?.ended, undefined);
    assert.equal((await run.journal.read('run'))?.presence, 'parked');
    assert.equal(await run.journal.request('run', { type: 'answer', step: 'ok', answer: 'approve' }), 'left');
    const reopened = await run.journal.reopen('run');
    assert.ok(typeof reopened === 'object');
    const asked = run.backend.asked.length;
    const ended = adopt(reopened, { backend: run.backend, clock: run.clock, random: () => 0.5 });
    await settle();
    assert.equal(run.backend.asked.length, asked + 1);
    await run.end('after');
    assert.equal((await ended).ended, 'succeeded');
  });

  test('that was told to stop ends at once when somebody goes on with it', async () => {
    const run = new SteeredRun(undefined, { park: 'always' });
    await run.start(startOf(workflowIn('steps:\n  ok: { gate: { approval: "Go on?" } }')));
    assert.equal(await run.journal.request('run', { type: 'stop', force: false, by: 'request' }), 'left');
    const reopened = await run.journal.reopen('run');
    assert.ok(typeof reopened === 'object');
    const state = await adopt(reopened, { backend: run.backend, clock: run.clock, random: () => 0.5 });
    assert.equal(state.ended, 'cancelled');
  });
});
