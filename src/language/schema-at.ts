import type { Schema } from './json-schema.ts';
import { resolveSchema, WORKFLOW_SCHEMA } from './schema.ts';

/** All that a value may be: the alternatives of an `anyOf`, opened up. */
export function alternatives(schema: Schema): readonly Schema[] {
  const resolved = resolveSchema(schema);
  return resolved.anyOf === undefined ? [resolved] : resolved.anyOf.flatMap(alternatives);
}

/** What may stand at a path of keys and indexes; nothing where the language has no such place. */
export function schemasAt(path: readonly (string | number)[]): readonly Schema[] {
  let schemas = alternatives(WORKFLOW_SCHEMA);
  for (const part of path) {
    schemas = schemas.flatMap((schema) => {
      const inner = typeof part === 'number' ? schema.items : fieldOf(schema, part);
      return inner === undefined ? [] : alternatives(inner);
    });
  }
  return schemas;
}

/** What stands at a key, with the words that are said of it as a whole. */
export function fieldAt(path: readonly (string | number)[]): Schema | undefined {
  const key = path.at(-1);
  if (typeof key !== 'string') return undefined;
  for (const schema of schemasAt(path.slice(0, -1))) {
    const field = fieldOf(schema, key);
    if (field !== undefined) return field;
  }
  return undefined;
}

function fieldOf({ properties, additionalProperties }: Schema, key: string): Schema | undefined {
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

/** Whether a path names a map of steps: `steps`, `finally`, or the steps of a loop. */
export function holdsSteps(path: readonly (string | number)[]): boolean {
  return schemasAt(path).some((schema) => schema === STEPS);
}

/** Whether a path names one step. */
export function isStep(path: readonly (string | number)[]): boolean {
  return path.length > 1 && holdsSteps(path.slice(0, -1));
}

const STEPS = WORKFLOW_SCHEMA.$defs['steps'];
