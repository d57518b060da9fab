import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { agendaOf } from '../../src/engine/agenda.ts';
import { decide } from '../../src/engine/decide.ts';
import { adopt } from '../../src/engine/run.ts';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import type { Assignment, Outcome } from '../../src/model/attempt.ts';
import type { RunEvent } from '../../src/model/run-event.ts';
import { replay } from '../../src/model/apply-event.ts';
import { isFinal, type RunState } from '../../src/model/run-state.ts';
import { modelRun, type ModelStep } from './reference-model.ts';
import { fails, startOf, SUCCEEDS, workflowOf } from '../model/sketches.ts';
import { settle, SteeredRun } from './steered.ts';

const conditions = ['always()', 'failure()', 'success()', 'none_failed()', 'false', 'true'] as const;

/** Random graphs whose steps need only earlier ones. */
const modelSteps: fc.Arbitrary<readonly ModelStep[]> = fc
  .array(
    fc.record({
      needs: fc.array(fc.record({ back: fc.integer({ min: 1, max: 6 }), allowSkipped: fc.boolean() }), {
        maxLength: 3,
      }),
      when: fc.option(fc.constantFrom(...conditions), { nil: undefined, freq: 2 }),
      allowedToFail: fc.boolean(),
      attempts: fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 14 },
  )
  .map((sketches) =>
    sketches.map(({ needs, when, ...rest }, index) => ({
      ...rest,
      id: `s${index}`,
      needs: [...new Map(needs.map(({ back, allowSkipped }) => [index - back, allowSkipped]))]
        .filter(([at]) => at >= 0)
        .map(([at, allowSkipped]) => ({ step: `s${at}`, allowSkipped })),
      ...(when === undefined ? {} : { when }),
    })),
  );

function firstFactOf(steps: readonly ModelStep[], parallel: number) {
  const sketches = steps.map((step) => ({
    id: step.id,
    needs: step.needs.map((need) => ({ ...need, kind: 'needs' as const, range: { start: 0, end: 0 } })),
    continueOn: step.allowedToFail ? ('any-failure' as const) : ('nothing' as const),
    retry: { max: step.attempts.length - 1, delayMs: 10 },
    ...(step.when === undefined ? {} : { when: step.when }),
  }));
  return startOf(workflowOf(sketches), { parallel });
}

function outcomeOf(steps: readonly ModelStep[], step: string, attempt: number): Outcome {
  return steps.find(({ id }) => id === step)?.attempts[attempt - 1] === true ? SUCCEEDS : fails();
}

/** Runs to the end; whatever is running ends in an order drawn from `picks`. */
async function runAll(
  steps: readonly ModelStep[],
  parallel: number,
  picks: readonly number[],
): Promise<SteeredRun> {
  const run = new SteeredRun();
  await run.start(firstFactOf(steps, parallel));
  for (let turn = 0; run.state === undefined; turn++) {
    const { running } = run.backend;
    assert.ok(running.length <= parallel, `${running.length} run at once, ${parallel} may`);
    const step = running[(picks[turn % picks.length] ?? 0) % Math.max(1, running.length)];
    if (step === undefined) await run.advance(1000);
    else await run.end(step, outcomeOf(steps, step, attemptsOf(run.backend.asked, step)));
  }
  return run;
}

function attemptsOf(asked: readonly Assignment[], step: string): number {
  return asked.filter((assignment) => assignment.step === step).length;
}

function endsOf(state: RunState): object {
  return Object.fromEntries(
    Object.values(state.steps).map(({ id, status, result, reason, attempts }) => [
      id,
      { status, result, attempts: attempts.length, ...(reason === undefined ? {} : { reason }) },
    ]),
  );
}

function modelEndsOf(steps: readonly ModelStep[]): object {
  const shown = [...modelRun(steps)].map(([id, { status, result, reason, attempts }]) => [
    id,
    { status, result, attempts, ...(reason === undefined ? {} : { reason }) },
  ]);
  return Object.fromEntries(shown);
}

const picks = fc.array(fc.nat(50), { minLength: 1, maxLength: 20 });

suite('On random graphs', () => {
  test('every step ends as the reference model says, whatever ends first', () =>
    fc.assert(
      fc.asyncProperty(modelSteps, fc.integer({ min: 1, max: 5 }), picks, async (steps, parallel, order) => {
        const { state } = await runAll(steps, parallel, order);
        assert.deepEqual(state && endsOf(state), modelEndsOf(steps));
      }),
      { numRuns: 150 },
    )).timeout(60_000);

  test('every step starts only after all its needs are final, and no final step starts again', () =>
    fc.assert(
      fc.asyncProperty(modelSteps, picks, async (steps, order) => {
        const { events } = await runAll(steps, 3, order);
        assertOrder(steps, events);
      }),
      { numRuns: 60 },
    )).timeout(60_000);

  test('a run cut off after any fact and taken over ends as it would have, without repeating a finished step', () =>
    fc.assert(
      fc.asyncProperty(modelSteps, picks, async (steps, order) => {
        const { events, state } = await runAll(steps, 3, order);
        for (let cut = 1; cut < events.length; cut++) await checkRecovery(steps, events.slice(0, cut), state);
      }),
      { numRuns: 12 },
    )).timeout(120_000);

  test('an agenda made afresh decides the same as one kept from the start', () =>
    fc.assert(
      fc.asyncProperty(modelSteps, picks, async (steps, order) => {
        const { events } = await runAll(steps, 3, order);
        for (let cut = 1; cut <= events.length; cut++) {
          const state = replay(events.slice(0, cut));
          assert.ok(state);
          const running = Object.values(state.steps).filter(({ status }) => status === 'running').length;
          const { start } = decide(agendaOf(state), state, {
            now: events[cut - 1]?.at ?? 0,
            wall: events[cut - 1]?.at ?? 0,
          });
          assert.ok(start.length + running <= 3);
          for (const step of start) assert.equal(isFinal(state.steps[step]?.status ?? 'lost'), false);
        }
      }),
      { numRuns: 30 },
    )).timeout(60_000);
});

function assertOrder(steps: readonly ModelStep[], events: readonly RunEvent[]): void {
  const final = new Set<string>();
  for (const event of events) {
    if (event.type === 'attempt-started') {
      assert.ok(!final.has(event.step), `${event.step} starts again after it was final`);
      for (const { step } of steps.find(({ id }) => id === event.step)?.needs ?? []) {
        assert.ok(final.has(step), `${event.step} starts before ${step} is final`);
      }
    }
    if (event.type === 'step-skipped' || (event.type === 'attempt-ended' && event.retryAt === undefined)) {
      final.add(event.step);
    }
  }
}

/** Plants the first facts of a run whose owner then dies, takes it over, and carries it to its end. */
async function checkRecovery(
  steps: readonly ModelStep[],
  past: readonly RunEvent[],
  expected: RunState | undefined,
): Promise<void> {
  const run = new SteeredRun();
  const [first, ...rest] = past;
  assert.equal(first?.type, 'run-started');
  const journal = new MemoryJournal(run.clock.now);
  const writer = await journal.create('run', first);
  assert.ok(writer !== 'exists');
  writer.append(rest);
  await writer.close();
  const reopened = await journal.reopen('run');
  assert.ok(typeof reopened === 'object');
  const finished = new Set(
    Object.values(replay(past)?.steps ?? {}).flatMap(({ id, status }) => (isFinal(status) ? [id] : [])),
  );
  let state: RunState | undefined;
  const world = { backend: run.backend, clock: run.clock, random: () => 0.5 };
  void adopt(reopened, world).then((ended) => (state = ended));
  await settle();
  while (state === undefined) {
    const step = run.backend.running[0];
    if (step === undefined) {
      await run.advance(1000);
      continue;
    }
    assert.ok(!finished.has(step), `${step} had finished and ran again`);
    await run.end(step, outcomeOf(steps, step, attemptNumber(state, run, step, past)));
  }
  const ended: RunState = state;
  for (const [id, end] of Object.entries(expected?.steps ?? {})) {
    assert.equal(ended.steps[id]?.status, end.status, id);
    assert.equal(ended.steps[id]?.reason, end.reason, id);
  }
  assert.equal(ended.ended, expected?.ended);
}

/** The model's attempt that this one stands for: lost attempts do not count. */
function attemptNumber(_: unknown, run: SteeredRun, step: string, past: readonly RunEvent[]): number {
  const before = past.filter((event) => event.type === 'attempt-ended' && event.step === step).length;
  return before + attemptsOf(run.backend.asked, step);
}
