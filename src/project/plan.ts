import os from 'node:os';
import { emptyRecord, type Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { KnownInput } from '../engine/foreknown.ts';
import { planOf } from '../engine/plan.ts';
import { select, type Selection } from '../graph/select.ts';
import { stepGraph } from '../graph/step-graph.ts';
import type { Journal } from '../journal/journal.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { RunPlan, StepPast } from '../model/run-plan.ts';
import type { StepId, Workflow } from '../model/workflow.ts';
import { pastDurations } from './history.ts';
import { resolveInput, unknownInputs } from './inputs.ts';
import type { Refusal } from './runs.ts';

/** What is to be planned: a workflow as it is now, and what a run of it would be given. */
export interface PlanRequest {
  readonly workflow: Workflow;
  /** What keeps it from being run, by its analysis. */
  readonly blockers: readonly Diagnostic[];
  readonly inputs?: Readonly<Record<string, Json>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Steps at once; stronger than the file's own limit. */
  readonly parallel?: number;
  readonly selection?: Selection;
  /** Where its past is kept; absent where it has none. */
  readonly journal?: Journal;
}

/**
 * What a run would do, with the durations of past runs. Refused are errors in the file, and inputs and steps that it
 * does not have; what is missing, or cannot run yet, is told in the plan.
 */
export async function planRun(request: PlanRequest): Promise<Result<RunPlan, Refusal>> {
  const { workflow, blockers, inputs: given = {}, env, parallel, selection, journal } = request;
  const diagnostics = blockers.filter(({ severity }) => severity === 'error');
  if (diagnostics.length > 0) return err({ kind: 'diagnostics', diagnostics });
  const problems = unknownInputs(workflow, given);
  if (problems.length > 0) return err({ kind: 'inputs', problems });
  const selected = selection && select(stepGraph(workflow), selection);
  if (selected?.ok === false) return err({ kind: 'unknown', message: selected.error });
  const plan = planOf(workflow, {
    inputs: knownInputs(workflow, given),
    parallel: parallel ?? workflow.limits.parallel ?? os.availableParallelism(),
    past: await pastOf(journal, workflow),
    ...(env && { env }),
    ...(selected && { selected: selected.value }),
  });
  return ok({ ...plan, refusals: [...new Set(blockers.map(({ message }) => message))] });
}

/** A text that was never saved has no past. */
async function pastOf(journal: Journal | undefined, { ref }: Workflow): Promise<Record<StepId, StepPast>> {
  return journal === undefined || ref === '' ? {} : pastDurations(journal, ref);
}

function knownInputs(workflow: Workflow, given: Readonly<Record<string, Json>>): Record<string, KnownInput> {
  const known = emptyRecord<KnownInput>();
  for (const declared of workflow.inputs) {
    const isGiven = Object.hasOwn(given, declared.name);
    if (declared.secret && isGiven) {
      // A plan is shown, and a secret never is: what depends on it is not known.
      known[declared.name] = { given: true };
      continue;
    }
    const value = resolveInput(declared, isGiven ? given[declared.name] : undefined);
    known[declared.name] = value.ok
      ? { given: isGiven, ...(value.value !== undefined && { value: value.value }) }
      : { given: isGiven, problem: value.error };
  }
  return known;
}
