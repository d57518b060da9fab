import type { Diagnostic } from '../../model/diagnostic.ts';
import { RUNNABLE_SHELLS, STEP_KIND_INFO } from '../../model/step-kind.ts';
import { inFile } from '../expression-uses.ts';
import { finding } from '../findings.ts';
import type { StepEntry } from '../step-entries.ts';
import { entryOf, valueOf, type YamlEntry } from '../tree.ts';
import type { CheckContext } from './check.ts';

/** Parts of the language that are read and checked, but that the engine does not carry out yet. Delete what runs. */
const STEP_FIELDS = ['for_each', 'matrix', 'max_parallel', 'cache', 'concurrency', 'problem_matcher', 'idempotent'];
const WORKFLOW_FIELDS = ['concurrency', 'finally'];
const FUNCTIONS = ['hashFiles', 'raw'];

/** One clear word for each part that cannot run yet, instead of silence when it does not. */
export function checkNotYet({ tree, steps, uses }: CheckContext): readonly Diagnostic[] {
  return [
    ...WORKFLOW_FIELDS.flatMap((field) => notYet(entryOf(tree, field), `\`${field}\` cannot run yet.`)),
    ...checkShell(entryOf(valueOf(tree, 'defaults'), 'shell')),
    ...checkInputs(valueOf(tree, 'inputs')),
    ...checkTriggers(valueOf(tree, 'on')),
    ...steps.flatMap(checkStep),
    ...uses.expressions.flatMap((use) => {
      const found = use.parsed.ok ? use.parsed.value.functions.filter(({ name }) => FUNCTIONS.includes(name)) : [];
      return found.map(({ name, range }) => warning(inFile(use, range), `\`${name}()\` cannot be used yet.`));
    }),
  ];
}

function checkStep({ node, kinds }: StepEntry): readonly Diagnostic[] {
  return [
    ...kinds.filter(({ kind }) => !STEP_KIND_INFO[kind].runs).map(({ key, kind }) => warning(key.range, `\`${kind}\` steps cannot run yet.`)),
    ...STEP_FIELDS.flatMap((field) => notYet(entryOf(node, field), `\`${field}\` cannot run yet.`)),
    ...checkShell(entryOf(node, 'shell')),
  ];
}

function checkShell(entry: YamlEntry | undefined): readonly Diagnostic[] {
  const shell = entry?.value.kind === 'scalar' ? entry.value.text : undefined;
  if (entry === undefined || shell === undefined || RUNNABLE_SHELLS.some((each) => each === shell)) return [];
  if (!['zsh', 'pwsh', 'cmd'].includes(shell)) return [];
  return [warning(entry.value.range, `The shell ${shell} cannot run yet: use ${RUNNABLE_SHELLS.join(' or ')}.`)];
}

function checkInputs(inputs: ReturnType<typeof valueOf>): readonly Diagnostic[] {
  if (inputs?.kind !== 'map') return [];
  return inputs.entries.flatMap(({ value }) => {
    const secret = entryOf(value, 'secret');
    const isSecret = secret?.value.kind === 'scalar' && secret.value.value === true;
    return isSecret ? [warning(secret.key.range, 'Secret inputs cannot run yet: their values would not be hidden.')] : [];
  });
}

/** A schedule that does not fire keeps nobody from running the workflow by hand. */
function checkTriggers(on: ReturnType<typeof valueOf>): readonly Diagnostic[] {
  return ['schedule', 'files'].flatMap((field) => {
    const entry = entryOf(on, field);
    const what = field === 'schedule' ? 'Schedules do' : 'File triggers do';
    const message = `${what} not fire yet; the workflow can be run by hand.`;
    return entry === undefined ? [] : [finding('baton/not-yet', entry.key.range, message, { severity: 'information' })];
  });
}

function notYet(entry: YamlEntry | undefined, message: string): readonly Diagnostic[] {
  return entry === undefined ? [] : [warning(entry.key.range, message)];
}

function warning(range: Diagnostic['range'], message: string): Diagnostic {
  return finding('baton/not-yet', range, message, { severity: 'warning' });
}
