/** What survives a journey through `JSON.stringify` and back, unchanged. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object whose keys come from people: made with `emptyRecord`, so that `toString` is a key like any other. */
export type JsonRecord = { readonly [key: string]: Json };

/**
 * An object without a prototype. Keys that people choose (step ids, inputs, outputs) go into one of these,
 * so that `constructor` or `__proto__` can be looked up and stored without meaning anything else.
 */
export function emptyRecord<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>; // Object.create is typed `any`; an empty object holds every T
}

/** Copies entries into an object without a prototype. */
export function recordFrom<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  const record = emptyRecord<T>();
  for (const [key, value] of entries) record[key] = value;
  return record;
}

/** What a fan-out without items published: under every name, the list of nothing. Known by being this very object. */
export const NO_ITEMS: JsonRecord = Object.freeze({});
