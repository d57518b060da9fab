import type { Range } from '../../base/lines.ts';
import type { Diagnostic, Fix } from '../../model/diagnostic.ts';
import { needEntries } from '../edges.ts';
import { finding, replacement, suggestion } from '../findings.ts';
import { visibleStep, type StepEntry } from '../step-entries.ts';
import { textOf, valueOf } from '../tree.ts';
import type { CheckContext } from './check.ts';

/** G3: what `needs` and `rewind_to` name must exist, beside the step. */
export function checkNeeds({ steps, edges }: CheckContext): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const step of steps) {
    const entries = needEntries(step);
    const [only] = entries;
    // Nearly all steps: one need, which is there.
    if (entries.length > 1 || (only !== undefined && !step.level.byId.has(only.id)))
      found.push(...checkEntries(step, steps));
    if (step.kinds.some(({ kind }) => kind === 'gate')) found.push(...checkRewind(step, steps, edges));
  }
  return found;
}

function checkEntries(step: StepEntry, steps: readonly StepEntry[]): readonly Diagnostic[] {
  const seen = new Map<string, Range>();
  return needEntries(step).flatMap(({ id, range }) => {
    const first = seen.get(id);
    if (first !== undefined) {
      const related = [{ message: `The first "${id}"`, range: first }];
      const message = `Step "${step.id}" needs "${id}" twice; once is enough.`;
      return [finding('baton/duplicate-key', range, message, { severity: 'warning', related })];
    }
    seen.set(id, range);
    if (step.level.byId.has(id)) return [];
    const { why, fixes } = explain(id, { step, steps, range });
    return [finding('baton/unknown-step', range, `Step "${step.id}" needs "${id}", ${why}`, { fixes })];
  });
}

type Edges = CheckContext['edges'];

function checkRewind(step: StepEntry, steps: readonly StepEntry[], edges: Edges): readonly Diagnostic[] {
  const target = valueOf(valueOf(step.node, 'gate'), 'rewind_to');
  const id = textOf(target);
  if (id === undefined || target === undefined) return [];
  const { range } = target;
  if (id === step.id) {
    const message = `Gate "${step.id}" cannot go back to itself: name a step before it.`;
    return [finding('baton/unknown-step', range, message)];
  }
  if (valueOf(step.node, 'for_each') !== undefined || valueOf(step.node, 'matrix') !== undefined) {
    const message = `Gate "${step.id}" has items, and one of them cannot send all the others back: leave \`rewind_to\` out.`;
    return [finding('baton/value', range, message)];
  }
  const there = step.level.byId.get(id);
  if (there !== undefined) {
    if (comesAfter(step, there, edges)) return [];
    const message = `Gate "${step.id}" cannot go back to "${id}", which does not come before it: no chain of \`needs\` leads from there to here.`;
    return [finding('baton/unknown-step', range, message)];
  }
  const { why, fixes } = explain(id, { step, steps, range });
  return [finding('baton/unknown-step', range, `Gate "${step.id}" goes back to "${id}", ${why}`, { fixes })];
}

function comesAfter(step: StepEntry, before: StepEntry, edges: Edges): boolean {
  const seen = new Set<StepEntry>([step]);
  for (const each of seen) {
    if (each === before) return true;
    for (const need of edges.get(each) ?? []) {
      const needed = each.level.byId.get(need.step);
      if (needed !== undefined) seen.add(needed);
    }
  }
  return false;
}

interface Asked {
  readonly step: StepEntry;
  readonly steps: readonly StepEntry[];
  readonly range: Range;
}

/** Why a step cannot be needed: it does not exist, or stands elsewhere. */
function explain(
  id: string,
  { step, steps, range }: Asked,
): { readonly why: string; readonly fixes: readonly Fix[] } {
  const outside = visibleStep(step.level, id);
  if (outside !== undefined) {
    const place = step.level.place === 'finally' ? '`finally` begins' : 'the loop begins';
    return { why: `which has ended before ${place}: leave it out.`, fixes: [] };
  }
  const loop = steps.find((other) => other.id === id && other.level.loop?.level === step.level)?.level.loop;
  if (loop !== undefined && loop !== step) {
    const fixes = [replacement(range, loop.id)];
    return { why: `which stands inside of the loop "${loop.id}": need the loop instead.`, fixes };
  }
  if (steps.some((other) => other.id === id))
    return { why: 'which stands elsewhere, and cannot be seen from here.', fixes: [] };
  const several = id.split(/[\s,]+/);
  if (several.length > 1 && several.every((each) => step.level.byId.has(each))) {
    const list = `[${several.join(', ')}]`;
    return { why: `which does not exist. Several are a list: ${list}.`, fixes: [replacement(range, list)] };
  }
  const others = [...step.level.byId.keys()].filter((other) => other !== step.id);
  const { hint, fixes } = suggestion(id, others, range);
  return { why: `which does not exist.${hint}`, fixes };
}
