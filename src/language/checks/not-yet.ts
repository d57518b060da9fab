import type { Diagnostic } from '../../model/diagnostic.ts';
import { RUNNABLE_SHELLS, SHELLS, STEP_KIND_INFO, type Shell } from '../../model/step-kind.ts';
import { inFile, type ExpressionUse } from '../expression-uses.ts';
import { finding } from '../findings.ts';
import type { StepEntry } from '../step-entries.ts';
import { entryOf, textOf, valueOf, type YamlEntry, type YamlNode } from '../tree.ts';
import type { CheckContext } from './check.ts';

/**
 * Parts of the language that are read and checked, but that the engine does not carry out yet: delete here what runs.
 * Kinds of step and shells say it of themselves, in the model.
 */
const NOT_YET = {
  stepFields: [],
  workflowFields: [],
  functions: ['raw'],
  inputFields: { secret: 'Secret inputs cannot be used yet: their values would be seen in logs.' },
  /** A workflow with these can be run all the same, by hand. */
  triggers: {
    schedule: 'Schedules do not fire yet; the workflow can be run by hand.',
    files: 'File triggers do not fire yet; the workflow can be run by hand.',
  },
} as const;

/** One clear word for each part that cannot run yet, instead of silence when it does not. */
export function checkNotYet({ tree, steps, uses }: CheckContext): readonly Diagnostic[] {
  return [
    ...NOT_YET.workflowFields.flatMap((field) => checkField(entryOf(tree, field))),
    ...checkShell(entryOf(valueOf(tree, 'defaults'), 'shell')),
    ...checkInputs(valueOf(tree, 'inputs')),
    ...checkTriggers(valueOf(tree, 'on')),
    ...steps.flatMap(checkStep),
    ...uses.expressions.flatMap(checkFunctions),
  ];
}

function checkStep({ node, kinds }: StepEntry): readonly Diagnostic[] {
  const entries = node.kind === 'map' ? node.entries : [];
  return [
    ...kinds.flatMap(({ key, kind }) =>
      STEP_KIND_INFO[kind].runs ? [] : [warning(key.range, `\`${kind}\` steps cannot run yet.`)],
    ),
    ...entries.flatMap((entry) => (WAITING_FIELDS.has(entry.key.text) ? checkField(entry) : [])),
    ...checkShell(entryOf(node, 'shell')),
  ];
}

const WAITING_FIELDS: ReadonlySet<string> = new Set(NOT_YET.stepFields);

function checkField(entry: YamlEntry | undefined): readonly Diagnostic[] {
  return entry === undefined ? [] : [warning(entry.key.range, `\`${entry.key.text}\` cannot run yet.`)];
}

const WAITING_SHELLS: ReadonlySet<string> = new Set<Shell>(
  SHELLS.filter((shell) => !RUNNABLE_SHELLS.includes(shell)),
);

function checkShell(entry: YamlEntry | undefined): readonly Diagnostic[] {
  const shell = textOf(entry?.value);
  if (entry === undefined || shell === undefined || !WAITING_SHELLS.has(shell)) return [];
  return [
    warning(entry.value.range, `The shell ${shell} cannot run yet: use ${RUNNABLE_SHELLS.join(' or ')}.`),
  ];
}

function checkFunctions(use: ExpressionUse): readonly Diagnostic[] {
  if (!use.parsed.ok) return [];
  const waiting: readonly string[] = NOT_YET.functions;
  return use.parsed.value.functions.flatMap(({ name, range }) =>
    waiting.includes(name) ? [warning(inFile(use, range), `\`${name}()\` cannot be used yet.`)] : [],
  );
}

function checkInputs(inputs: YamlNode | undefined): readonly Diagnostic[] {
  if (inputs?.kind !== 'map') return [];
  return inputs.entries.flatMap(({ value }) =>
    Object.entries(NOT_YET.inputFields).flatMap(([field, message]) => {
      const entry = entryOf(value, field);
      const isOn = entry?.value.kind === 'scalar' && entry.value.value === true;
      return isOn ? [warning(entry.key.range, message)] : [];
    }),
  );
}

function checkTriggers(on: YamlNode | undefined): readonly Diagnostic[] {
  return Object.entries(NOT_YET.triggers).flatMap(([field, message]) => {
    const entry = entryOf(on, field);
    return entry === undefined
      ? []
      : [finding('baton/not-yet', entry.key.range, message, { severity: 'information' })];
  });
}

function warning(range: Diagnostic['range'], message: string): Diagnostic {
  return finding('baton/not-yet', range, message, { severity: 'warning' });
}
