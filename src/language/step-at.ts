import type { Analysis } from './analyze.ts';
import { needEntries } from './edges.ts';
import { isStep } from './schema-at.ts';
import type { StepEntry, StepLevel } from './step-entries.ts';

/** The step that a path of keys leads into, and the level on which it stands. */
export interface StepAt {
  readonly level: StepLevel;
  /** Undefined where the file is too broken to know it. */
  readonly step: StepEntry | undefined;
  readonly id: string;
  /** The keys below the step. */
  readonly rest: readonly (string | number)[];
}

/** The innermost step on the way of a path; undefined outside of every step. */
export function stepAt({ index }: Analysis, path: readonly (string | number)[]): StepAt | undefined {
  let found: StepAt | undefined;
  let level: StepLevel | undefined = path[0] === 'finally' ? index.finally : index.steps;
  for (let length = 2; length <= path.length; length++) {
    if (!isStep(path.slice(0, length))) continue;
    const id = String(path[length - 1]);
    const around: StepLevel = level ?? index.steps;
    const step: StepEntry | undefined = around.byId.get(id);
    found = { level: around, step, id, rest: path.slice(length) };
    level = step?.inner;
  }
  return found;
}

/** The steps beside one that wait for it, however far down: none of these can be needed by it. */
export function waitingFor({ index }: Analysis, level: StepLevel, id: string): ReadonlySet<string> {
  const dependents = new Map<string, string[]>();
  const add = (need: string, dependent: string) => {
    const list = dependents.get(need);
    if (list === undefined) dependents.set(need, [dependent]);
    else list.push(dependent);
  };
  for (const step of level.entries) for (const need of needEntries(step)) add(need.id, step.id);
  for (const { id: need, from, kind } of index.references) {
    if (kind === 'expression' && from?.level === level) add(need, from.id);
  }
  const found = new Set([id]);
  for (const each of found) for (const dependent of dependents.get(each) ?? []) found.add(dependent);
  return found;
}
