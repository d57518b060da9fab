/** Expected trouble is a value; an exception is a bug. */
export type Result<T, E> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function err<E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error };
}

/** The end of an exhaustive switch: the compiler complains where a variant is missing. */
export function impossible(value: never): never {
  throw new Error(`Impossible value: ${JSON.stringify(value)}`);
}
