import { emptyRecord, type Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import { evaluateText, evaluateTexts, type Scope } from '../expression/evaluate.ts';
import type { ItemsExpanded } from '../model/run-event.ts';
import type { FanOut } from '../model/workflow.ts';

/** V6: more items than this are refused. */
export const MOST_ITEMS = 10_000;

/** A key stands in addresses and in the names of log files, so it cannot be of any length. */
const LONGEST_KEY = 80;

type NewItem = ItemsExpanded['items'][number];
type Combination = Readonly<Record<string, Json>>;

/** The items of a fan-out with their keys: the index, or the values of a combination of the matrix (rule V6). */
export function itemsFor({ over }: FanOut, scope: Scope): Result<readonly NewItem[], string> {
  const items = 'forEach' in over ? listItems(over.forEach, scope) : matrixItems(over, scope);
  if (!items.ok || items.value.length <= MOST_ITEMS) return items;
  return err(
    `A fan-out has at most ${MOST_ITEMS.toLocaleString('en')} items; here are ${items.value.length.toLocaleString('en')}.`,
  );
}

function listItems(forEach: string | readonly Json[], scope: Scope): Result<readonly NewItem[], string> {
  const list = listOf('for_each', forEach, scope);
  return list.ok ? ok(list.value.map((value, index) => ({ key: String(index), value }))) : list;
}

/** A list that is written out may hold expressions; one that an expression gives holds values. */
function listOf(
  name: string,
  given: string | readonly Json[],
  scope: Scope,
): Result<readonly Json[], string> {
  const value = typeof given === 'string' ? evaluateText(given, scope) : evaluateTexts(given, scope);
  if (!value.ok) return value;
  if (Array.isArray(value.value)) return ok(value.value as readonly Json[]); // isArray does not narrow readonly lists
  const shown = JSON.stringify(value.value).slice(0, 80);
  const hint = typeof value.value === 'string' ? ' Text that holds a JSON list is read by fromJSON.' : '';
  return err(`\`${name}\` must be a list; here it is ${shown}.${hint}`);
}

/**
 * The product of the lists, the last one changing fastest, without what `exclude` matches; then `include` as GitHub has
 * it: its values are added to every combination whose own values they do not change, or else make a combination.
 */
function matrixItems(
  { matrix, include, exclude }: Extract<FanOut['over'], { readonly matrix: unknown }>,
  scope: Scope,
): Result<readonly NewItem[], string> {
  let product: Combination[] = [emptyRecord<Json>()];
  for (const [name, given] of Object.entries(matrix)) {
    const list = listOf(`matrix.${name}`, given, scope);
    if (!list.ok) return list;
    if (product.length * list.value.length > MOST_ITEMS * 10)
      return err(tooMany(product.length * list.value.length));
    product = product.flatMap((combination) =>
      list.value.map((value) => withValue(combination, name, value)),
    );
  }
  if (Object.keys(matrix).length === 0) product = [];
  const without = recordsOf('exclude', exclude, scope);
  if (!without.ok) return without;
  const kept = product.filter((combination) => !without.value.some((each) => matches(combination, each)));
  const extra = recordsOf('include', include, scope);
  if (!extra.ok) return extra;
  const combinations = included(kept, extra.value);
  return ok(keyed(combinations));
}

function tooMany(count: number): string {
  return `The matrix has ${count.toLocaleString('en')} combinations or more; at most ${MOST_ITEMS.toLocaleString('en')} can run.`;
}

function withValue(combination: Combination, name: string, value: Json): Combination {
  const wider = Object.assign(emptyRecord<Json>(), combination);
  wider[name] = value;
  return wider;
}

function recordsOf(
  name: string,
  given: readonly Json[],
  scope: Scope,
): Result<readonly Combination[], string> {
  const records: Combination[] = [];
  for (const each of given) {
    const value = evaluateTexts(each, scope);
    if (!value.ok) return value;
    if (typeof value.value !== 'object' || value.value === null || Array.isArray(value.value)) {
      return err(
        `Each entry of \`matrix.${name}\` gives names their values; here is ${JSON.stringify(value.value)}.`,
      );
    }
    records.push(value.value as Combination); // neither list nor scalar
  }
  return ok(records);
}

function matches(combination: Combination, pattern: Combination): boolean {
  return Object.entries(pattern).every(([name, value]) => isSame(combination[name], value));
}

function isSame(a: Json | undefined, b: Json): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}

function included(product: readonly Combination[], extra: readonly Combination[]): readonly Combination[] {
  const combinations = [...product];
  const added: Combination[] = [];
  for (const values of extra) {
    let fits = false;
    for (const [i, original] of product.entries()) {
      if (
        !Object.entries(values).every(
          ([name, value]) => !Object.hasOwn(original, name) || isSame(original[name], value),
        )
      )
        continue;
      fits = true;
      combinations[i] = Object.assign(emptyRecord<Json>(), combinations[i], values);
    }
    if (!fits) added.push(values);
  }
  return [...combinations, ...added];
}

/** The values, joined; made different by the index where that would not do. */
function keyed(combinations: readonly Combination[]): readonly NewItem[] {
  const seen = new Set<string>();
  return combinations.map((value, index) => {
    const joined = Object.values(value).map(asKey).join(',');
    const short = joined.length <= LONGEST_KEY ? joined : `${joined.slice(0, LONGEST_KEY - 8)}~${index}`;
    let key = short === '' ? `#${index}` : short;
    while (seen.has(key)) key = `${key}#${index}`;
    seen.add(key);
    return { key, value };
  });
}

function asKey(value: Json): string {
  return typeof value === 'string' ? value.replace(/\s+/g, ' ') : JSON.stringify(value);
}
