import type { Diagnostic } from '../../model/diagnostic.ts';
import { needEntries } from '../edges.ts';
import { finding } from '../findings.ts';
import type { StepEntry } from '../step-entries.ts';
import { valueOf } from '../tree.ts';
import type { CheckContext } from './check.ts';

/** So many steps are looked at for one file; in larger ones what is left is not spoken of. */
const MOST_STEPS = 20_000;

/**
 * A need that another need waits for anyway. Silent where it may mean more: with `allow`, with a condition of its own on
 * the way, or where the step reads what the need gave out.
 */
export function checkImpliedNeeds({ steps, edges, cycles }: CheckContext): readonly Diagnostic[] {
  if (cycles.length > 0) return [];
  let left = MOST_STEPS;
  return steps.flatMap((step) => {
    const needs = needEntries(step).filter(({ allowSkipped }) => !allowSkipped);
    if (needs.length < 2 || valueOf(step.node, 'if') !== undefined) return [];
    const open = new Map(needs.map((need) => [need.id, need]));
    const found: Diagnostic[] = [];
    for (const { id } of needs) {
      for (const above of aboveOf(step.level.byId.get(id), edges)) {
        if (--left < 0) return found;
        const implied = open.get(above.id);
        if (implied === undefined || above.level !== step.level) continue;
        open.delete(above.id);
        const message = `Step "${step.id}" need not name "${above.id}": "${id}" waits for it already.`;
        found.push(finding('baton/implied-need', implied.range, message, { severity: 'hint' }));
      }
    }
    return found;
  });
}

/** All that a step waits for, as long as nothing on the way may be skipped or fail without consequence. */
function* aboveOf(step: StepEntry | undefined, edges: CheckContext['edges']): Generator<StepEntry> {
  const seen = new Set(step === undefined ? [] : [step]);
  for (const each of seen) {
    if (each !== step) yield each;
    if (['if', 'continue_on_error'].some((key) => valueOf(each.node, key) !== undefined)) continue;
    for (const need of edges.get(each) ?? []) {
      const needed = need.allowSkipped ? undefined : each.level.byId.get(need.step);
      if (needed !== undefined) seen.add(needed);
    }
  }
}
