import { parseDuration } from '../base/duration.ts';
import { emptyRecord, type Json } from '../base/json.ts';
import { STEP_KINDS, SHELLS, type Shell } from '../model/step-kind.ts';
import {
  DEFAULT_LOOP_MAX,
  DEFAULT_STOP,
  NO_RETRY,
  type Concurrency,
  type ContinueOn,
  type FanOut,
  type InputDeclaration,
  type InputType,
  type Limits,
  type Need,
  type RetryPolicy,
  type Schedule,
  type Step,
  type StepCommon,
  type StepOfKind,
  type Workflow,
} from '../model/workflow.ts';
import type { StepEntry, StepLevel } from './step-entries.ts';
import { entryOf, textOf, valueOf, type YamlNode } from './tree.ts';

/** What the tree alone does not tell. */
export interface BuildContext {
  readonly ref: string;
  readonly digest: string;
  readonly needsOf: (step: StepEntry) => readonly Need[];
  readonly keepsStdout: (step: StepEntry) => boolean;
}

/** A workflow of whatever could be understood; only one without errors means what its author meant. */
export function buildWorkflow(
  root: YamlNode | undefined,
  levels: { readonly steps: StepLevel; readonly finally: StepLevel },
  context: BuildContext,
): Workflow {
  const defaults = valueOf(root, 'defaults');
  const description = textOf(valueOf(root, 'description'));
  const timeoutMs = durationOf(valueOf(root, 'timeout'));
  const concurrency = concurrencyOf(valueOf(root, 'concurrency'));
  const fileTriggers = fileTriggersOf(valueOf(valueOf(root, 'on'), 'files'));
  return {
    ref: context.ref,
    name: textOf(valueOf(root, 'name')) ?? shortName(context.ref),
    ...(description !== undefined && { description }),
    digest: context.digest,
    inputs: inputsOf(valueOf(root, 'inputs')),
    env: Object.assign(
      emptyRecord<string>(),
      textsOf(valueOf(root, 'env')),
      textsOf(valueOf(defaults, 'env')),
    ),
    dotenv: textListOf(valueOf(root, 'dotenv')),
    steps: stepsOf(levels.steps, defaults, context),
    finally: stepsOf(levels.finally, defaults, context),
    schedules: schedulesOf(valueOf(valueOf(root, 'on'), 'schedule')),
    ...(fileTriggers !== undefined && { fileTriggers }),
    limits: limitsOf(valueOf(root, 'limits')),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(concurrency !== undefined && { concurrency }),
  };
}

/** `ci/check.workflow.yaml` → `check`. */
function shortName(ref: string): string {
  return (ref.split('/').at(-1) ?? '').replace(/(\.workflow)?\.ya?ml$/, '') || 'workflow';
}

function stepsOf(level: StepLevel, defaults: YamlNode | undefined, context: BuildContext): Step[] {
  return level.entries.flatMap((entry) => {
    const kind = kindOf(entry, defaults, context);
    return kind === undefined ? [] : [{ ...commonOf(entry, defaults, context), ...kind }];
  });
}

/** The first kind there is; a step without one cannot be drawn or run. */
function kindOf(
  entry: StepEntry,
  defaults: YamlNode | undefined,
  context: BuildContext,
): StepOfKind | undefined {
  const kind = STEP_KINDS.find((each) => entry.kinds.some((found) => found.kind === each));
  const value = kind && valueOf(entry.node, kind);
  switch (kind) {
    case undefined:
      return undefined;
    case 'run': {
      const shell = shellOf(valueOf(entry.node, 'shell')) ?? shellOf(valueOf(defaults, 'shell'));
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
    case 'gate':
      return { kind, with: gateOf(value) };
    case 'loop': {
      const until = textOf(valueOf(value, 'until'));
      const steps = entry.inner === undefined ? [] : stepsOf(entry.inner, defaults, context);
      const max = numberOf(valueOf(value, 'max')) ?? DEFAULT_LOOP_MAX;
      return { kind, with: { steps, max, ...(until !== undefined && { until }) } };
    }
  }
}

function commonOf(entry: StepEntry, defaults: YamlNode | undefined, context: BuildContext): StepCommon {
  const { node, id, key, range } = entry;
  const name = textOf(valueOf(node, 'name'));
  const when = textOf(valueOf(node, 'if'));
  const cwd = textOf(valueOf(node, 'cwd')) ?? textOf(valueOf(defaults, 'cwd'));
  const timeoutMs = durationOf(valueOf(node, 'timeout')) ?? durationOf(valueOf(defaults, 'timeout'));
  const totalTimeoutMs = durationOf(valueOf(node, 'total_timeout'));
  const fanOut = fanOutOf(node);
  const concurrency = concurrencyOf(valueOf(node, 'concurrency'));
  const idempotent = valueOf(node, 'idempotent');
  return {
    id,
    ...(name !== undefined && { name }),
    needs: context.needsOf(entry),
    ...(when !== undefined && { when }),
    env: textsOf(valueOf(node, 'env')),
    ...(cwd !== undefined && { cwd }),
    retry: retryOf(valueOf(node, 'retry'), valueOf(defaults, 'retry')),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(totalTimeoutMs !== undefined && { totalTimeoutMs }),
    continueOn: continueOnOf(valueOf(node, 'continue_on_error')),
    ...(fanOut !== undefined && { fanOut }),
    stop: stopOf(valueOf(node, 'stop')),
    ...(concurrency !== undefined && { concurrency }),
    ...jsonField('cache', valueOf(node, 'cache')),
    ...jsonField('problemMatcher', valueOf(node, 'problem_matcher')),
    ...(idempotent?.kind === 'scalar' && { idempotent: idempotent.value !== false }),
    keepStdout: context.keepsStdout(entry),
    range,
    idRange: key.range,
  };
}

function jsonField<K extends string>(key: K, node: YamlNode | undefined): { readonly [P in K]?: Json } {
  // One key of one name, which is what the type says; TypeScript widens computed keys.
  return (node === undefined ? {} : { [key]: toJson(node) }) as { readonly [P in K]?: Json };
}

/** A YAML value as JSON. */
export function toJson(node: YamlNode): Json {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toJson);
  const record = emptyRecord<Json>();
  for (const { key, value } of node.entries) record[key.text] = toJson(value);
  return record;
}

function durationOf(node: YamlNode | undefined): number | undefined {
  const text = textOf(node);
  return text === undefined ? undefined : parseDuration(text);
}

function numberOf(node: YamlNode | undefined): number | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'number' ? node.value : undefined;
}

function shellOf(node: YamlNode | undefined): Shell | undefined {
  return SHELLS.find((shell) => shell === textOf(node));
}

function textsOf(node: YamlNode | undefined): Record<string, string> {
  const texts = emptyRecord<string>();
  if (node?.kind !== 'map') return texts;
  for (const { key, value } of node.entries) texts[key.text] = textOf(value) ?? '';
  return texts;
}

/** One text, or a list of them. */
function textListOf(node: YamlNode | undefined): string[] {
  if (node?.kind === 'list') return node.items.flatMap((item) => textOf(item) ?? []);
  const text = textOf(node);
  return text === undefined ? [] : [text];
}

function choiceOf<T extends string>(node: YamlNode | undefined, choices: readonly T[], otherwise: T): T {
  return choices.find((choice) => choice === textOf(node)) ?? otherwise;
}

const INPUT_TYPES: readonly InputType[] = ['string', 'number', 'boolean', 'path'];

function inputsOf(node: YamlNode | undefined): InputDeclaration[] {
  if (node?.kind !== 'map') return [];
  return node.entries.map(({ key, value, range }) => {
    const given = valueOf(value, 'default');
    const description = textOf(valueOf(value, 'description'));
    const values = valueOf(value, 'enum');
    const type = choiceOf(valueOf(value, 'type'), INPUT_TYPES, 'string');
    const fallback = given?.kind === 'scalar' ? defaultOf(type, given.value, given.text) : undefined;
    return {
      name: key.text,
      type,
      ...(fallback !== undefined && { default: fallback }),
      ...(description !== undefined && { description }),
      ...(values?.kind === 'list' && { enum: enumOf(type, values.items) }),
      required: isTrue(valueOf(value, 'required')),
      secret: isTrue(valueOf(value, 'secret')),
      range,
    };
  });
}

/** `default: 3` of a string input is the text `3`. */
function defaultOf(
  type: InputType,
  value: null | boolean | number | string,
  text: string,
): string | number | boolean {
  return type === 'string' || type === 'path' || value === null ? text : value;
}

function enumOf(type: InputType, items: readonly YamlNode[]): (string | number)[] {
  return items.flatMap((item): (string | number)[] => {
    if (item.kind !== 'scalar' || item.value === null) return [];
    return type === 'number' && typeof item.value === 'number' ? [item.value] : [item.text];
  });
}

function isTrue(node: YamlNode | undefined): boolean {
  return node?.kind === 'scalar' && node.value === true;
}

function limitsOf(node: YamlNode | undefined): Limits {
  const parallel = numberOf(valueOf(node, 'parallel'));
  const onFailure = choiceOf(
    valueOf(node, 'on_failure'),
    ['continue', 'finish', 'kill'] as const,
    'continue',
  );
  return { ...(parallel !== undefined && { parallel }), onFailure };
}

/** The step's own fields over the workflow's defaults, field by field. */
function retryOf(own: YamlNode | undefined, defaults: YamlNode | undefined): RetryPolicy {
  const field = (key: string) => valueOf(own, key) ?? valueOf(defaults, key);
  const on = field('on');
  const exitCodes = valueOf(on, 'exit_codes');
  const signals = valueOf(on, 'signals');
  const jitter = field('jitter');
  return {
    max: numberOf(field('max')) ?? NO_RETRY.max,
    delayMs: durationOf(field('delay')) ?? NO_RETRY.delayMs,
    factor: numberOf(field('factor')) ?? NO_RETRY.factor,
    maxDelayMs: durationOf(field('max_delay')) ?? NO_RETRY.maxDelayMs,
    jitter: textOf(jitter) === 'full' ? 'full' : (numberOf(jitter) ?? NO_RETRY.jitter),
    ...(exitCodes !== undefined && { exitCodes: numbersOf(exitCodes) }),
    onTimeout: textOf(valueOf(on, 'timeout')) !== 'false',
    ...(signals !== undefined && { signals: textListOf(signals) }),
  };
}

function numbersOf(node: YamlNode): number[] {
  return node.kind === 'list' ? node.items.flatMap((item) => numberOf(item) ?? []) : [];
}

function continueOnOf(node: YamlNode | undefined): ContinueOn {
  if (isTrue(node)) return 'any-failure';
  const codes = valueOf(node, 'exit_codes');
  return codes === undefined ? 'nothing' : { exitCodes: numbersOf(codes) };
}

function stopOf(node: YamlNode | undefined): StepCommon['stop'] {
  return {
    signal: textOf(valueOf(node, 'signal')) ?? DEFAULT_STOP.signal,
    graceMs: durationOf(valueOf(node, 'grace')) ?? DEFAULT_STOP.graceMs,
  };
}

function concurrencyOf(node: YamlNode | undefined): Concurrency | undefined {
  if (node === undefined) return undefined;
  return {
    group: textOf(valueOf(node, 'group')) ?? '',
    limit: numberOf(valueOf(node, 'limit')) ?? 1,
    whenFull: choiceOf(valueOf(node, 'when_full'), ['queue', 'cancel_oldest', 'reject'] as const, 'queue'),
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

function jsonList(node: YamlNode | undefined): Json[] {
  return node?.kind === 'list' ? node.items.map(toJson) : [];
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

function schedulesOf(node: YamlNode | undefined): Schedule[] {
  const items = node === undefined ? [] : node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => {
    const when = momentOf(item);
    const timezone = textOf(valueOf(item, 'timezone'));
    if (when === undefined) return [];
    return [
      {
        when,
        ...(timezone !== undefined && { timezone }),
        overlap: choiceOf(
          valueOf(item, 'overlap'),
          ['skip', 'queue', 'cancel_running', 'allow'] as const,
          'skip',
        ),
        catchUp: choiceOf(valueOf(item, 'catch_up'), ['last', 'none', 'all'] as const, 'last'),
        windowMs: durationOf(valueOf(item, 'window')) ?? 86_400_000,
        range: item.range,
      },
    ];
  });
}

function momentOf(item: YamlNode): Schedule['when'] | undefined {
  const cron = textOf(valueOf(item, 'cron'));
  const everyMs = durationOf(valueOf(item, 'every'));
  const at = textOf(valueOf(item, 'at'));
  if (cron !== undefined) return { cron };
  if (everyMs !== undefined) return { everyMs };
  return at === undefined ? undefined : { at };
}

function fileTriggersOf(node: YamlNode | undefined): Workflow['fileTriggers'] {
  if (node === undefined) return undefined;
  return {
    paths: textListOf(valueOf(node, 'paths')),
    debounceMs: durationOf(valueOf(node, 'debounce')) ?? 500,
  };
}

/** Whether a step has a field at all, empty or not. */
export function hasField(step: StepEntry, key: string): boolean {
  return entryOf(step.node, key) !== undefined;
}
