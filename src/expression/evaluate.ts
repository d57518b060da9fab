import { data, Evaluator, wellKnownFunctions } from '@actions/expressions';
import {
  ContextAccess,
  IndexAccess,
  Literal,
  Star,
  type Expr,
  type FunctionCall,
} from '@actions/expressions/ast';
import { FilteredArray } from '@actions/expressions/filtered_array';
import { falsy } from '@actions/expressions/result';
import { recordFrom, type Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import { FUNCTIONS, STATUS_FUNCTIONS, type StatusFunction } from './functions.ts';
import { parseExpression, type ParsedExpression } from './parse.ts';
import { bareExpression, hasExpression, splitTemplate } from './template.ts';
import { toJson, toValue, type Value } from './values.ts';

/** What an expression may see. Everything is asked for only when an expression reads it. */
export interface Scope {
  /** `inputs`, `env`, `item`, …: undefined where there is none. */
  readonly context: (name: string) => Json | undefined;
  /** One step of `steps`; undefined when there is no such step. */
  readonly step: (id: string) => Json | undefined;
  /** Absent where no needs can be asked about. */
  readonly status?: Readonly<Record<StatusFunction, () => boolean>>;
  readonly hashFiles?: ((patterns: readonly string[]) => Result<string, string>) | undefined;
  /** The path of a file that holds a text. */
  readonly fileOf?: ((text: string) => string) | undefined;
}

/** A scope throws this for what nobody can know before a run; it goes through every function here unchanged. */
export class NotKnown extends Error {}

/** The value of an expression. The error is a sentence that names what is missing (rule V2). */
export function evaluate(expression: ParsedExpression, scope: Scope): Result<Json, string> {
  try {
    const root = expression.root as Expr; // only parseExpression makes one
    return ok(toJson(new StrictEvaluator(root, scope).evaluate()));
  } catch (error) {
    if (error instanceof NotKnown) throw error;
    // The library can only throw; here is where that ends.
    return err(sentence(expression.source, error));
  }
}

/** Whether an `if` or `until` holds, by GitHub's idea of truth: false, 0, '' and null do not. */
export function evaluateCondition(text: string, scope: Scope): Result<boolean, string> {
  const value = evaluateSource(bareExpression(text).source, scope);
  return value.ok ? ok(!falsy(toValue(value.value))) : value;
}

/** A text with every expression in it replaced by its value. */
export function renderTemplate(text: string, scope: Scope): Result<string, string> {
  if (!hasExpression(text)) return ok(text);
  const parts = splitTemplate(text);
  if (!parts.ok) return err(parts.error.message);
  const rendered: string[] = [];
  for (const part of parts.value) {
    const piece = part.kind === 'text' ? ok(part.text) : renderExpression(part.source, scope);
    if (!piece.ok) return piece;
    rendered.push(piece.value);
  }
  return ok(rendered.join(''));
}

/** A text's value: where all of it is one expression, whatever that is; else the text with its expressions filled in. */
export function evaluateText(text: string, scope: Scope): Result<Json, string> {
  const { source, offset } = bareExpression(text);
  if (offset > 0) return evaluateSource(source, scope);
  return renderTemplate(text, scope);
}

/** Every text inside a value, replaced by what it stands for. */
export function evaluateTexts(value: Json, scope: Scope): Result<Json, string> {
  if (typeof value === 'string') return hasExpression(value) ? evaluateText(value, scope) : ok(value);
  if (typeof value !== 'object' || value === null) return ok(value);
  const entries: (readonly [string, Json])[] = [];
  for (const [key, each] of Object.entries(value)) {
    const result = evaluateTexts(each, scope);
    if (!result.ok) return result;
    entries.push([key, result.value]);
  }
  return ok(Array.isArray(value) ? entries.map(([, each]) => each) : recordFrom(entries));
}

/** One expression's value as text: lists and objects as compact JSON; null is nothing that could be written. */
export function renderExpression(source: string, scope: Scope): Result<string, string> {
  const value = evaluateSource(source, scope);
  return value.ok ? asText(value.value, source.trim()) : value;
}

function evaluateSource(source: string, scope: Scope): Result<Json, string> {
  const parsed = parseExpression(source);
  if (!parsed.ok) return err(`\`${source.trim()}\` cannot be read: ${parsed.error.message}`);
  return evaluate(parsed.value, scope);
}

function asText(value: Json, source: string): Result<string, string> {
  if (typeof value === 'string') return ok(value);
  if (value === null) return err(`\`${source}\` is null, which is no text. ${defaultHint(source)}`);
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return err(`\`${source}\` is ${value}, which JSON cannot write: check what it is made from.`);
  }
  try {
    return ok(JSON.stringify(value));
  } catch {
    return err(`\`${source}\` is nested too deeply to be written as JSON: take a part of it.`);
  }
}

function defaultHint(source: string): string {
  return `If that may happen, write \`default(${source}, '…')\`.`;
}

/** There is no such value; `default()` alone may ask for one. */
class MissingValue extends Error {}

/** A sentence for people about what cannot be done. */
class Refused extends Error {}

function sentence(source: string, error: unknown): string {
  if (error instanceof MissingValue || error instanceof Refused) return error.message;
  return `\`${source.trim()}\` cannot be worked out: ${(error as Error).message}.`; // the library throws nothing else
}

/** GitHub's rules, but for one: what is missing is an error, not null (rule V2). */
class StrictEvaluator extends Evaluator {
  readonly #scope: Scope;

  constructor(root: Expr, scope: Scope) {
    super(root, NO_CONTEXTS);
    this.#scope = scope;
  }

  override visitContextAccess(access: ContextAccess): Value {
    const name = access.name.lexeme.toLowerCase();
    if (name === 'steps')
      throw new Refused('`steps` cannot be read as a whole: name a step, as in `steps.<id>.outputs`.');
    const value = this.#scope.context(name);
    if (value !== undefined) return toValue(value);
    throw new MissingValue(`\`${name}\` has no value here.${CONTEXT_HINTS.get(name) ?? ''}`);
  }

  override visitIndexAccess(access: IndexAccess): Value {
    const { expr, index } = access;
    if (expr instanceof ContextAccess && expr.name.lexeme.toLowerCase() === 'steps') return this.#step(index);
    const held = this.eval(expr);
    if (index instanceof Star) return everyValue(held);
    const key = this.eval(index);
    if (held instanceof FilteredArray) return eachAt(held, key);
    const found = lookUp(held, key);
    if (found !== undefined) return found;
    throw new MissingValue(missing(access, held, key));
  }

  #step(index: Expr): Value {
    if (index instanceof Star) throw new Refused('`steps.*` cannot be read: name the steps one by one.');
    const id = this.eval(index).coerceString();
    const step = this.#scope.step(id);
    if (step !== undefined) return toValue(step);
    throw new MissingValue(`There is no step "${id}" to read from: check the id behind \`steps\`.`);
  }

  override visitFunctionCall(call: FunctionCall): Value {
    const name = FUNCTIONS.get(call.functionName.lexeme.toLowerCase())?.name ?? '';
    if ((STATUS_FUNCTIONS as readonly string[]).includes(name)) return this.#status(name as StatusFunction);
    if (name === 'default') return this.#default(call.args);
    if (name === 'file') return this.#file(this.#argument(call.args, 0));
    if (name === 'hashFiles') return this.#hashFiles(call.args);
    if (name === 'format') return this.#format(call.args);
    const own = OWN_FUNCTIONS[name];
    return own === undefined ? super.visitFunctionCall(call) : own(this.#argument(call.args, 0));
  }

  /** The parser has counted the arguments. */
  #argument(args: readonly Expr[], i: number): Value {
    const arg = args[i];
    return arg === undefined ? new data.Null() : this.eval(arg);
  }

  #status(name: StatusFunction): Value {
    const { status } = this.#scope;
    if (status === undefined)
      throw new Refused(`\`${name}()\` cannot be asked here: status functions belong in \`if\`.`);
    return new data.BooleanData(status[name]());
  }

  #default(args: readonly Expr[]): Value {
    try {
      const given = this.#argument(args, 0);
      if (!(given instanceof data.Null)) return given;
    } catch (error) {
      if (!(error instanceof MissingValue)) throw error;
    }
    return this.#argument(args, 1);
  }

  #file(value: Value): Value {
    const path = this.#scope.fileOf?.(asContent(toJson(value)));
    if (path === undefined) throw new Refused('`file` cannot be used here: no folder is at hand.');
    return new data.StringData(path);
  }

  #hashFiles(args: readonly Expr[]): Value {
    const hash = this.#scope.hashFiles?.(args.map((arg) => this.eval(arg).coerceString()));
    if (hash === undefined) throw new Refused('`hashFiles` cannot be used here: no files are at hand.');
    if (!hash.ok) throw new Refused(hash.error);
    return new data.StringData(hash.value);
  }

  #format(args: readonly Expr[]): Value {
    const values = args.map((arg) => this.eval(arg));
    try {
      return wellKnownFunctions['format']?.call(...values) ?? new data.Null();
    } catch {
      throw new Refused(
        `format cannot fill '${values[0]?.coerceString() ?? ''}': \`{0}\` stands for the first value after it, a brace itself is doubled, and values given: ${values.length - 1}.`,
      );
    }
  }
}

/** Text as it is; anything else as JSON. */
function asContent(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Contexts are asked for one by one, in `visitContextAccess`. */
const NO_CONTEXTS = new data.Dictionary();

const CONTEXT_HINTS: ReadonlyMap<string, string> = new Map([
  ['item', ' Only a step with `for_each` has items.'],
  ['item_index', ' Only a step with `for_each` has items.'],
  ['matrix', ' Only a step with `matrix` has one.'],
  ['loop', ' Only steps inside a `loop` have one.'],
  ['schedule', " Only a run that a schedule started has one: `default(schedule.nominal_time, '…')`."],
]);

const OWN_FUNCTIONS: Readonly<Record<string, (value: Value) => Value>> = {
  raw: (value) => value,
  toJSON: (value) => new data.StringData(JSON.stringify(toJson(value), undefined, 2)),
  fromJSON: (value) => fromJson(value),
};

/** The library would put keys such as `__proto__` into a plain object. */
function fromJson(value: Value): Value {
  if (!value.primitive)
    throw new Refused('fromJSON takes text, but was given a list or an object: leave fromJSON out.');
  try {
    return toValue(JSON.parse(value.coerceString()) as Json);
  } catch (error) {
    // Not the whole message: it quotes a part of the text, and that may be a part of a secret.
    const at = /at position \d+|end of JSON input/.exec((error as Error).message)?.[0];
    throw new Refused(`fromJSON was given text that is not JSON${at === undefined ? '' : ` (${at})`}.`);
  }
}

function lookUp(held: Value, key: Value): Value | undefined {
  if (!key.primitive) return undefined;
  if (held instanceof data.Dictionary) return held.get(key.coerceString());
  if (!(held instanceof data.Array) || key instanceof data.Null) return undefined;
  const index = Math.floor(key.number());
  return index >= 0 && index < held.values().length ? held.get(index) : undefined;
}

/** `list.*` and `object.*`. */
function everyValue(held: Value): Value {
  const all = new FilteredArray();
  const each = held instanceof FilteredArray ? held.values().flatMap(childrenOf) : childrenOf(held);
  for (const value of each) all.add(value);
  return all;
}

function childrenOf(value: Value): readonly Value[] {
  return value instanceof data.Array || value instanceof data.Dictionary ? value.values() : [];
}

/** `list.*.name`: of those items that have it, as GitHub does. */
function eachAt(list: FilteredArray, key: Value): Value {
  const found = new FilteredArray();
  for (const item of list.values()) {
    const value = lookUp(item, key);
    if (value !== undefined) found.add(value);
  }
  return found;
}

/** `steps.scan.outputs.files` has no value, why that may be, and what to do about it. */
function missing(access: IndexAccess, held: Value, key: Value): string {
  const path = pathOf(access, key);
  return `\`${path}\` has no value.${whyMissing(path, held, key)} ${defaultHint(path)}`;
}

function whyMissing(path: string, held: Value, key: Value): string {
  if (held instanceof data.StringData) return ' What stands before it is text: read JSON text with fromJSON.';
  if (held instanceof data.Null) return ' What stands before it is null.';
  if (/^steps\.[^.]+\.outputs[.[]/.test(path)) return ' The step wrote no such line to $BATON_OUTPUT.';
  if (!path.startsWith('env')) return '';
  return ` Only variables that the workflow declares can be read here; in shell text, write "$${key.coerceString()}".`;
}

/** The path as a person would write it; what was computed on the way is shown as `…`. */
function pathOf(access: IndexAccess, key?: Value): string {
  const { expr, index } = access;
  const own = key ?? (index instanceof Literal ? index.literal : undefined);
  const before =
    expr instanceof IndexAccess ? pathOf(expr) : expr instanceof ContextAccess ? expr.name.lexeme : '(…)';
  if (own === undefined) return index instanceof Star ? `${before}.*` : `${before}[…]`;
  if (own instanceof data.NumberData) return `${before}[${own.coerceString()}]`;
  const name = own.coerceString();
  return /^[A-Za-z_][\w-]*$/.test(name) ? `${before}.${name}` : `${before}['${name.replaceAll("'", "''")}']`;
}
