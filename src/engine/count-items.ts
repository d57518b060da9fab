import type { Json } from '../base/json.ts';
import type { FanOut } from '../model/workflow.ts';

/** The most items a fan-out may have (rule V6); more are not counted one by one. */
const MOST_ITEMS = 10_000;

/**
 * How many items a fan-out has, as far as its lists are known: `listOf` answers those that are written as expressions.
 * `include` and `exclude` mean what they mean on GitHub: an `include` that fits a combination only adds to it.
 */
export function countItems(
  { over }: FanOut,
  listOf: (expression: string) => readonly Json[] | undefined,
): number | undefined {
  const known = (list: readonly Json[] | string) => (typeof list === 'string' ? listOf(list) : list);
  if ('forEach' in over) return known(over.forEach)?.length;
  const lists = new Map<string, readonly Json[]>();
  for (const [name, written] of Object.entries(over.matrix)) {
    const list = known(written);
    if (list === undefined) return undefined;
    lists.set(name, list);
  }
  const { include, exclude } = over;
  const product = lists.size === 0 ? 0 : [...lists.values()].reduce((count, { length }) => count * length, 1);
  if (include.length + exclude.length === 0) return product;
  return product > MOST_ITEMS ? undefined : countCombinations(lists, { include, exclude });
}

type Combination = ReadonlyMap<string, Json>;

function countCombinations(
  lists: ReadonlyMap<string, readonly Json[]>,
  { include, exclude }: { readonly include: readonly Json[]; readonly exclude: readonly Json[] },
): number {
  const kept = combinations(lists).filter((each) => !exclude.some((entry) => fits(each, entry, lists)));
  return kept.length + include.filter((entry) => !kept.some((each) => fits(each, entry, lists))).length;
}

function combinations(lists: ReadonlyMap<string, readonly Json[]>): Combination[] {
  let made: Combination[] = lists.size === 0 ? [] : [new Map()];
  for (const [name, list] of lists) {
    made = made.flatMap((before) => list.map((value) => new Map(before).set(name, value)));
  }
  return made;
}

/** What the entry says about the matrix's own names is so in this combination. */
function fits(combination: Combination, entry: Json, lists: ReadonlyMap<string, unknown>): boolean {
  if (typeof entry !== 'object' || entry === null) return false;
  return Object.entries(entry).every(
    ([name, value]) => !lists.has(name) || isSame(combination.get(name), value),
  );
}

function isSame(a: Json | undefined, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
