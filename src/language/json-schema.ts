import { DURATION_PATTERN } from '../base/duration.ts';

/** The part of JSON Schema (draft 2020-12) that describes a workflow. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: SchemaType | readonly SchemaType[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: false | Schema;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly (string | number | boolean)[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  // These are for other tools: here, checks of their own say the same in better words.
  readonly propertyNames?: { readonly pattern: string };
  readonly oneOf?: readonly { readonly required: readonly string[] }[];
  readonly dependentRequired?: Readonly<Record<string, readonly string[]>>;
  /** What a person reads after "must be": `a duration such as 10s or 1h30m`. */
  readonly 'x-expects'?: string;
}

export type SchemaType = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean';

// What schemas are built of, each with the words that a person reads of it.

export const text = (description: string, more: Partial<Schema> = {}): Schema => {
  return { type: ['string', 'number', 'boolean'], description, 'x-expects': 'text', ...more };
};
/** What has to be text as it stands: numbers and truth values are something else. */
export const words = (description: string, more: Partial<Schema> = {}): Schema => {
  return text(description, { type: 'string', ...more });
};
export const truth = (description: string, value: boolean): Schema => {
  return { type: 'boolean', description, default: value, 'x-expects': 'true or false' };
};
export const count = (description: string, more: Partial<Schema> = {}): Schema => {
  return { type: 'integer', minimum: 1, description, 'x-expects': 'a whole number from 1', ...more };
};
export const duration = (description: string, more: Partial<Schema> = {}): Schema => {
  return {
    type: 'string',
    pattern: DURATION_PATTERN,
    description,
    'x-expects': 'a duration such as 500ms, 10s, 5m or 1h30m',
    ...more,
  };
};
export const choice = (
  values: readonly string[],
  description: string,
  more: Partial<Schema> = {},
): Schema => {
  return { type: 'string', enum: values, description, 'x-expects': `one of ${values.join(', ')}`, ...more };
};
export const record = (description: string, values: Schema, more: Partial<Schema> = {}): Schema => {
  return {
    type: 'object',
    additionalProperties: values,
    description,
    'x-expects': 'a map of names to values',
    ...more,
  };
};
export const fields = (
  description: string,
  properties: Readonly<Record<string, Schema>>,
  more: Partial<Schema> = {},
): Schema => {
  return {
    type: 'object',
    properties,
    additionalProperties: false,
    description,
    'x-expects': 'a map',
    ...more,
  };
};
export const list = (description: string, items: Schema, more: Partial<Schema> = {}): Schema => {
  return { type: 'array', items, description, 'x-expects': 'a list', ...more };
};
export const either = (description: string, expects: string, ...anyOf: readonly Schema[]): Schema => {
  return { anyOf, description, 'x-expects': expects };
};
/** Exactly one of these keys. */
export const oneOf = (keys: readonly string[]): Pick<Schema, 'oneOf'> => {
  return { oneOf: keys.map((key) => ({ required: [key] })) };
};
export const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` });
export const anything = (description: string): Schema => ({ description });
