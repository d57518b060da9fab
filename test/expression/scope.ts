import type { Json } from '../../src/base/json.ts';
import { ok } from '../../src/base/result.ts';
import type { Scope } from '../../src/expression/evaluate.ts';

/** A scope over plain data; `steps` maps ids to what `steps.<id>` holds. */
export function scopeWith(
  contexts: Readonly<Record<string, Json>>,
  steps: Readonly<Record<string, Json>> = {},
): Scope {
  return {
    context: (name) => (Object.hasOwn(contexts, name) ? contexts[name] : undefined),
    step: (id) => (Object.hasOwn(steps, id) ? steps[id] : undefined),
    status: {
      success: () => true,
      failure: () => false,
      cancelled: () => false,
      always: () => true,
      none_failed: () => true,
    },
    hashFiles: (patterns) => ok(`hash of ${patterns.join(' ')}`),
  };
}
