import type { Range } from '../base/lines.ts';
import type { Need, StepId } from '../model/workflow.ts';
import type { ExpressionUse } from './expression-uses.ts';
import { visibleStep, type StepEntry } from './step-entries.ts';
import { textOf, valueOf, type YamlNode } from './tree.ts';

/** A place in the file that names a step. */
export interface StepReference {
  readonly id: StepId;
  readonly range: Range;
  /** The step in which it stands. */
  readonly from: StepEntry | undefined;
  readonly kind: 'needs' | 'expression' | 'rewind';
}

/** One entry of `needs`. */
export interface NeedEntry {
  readonly id: StepId;
  readonly range: Range;
  readonly allowSkipped: boolean;
}

/** `needs: a`, `needs: [a, b]`, `needs: [{ step: a, allow: skipped }]`. */
export function needEntries(step: StepEntry): readonly NeedEntry[] {
  let entries = entriesKnown.get(step);
  if (entries === undefined) entriesKnown.set(step, (entries = readNeeds(step)));
  return entries;
}

/** Asked for by many. Their places are those of the tree. */
const entriesKnown = new WeakMap<StepEntry, readonly NeedEntry[]>();
const NO_NEEDS: readonly NeedEntry[] = [];

function readNeeds(step: StepEntry): readonly NeedEntry[] {
  const needs = valueOf(step.node, 'needs');
  if (needs === undefined) return NO_NEEDS;
  const items: readonly YamlNode[] = needs.kind === 'list' ? needs.items : [needs];
  return items.flatMap((item) => {
    const named = item.kind === 'map' ? valueOf(item, 'step') : item;
    const id = textOf(named);
    if (id === undefined || named === undefined) return [];
    const allowSkipped = textOf(valueOf(item, 'allow')) === 'skipped';
    return [{ id, range: named.range, allowSkipped }];
  });
}

/** The edges into every step: those written in `needs`, and those that expressions draw (rule G1), each step once. */
export function edgesInto(
  uses: readonly ExpressionUse[],
  steps: Iterable<StepEntry>,
): ReadonlyMap<StepEntry, readonly Need[]> {
  const edges = new Map<StepEntry, Need[]>();
  for (const step of steps) edges.set(step, writtenNeeds(step));
  for (const use of uses) {
    for (const { id, range } of use.mentions) {
      const needs = edges.get(edgeEnd(use, id) as StepEntry); // a map may be asked for what it cannot hold
      if (needs === undefined || needs.some(({ step }) => step === id)) continue;
      needs.push({ step: id, allowSkipped: false, kind: 'data', range });
    }
  }
  return edges;
}

/** Of an id that is needed twice, the first entry counts. */
function writtenNeeds(step: StepEntry): Need[] {
  const needs: Need[] = [];
  const seen = new Set<StepId>();
  for (const { id, range, allowSkipped } of needEntries(step)) {
    if (seen.has(id) || !step.level.byId.has(id)) continue;
    seen.add(id);
    needs.push({ step: id, allowSkipped, kind: 'needs', range });
  }
  return needs;
}

/**
 * The step that has to wait when an expression reads `steps.<id>`: the step itself, or the loop around it that stands
 * beside the step that is read. None when `until` reads the loop's own steps.
 */
function edgeEnd(use: ExpressionUse, id: StepId): StepEntry | undefined {
  const read = visibleStep(use.level, id);
  if (read === undefined || use.step === undefined) return undefined;
  for (let step: StepEntry | undefined = use.step; step !== undefined; step = step.level.loop) {
    if (step.level === read.level) return step;
  }
  return undefined;
}
