import { hasExpression } from '../../expression/template.ts';
import type { Diagnostic, Severity } from '../../model/diagnostic.ts';
import { STEP_KINDS } from '../../model/step-kind.ts';
import { nearest } from '../../base/nearest.ts';
import { finding } from '../findings.ts';
import { nativeKey } from '../foreign-keys.ts';
import { STEP_ID } from '../schema.ts';
import type { StepEntry } from '../step-entries.ts';
import { entryOf, isNothing, valueOf, type YamlNode } from '../tree.ts';
import type { CheckContext } from './check.ts';

/** Ids of the right form, each once, exactly one kind each, and at least one step at all. */
export function checkSteps({ tree, steps, levels, kept }: CheckContext): readonly Diagnostic[] {
  const keep = kept.findings('form');
  return [
    ...checkNoSteps(tree),
    ...levels.finally.entries.flatMap((step) => checkTwice(step, levels.steps.byId.get(step.id))),
    ...steps.flatMap((step) => keep(step, () => checkForm(step))),
  ];
}

function checkForm(step: StepEntry): readonly Diagnostic[] {
  return [...checkId(step), ...checkKind(step), ...checkFields(step), ...checkFanOut(step)];
}

function checkNoSteps(tree: YamlNode | undefined): readonly Diagnostic[] {
  const entry = entryOf(tree, 'steps');
  if (entry?.value.kind !== 'map' || entry.value.entries.length > 0) return [];
  const message = 'There are no steps yet. Each one is a name with a command: `build: { run: make }`.';
  return [finding('baton/missing', entry.key.range, message)];
}

/** `steps.x` would mean either of them. */
function checkTwice({ id, key }: StepEntry, other: StepEntry | undefined): readonly Diagnostic[] {
  if (other === undefined) return [];
  const related = [{ message: `The other "${id}"`, range: other.key.range }];
  const message = `There is a step "${id}" under \`steps\` already, so nobody could tell the two apart. Rename this one.`;
  return [finding('baton/duplicate-key', key.range, message, { related })];
}

function checkId({ id, key }: StepEntry): readonly Diagnostic[] {
  if (STEP_ID.test(id)) return [];
  if (/^\/[/*]/.test(id)) return [finding('baton/step-id', key.range, 'A comment begins with `#`.')];
  const message =
    id.length > 100
      ? 'A step id has at most 100 characters. Use `name` for what people see.'
      : `"${id}" cannot be a step id: it begins with a letter or _, and holds letters, digits, _ and -. Use \`name\` for what people see.`;
  return [finding('baton/step-id', key.range, message)];
}

function checkKind({ id, key, node, kinds }: StepEntry): readonly Diagnostic[] {
  if (node.kind !== 'map') return []; // The structure says so already.
  const once = kinds.filter(({ kind }, i) => kinds.findIndex((each) => each.kind === kind) === i);
  const [first, second] = once;
  if (first === undefined) {
    if (hasMisspeltKind(node)) return []; // The structure says that, too.
    const message = `Step "${id}" does nothing: it needs one of ${STEP_KINDS.join(', ')}.`;
    return [finding('baton/kind', key.range, message)];
  }
  if (second === undefined) return [];
  const names = once.map(({ kind }) => `\`${kind}\``).join(' and ');
  const others = once.slice(0, -1);
  const related = others.map(({ key: each, kind }) => ({
    message: `\`${kind}\` stands here`,
    range: each.range,
  }));
  const message = `Step "${id}" has ${names}, but a step is exactly one of ${STEP_KINDS.join(', ')}. Make ${once.length} steps of it.`;
  return [finding('baton/kind', once.at(-1)?.key.range ?? key.range, message, { related })];
}

function hasMisspeltKind(node: YamlNode): boolean {
  if (node.kind !== 'map') return false;
  return node.entries.some(({ key: { text } }) => {
    return nativeKey(text, STEP_KINDS) !== undefined || nearest(text, STEP_KINDS) !== undefined;
  });
}

/** Fields that only make sense beside others. */
function checkFields({ id, node }: StepEntry): readonly Diagnostic[] {
  if (node.kind !== 'map') return [];
  const found: Diagnostic[] = [];
  const has = (field: string) => node.entries.some(({ key }) => key.text === field);
  const isMeantBeside = (fields: readonly string[]) =>
    node.entries.some(({ key }) => nativeKey(key.text, fields) !== undefined);
  for (const { key } of node.entries) {
    const { text: field, range } = key;
    if (field === 'script' && !has('language')) {
      const message = `Step "${id}" needs \`language\` beside \`script\`, for instance node, python or bash. A command for the shell stands under \`run\`.`;
      found.push(finding('baton/missing', range, message));
    }
    const companion = COMPANIONS.get(field);
    if (companion === undefined || companion.beside.some(has) || isMeantBeside(companion.beside)) continue;
    const { beside, severity } = companion;
    const message = `\`${field}\` means something only beside ${beside.map((each) => `\`${each}\``).join(' or ')}.`;
    found.push(finding('baton/unknown-key', range, message, { severity }));
  }
  return [
    ...found,
    ...checkBlank(node, { id, fields: ['run', 'script'] }),
    ...checkBlank(valueOf(node, 'gate'), { id, fields: ['check', 'approval', 'when'] }),
    ...checkOneOf(node, { id, kind: 'gate', fields: ['check', 'when', 'approval'] }),
    ...checkOneOf(node, { id, kind: 'agent', fields: ['command', 'acp', 'model', 'profile'] }),
  ];
}

/** An empty text is there, and says nothing: `run: |` with no line below it. */
function checkBlank(
  node: YamlNode | undefined,
  { id, fields }: { readonly id: string; readonly fields: readonly string[] },
): readonly Diagnostic[] {
  return fields.flatMap((field) => {
    const entry = entryOf(node, field);
    if (entry?.value.kind !== 'scalar' || entry.value.value === null || entry.value.text.trim() !== '')
      return [];
    const message = `\`${field}\` of step "${id}" is empty: there is nothing to do.`;
    return [finding('baton/missing', entry.key.range, message)];
  });
}

const COMPANIONS: ReadonlyMap<string, { readonly beside: readonly string[]; readonly severity: Severity }> =
  new Map([
    ['language', { beside: ['script'], severity: 'error' }],
    ['with', { beside: ['workflow'], severity: 'error' }],
    ['shell', { beside: ['run', 'gate'], severity: 'warning' }],
    ['cache', { beside: ['run', 'script'], severity: 'warning' }],
    ['max_parallel', { beside: ['for_each', 'matrix'], severity: 'warning' }],
  ]);

function checkOneOf(
  step: YamlNode,
  { id, kind, fields }: { readonly id: string; readonly kind: string; readonly fields: readonly string[] },
): readonly Diagnostic[] {
  const entry = entryOf(step, kind);
  if (entry?.value.kind !== 'map') return [];
  const there = entry.value.entries.filter(({ key }) => fields.includes(key.text));
  if (there.length === 1) return [];
  const range = there[1]?.key.range ?? entry.key.range;
  return [
    finding('baton/kind', range, `\`${kind}\` of step "${id}" needs exactly one of ${fields.join(', ')}.`),
  ];
}

/** One fan-out at most, over lists that are written out or come from an expression. */
function checkFanOut({ node }: StepEntry): readonly Diagnostic[] {
  const forEach = valueOf(node, 'for_each');
  const matrix = entryOf(node, 'matrix');
  if (forEach === undefined && matrix === undefined) return [];
  const both =
    forEach === undefined || matrix === undefined
      ? []
      : [finding('baton/value', matrix.key.range, 'A step has `for_each` or `matrix`, not both.')];
  const dimensions = matrix?.value.kind === 'map' ? matrix.value.entries : [];
  const lists = dimensions.filter(({ key }) => key.text !== 'include' && key.text !== 'exclude');
  return [
    ...both,
    ...checkList(forEach, '"for_each"'),
    ...lists.flatMap(({ key, value }) => checkList(value, `"${key.text}"`)),
  ];
}

function checkList(node: YamlNode | undefined, name: string): readonly Diagnostic[] {
  if (node?.kind !== 'scalar' || isNothing(node) || hasExpression(node.text)) return [];
  const message = `${name} must be a list, or an expression in \`\${{ }}\` that gives one; here it is "${node.text.slice(0, 60)}".`;
  return [finding('baton/type', node.range, message)];
}
