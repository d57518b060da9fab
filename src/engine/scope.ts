import { emptyRecord, NO_ITEMS, type Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import { renderTemplate, type Scope } from '../expression/evaluate.ts';
import { hasExpression } from '../expression/template.ts';
import {
  exitCodeIn,
  itemsOf,
  loopAround,
  outputsOf,
  parentOf,
  seenFrom,
  type ReadLarge,
} from '../model/inside.ts';
import type { Cause } from '../model/run-event.ts';
import { isFinal, roleOf, type RunState, type StepState } from '../model/run-state.ts';

/** What expressions may ask of the world, beside the facts. */
export interface Sources {
  /** Values of secret inputs, by name: no journal holds them. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** One hash over all files that match, or a sentence about what is wrong. */
  readonly hashFiles?: (patterns: readonly string[]) => Result<string, string>;
  readonly readLarge?: ReadLarge;
  /** The path of a file that holds a text. */
  readonly fileOf?: (text: string) => string;
}

export const NO_SOURCES: Sources = {};

/** Where an expression stands: in a step, or in `until`, which sees the round that just ended. */
export interface Standpoint {
  readonly step: StepState;
  readonly level: string;
  /** The loop whose round that level is. */
  readonly holder: StepState | undefined;
}

export function standpointOf(state: RunState, step: StepState): Standpoint {
  return {
    step,
    level: step.level,
    holder: step.parent === undefined ? undefined : loopAround(state, step),
  };
}

/** What the expressions of one step may see (rule V1). `env` grows while the environment itself is worked out. */
export function scopeOf(
  state: RunState,
  standpoint: Standpoint,
  env: Readonly<Record<string, string>>,
  sources: Sources,
): Scope {
  return new StepScope(state, standpoint, env, sources);
}

class StepScope implements Scope {
  readonly #state: RunState;
  readonly #standpoint: Standpoint;
  readonly #env: Readonly<Record<string, string>>;
  readonly #sources: Sources;
  readonly hashFiles: Scope['hashFiles'];
  readonly fileOf: Scope['fileOf'];

  constructor(
    state: RunState,
    standpoint: Standpoint,
    env: Readonly<Record<string, string>>,
    sources: Sources,
  ) {
    this.#state = state;
    this.#standpoint = standpoint;
    this.#env = env;
    this.#sources = sources;
    this.hashFiles = sources.hashFiles;
    this.fileOf = sources.fileOf;
  }

  context(name: string): Json | undefined {
    return contextOf(this.#state, this.#standpoint, { name, env: this.#env, sources: this.#sources });
  }

  step(id: string): Json | undefined {
    const found = seenFrom(this.#state, this.#standpoint, id);
    return found && stepValue(this.#state, found, this.#sources.readLarge);
  }

  get status(): NonNullable<Scope['status']> {
    return statusFunctions(this.#state, this.#standpoint.step);
  }
}

/** `schedule.…`, of a run that a schedule started. */
export function scheduleValue(cause: Cause): Json | undefined {
  if (cause.kind !== 'schedule') return undefined;
  return { nominal_time: cause.nominalTime, is_catch_up: cause.isCatchUp ?? false };
}

function contextOf(
  state: RunState,
  { step, holder }: Standpoint,
  {
    name,
    env,
    sources,
  }: { readonly name: string; readonly env: Readonly<Record<string, string>>; readonly sources: Sources },
): Json | undefined {
  switch (name) {
    case 'inputs':
      return sources.secrets === undefined ? state.inputs : { ...state.inputs, ...sources.secrets };
    case 'env':
      return env;
    case 'run':
      return { id: state.run, workflow: state.workflow.name, attempt: state.starts };
    case 'schedule':
      return scheduleValue(state.cause);
    case 'item':
      return itemAround(state, step, 'for_each')?.value;
    case 'item_index':
      return itemAround(state, step, 'for_each')?.index;
    case 'matrix':
      return itemAround(state, step, 'matrix')?.value;
    case 'loop':
      return holder?.step.kind === 'loop'
        ? { round: holder.round ?? 0, max: holder.step.with.max }
        : undefined;
    default:
      return undefined;
  }
}

/** The item that a step is, or that a loop around it is. */
function itemAround(state: RunState, step: StepState, kind: 'for_each' | 'matrix'): StepState['item'] {
  for (let each: StepState | undefined = step; each !== undefined; each = parentOf(state, each)) {
    const { fanOut } = each.step;
    if (each.item !== undefined && fanOut !== undefined && 'matrix' in fanOut.over === (kind === 'matrix')) {
      return each.item;
    }
  }
  return undefined;
}

/** Values of steps that have ended: ten thousand items may read the same one. */
const ended = new WeakMap<StepState, { readonly attempts: number; readonly value: Json }>();

/** `steps.<id>`: only what there is, so that a missing value is told as missing. */
function stepValue(state: RunState, step: StepState, readLarge: ReadLarge | undefined): Json {
  const known = ended.get(step);
  if (known !== undefined && known.attempts === step.attempts.length && isFinal(step.status))
    return known.value;
  const outcome = step.attempts.at(-1)?.outcome;
  const value = emptyRecord<Json>();
  const isEmpty = roleOf(step) === 'fan-out' && step.reused === undefined && step.inside?.length === 0;
  value['outputs'] = isEmpty ? NO_ITEMS : outputsOf(state, step, readLarge);
  value['outcome'] = step.status;
  value['result'] = step.result ?? step.status;
  const exitCode = exitCodeIn(step);
  if (exitCode !== undefined) value['exit_code'] = exitCode;
  const stdout = outcome?.stdout ?? step.reused?.outcome.stdout;
  if (stdout !== undefined) value['stdout'] = stdout;
  if (roleOf(step) === 'fan-out') value['items'] = itemsOf(state, step, readLarge);
  if (isFinal(step.status)) ended.set(step, { attempts: step.attempts.length, value });
  return value;
}

/** S4, over the step's needs and all they need; inside `finally`, over the whole run. */
function statusFunctions(state: RunState, step: StepState): NonNullable<Scope['status']> {
  const { upstream } = step;
  const wholeRun = step.place === 'finally';
  return {
    success: () => needsHold(state, step) && !(wholeRun && (upstream.failed || upstream.cancelled)),
    failure: () => upstream.failed,
    cancelled: () => state.stop !== undefined || upstream.cancelled,
    always: () => true,
    none_failed: () => !upstream.failed && !upstream.cancelled,
  };
}

/** True when every need effectively succeeded, or was skipped where that is allowed (rule S2), or was left out on purpose. */
export function needsHold(state: RunState, step: StepState): boolean {
  for (const need of step.step.needs) {
    const needed = state.steps[step.level + need.step];
    if (needed?.result === 'succeeded' || needed?.reason === 'not_selected') continue;
    if (!need.allowSkipped || needed?.result !== 'skipped' || needed.reason === 'upstream_failed')
      return false;
  }
  return true;
}

const NO_ENV: Readonly<Record<string, string>> = Object.freeze(emptyRecord<string>());

/**
 * The variables a step is given, without `BATON_*` (rule V4). Each value may use those before it; the error names
 * the variable that has none.
 */
export function environmentOf(
  state: RunState,
  standpoint: Standpoint,
  sources: Sources,
): Result<Readonly<Record<string, string>>, string> {
  const { step } = standpoint;
  if (
    step.parent === undefined &&
    isEmpty(step.step.env) &&
    isEmpty(state.workflow.env) &&
    isEmpty(state.env)
  )
    return ok(NO_ENV);
  // The variables of a fan-out are those of its items, which it has none of itself.
  const own = roleOf(step) === 'fan-out' ? NO_ENV : step.step.env;
  const layers = [state.workflow.env, itemVariables(state, step), own];
  const env = emptyRecord<string>();
  const scope = scopeOf(state, standpoint, env, sources);
  for (const layer of layers) {
    for (const [name, template] of Object.entries(layer)) {
      const value =
        layer === layers[1] || !hasExpression(template) ? ok(template) : renderTemplate(template, scope);
      if (!value.ok) return err(`${value.error} It is used by the variable "${name}" in env.`);
      env[name] = value.value;
    }
  }
  Object.assign(env, state.env);
  return ok(env);
}

function isEmpty(record: Readonly<Record<string, unknown>>): boolean {
  for (const _ in record) return false;
  return true;
}

/** What one variable may hold: Linux takes 128 KiB with the name. */
const LARGEST_VARIABLE = 64 * 1024;

/** V4's layer "matrix and item": `ITEM`, `ITEM_INDEX`, and `MATRIX_<NAME>` for every value of the combination. */
function itemVariables(state: RunState, step: StepState): Readonly<Record<string, string>> {
  if (step.parent === undefined) return NO_ENV;
  const variables = emptyRecord<string>();
  const item = itemAround(state, step, 'for_each');
  if (item !== undefined) {
    put(variables, 'ITEM', item.value);
    put(variables, 'ITEM_INDEX', item.index);
  }
  const matrix = itemAround(state, step, 'matrix')?.value;
  for (const [name, value] of Object.entries((matrix ?? {}) as Record<string, Json>)) {
    put(variables, `MATRIX_${name.toUpperCase().replace(/[^A-Z0-9_]/g, '_')}`, value);
  }
  return variables;
}

/** A value that no variable can hold is left out: expressions can still read it. */
function put(variables: Record<string, string>, name: string, value: Json): void {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.length <= LARGEST_VARIABLE && !text.includes('\0')) variables[name] = text;
}
