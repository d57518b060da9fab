import { renderTemplate } from '../expression/evaluate.ts';
import type { PlannedInput, PlanPart, RunPlan, StepPast } from '../model/run-plan.ts';
import type { Concurrency, InputDeclaration, StepId, Workflow } from '../model/workflow.ts';
import type { Level } from './foresee.ts';
import { foreknownScope, ifKnown, type Foreknown, type KnownInput } from './foreknown.ts';
import { planPart } from './plan-part.ts';

/** What a run would be given. */
export interface PlanGiven {
  /** Each input that the workflow declares, by its name. */
  readonly inputs: Readonly<Record<string, KnownInput>>;
  /** Given with `--env`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly past?: Readonly<Record<StepId, StepPast>>;
  /** Steps at once. */
  readonly parallel: number;
  /** The steps that somebody picked; absent means all. Those of `finally` run all the same. */
  readonly selected?: ReadonlySet<StepId>;
}

/** What a run of this workflow would do. Nothing is run and no file is read; every workflow without errors has a plan. */
export function planOf(workflow: Workflow, given: PlanGiven): RunPlan {
  const { inputs, parallel, env = {}, past = {}, selected } = given;
  const known: Foreknown = { workflow, inputs, env };
  const level: Level = { known, around: NOTHING, outside: new Set(), isFinally: false };
  const part = planPart(workflow.steps, { ...level, ...(selected && { selected }) }, { past, parallel });
  const last = lastPart(workflow, level, { past, parallel });
  const approvals = [...approvalsIn(part), ...(last === undefined ? [] : approvalsIn(last))];
  return {
    name: workflow.name,
    workflow: workflow.ref,
    parallel,
    ...part,
    ...(last !== undefined && { finally: last }),
    inputs: workflow.inputs.map((declared) => inputOf(declared, inputs[declared.name])),
    secrets: workflow.inputs.filter(({ secret }) => secret).map(({ name }) => name),
    ...(workflow.concurrency && { concurrency: concurrencyOf(workflow.concurrency, known) }),
    approvals,
    refusals: [],
  };
}

const NOTHING: Level['around'] = { inLoop: false, loopMax: 0, repeated: false };

function lastPart(
  workflow: Workflow,
  level: Level,
  planning: Parameters<typeof planPart>[2],
): PlanPart | undefined {
  if (workflow.finally.length === 0) return undefined;
  const outside = new Set(workflow.steps.map(({ id }) => id));
  return planPart(workflow.finally, { ...level, outside, isFinally: true }, planning);
}

function inputOf(declared: InputDeclaration, known: KnownInput | undefined): PlannedInput {
  const { name, type, required, secret, default: fallback } = declared;
  const { given = false, value, problem } = known ?? {};
  return {
    name,
    type,
    required,
    secret,
    given,
    ...(value !== undefined && !secret && { value }),
    ...(fallback !== undefined && !secret && { default: fallback }),
    ...(problem !== undefined && { problem }),
  };
}

/** Its group belongs to no step, so it sees what every step sees and no step's result. */
function concurrencyOf(concurrency: Concurrency, known: Foreknown): Concurrency {
  const scope = foreknownScope(known, { of: { env: {} }, around: NOTHING, step: () => undefined });
  const group = ifKnown(() => renderTemplate(concurrency.group, scope));
  return group?.ok === true ? { ...concurrency, group: group.value } : concurrency;
}

/** Gates that would ask a person, with the ids of the loops around them. */
function approvalsIn(part: PlanPart, before = ''): string[] {
  return part.steps.flatMap(({ id, will, gate, loop }) => {
    if (will === 'skip') return [];
    const own = gate === 'approval' ? [before + id] : [];
    return loop === undefined ? own : [...own, ...approvalsIn(loop.steps, `${before}${id}.`)];
  });
}
