import type { Range } from '../base/lines.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { move } from './reread.ts';
import type { StepEntry } from './step-entries.ts';

/**
 * What was worked out from the text of one step alone stays true for as long as that text does. An analysis that
 * follows another one asks here first.
 */
export interface Kept {
  /** For diagnostics that nothing but the step's own text decides, and what `what` names. */
  findings(what: string): Keep<readonly Diagnostic[]>;
  /** For anything else; `places` are those ranges of it that no other holds, and move with the step. */
  values<T>(what: string, places: (made: T) => Iterable<Range>): Keep<T>;
}

/** What was kept for a step, or is made for it now. */
export type Keep<T> = (step: StepEntry, make: () => T) => T;

export const NOTHING_KEPT: Kept = {
  findings: () => make,
  values: () => make,
};

function make<T>(_step: StepEntry, made: () => T): T {
  return made();
}

const NONE: readonly Diagnostic[] = [];

/** Keeps what it is given, and moves its places when the steps above become longer or shorter. */
export class KeptSteps implements Kept {
  readonly #drawers = new Map<string, WeakMap<StepEntry, unknown>>();
  /** By the step at the top that holds the one they were found in. */
  readonly #places = new WeakMap<StepEntry, Range[]>();

  findings(what: string): Keep<readonly Diagnostic[]> {
    const keep = this.values(what, placesOf);
    return (step, found) => keep(step, () => owned(found()));
  }

  values<T>(what: string, places: (made: T) => Iterable<Range>): Keep<T> {
    let drawer = this.#drawers.get(what) as WeakMap<StepEntry, { readonly made: T }> | undefined; // what is kept under one name has one type
    if (drawer === undefined) this.#drawers.set(what, (drawer = new WeakMap()));
    return (step, produce) => {
      let kept = drawer.get(step);
      if (kept === undefined) {
        drawer.set(step, (kept = { made: produce() }));
        this.#remember(step, places(kept.made));
      }
      return kept.made;
    };
  }

  #remember(step: StepEntry, places: Iterable<Range>): void {
    const top = topOf(step);
    for (const place of places) {
      const moving = this.#places.get(top);
      if (moving === undefined) this.#places.set(top, [place]);
      else moving.push(place);
    }
  }

  /** A step at the top, and all in it, moves; its tree is moved by others. */
  move(step: StepEntry, delta: number): void {
    for (const place of this.#places.get(step) ?? []) move(place, delta);
  }
}

function topOf(step: StepEntry): StepEntry {
  let top = step;
  while (top.level.loop !== undefined) top = top.level.loop;
  return top;
}

/** With places of their own: those of the tree move with the tree. */
function owned(found: readonly Diagnostic[]): readonly Diagnostic[] {
  if (found.length === 0) return NONE;
  return found.map((each) => ({
    ...each,
    range: { ...each.range },
    related: each.related.map((other) => ({ ...other, range: { ...other.range } })),
    fixes: each.fixes.map((fix) => ({
      ...fix,
      edits: fix.edits.map((edit) => ({ ...edit, range: { ...edit.range } })),
    })),
  }));
}

function* placesOf(found: readonly Diagnostic[]): Generator<Range> {
  for (const { range, related, fixes } of found) {
    yield range;
    for (const other of related) if (other.file === undefined) yield other.range;
    for (const { edits } of fixes) for (const edit of edits) yield edit.range;
  }
}
