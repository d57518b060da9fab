import { emptyRecord, type Json } from '../base/json.ts';
import { exitCodeOf, type LargeValue, type StepAddress } from './attempt.ts';
import { roleOf, type RunState, type StepState } from './run-state.ts';

/** Reads a value that is kept as a file of the run. Throws an Error with a sentence where it cannot. */
export type ReadLarge = (file: string, bytes: number) => Json;

type Steps = Pick<RunState, 'steps'>;

/** The loop around a step, if there is one. */
export function loopAround(state: Steps, step: StepState): StepState | undefined {
  for (let outer = parentOf(state, step); outer !== undefined; outer = parentOf(state, outer)) {
    if (roleOf(outer) === 'loop') return outer;
  }
  return undefined;
}

export function parentOf(state: Steps, { parent }: Pick<StepState, 'parent'>): StepState | undefined {
  return parent === undefined ? undefined : state.steps[parent];
}

/** The steps that a fan-out or the present round of a loop holds, in order. */
export function insideOf(state: Steps, { inside = [] }: StepState): readonly StepState[] {
  return inside.flatMap((id) => state.steps[id] ?? []);
}

/** Every step below a fan-out or loop, however deep, in its present rounds. */
export function allInside(state: Steps, outer: StepState): readonly StepState[] {
  const found: StepState[] = [];
  const open = [outer];
  for (let holder = open.pop(); holder !== undefined; holder = open.pop()) {
    const inside = insideOf(state, holder);
    for (const each of inside) {
      found.push(each);
      if (each.inside !== undefined) open.push(each);
    }
  }
  return found;
}

/**
 * What a step published, by name (rules V5, V6, G4): of a fan-out, for each name the list of the items' values in item
 * order, null where an item has none; of a loop, what the steps of its last round published, a later step's value before an earlier one's.
 */
export function outputsOf(
  state: Steps,
  step: StepState,
  readLarge?: ReadLarge,
): Readonly<Record<string, Json>> {
  if (step.reused !== undefined) {
    const { outcome, items, outputs } = step.reused;
    if (outputs !== undefined) return opened(outputs, readLarge);
    if (items === undefined) return ownOutputs(outcome, readLarge);
    return listsOf(takenItems(items).map((item) => opened(item.outputs, readLarge)));
  }
  switch (roleOf(step)) {
    case 'fan-out':
      return listsOf(insideOf(state, step).map((item) => outputsOf(state, item, readLarge)));
    case 'loop': {
      const last = emptyRecord<Json>();
      for (const each of insideOf(state, step)) {
        // Property by property, so that what is kept as a file stays there until it is read.
        Object.defineProperties(last, Object.getOwnPropertyDescriptors(outputsOf(state, each, readLarge)));
      }
      return last;
    }
    case 'leaf': {
      const outcome = step.attempts.at(-1)?.outcome;
      return outcome?.ok === true ? ownOutputs(outcome, readLarge) : emptyRecord<Json>();
    }
  }
}

function ownOutputs(
  { outputs, large }: Extract<NonNullable<StepState['attempts'][number]['outcome']>, { ok: true }>,
  readLarge: ReadLarge | undefined,
): Readonly<Record<string, Json>> {
  if (large === undefined) return outputs;
  const all = Object.assign(emptyRecord<Json>(), outputs);
  for (const [name, { file, bytes }] of Object.entries(large)) {
    // Read only when somebody asks for it.
    const get = () => readLarge?.(file, bytes) ?? keptWords(file, bytes);
    Object.defineProperty(all, name, { enumerable: true, configurable: true, get });
  }
  return all;
}

function keptWords(file: string, bytes: number): string {
  return `(${bytes} bytes, kept in ${file})`;
}

interface TakenItem {
  readonly outputs: Json;
}

/** Items as `itemsOf` wrote them down. */
function takenItems(items: Json): readonly TakenItem[] {
  return items as unknown as readonly TakenItem[];
}

/** Outputs as `Reused` keeps them: texts and lists, where an object stands for a value kept as a file. */
function opened(outputs: Json, readLarge: ReadLarge | undefined): Readonly<Record<string, Json>> {
  const all = emptyRecord<Json>();
  for (const [name, value] of Object.entries(outputs as Record<string, Json>)) {
    Object.defineProperty(all, name, {
      enumerable: true,
      configurable: true,
      get: () => openedValue(value, readLarge),
    });
  }
  return all;
}

function openedValue(value: Json, readLarge: ReadLarge | undefined): Json {
  if (Array.isArray(value)) return value.map((each: Json) => openedValue(each, readLarge));
  if (typeof value !== 'object' || value === null) return value;
  const { file, bytes } = value as unknown as LargeValue;
  return readLarge?.(file, bytes) ?? keptWords(file, bytes);
}

/** For `outputsOf` and `itemsOf`: leaves large values where they are, and writes down which file that is. */
export const byReference: ReadLarge = (file, bytes) => ({ file, bytes });

function listsOf(items: readonly Readonly<Record<string, Json>>[]): Record<string, Json> {
  const lists = emptyRecord<Json[]>();
  for (const [index, outputs] of items.entries()) {
    for (const [name, value] of Object.entries(outputs)) {
      const list = (lists[name] ??= Array.from<Json, Json>(items, () => null));
      list[index] = value;
    }
  }
  return lists;
}

/** V6: one entry for every item, in item order. */
export function itemsOf(state: Steps, step: StepState, readLarge?: ReadLarge): readonly Json[] {
  if (step.reused?.items !== undefined) {
    return takenItems(step.reused.items).map((item) => ({
      ...item,
      outputs: opened(item.outputs, readLarge),
    }));
  }
  return insideOf(state, step).map((item) => {
    const exitCode = exitCodeIn(item);
    return {
      key: item.item?.key ?? '',
      status: item.status,
      outputs: outputsOf(state, item, readLarge),
      ...(exitCode !== undefined && { exit_code: exitCode }),
    };
  });
}

/** The exit code of a step's last attempt. */
export function exitCodeIn(step: StepState): number | undefined {
  const outcome = step.attempts.at(-1)?.outcome ?? step.reused?.outcome;
  return outcome && exitCodeOf(outcome);
}

/** Finds what an id means, seen from a level: beside it, or around the loops that it stands in. */
export function seenFrom(
  state: Steps,
  { level, holder }: { readonly level: string; readonly holder: StepState | undefined },
  id: StepAddress,
): StepState | undefined {
  const found = state.steps[level + id];
  if (found !== undefined) return found;
  for (let loop = holder; loop !== undefined; loop = loopAround(state, loop)) {
    const outer = state.steps[loop.level + id];
    if (outer !== undefined) return outer;
  }
  return undefined;
}
