import { deepEqual, ok } from 'node:assert/strict';
import { ADAPTERS } from './adapters.ts';
import { readCases, type Expected } from './case.ts';

const cases = readCases();

suite('The seed’s behaviour', () => {
  for (const area of new Set(cases.map((each) => each.area))) {
    const adapter = ADAPTERS[area];
    const own = cases.filter((each) => each.area === area);
    if (adapter === undefined) {
      test(`${area}: ${own.length} cases wait for their part of the library`);
      continue;
    }
    for (const { id, given, expect } of own) {
      test(`${area}: ${id}`, async () => compare(await adapter(given, expect), expect));
    }
  }
});

/** Of what the library does, only what the case speaks of. */
function compare(actual: Expected, expected: Expected): void {
  for (const [key, value] of Object.entries(expected)) {
    if (key === 'elapsed_below_s')
      ok(Number(actual['elapsed_s']) < Number(value), `${String(actual['elapsed_s'])} s`);
    else if (key === 'contains')
      for (const each of value as unknown[]) ok((actual[key] as unknown[]).includes(each), String(each));
    else if (key === 'delays_at_least_s')
      for (const [i, least] of (value as number[]).entries())
        ok(((actual['waits'] as number[])[i] ?? 0) >= least - 0.002);
    else if (key === 'levels')
      deepEqual(
        actual[key],
        (value as string[][]).map((level) => level.toSorted()),
        key,
      );
    else if (isRecord(value)) {
      const record = actual[key] as Expected;
      for (const [name, each] of Object.entries(value))
        deepEqual(record[name] ?? null, each, `${key}.${name}`);
    } else deepEqual(actual[key], value, key);
  }
}

function isRecord(value: unknown): value is Expected {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
