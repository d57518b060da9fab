import type { StepAddress } from '../model/attempt.ts';
import type { RunState } from '../model/run-state.ts';

/**
 * What begins anew when a gate sends the run back (rule E6): the step it names, the gate itself, and everything on a
 * way from the one to the other. Steps beside those ways keep their ends.
 */
export function rewindOf(
  state: RunState,
  gate: StepAddress,
): { readonly to: StepAddress; readonly steps: readonly StepAddress[] } | undefined {
  const step = state.steps[gate];
  if (step?.step.kind !== 'gate' || step.step.with.rewindTo === undefined) return undefined;
  const to = step.level + step.step.with.rewindTo;
  const after = reach(to, (id) => state.steps[id]?.dependents ?? []);
  const before = reach(gate, (id) => {
    const at = state.steps[id];
    return at?.step.needs.map((need) => at.level + need.step) ?? [];
  });
  const steps = Object.keys(state.steps).filter((id) => after.has(id) && before.has(id));
  return { to, steps: steps.includes(gate) ? steps : [...steps, gate] };
}

function reach(
  from: StepAddress,
  next: (id: StepAddress) => readonly StepAddress[],
): ReadonlySet<StepAddress> {
  const seen = new Set([from]);
  const open = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const each of next(id)) {
      if (seen.has(each)) continue;
      seen.add(each);
      open.push(each);
    }
  }
  return seen;
}
