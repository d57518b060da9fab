import { ok } from '../base/result.ts';
import type { Dialect } from './shell-place.ts';
export const cmdDialect: Dialect = {
  scan: (code) => ({ code, places: [] }),
  fit: ({ value }) => ok(value),
  reference: (name) => name,
};
