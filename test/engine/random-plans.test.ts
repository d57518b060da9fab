import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { planOf } from '../../src/engine/plan.ts';
import type { RunPlan, StepPast } from '../../src/model/run-plan.ts';
import type { RunState } from '../../src/model/run-state.ts';
import type { Workflow } from '../../src/model/workflow.ts';
import { fails, need, startOf, SUCCEEDS, workflowOf, type Sketch } from '../model/sketches.ts';
import { settle, SteeredRun } from './steered.ts';

const CONDITIONS = [
  'always()',
  'failure()',
  'success()',
  'none_failed()',
  'cancelled()',
  'inputs.yes',
  'inputs.no',
  'success() && inputs.no',
  'failure() && inputs.yes',
  'failure() || inputs.yes',
  'none_failed() && !inputs.no',
  '!success()',
  '!failure() && inputs.yes',
  "always() && env.MODE == 'fast'",
  "success() && env.MODE == 'slow'",
] as const;

/** Conditions about one of a step's own needs. */
const ABOUT_NEEDS = [
  "steps.NEED.result == 'succeeded'",
  "always() && steps.NEED.result == 'skipped'",
  "always() && steps.NEED.result != 'skipped'",
  "failure() || steps.NEED.outcome == 'failed'",
  "success() && default(steps.NEED.outputs.x, '') == ''",
] as const;

const conditions = fc.option(fc.constantFrom(...CONDITIONS, ...ABOUT_NEEDS), { nil: undefined, freq: 2 });

/** Random graphs whose steps need only earlier ones. */
const sketches: fc.Arbitrary<readonly Sketch[]> = fc
  .array(
    fc.record({
      needs: fc.array(fc.record({ back: fc.integer({ min: 1, max: 6 }), allowSkipped: fc.boolean() }), {
        maxLength: 3,
      }),
      when: conditions,
      allowed: fc.boolean(),
    }),
    { minLength: 1, maxLength: 14 },
  )
  .map((steps) =>
    steps.map(({ needs, when, allowed }, index) => {
      const earlier = new Map(needs.map(({ back, allowSkipped }) => [`s${index - back}`, allowSkipped]));
      const own = [...earlier].filter(([id]) => !id.startsWith('s-')).map(([id, skip]) => need(id, skip));
      const readable = when?.includes('NEED') === true && own.length === 0 ? undefined : when;
      return {
        id: `s${index}`,
        needs: own,
        continueOn: allowed ? ('any-failure' as const) : ('nothing' as const),
        ...(readable !== undefined && { when: readable.replaceAll('NEED', own[0]?.step ?? '') }),
      };
    }),
  );

function workflowWith(steps: readonly Sketch[]): Workflow {
  return workflowOf(steps, { env: { MODE: 'fast' } });
}

const INPUTS = { yes: true, no: false };

function planWith(workflow: Workflow, more: Partial<Parameters<typeof planOf>[1]> = {}): RunPlan {
  const inputs = { yes: { given: true, value: true }, no: { given: true, value: false } };
  return planOf(workflow, { inputs, parallel: 3, ...more });
}

/** Runs to the end; a step fails when `failing` has its number. */
async function runAll(workflow: Workflow, failing: ReadonlySet<number>): Promise<RunState> {
  const run = new SteeredRun();
  await run.start(startOf(workflow, { parallel: 3, inputs: INPUTS }));
  while (run.state === undefined) {
    const [step] = run.backend.running;
    if (step === undefined) await settle();
    else await run.end(step, failing.has(Number(step.slice(1))) ? fails() : SUCCEEDS);
  }
  return run.state;
}

suite('On random graphs a plan', () => {
  test('never says that a step would be skipped which then runs, whatever fails', () =>
    fc.assert(
      fc.asyncProperty(sketches, fc.uniqueArray(fc.nat(13)), async (steps, failing) => {
        const workflow = workflowWith(steps);
        const state = await runAll(workflow, new Set(failing));
        for (const { id, will, reason } of planWith(workflow).steps) {
          if (will === 'skip') assert.equal(state.steps[id]?.status, 'skipped', `${id}: ${reason?.message}`);
        }
      }),
      { numRuns: 200 },
    )).timeout(120_000);

  test('says only of steps that they would run which do when nothing fails', () =>
    fc.assert(
      fc.asyncProperty(sketches, async (steps) => {
        const workflow = workflowWith(steps);
        const state = await runAll(workflow, new Set());
        for (const { id, will } of planWith(workflow).steps) {
          if (will === 'run') assert.equal(state.steps[id]?.status, 'succeeded', id);
        }
      }),
      { numRuns: 100 },
    )).timeout(120_000);

  test('has every step in one wave, after the waves of all it needs', () => {
    fc.assert(
      fc.property(sketches, (steps) => {
        const { waves, steps: planned } = planWith(workflowWith(steps));
        assert.deepEqual(waves.flat().toSorted(), steps.map(({ id }) => id).toSorted());
        const waveOf = new Map(planned.map(({ id, wave }) => [id, wave]));
        for (const { id, wave, needs } of planned) {
          assert.ok(waves[wave]?.includes(id));
          for (const each of needs) assert.ok((waveOf.get(each) ?? Infinity) < wave, `${id} needs ${each}`);
        }
      }),
    );
  });

  test('expects no less than its critical path takes, and no more than all its steps together', () => {
    const durations = fc.array(fc.option(fc.nat(1000), { nil: undefined }), { minLength: 14, maxLength: 14 });
    fc.assert(
      fc.property(sketches, durations, fc.integer({ min: 1, max: 5 }), (steps, tookMs, parallel) => {
        const past: Record<string, StepPast> = {};
        for (const [i, { id }] of steps.entries()) {
          const p50Ms = tookMs[i];
          if (p50Ms !== undefined) past[id] = { runs: 1, p50Ms, p95Ms: p50Ms };
        }
        const shown = planWith(workflowWith(steps), { past, parallel });
        const active = shown.steps.filter(({ will }) => will !== 'skip');
        const sum = active.reduce((total, { expectedMs = 0 }) => total + expectedMs, 0);
        assert.ok(shown.expectedMs >= shown.criticalMs, `${shown.expectedMs} < ${shown.criticalMs}`);
        assert.ok(shown.expectedMs <= sum, `${shown.expectedMs} > ${sum}`);
        if (parallel === 1) assert.equal(shown.expectedMs, sum);
        assert.equal(shown.complete, !active.some(({ expectedMs }) => expectedMs === undefined));
        assert.deepEqual(
          shown.steps.filter(({ critical }) => critical).map(({ id }) => id),
          steps.flatMap(({ id }) => (shown.criticalPath.includes(id) ? [id] : [])),
        );
      }),
      { numRuns: 300 },
    );
  });
});
