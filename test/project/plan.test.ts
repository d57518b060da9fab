import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import { analyze, blockers } from '../../src/language/analyze.ts';
import type { Diagnostic } from '../../src/model/diagnostic.ts';
import { planRun, type PlanRequest } from '../../src/project/plan.ts';

const TEXT = `inputs:
  who: { type: string, default: world }
  times: { type: number, required: true }
limits: { parallel: 3 }
steps:
  a: { run: x }
  b: { run: x, needs: a }
`;

function request(text: string, more: Partial<PlanRequest> = {}): PlanRequest {
  const analysis = analyze(text);
  return { workflow: analysis.workflow, blockers: blockers(analysis), ...more };
}

function notYet(message: string): Diagnostic {
  return {
    code: 'baton/not-yet',
    severity: 'warning',
    message,
    range: { start: 0, end: 0 },
    related: [],
    fixes: [],
  };
}

suite('Planning a run', () => {
  test('needs no journal, and no values for what has a default', async () => {
    const plan = await planRun(request(TEXT, { inputs: { times: '3' } }));
    assert.ok(plan.ok);
    assert.deepEqual(
      plan.value.inputs.map(({ name, given, value }) => [name, given, value]),
      [
        ['who', false, 'world'],
        ['times', true, 3],
      ],
    );
    assert.deepEqual([plan.value.parallel, plan.value.complete], [3, false]);
  });

  test('tells of what is missing in the plan', async () => {
    const plan = await planRun(request(TEXT, { parallel: 7 }));
    assert.ok(plan.ok);
    assert.equal(plan.value.inputs[1]?.problem, 'Input "times" needs a value.');
    assert.equal(plan.value.parallel, 7);
  });

  test('tells once of each thing that would be refused today', async () => {
    const later = [
      '`gate` steps cannot run yet.',
      '`finally` cannot run yet.',
      '`gate` steps cannot run yet.',
    ];
    const plan = await planRun(request(TEXT, { blockers: later.map(notYet) }));
    assert.deepEqual(plan.ok && plan.value.refusals, later.slice(0, 2));
  });

  test('is refused for errors, for inputs that there are not, and for steps that there are not', async () => {
    const kinds = await Promise.all(
      [
        request('steps:\n  a: { run: x, needs: a }\n'),
        request(TEXT, { inputs: { whom: 'x' } }),
        request(TEXT, { selection: { only: ['c'] } }),
      ].map(async (each) => {
        const plan = await planRun(each);
        return plan.ok ? 'planned' : plan.error.kind;
      }),
    );
    assert.deepEqual(kinds, ['diagnostics', 'inputs', 'unknown']);
  });
});
