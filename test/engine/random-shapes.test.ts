import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { adopt } from '../../src/engine/run.ts';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import { applyEvent, replay } from '../../src/model/apply-event.ts';
import type { Outcome } from '../../src/model/attempt.ts';
import type { RunEvent } from '../../src/model/run-event.ts';
import { isFinal, type RunState } from '../../src/model/run-state.ts';
import { CANCELLED, fails, startOf, SUCCEEDS } from '../model/sketches.ts';
import { settle, SteeredRun } from './steered.ts';
import { workflowIn } from './yaml-run.ts';

/** A step of any shape, as YAML; `back` are the steps before it that it needs. */
const step = fc.record({
  shape: fc.constantFrom(
    'run',
    'fails',
    'allowed',
    'retried',
    'items',
    'loop',
    'retried loop',
    'loop that asks',
    'items of loops',
    'check',
    'when',
    'asks',
  ),
  back: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
  condition: fc.option(fc.constantFrom('always()', 'failure()', 'true'), { nil: undefined, freq: 4 }),
  count: fc.integer({ min: 0, max: 3 }),
});

const shapes = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 7 }),
  last: fc.boolean(),
  parallel: fc.integer({ min: 1, max: 3 }),
  onFailure: fc.constantFrom('continue', 'finish', 'kill'),
});
type Shapes = typeof shapes extends fc.Arbitrary<infer T> ? T : never;

function yamlOf({ steps, last, parallel, onFailure }: Shapes): string {
  const lines = steps.map(({ shape, back, condition, count }, i) => {
    const needs = [...new Set(back.map((each) => i - each).filter((each) => each >= 0))].map(
      (each) => `s${each}`,
    );
    const first = needs[0];
    const fields = [
      `needs: [${needs.join(', ')}]`,
      ...(condition === undefined ? [] : [`if: "${condition}"`]),
    ];
    const list = JSON.stringify(Array.from({ length: count }, (_, n) => n));
    const loop = `loop: { max: ${count + 1}, until: "loop.round > ${count}", steps: { x: { run: good }, y: { needs: x, run: bad, continue_on_error: true } } }`;
    switch (shape) {
      case 'run':
        return [...fields, 'run: good'];
      case 'fails':
        return [...fields, 'run: bad'];
      case 'allowed':
        return [...fields, 'run: bad', 'continue_on_error: true'];
      case 'retried':
        return [...fields, 'run: bad', 'retry: { max: 2, delay: 1s }'];
      case 'items':
        return [
          ...fields,
          `for_each: ${list}`,
          'max_parallel: 2',
          `run: "\${{ item == 2 && 'bad' || 'good' }}"`,
        ];
      case 'loop':
        return [...fields, loop];
      case 'retried loop':
        return [
          ...fields,
          'retry: { max: 1, delay: 1s }',
          'loop: { max: 2, until: "loop.round > 1", steps: { x: { run: good }, y: { needs: x, run: bad } } }',
        ];
      case 'loop that asks':
        return [
          ...fields,
          'timeout: 10m',
          'loop: { max: 2, until: "loop.round > 1", steps: { x: { run: good }, ask: { needs: x, gate: { approval: "Well?", timeout: 1h, on_timeout: approve } } } }',
        ];
      case 'items of loops':
        return [...fields, `for_each: ${list}`, loop];
      case 'check':
        return [
          ...fields,
          `gate: { check: bad${first === undefined ? '' : `, rewind_to: ${first}, max: ${count + 1}`} }`,
        ];
      case 'when':
        return [
          ...fields,
          `gate: { when: "1 == 2"${first === undefined ? '' : `, rewind_to: ${first}, max: 1`} }`,
        ];
      case 'asks':
        return [...fields, 'gate: { approval: "Well?", timeout: 1m }'];
    }
  });
  const written = lines.map((fields, i) => `  s${i}: { ${fields.join(', ')} }`).join('\n');
  const tidy = last
    ? '\nfinally:\n  tidy: { run: good }\n  tell: { needs: tidy, if: failure(), run: good }'
    : '';
  return `limits: { parallel: ${parallel}, on_failure: ${onFailure} }\nsteps:\n${written}${tidy}`;
}

async function carryToEnd(run: SteeredRun, picks: readonly number[], parallel: number): Promise<RunState> {
  for (let turn = 0; run.state === undefined; turn++) {
    const { running } = run.backend;
    assert.ok(running.length <= parallel, `${running.length} run at once, ${parallel} may`);
    const next = running[(picks[turn % picks.length] ?? 0) % Math.max(1, running.length)];
    if (next === undefined) await run.advance(60_000);
    else await run.end(next, outcomeOf(run, next));
    assert.ok(turn < 2_000, 'the run does not come to an end');
  }
  return run.state;
}

function outcomeOf(run: SteeredRun, step: string): Outcome {
  if (run.backend.io(step)?.cancel.aborted === true) return CANCELLED;
  const assignment = run.backend.asked.findLast((each) => each.step === step);
  const text = assignment !== undefined && 'text' in assignment.with ? assignment.with.text : '';
  return text.includes('bad') || Object.values(assignment?.env ?? {}).includes('bad') ? fails() : SUCCEEDS;
}

function endsOf(state: RunState): readonly string[] {
  return Object.values(state.steps)
    .map(({ id, status, result, reason }) => `${id} ${status} ${result} ${reason}`)
    .toSorted();
}

const picks = fc.array(fc.nat(50), { minLength: 1, maxLength: 12 });

async function run(of: Shapes, order: readonly number[]): Promise<SteeredRun> {
  const workflow = workflowIn(yamlOf(of));
  const made = new SteeredRun();
  await made.start(startOf(workflow, { parallel: of.parallel }));
  await carryToEnd(made, order, of.parallel);
  return made;
}

suite('On random workflows of every shape', () => {
  test('every step is final at the end, counts add up, and a replay shows the same', () =>
    fc.assert(
      fc.asyncProperty(shapes, picks, async (of, order) => {
        const { events, state } = await run(of, order);
        const replayed = replay(events);
        assert.ok(state !== undefined && replayed !== undefined);
        assert.deepEqual(endsOf(replayed), endsOf(state));
        const steps = Object.values(state.steps);
        for (const each of steps) assert.ok(isFinal(each.status), `${each.id} is ${each.status}`);
        assert.equal(
          steps.length,
          Object.values(state.counts).reduce((sum, count) => sum + count, 0),
        );
        assert.equal(state.busy, 0);
        assert.equal(state.asking, 0);
        assertNothingBeginsEarly(events);
        assert.equal(state.openMain + state.openFinally, 0);
        const top = Object.values(state.steps).filter(({ parent }) => parent === undefined);
        const bad = top.some(
          ({ result }) => result === 'failed' || result === 'timed_out' || result === 'lost',
        );
        assert.equal(state.ended === 'failed', bad);
      }),
      { numRuns: 150 },
    )).timeout(120_000);

  test('the order in which programs end changes nothing where failures do not end the run', () =>
    fc.assert(
      fc.asyncProperty(shapes, picks, picks, async (of, one, other) => {
        const calm = {
          ...of,
          onFailure: 'continue' as const,
          steps: of.steps.filter(({ shape }) => shape !== 'check' && shape !== 'when'),
        };
        fc.pre(calm.steps.length > 0);
        const [a, b] = [await run(calm, one), await run(calm, other)];
        assert.deepEqual(a.state && endsOf(a.state), b.state && endsOf(b.state));
      }),
      { numRuns: 60 },
    )).timeout(120_000);

  test('a run cut off after any fact and taken over comes to an end, and repeats nothing that had succeeded', () =>
    fc.assert(
      fc.asyncProperty(shapes, picks, async (of, order) => {
        const { events, state } = await run(of, order);
        for (let cut = 1; cut < events.length; cut++)
          await checkRecovery(events.slice(0, cut), { of, order, state });
      }),
      { numRuns: 25 },
    )).timeout(240_000);
});

/** Whatever begins finds all that it needs final, and all that those who hold it need, also while a rewind runs some of it again. */
function assertNothingBeginsEarly(events: readonly RunEvent[]): void {
  let state: RunState | undefined;
  for (const event of events) {
    state = applyEvent(state, event);
    if (state === undefined || !('step' in event)) continue;
    if (event.type !== 'attempt-started' && event.type !== 'items-expanded' && event.type !== 'round-started')
      continue;
    for (
      let each = state.steps[event.step];
      each !== undefined;
      each = each.parent === undefined ? undefined : state.steps[each.parent]
    ) {
      for (const { step: need } of each.step.needs) {
        const status = state.steps[each.level + need]?.status ?? 'pending';
        assert.ok(isFinal(status), `${event.step} began while ${need} was ${status}`);
      }
    }
  }
}

async function checkRecovery(
  past: readonly RunEvent[],
  {
    of,
    order,
    state,
  }: { readonly of: Shapes; readonly order: readonly number[]; readonly state: RunState | undefined },
): Promise<void> {
  const again = new SteeredRun();
  again.clock.advance((past.at(-1)?.at ?? 0) - again.clock.now());
  const [first, ...rest] = past;
  assert.equal(first?.type, 'run-started');
  const journal = new MemoryJournal(again.clock.now);
  const writer = await journal.create('run', first);
  assert.ok(writer !== 'exists');
  writer.append(rest);
  await writer.close();
  const reopened = await journal.reopen('run');
  assert.ok(typeof reopened === 'object');
  const done = new Set(
    Object.values(replay(past)?.steps ?? {}).flatMap(({ id, status }) =>
      status === 'succeeded' ? [id] : [],
    ),
  );
  const world = {
    backend: again.backend,
    clock: again.clock,
    random: () => 0.5,
    onEvents: (events: readonly RunEvent[]) => {
      for (const event of events) {
        again.events.push(event);
        // What a gate sends back begins anew on purpose.
        if (event.type === 'step-rewound') done.clear();
        if (event.type !== 'round-started' || event.round > 1) continue;
        // So does a loop that is tried again.
        for (const id of done) if (id.startsWith(`${event.step}[`)) done.delete(id);
      }
    },
  };
  void adopt(reopened, world).then((ended) => (again.state = ended));
  await settle();
  for (const step of again.backend.running) assert.ok(!done.has(step), `${step} had succeeded and ran again`);
  const ended = await carryToEnd(again, order, of.parallel);
  if (of.onFailure === 'continue' && !of.steps.some(({ shape }) => shape === 'check' || shape === 'when')) {
    assert.deepEqual(endsOf(ended), state && endsOf(state));
  }
}
