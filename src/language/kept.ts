import type { Range } from '../base/lines.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { move } from './reread.ts';
import type { StepEntry } from './step-entries.ts';

/**
 * What was worked out from the text of one step alone stays true for as long as that text does. An analysis that
 * follows another one asks here first.
 */
export interface Kept {
  /** Diagnostics that nothing but the step's own text decides, and what `what` names. */
  findings(step: StepEntry, what: string, make: () => readonly Diagnostic[]): readonly Diagnostic[];
  /** Anything else; `places` are those ranges of it that no other holds, and move with the step. */
  value<T>(step: StepEntry, what: string, make: () => T, places: (made: T) => Iterable<Range>): T;
}

export const NOTHING_KEPT: Kept = {
  findings: (_step, _what, make) => make(),
  value: (_step, _what, make) => make(),
};

const NONE: readonly Diagnostic[] = [];

/** Keeps what it is given, and moves its places when the steps above become longer or shorter. */
export class KeptSteps implements Kept {
  readonly #values = new WeakMap<StepEntry, Map<string, unknown>>();
  /** By the step at the top that holds the one they were found in. */
  readonly #places = new WeakMap<StepEntry, Range[]>();

  findings(step: StepEntry, what: string, make: () => readonly Diagnostic[]): readonly Diagnostic[] {
    return this.value(step, what, () => owned(make()), placesOf);
  }

  value<T>(step: StepEntry, what: string, make: () => T, places: (made: T) => Iterable<Range>): T {
    let values = this.#values.get(step);
    if (values === undefined) this.#values.set(step, (values = new Map()));
    if (values.has(what)) return values.get(what) as T; // what is kept under one name has one type
    const made = make();
    values.set(what, made);
    const top = topOf(step);
    let moving = this.#places.get(top);
    for (const place of places(made)) {
      if (moving === undefined) this.#places.set(top, (moving = []));
      moving.push(place);
    }
    return made;
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
