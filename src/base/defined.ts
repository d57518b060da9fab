/** Fields that may be undefined as fields that may be absent. */
export type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Leaves out what is undefined, so that JSON and types agree on what is there. */
export function defined<T extends object>(fields: T): Defined<T> {
  // The filter takes out exactly what the type takes out.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}
