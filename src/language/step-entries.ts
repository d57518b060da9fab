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
  /** Steps that have all ended when these begin, so that they can be read but not needed: those before `finally`. */
  readonly before: StepLevel | undefined;
  readonly entries: readonly StepEntry[];
  readonly byId: ReadonlyMap<StepId, StepEntry>;
}

/** The steps of a tree, loops opened up. */
export function stepLevels(root: YamlNode | undefined): {
  readonly steps: StepLevel;
  readonly finally: StepLevel;
} {
  const steps = levelOf(valueOf(root, 'steps'), { place: 'steps', loop: undefined, before: undefined });
  const last = levelOf(valueOf(root, 'finally'), { place: 'finally', loop: undefined, before: steps });
  return { steps, finally: last };
}

function levelOf(node: YamlNode | undefined, where: Pick<StepLevel, 'place' | 'loop' | 'before'>): StepLevel {
  const byId = new Map<StepId, StepEntry>();
  const level = { ...where, entries: [] as readonly StepEntry[], byId };
  if (node?.kind !== 'map') return level;
  for (const entry of node.entries) {
    const step = stepOf(entry, level);
    // Of two steps with one id the last counts, as everywhere in YAML; the duplicate is told elsewhere.
    byId.delete(step.id);
    byId.set(step.id, step);
  }
  level.entries = [...byId.values()];
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
  const step = {
    id: key.text,
    key,
    node: value,
    range,
    kinds,
    level,
    inner: undefined as StepLevel | undefined,
  };
  const nested = valueOf(entryOf(value, 'loop')?.value, 'steps');
  if (nested !== undefined) step.inner = levelOf(nested, { place: 'loop', loop: step, before: undefined });
  return step;
}

/**
 * Lets a level at the top follow its map: some entries went, others came in their place. Changes the level, whose steps
 * point at it. Each id has to stand there once.
 */
export function replaceSteps(
  level: StepLevel,
  {
    at,
    removed,
    added,
  }: { readonly at: number; readonly removed: number; readonly added: readonly YamlEntry[] },
): void {
  const entries = level.entries as StepEntry[]; // whoever keeps an analysis owns its levels
  const byId = level.byId as Map<StepId, StepEntry>;
  const made = added.map((entry) => stepOf(entry, level));
  const went = entries.splice(at, removed, ...made);
  const isSame = went.length === made.length && went.every(({ id }, i) => id === made[i]?.id);
  if (!isSame) byId.clear();
  for (const step of isSame ? made : entries) byId.set(step.id, step);
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

/** A level, and all that can be seen from it: those around its loops, and those that have ended before. */
export function* levelsFrom(level: StepLevel): Generator<StepLevel> {
  for (let each: StepLevel | undefined = level; each !== undefined; each = each.loop?.level) {
    yield each;
    if (each.before !== undefined) yield each.before;
  }
}

/** Finds the step that an id means, seen from a level: the nearest of that name. */
export function visibleStep(level: StepLevel, id: StepId): StepEntry | undefined {
  for (const each of levelsFrom(level)) {
    const found = each.byId.get(id);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Every id that can be seen from a level. */
export function visibleIds(level: StepLevel): StepId[] {
  return [...levelsFrom(level)].flatMap((each) => [...each.byId.keys()]);
}

/** The loops around a step, from the inside out. */
export function* loopsAround(step: StepEntry): Generator<StepEntry> {
  for (let each = step.level.loop; each !== undefined; each = each.level.loop) yield each;
}
