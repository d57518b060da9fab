import type { Range } from '../base/lines.ts';
import { STEP_KINDS, type StepKind } from '../model/step-kind.ts';
import type { StepId } from '../model/workflow.ts';
import { entryOf, valueOf, type YamlEntry, type YamlNode, type YamlScalar } from './tree.ts';

/** One step as it stands in the file, checked or not. */
export interface StepEntry {
  readonly id: StepId;
  readonly key: YamlScalar;
  readonly node: YamlNode;
  /** Key and value. */
  readonly range: Range;
  /** The entries whose keys name a kind; exactly one where all is well. */
  readonly kinds: readonly (YamlEntry & { readonly kind: StepKind })[];
  readonly level: StepLevel;
  /** The steps inside, where this is a loop. */
  readonly inner: StepLevel | undefined;
}

/** Steps that stand in one map and may need each other. */
export interface StepLevel {
  readonly place: 'steps' | 'finally' | 'loop';
  /** The loop around them, and through it all that they may see besides themselves (rule G4). */
  readonly loop: StepEntry | undefined;
  readonly entries: readonly StepEntry[];
  readonly byId: ReadonlyMap<StepId, StepEntry>;
}

/** The steps of a tree, loops opened up. */
export function stepLevels(root: YamlNode | undefined): { readonly steps: StepLevel; readonly finally: StepLevel } {
  return {
    steps: levelOf(valueOf(root, 'steps'), 'steps', undefined),
    finally: levelOf(valueOf(root, 'finally'), 'finally', undefined),
  };
}

function levelOf(node: YamlNode | undefined, place: StepLevel['place'], loop: StepEntry | undefined): StepLevel {
  const entries: StepEntry[] = [];
  const byId = new Map<StepId, StepEntry>();
  const level: StepLevel = { place, loop, entries, byId };
  if (node?.kind !== 'map') return level;
  for (const entry of node.entries) {
    const step = stepOf(entry, level);
    // Of two steps with one id the last counts, as everywhere in YAML; the duplicate is told elsewhere.
    const earlier = byId.get(step.id);
    if (earlier !== undefined) entries.splice(entries.indexOf(earlier), 1);
    entries.push(step);
    byId.set(step.id, step);
  }
  return level;
}

function stepOf({ key, value, range }: YamlEntry, level: StepLevel): StepEntry {
  const kinds =
    value.kind === 'map'
      ? value.entries.flatMap((entry) => {
          const kind = STEP_KINDS.find((each) => each === entry.key.text);
          return kind === undefined ? [] : [{ ...entry, kind }];
        })
      : [];
  const step = { id: key.text, key, node: value, range, kinds, level, inner: undefined as StepLevel | undefined };
  const nested = valueOf(entryOf(value, 'loop')?.value, 'steps');
  if (nested !== undefined) step.inner = levelOf(nested, 'loop', step);
  return step;
}

/** Every step, those inside loops too, in file order. */
export function* allSteps(...levels: readonly StepLevel[]): Generator<StepEntry> {
  for (const level of levels) {
    for (const step of level.entries) {
      yield step;
      if (step.inner !== undefined) yield* allSteps(step.inner);
    }
  }
}

/** Finds the step that an id means, seen from a level: its own steps first, then those around the loop. */
export function visibleStep(level: StepLevel, id: StepId): StepEntry | undefined {
  for (let each: StepLevel | undefined = level; each !== undefined; each = each.loop?.level) {
    const found = each.byId.get(id);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Every id that can be seen from a level. */
export function visibleIds(level: StepLevel): StepId[] {
  const ids: StepId[] = [];
  for (let each: StepLevel | undefined = level; each !== undefined; each = each.loop?.level) ids.push(...each.byId.keys());
  return ids;
}
