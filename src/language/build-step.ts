import { emptyRecord, type Json } from '../base/json.ts';
import { SHELLS, STEP_KINDS, type Shell } from '../model/step-kind.ts';
import {
  DEFAULT_LOOP_MAX,
  DEFAULT_STOP,
  NO_RETRY,
  type CachePolicy,
  type ContinueOn,
  type FanOut,
  type Need,
  type RetryPolicy,
  type Step,
  type StepCommon,
  type StepOfKind,
} from '../model/workflow.ts';
import {
  choiceOf,
  concurrencyOf,
  durationOf,
  isTrue,
  jsonList,
  numberOf,
  numbersOf,
  textListOf,
  textsOf,
  toJson,
} from './field-values.ts';
import type { Keep, Kept } from './kept.ts';
import type { StepEntry, StepLevel } from './step-entries.ts';
import { textOf, valueOf, type YamlNode } from './tree.ts';

/** What every step has unless it says otherwise. */
export interface Defaults {
  readonly shell: Shell | undefined;
  readonly cwd: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly retry: RetryPolicy;
}

export function defaultsOf(node: YamlNode | undefined): Defaults {
  return {
    shell: shellOf(valueOf(node, 'shell')),
    cwd: textOf(valueOf(node, 'cwd')),
    timeoutMs: durationOf(valueOf(node, 'timeout')),
    retry: retryOf(valueOf(node, 'retry'), NO_RETRY),
  };
}

/** What the step itself does not tell. */
export interface StepContext {
  readonly defaults: Defaults;
  readonly needsOf: (step: StepEntry) => readonly Need[];
  readonly keepsStdout: (step: StepEntry) => boolean;
  readonly kept?: Kept;
}

/** The steps of a level, as far as they can be understood: one without a kind cannot be drawn or run. */
export function buildSteps(level: StepLevel, context: StepContext): Step[] {
  const steps: Step[] = [];
  const keep = context.kept?.values<Built>('step', nowhere);
  for (const entry of level.entries) {
    const step =
      keep === undefined || entry.inner !== undefined
        ? buildStep(entry, context)
        : keptStep(entry, { context, keep });
    if (step !== undefined) steps.push(step);
  }
  return steps;
}

/** What a step was built of, beside its own text. */
interface Built {
  step: Step | undefined;
  defaults: string;
}

/** The step as it was before, where nothing that it is built of has changed. */
function keptStep(
  entry: StepEntry,
  { context, keep }: { readonly context: StepContext; readonly keep: Keep<Built> },
): Step | undefined {
  const defaults = keyOf(context.defaults);
  const built = keep(entry, () => ({ step: undefined, defaults: '' }));
  const { step } = built;
  const isSame =
    step !== undefined &&
    built.defaults === defaults &&
    step.keepStdout === context.keepsStdout(entry) &&
    areSame(step.needs, context.needsOf(entry));
  if (!isSame) Object.assign(built, { step: buildStep(entry, context), defaults });
  return built.step;
}

/** All its places are those of the tree, or of the expressions that draw its needs. */
function nowhere(): readonly never[] {
  return [];
}

const keys = new WeakMap<Defaults, string>();

function keyOf(defaults: Defaults): string {
  let key = keys.get(defaults);
  if (key === undefined) keys.set(defaults, (key = JSON.stringify(defaults)));
  return key;
}

function areSame(before: readonly Need[], now: readonly Need[]): boolean {
  return (
    before.length === now.length &&
    before.every((need, i) => {
      const other = now[i];
      return (
        need.step === other?.step &&
        need.kind === other.kind &&
        need.allowSkipped === other.allowSkipped &&
        need.range === other.range
      );
    })
  );
}

function buildStep(entry: StepEntry, context: StepContext): Step | undefined {
  const kind = kindOf(entry, context);
  return kind === undefined ? undefined : { ...commonOf(entry, context), ...kind };
}

const NO_ENV: Readonly<Record<string, string>> = Object.freeze(emptyRecord<string>());

/** The first kind there is. */
function kindOf(entry: StepEntry, context: StepContext): StepOfKind | undefined {
  const kind = STEP_KINDS.find((each) => entry.kinds.some((found) => found.kind === each));
  const value = kind && valueOf(entry.node, kind);
  switch (kind) {
    case undefined:
      return undefined;
    case 'run': {
      const shell = shellOf(valueOf(entry.node, 'shell')) ?? context.defaults.shell;
      const command = value?.kind === 'list' ? textListOf(value) : (textOf(value) ?? '');
      return { kind, with: { command, ...(shell !== undefined && { shell }) } };
    }
    case 'script':
      return {
        kind,
        with: { text: textOf(value) ?? '', language: textOf(valueOf(entry.node, 'language')) ?? '' },
      };
    case 'agent':
      return { kind, with: agentOf(value) };
    case 'workflow':
      return { kind, with: { path: textOf(value) ?? '', inputs: textsOf(valueOf(entry.node, 'with')) } };
    case 'gate': {
      const shell = shellOf(valueOf(entry.node, 'shell')) ?? context.defaults.shell;
      return { kind, with: { ...gateOf(value), ...(shell !== undefined && { shell }) } };
    }
    case 'loop': {
      const until = textOf(valueOf(value, 'until'));
      const steps = entry.inner === undefined ? [] : buildSteps(entry.inner, context);
      const max = numberOf(valueOf(value, 'max')) ?? DEFAULT_LOOP_MAX;
      return { kind, with: { steps, max, ...(until !== undefined && { until }) } };
    }
  }
}

function commonOf(entry: StepEntry, { defaults, needsOf, keepsStdout }: StepContext): StepCommon {
  const { node, id, key, range } = entry;
  const name = textOf(valueOf(node, 'name'));
  const when = textOf(valueOf(node, 'if'));
  const cwd = textOf(valueOf(node, 'cwd')) ?? defaults.cwd;
  const timeoutMs = durationOf(valueOf(node, 'timeout')) ?? defaults.timeoutMs;
  const totalTimeoutMs = durationOf(valueOf(node, 'total_timeout'));
  const fanOut = fanOutOf(node);
  const concurrency = concurrencyOf(valueOf(node, 'concurrency'));
  const cache = cacheOf(valueOf(node, 'cache'));
  const env = valueOf(node, 'env');
  const idempotent = valueOf(node, 'idempotent');
  return {
    id,
    ...(name !== undefined && { name }),
    needs: needsOf(entry),
    ...(when !== undefined && { when }),
    env: env === undefined ? NO_ENV : textsOf(env),
    ...(cwd !== undefined && { cwd }),
    retry: retryOf(valueOf(node, 'retry'), defaults.retry),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(totalTimeoutMs !== undefined && { totalTimeoutMs }),
    continueOn: continueOnOf(valueOf(node, 'continue_on_error')),
    ...(fanOut !== undefined && { fanOut }),
    stop: stopOf(valueOf(node, 'stop')),
    ...(concurrency !== undefined && { concurrency }),
    ...(cache !== undefined && { cache }),
    ...jsonField('problemMatcher', valueOf(node, 'problem_matcher')),
    ...(idempotent?.kind === 'scalar' && { idempotent: idempotent.value !== false }),
    keepStdout: keepsStdout(entry),
    range,
    idRange: key.range,
  };
}

function jsonField<K extends string>(key: K, node: YamlNode | undefined): { readonly [P in K]?: Json } {
  // One key of one name, which is what the type says; TypeScript widens computed keys.
  return (node === undefined ? {} : { [key]: toJson(node) }) as { readonly [P in K]?: Json };
}

function shellOf(node: YamlNode | undefined): Shell | undefined {
  return SHELLS.find((shell) => shell === textOf(node));
}

/** The step's own fields over the workflow's defaults, field by field. */
function retryOf(own: YamlNode | undefined, defaults: RetryPolicy): RetryPolicy {
  if (own?.kind !== 'map') return defaults;
  const on = valueOf(own, 'on');
  const jitter = valueOf(own, 'jitter');
  const onTimeout = textOf(valueOf(on, 'timeout'));
  return {
    max: numberOf(valueOf(own, 'max')) ?? defaults.max,
    delayMs: durationOf(valueOf(own, 'delay')) ?? defaults.delayMs,
    factor: numberOf(valueOf(own, 'factor')) ?? defaults.factor,
    maxDelayMs: durationOf(valueOf(own, 'max_delay')) ?? defaults.maxDelayMs,
    jitter: textOf(jitter) === 'full' ? 'full' : (numberOf(jitter) ?? defaults.jitter),
    ...(on === undefined ? causesOf(defaults) : causesIn(on)),
    onTimeout: on === undefined ? defaults.onTimeout : onTimeout !== 'false',
  };
}

type Causes = Pick<RetryPolicy, 'exitCodes' | 'signals'>;

function causesOf({ exitCodes, signals }: RetryPolicy): Causes {
  return { ...(exitCodes !== undefined && { exitCodes }), ...(signals !== undefined && { signals }) };
}

function causesIn(on: YamlNode): Causes {
  const exitCodes = valueOf(on, 'exit_codes');
  const signals = valueOf(on, 'signals');
  return {
    ...(exitCodes !== undefined && { exitCodes: numbersOf(exitCodes) }),
    ...(signals !== undefined && { signals: textListOf(signals) }),
  };
}

function continueOnOf(node: YamlNode | undefined): ContinueOn {
  if (isTrue(node)) return 'any-failure';
  const codes = valueOf(node, 'exit_codes');
  return codes === undefined ? 'nothing' : { exitCodes: numbersOf(codes) };
}

function cacheOf(node: YamlNode | undefined): CachePolicy | undefined {
  if (node?.kind !== 'map' && !isTrue(node)) return undefined;
  const key = textOf(valueOf(node, 'key'));
  return {
    ...(key !== undefined && { key }),
    inputs: textListOf(valueOf(node, 'inputs')),
    outputs: textListOf(valueOf(node, 'outputs')),
  };
}

function stopOf(node: YamlNode | undefined): StepCommon['stop'] {
  if (node === undefined) return DEFAULT_STOP;
  return {
    signal: textOf(valueOf(node, 'signal')) ?? DEFAULT_STOP.signal,
    graceMs: durationOf(valueOf(node, 'grace')) ?? DEFAULT_STOP.graceMs,
  };
}

function fanOutOf(step: YamlNode): FanOut | undefined {
  const forEach = valueOf(step, 'for_each');
  const matrix = valueOf(step, 'matrix');
  const maxParallel = numberOf(valueOf(step, 'max_parallel'));
  const width = maxParallel === undefined ? {} : { maxParallel };
  if (forEach !== undefined) {
    const over = forEach.kind === 'list' ? forEach.items.map(toJson) : (textOf(forEach) ?? '');
    return { over: { forEach: over }, ...width };
  }
  if (matrix?.kind !== 'map') return undefined;
  const lists = emptyRecord<readonly Json[] | string>();
  for (const { key, value } of matrix.entries) {
    if (key.text === 'include' || key.text === 'exclude') continue;
    lists[key.text] = value.kind === 'list' ? value.items.map(toJson) : (textOf(value) ?? '');
  }
  return {
    over: {
      matrix: lists,
      include: jsonList(valueOf(matrix, 'include')),
      exclude: jsonList(valueOf(matrix, 'exclude')),
    },
    ...width,
  };
}

function agentOf(node: YamlNode | undefined): Extract<StepOfKind, { kind: 'agent' }>['with'] {
  const command = valueOf(node, 'command');
  const acp = valueOf(node, 'acp');
  const model = textOf(valueOf(node, 'model'));
  const by = command
    ? { command: textListOf(command) }
    : acp
      ? { acp: textListOf(acp) }
      : model !== undefined
        ? { model }
        : { profile: textOf(valueOf(node, 'profile')) ?? '' };
  const schema = valueOf(node, 'schema');
  return {
    prompt: textOf(valueOf(node, 'prompt')) ?? '',
    by,
    output: choiceOf(valueOf(node, 'output'), ['text', 'json'] as const, 'text'),
    ...(schema !== undefined && { schema: toJson(schema) }),
  };
}

function gateOf(node: YamlNode | undefined): Extract<StepOfKind, { kind: 'gate' }>['with'] {
  const check = textOf(valueOf(node, 'check'));
  const when = textOf(valueOf(node, 'when'));
  const rewindTo = textOf(valueOf(node, 'rewind_to'));
  const timeoutMs = durationOf(valueOf(node, 'timeout'));
  return {
    by:
      check !== undefined
        ? { check }
        : when !== undefined
          ? { when }
          : { approval: textOf(valueOf(node, 'approval')) ?? '' },
    ...(rewindTo !== undefined && { rewindTo }),
    max: numberOf(valueOf(node, 'max')) ?? 3,
    ...(timeoutMs !== undefined && { timeoutMs }),
    onTimeout: choiceOf(valueOf(node, 'on_timeout'), ['reject', 'approve'] as const, 'reject'),
  };
}
