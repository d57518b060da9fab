import type { Json } from '../base/json.ts';
import { byReference, itemsOf, outputsOf } from '../model/inside.ts';
import type { Reused, RunStarted } from '../model/run-event.ts';
import { roleOf, type RunState, type StepState } from '../model/run-state.ts';
import type { Step, StepId, Workflow } from '../model/workflow.ts';

/** Which part of an earlier run is worked for again: what did not succeed, or a step, or several, and all that comes after them. */
export type Part =
  | { readonly kind: 'failed' }
  | { readonly kind: 'from'; readonly step: StepId }
  | { readonly kind: 'again'; readonly steps: ReadonlySet<StepId> };

/**
 * The ends that a new run of a workflow takes over from an earlier one: of steps that succeeded, still say the same in
 * the file, and come after none that runs again. What a person said holds for the run they said it to: they are asked anew.
 */
export function reuseFrom(past: RunState, workflow: Workflow, part: Part): NonNullable<RunStarted['reuse']> {
  const again = new Set<StepId>();
  const steps: Record<StepId, Reused> = {};
  for (const step of inOrder(workflow.steps)) {
    const before = past.steps[step.id];
    const stays =
      before?.result === 'succeeded' &&
      before.status === 'succeeded' &&
      !asksPeople(step) &&
      !(part.kind === 'from' && part.step === step.id) &&
      !(part.kind === 'again' && part.steps.has(step.id)) &&
      !step.needs.some((need) => again.has(need.step)) &&
      saysTheSame(before.step, step);
    if (!stays) again.add(step.id);
    else steps[step.id] = endOf(past, before);
  }
  return { run: past.run, steps };
}

function asksPeople(step: Step): boolean {
  return step.kind === 'gate' && 'approval' in step.with.by;
}

/** Each step after those it needs. */
function inOrder(steps: readonly Step[]): readonly Step[] {
  const placed = new Set<StepId>();
  const ordered: Step[] = [];
  let left = [...steps];
  while (left.length > 0) {
    const next = left.filter((step) => step.needs.every((need) => placed.has(need.step)));
    if (next.length === 0) return [...ordered, ...left];
    for (const step of next) placed.add(step.id);
    ordered.push(...next);
    left = left.filter((step) => !placed.has(step.id));
  }
  return ordered;
}

function endOf(past: RunState, step: StepState): Reused {
  const role = roleOf(step);
  const own = step.reused?.outcome ?? step.attempts.at(-1)?.outcome;
  const outcome = own?.ok === true ? own : ({ ok: true, outputs: {} } as const);
  if (role === 'leaf') return { outcome };
  // What is kept as a file stays one: the new run has a copy of it.
  return role === 'loop'
    ? { outcome, outputs: { ...outputsOf(past, step, byReference) } }
    : { outcome, items: itemsOf(past, step, byReference).map(written) };
}

/** Without getters: as it will be read back. */
function written(item: Json): Json {
  return JSON.parse(JSON.stringify(item)) as Json;
}

/** Places in the file do not matter. */
function saysTheSame(before: Step, now: Step): boolean {
  return meaning(before) === meaning(now);
}

function meaning(step: Step): string {
  return JSON.stringify(step, (key, value: unknown) =>
    key === 'range' || key === 'idRange' || key === 'keepStdout' ? undefined : value,
  );
}
