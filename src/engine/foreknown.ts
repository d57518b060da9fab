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

/** What an evaluation asked for in vain. */
export interface Doubt {
  met: boolean;
  readonly inputs: Set<string>;
}

export function noDoubt(): Doubt {
  return { met: false, inputs: new Set() };
}

/** What stands around a step. */
export interface Around {
  readonly inLoop: boolean;
  /** Of the innermost loop; its rounds are not known. */
  readonly loopMax: number;
  /** A loop around it is repeated for several items. */
  readonly repeated: boolean;
}

/**
 * What the expressions of one step can see before the run. Whatever only the run will show throws NotKnown, and is
 * noted as a doubt.
 */
export function foreknownScope(
  known: Foreknown,
  step: Pick<Step, 'env' | 'fanOut'>,
  more: { readonly doubt: Doubt; readonly around: Around } & Pick<Scope, 'step' | 'status'>,
): Scope {
  const { doubt, around } = more;
  const open = (input?: string): never => {
    doubt.met = true;
    if (input !== undefined) doubt.inputs.add(input);
    throw new NotKnown();
  };
  const contexts: Readonly<Record<string, () => Json | undefined>> = {
    inputs: () => inputsOf(known, open),
    env: () => environmentOf(known, step, more),
    run: () => openAt({ workflow: known.workflow.name, attempt: 1 }, 'id', open),
    loop: () => (around.inLoop ? openAt({ max: around.loopMax }, 'round', open) : undefined),
    item: () => itemOf(step, around, open),
    item_index: () => itemOf(step, around, open),
    matrix: () => itemOf(step, around, open),
  };
  return {
    context: (name) => (Object.hasOwn(contexts, name) ? contexts[name]?.() : undefined),
    step: more.step,
    ...(more.status && { status: more.status }),
    hashFiles: () => open(),
  };
}

function inputsOf({ inputs }: Foreknown, open: (input: string) => never): Json {
  const values = emptyRecord<Json>();
  for (const [name, { value, problem }] of Object.entries(inputs)) {
    if (problem !== undefined) openAt(values, name, () => open(name));
    else if (value !== undefined) values[name] = value;
  }
  return values;
}

function itemOf(step: Pick<Step, 'fanOut'>, around: Around, open: () => never): undefined {
  return step.fanOut === undefined && !around.repeated ? undefined : open();
}

/** The variables that `env` shows (rule V4), each worked out from those before it. */
function environmentOf(
  known: Foreknown,
  step: Pick<Step, 'env' | 'fanOut'>,
  more: Parameters<typeof foreknownScope>[2],
): Record<string, string> {
  const env = emptyRecord<string>();
  for (const layer of [known.workflow.env, step.env]) {
    for (const [name, template] of Object.entries(layer)) {
      const doubt = noDoubt();
      const scope = foreknownScope(known, step, { ...more, doubt });
      const value = valueOf(template, {
        ...scope,
        context: (each) => (each === 'env' ? env : scope.context(each)),
      });
      if (value !== undefined) setAt(env, name, value);
      else openAt(env, name, () => reopen(doubt, more.doubt));
    }
  }
  for (const [name, value] of Object.entries(known.env)) setAt(env, name, value);
  return env;
}

/** Undefined where it cannot be worked out yet, or at all: then it is not for the condition to tell. */
function valueOf(template: string, scope: Scope): string | undefined {
  try {
    const value = renderTemplate(template, scope);
    return value.ok ? value.value : undefined;
  } catch (error) {
    if (error instanceof NotKnown) return undefined;
    throw error;
  }
}

/** Whoever reads a variable has the doubts of the variable. */
function reopen(from: Doubt, to: Doubt): never {
  to.met = true;
  for (const input of from.inputs) to.inputs.add(input);
  throw new NotKnown();
}

function setAt(record: object, key: string, value: string): void {
  Object.defineProperty(record, key, { value, enumerable: true, configurable: true });
}

/** Puts a key there that exists, and whose value throws. */
function openAt<T extends object>(record: T, key: string, open: () => never): T {
  return Object.defineProperty(record, key, { get: open, enumerable: true, configurable: true });
}
