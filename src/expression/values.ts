import { data } from '@actions/expressions';
import { NO_ITEMS, type Json, type JsonRecord } from '../base/json.ts';

/** A value inside the library that evaluates expressions. */
export type Value = data.ExpressionData;

/**
 * An object as expressions see it: a key as it is written first, then without regard to case, as GitHub does. The
 * library's own dictionary looks keys up in a plain object, where `constructor` is always there. Values are
 * converted when they are asked for.
 */
export class RecordValue extends data.Dictionary {
  readonly json: JsonRecord;

  constructor(json: JsonRecord) {
    super();
    this.json = json;
  }

  override get(key: string): Value | undefined {
    if (this.json === NO_ITEMS) return new ListValue([]);
    const found = Object.hasOwn(this.json, key) ? key : this.#inAnyCase(key.toLowerCase());
    return found === undefined ? undefined : toValue(this.json[found] ?? null);
  }

  #inAnyCase(lowered: string): string | undefined {
    return Object.keys(this.json).find((key) => key.toLowerCase() === lowered);
  }

  override values(): Value[] {
    return Object.values(this.json).map(toValue);
  }

  override pairs(): { key: string; value: Value }[] {
    return Object.entries(this.json).map(([key, value]) => ({ key, value: toValue(value) }));
  }
}

/** A list as expressions see it, converted when it is asked for. */
export class ListValue extends data.Array {
  readonly json: readonly Json[];
  #values: Value[] | undefined;

  constructor(json: readonly Json[]) {
    super();
    this.json = json;
  }

  override get(index: number): Value {
    return toValue(this.json[index] ?? null);
  }

  override values(): Value[] {
    this.#values ??= this.json.map(toValue);
    return this.#values;
  }
}

export function toValue(json: Json): Value {
  if (json === null) return new data.Null();
  if (typeof json === 'string') return new data.StringData(json);
  if (typeof json === 'number') return new data.NumberData(json);
  if (typeof json === 'boolean') return new data.BooleanData(json);
  // Array.isArray does not narrow a readonly list away from a record.
  return Array.isArray(json) ? new ListValue(json) : new RecordValue(json as JsonRecord);
}

export function toJson(value: Value): Json {
  if (value instanceof data.Null) return null;
  if (value instanceof RecordValue || value instanceof ListValue) return value.json;
  // A list the library made itself, for `*`; every object in it is one of ours.
  if (value instanceof data.Array) return value.values().map(toJson);
  return value instanceof data.Dictionary ? {} : value.value;
}
