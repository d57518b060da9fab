import { emptyRecord, type Json } from '../base/json.ts';
import { NotKnown, renderTemplate, type Scope } from '../expression/evaluate.ts';
import type { Step, Workflow } from '../model/workflow.ts';

/** One input before a run. */
export interface KnownInput {
  readonly given: boolean;
  /** What steps would read; absent where there is nothing to read. */
  readonly value?: Json;
  /** Why a run would not begin like this; steps may read it all the same, once it is mended. */
  readonly problem?: string;
}

/** What is known about a run that has not begun. */
export interface Foreknown {
  readonly workflow: Pick<Workflow, 'name' | 'env'>;
  readonly inputs: Readonly<Record<string, KnownInput>>;
  /** Given with `--env`. */
  readonly env: Readonly<Record<string, string>>;
}

/** What stands around a step. */
export interface Around {
  readonly inLoop: boolean;
  /** Of the innermost loop; its rounds are not known. */
  readonly loopMax: number;
  /** A loop around it is repeated for several items. */
  readonly repeated: boolean;
}

/** Where expressions are evaluated before the run. */
export interface Vantage extends Pick<Scope, 'step' | 'status'> {
  readonly of: Pick<Step, 'env' | 'fanOut'>;
  readonly around: Around;
  /** Takes the names of inputs that were asked for in vain. */
  readonly missing?: Set<string>;
}

/** What expressions can see before the run. Whatever only the run will show throws NotKnown. */
export function foreknownScope(known: Foreknown, vantage: Vantage): Scope {
  const { around, step, status } = vantage;
  const contexts: Readonly<Record<string, () => Json | undefined>> = {
    inputs: () => inputsOf(known, vantage.missing),
    env: () => environmentOf(known, vantage),
    run: () => openAt({ workflow: known.workflow.name, attempt: 1 }, 'id', notKnown),
    loop: () => (around.inLoop ? openAt({ max: around.loopMax }, 'round', notKnown) : undefined),
    item: () => itemOf(vantage),
    item_index: () => itemOf(vantage),
    matrix: () => itemOf(vantage),
  };
  return {
    context: (name) => (Object.hasOwn(contexts, name) ? contexts[name]?.() : undefined),
    step,
    ...(status && { status }),
    hashFiles: notKnown,
  };
}

/** Nobody can know it before the run. */
export function notKnown(): never {
  throw new NotKnown();
}

function inputsOf({ inputs }: Foreknown, missing?: Set<string>): Json {
  const values = emptyRecord<Json>();
  for (const [name, { value, problem }] of Object.entries(inputs)) {
    if (problem !== undefined) openAt(values, name, () => lacking([name], missing));
    else if (value !== undefined) values[name] = value;
  }
  return values;
}

function lacking(names: Iterable<string>, missing: Set<string> | undefined): never {
  for (const name of names) missing?.add(name);
  return notKnown();
}

function itemOf({ of, around }: Vantage): undefined {
  return of.fanOut === undefined && !around.repeated ? undefined : notKnown();
}

/** The variables that `env` shows (rule V4), each worked out from those before it. */
function environmentOf(known: Foreknown, vantage: Vantage): Record<string, string> {
  const env = emptyRecord<string>();
  for (const layer of [known.workflow.env, vantage.of.env]) {
    for (const [name, template] of Object.entries(layer)) {
      const missing = new Set<string>();
      const scope = foreknownScope(known, { ...vantage, missing });
      const context = (each: string) => (each === 'env' ? env : scope.context(each));
      const value = ifKnown(() => renderTemplate(template, { ...scope, context }));
      // One that cannot be worked out at all is not for the condition to tell.
      if (value?.ok === true) setAt(env, name, value.value);
      else openAt(env, name, () => lacking(missing, vantage.missing));
    }
  }
  for (const [name, value] of Object.entries(known.env)) setAt(env, name, value);
  return env;
}

/** What work answers, undefined where it asks for what is not known. */
export function ifKnown<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof NotKnown) return undefined;
    throw error;
  }
}

function setAt(record: object, key: string, value: string): void {
  Object.defineProperty(record, key, { value, enumerable: true, configurable: true });
}

/** Puts a key there that exists, and whose value throws. */
function openAt<T extends object>(record: T, key: string, open: () => never): T {
  return Object.defineProperty(record, key, { get: open, enumerable: true, configurable: true });
}
