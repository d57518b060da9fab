import type { Diagnostic } from '../../model/diagnostic.ts';
import { needEntries } from '../edges.ts';
import { finding, suggestion } from '../findings.ts';
import { visibleIds, type StepEntry } from '../step-entries.ts';
import { textOf, valueOf } from '../tree.ts';
import type { CheckContext } from './check.ts';

/** G3: what `needs` and `rewind_to` name must exist, beside the step. */
export function checkNeeds({ steps }: CheckContext): readonly Diagnostic[] {
  return steps.flatMap((step) => [...checkEntries(step), ...checkRewind(step)]);
}

function checkEntries(step: StepEntry): readonly Diagnostic[] {
  const seen = new Set<string>();
  return needEntries(step).flatMap(({ id, range }) => {
    if (seen.has(id)) {
      const message = `Step "${step.id}" needs "${id}" twice; once is enough.`;
      return [finding('baton/duplicate-key', range, message, { severity: 'warning' })];
    }
    seen.add(id);
    if (step.level.byId.has(id)) return [];
    if (visibleIds(step.level).includes(id)) {
      const message = `Step "${id}" stands outside of the loop around "${step.id}"; it has ended before the loop begins, so leave it out.`;
      return [finding('baton/unknown-step', range, message)];
    }
    const others = [...step.level.byId.keys()].filter((other) => other !== step.id);
    const { hint, fixes } = suggestion(id, others, range);
    return [finding('baton/unknown-step', range, `Step "${step.id}" needs "${id}", which does not exist.${hint}`, { fixes })];
  });
}

function checkRewind(step: StepEntry): readonly Diagnostic[] {
  const target = valueOf(valueOf(step.node, 'gate'), 'rewind_to');
  const id = textOf(target);
  if (id === undefined || target === undefined || step.level.byId.has(id)) return [];
  const { hint, fixes } = suggestion(id, [...step.level.byId.keys()], target.range);
  return [finding('baton/unknown-step', target.range, `Gate "${step.id}" goes back to "${id}", which does not exist.${hint}`, { fixes })];
}
