import { emptyRecord } from '../base/json.ts';
import {
  FINALLY_BUDGET_MS,
  type InputDeclaration,
  type InputType,
  type Limits,
  type Schedule,
  type Step,
  type Workflow,
} from '../model/workflow.ts';
import { buildSteps, defaultsOf, type StepContext } from './build-step.ts';
import {
  choiceOf,
  concurrencyOf,
  durationOf,
  isTrue,
  numberOf,
  textListOf,
  textsOf,
} from './field-values.ts';
import type { StepLevel } from './step-entries.ts';
import { textOf, valueOf, type YamlNode } from './tree.ts';

/** What the tree alone does not tell. */
export interface BuildContext extends Omit<StepContext, 'defaults'> {
  readonly ref: string;
  readonly digest: string;
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
  const stepContext = { ...context, defaults: defaultsOf(defaults) };
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
    steps: buildSteps(levels.steps, stepContext),
    finally: finallyOf(levels.finally, stepContext),
    schedules: schedulesOf(valueOf(valueOf(root, 'on'), 'schedule')),
    ...(fileTriggers !== undefined && { fileTriggers }),
    limits: limitsOf(valueOf(root, 'limits')),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(concurrency !== undefined && { concurrency }),
  };
}

/** S6: only its own `timeout` gives a step of `finally` more, or less, than its budget. */
function finallyOf(level: StepLevel, context: StepContext): readonly Step[] {
  const defaults = { ...context.defaults, timeoutMs: undefined };
  return buildSteps(level, { ...context, defaults }).map((step) => {
    const asks = step.kind === 'gate' ? step.with.timeoutMs : undefined;
    const own = step.timeoutMs ?? step.totalTimeoutMs ?? asks;
    return own === undefined ? { ...step, budgetMs: FINALLY_BUDGET_MS } : step;
  });
}

/** `ci/check.workflow.yaml` → `check`. */
function shortName(ref: string): string {
  return (ref.split('/').at(-1) ?? '').replace(/(\.workflow)?\.ya?ml$/, '') || 'workflow';
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

function limitsOf(node: YamlNode | undefined): Limits {
  const parallel = numberOf(valueOf(node, 'parallel'));
  const onFailure = choiceOf(
    valueOf(node, 'on_failure'),
    ['continue', 'finish', 'kill'] as const,
    'continue',
  );
  return { ...(parallel !== undefined && { parallel }), onFailure };
}

function schedulesOf(node: YamlNode | undefined): Schedule[] {
  const items = node === undefined ? [] : node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => {
    const when = momentOf(item);
    const timezone = textOf(valueOf(item, 'timezone'));
    const jitterMs = durationOf(valueOf(item, 'jitter'));
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
        ...(jitterMs !== undefined && { jitterMs }),
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
