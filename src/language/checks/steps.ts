import type { Diagnostic } from '../../model/diagnostic.ts';
import { STEP_KINDS } from '../../model/step-kind.ts';
import { finding } from '../findings.ts';
import { STEP_ID } from '../schema.ts';
import type { StepEntry } from '../step-entries.ts';
import { entryOf, isNothing, valueOf, type YamlNode } from '../tree.ts';
import type { CheckContext } from './check.ts';

/** Ids of the right form, exactly one kind each, and at least one step at all. */
export function checkSteps({ tree, steps }: CheckContext): readonly Diagnostic[] {
  return [...checkNoSteps(tree), ...steps.flatMap((step) => [...checkId(step), ...checkKind(step), ...checkFields(step)])];
}

function checkNoSteps(tree: YamlNode | undefined): readonly Diagnostic[] {
  const entry = entryOf(tree, 'steps');
  if (entry?.value.kind !== 'map' || entry.value.entries.length > 0) return [];
  return [finding('baton/missing', entry.key.range, 'There are no steps yet. Each one is a name with a command: `build: { run: make }`.')];
}

function checkId({ id, key }: StepEntry): readonly Diagnostic[] {
  if (STEP_ID.test(id)) return [];
  const message =
    id.length > 100
      ? 'A step id has at most 100 characters.'
      : `"${id}" cannot be a step id: it begins with a letter or _, and holds letters, digits, _ and -. Use \`name\` for what people see.`;
  return [finding('baton/step-id', key.range, message)];
}

function checkKind({ id, key, node, kinds }: StepEntry): readonly Diagnostic[] {
  if (node.kind !== 'map' && !isNothing(node)) return []; // The structure says so already.
  const [first, second] = kinds;
  if (first === undefined) {
    return [finding('baton/kind', key.range, `Step "${id}" does nothing: it needs one of ${STEP_KINDS.join(', ')}.`)];
  }
  if (second === undefined) return [];
  const names = kinds.map(({ kind }) => `\`${kind}\``).join(' and ');
  const related = kinds.slice(0, -1).map(({ key: each, kind }) => ({ message: `\`${kind}\` stands here`, range: each.range }));
  const message = `Step "${id}" has ${names}: a step is of one kind only. Make two steps of it.`;
  return [finding('baton/kind', kinds.at(-1)?.key.range ?? key.range, message, { related })];
}

/** Fields that only make sense beside others. */
function checkFields(step: StepEntry): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const script = entryOf(step.node, 'script');
  const language = entryOf(step.node, 'language');
  if (script !== undefined && language === undefined) {
    found.push(finding('baton/missing', script.key.range, `Step "${step.id}" needs \`language\` beside \`script\`, for instance node, python or bash.`));
  }
  if (language !== undefined && script === undefined) found.push(alone('language', 'script', language.key.range));
  const given = entryOf(step.node, 'with');
  if (given !== undefined && entryOf(step.node, 'workflow') === undefined) found.push(alone('with', 'workflow', given.key.range));
  const forEach = entryOf(step.node, 'for_each');
  const matrix = entryOf(step.node, 'matrix');
  if (forEach !== undefined && matrix !== undefined) {
    found.push(finding('baton/value', matrix.key.range, 'A step has `for_each` or `matrix`, not both.'));
  }
  return [...found, ...checkOneOf(step, 'gate', ['check', 'when', 'approval']), ...checkOneOf(step, 'agent', ['command', 'acp', 'model', 'profile'])];
}

function alone(field: string, beside: string, range: { readonly start: number; readonly end: number }): Diagnostic {
  return finding('baton/unknown-key', range, `\`${field}\` means something only beside \`${beside}\`.`);
}

function checkOneOf(step: StepEntry, kind: string, fields: readonly string[]): readonly Diagnostic[] {
  const value = valueOf(step.node, kind);
  if (value?.kind !== 'map') return [];
  const there = value.entries.filter(({ key }) => fields.includes(key.text));
  if (there.length === 1) return [];
  const range = there[1]?.key.range ?? entryOf(step.node, kind)?.key.range ?? step.key.range;
  return [finding('baton/kind', range, `\`${kind}\` of step "${step.id}" needs exactly one of ${fields.join(', ')}.`)];
}
