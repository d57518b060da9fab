import type { Range } from '../../base/lines.ts';
import type { Reference } from '../../expression/expression.ts';
import { CONTEXTS, STEP_FIELDS } from '../../expression/functions.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { inFile, type ExpressionUse } from '../expression-uses.ts';
import { finding, listed, suggestion } from '../findings.ts';
import { levelsFrom, loopsAround, visibleIds, visibleStep, type StepEntry } from '../step-entries.ts';
import { valueOf, type YamlNode } from '../tree.ts';
import type { CheckContext } from './check.ts';

/** V2: what an expression reads can exist. What nobody can know before the run is not spoken of. */
export function checkReferences(context: CheckContext): readonly Diagnostic[] {
  return context.uses.expressions.flatMap((use) => {
    if (!use.parsed.ok) return [];
    return use.parsed.value.references.flatMap((reference) => checkReference(use, reference, context));
  });
}

function checkReference(
  use: ExpressionUse,
  reference: Reference,
  context: CheckContext,
): readonly Diagnostic[] {
  const [root = ''] = reference.path;
  switch (root) {
    case 'steps':
      return checkStep(use, reference, context);
    case 'inputs':
      return checkMember(use, reference, {
        what: 'input',
        names: context.workflow.inputs.map(({ name }) => name),
      });
    case 'run':
    case 'schedule':
      return checkMember(use, reference, { what: `value of \`${root}\``, names: fieldsOf(root) });
    case 'item':
    case 'item_index':
      if (fanOutOf(use, 'for_each') !== undefined) return [];
      return [notHere(use, reference, `\`${root}\` exists only in a step with \`for_each\`.`)];
    case 'matrix':
      return checkMatrix(use, reference);
    case 'loop':
      return checkLoop(use, reference);
    default:
      return [];
  }
}

function fieldsOf(context: string): readonly string[] {
  return CONTEXTS.get(context)?.fields.map(({ name }) => name) ?? [];
}

function notHere(use: ExpressionUse, { range }: Pick<Reference, 'range'>, message: string): Diagnostic {
  return finding('baton/unknown-value', inFile(use, range), message);
}

const STEP_VALUES = STEP_FIELDS.map(({ name }) => name);

function checkStep(use: ExpressionUse, reference: Reference, context: CheckContext): readonly Diagnostic[] {
  const [, id, field, ...more] = reference.path;
  if (id === undefined) {
    const message =
      'Name the step that is read: `steps.<id>`. All steps at once cannot be read, since nothing says which of them must end first.';
    return [notHere(use, reference, message)];
  }
  if (use.step === undefined) {
    const message =
      'This belongs to every step of the workflow, so it cannot read the result of one: move it into the steps that need it.';
    return [notHere(use, reference, message)];
  }
  const step = visibleStep(use.level, id);
  if (step === undefined) return [unknownStep(use, reference, { id, context })];
  if (field === undefined) return [];
  if (!STEP_VALUES.some((name) => name === field.toLowerCase()))
    return [unknownField(use, reference, { id, field })];
  return checkField(use, reference, { step, field: field.toLowerCase(), more });
}

/** What other tools call the way in which a step ended. */
const FOREIGN_VALUES: ReadonlySet<string> = new Set(['conclusion', 'status']);

function unknownField(
  use: ExpressionUse,
  reference: Reference,
  { id, field }: { readonly id: string; readonly field: string },
): Diagnostic {
  const range = partInFile(use, reference, 2);
  const foreign = FOREIGN_VALUES.has(field.toLowerCase()) ? 'result' : field;
  const { hint, fixes } = suggestion(foreign, STEP_VALUES, range);
  const outputs = ` It has ${STEP_VALUES.join(', ')}; what it wrote itself is \`steps.${id}.outputs.${field}\`.`;
  return finding(
    'baton/unknown-value',
    range,
    `A step has no value "${field}".${hint === '' ? outputs : hint}`,
    { fixes },
  );
}

function checkField(
  use: ExpressionUse,
  reference: Reference,
  {
    step,
    field,
    more,
  }: { readonly step: StepEntry; readonly field: string; readonly more: readonly string[] },
): readonly Diagnostic[] {
  const fansOut = valueOf(step.node, 'for_each') !== undefined || valueOf(step.node, 'matrix') !== undefined;
  if (field === 'items' && !fansOut) {
    return [
      notHere(
        use,
        reference,
        `Step "${step.id}" has no items: only a step with \`for_each\` or \`matrix\` has.`,
      ),
    ];
  }
  const none = field === 'stdout' || field === 'exit_code' ? whyNoProgram(step, fansOut) : undefined;
  if (none !== undefined) return [notHere(use, reference, `Step "${step.id}" has no \`${field}\`: ${none}.`)];
  const [below] = more;
  if (below === undefined || field === 'outputs' || field === 'items') return [];
  return [
    notHere(
      use,
      reference,
      `\`steps.${step.id}.${field}\` is a single value, so there is no "${below}" in it.`,
    ),
  ];
}

/** Why a step as a whole has no exit code and no output, where it has none: it is no program. */
function whyNoProgram({ id, kinds, node }: StepEntry, fansOut: boolean): string | undefined {
  if (fansOut) return `each of its items has its own; \`steps.${id}.items\` tells how they ended`;
  switch (kinds[0]?.kind) {
    case 'loop':
      return `a loop is no program; \`steps.${id}.result\` tells how it ended, \`steps.${id}.outputs\` what its last round published`;
    case 'workflow':
      return `another workflow is no program; \`steps.${id}.result\` tells how it ended, \`steps.${id}.outputs\` what it published`;
    case 'gate':
      if (valueOf(valueOf(node, 'gate'), 'check') !== undefined) return undefined;
      return `only a gate with \`check\` runs a program; \`steps.${id}.result\` tells how this one ended`;
    default:
      return undefined;
  }
}

function unknownStep(
  use: ExpressionUse,
  reference: Reference,
  { id, context }: { readonly id: string; readonly context: CheckContext },
): Diagnostic {
  const range = partInFile(use, reference, 1);
  const elsewhere = context.steps.find((step) => step.id === id);
  if (elsewhere !== undefined) return finding('baton/unknown-step', range, unseen(elsewhere));
  const { hint, fixes } = suggestion(id, visibleIds(use.level), range);
  return finding('baton/unknown-step', range, `There is no step "${id}" to read from.${hint}`, { fixes });
}

/** G4: why a step that exists cannot be read from here. */
function unseen({ id, level }: StepEntry): string {
  if (level.loop !== undefined) {
    const loop = level.loop.id;
    return `Step "${id}" stands inside of the loop "${loop}". From outside, read \`steps.${loop}.outputs\`: the outputs of its last round.`;
  }
  return `Step "${id}" stands under \`finally\`, which comes after everything else; it cannot be read from here.`;
}

/** One part of a path alone, where it is written plainly. */
function partInFile(use: ExpressionUse, { path, range }: Reference, index: number): Range {
  const source = use.parsed.ok ? use.parsed.value.source : '';
  let end = range.start;
  for (const part of path.slice(0, index + 1)) {
    const at = source.toLowerCase().indexOf(part.toLowerCase(), end);
    if (at < 0 || at + part.length > range.end) return inFile(use, range);
    end = at + part.length;
  }
  return inFile(use, { start: end - (path[index] ?? '').length, end });
}

function checkMember(
  use: ExpressionUse,
  reference: Reference,
  { what, names }: { readonly what: string; readonly names: readonly string[] },
): readonly Diagnostic[] {
  const [root = '', name, below] = reference.path;
  if (name === undefined) return [];
  if (!names.some((each) => each.toLowerCase() === name.toLowerCase())) {
    const range = partInFile(use, reference, 1);
    const { hint, fixes } = suggestion(name, names, range);
    const there = names.length === 0 ? ` Declare it under \`${root}\`.` : ` There is ${listed(names)}.`;
    const message = `There is no ${what} "${name}".${hint === '' ? there : hint}`;
    return [finding('baton/unknown-value', range, message, { fixes })];
  }
  if (below === undefined) return [];
  return [notHere(use, reference, `\`${root}.${name}\` is a single value, so there is no "${below}" in it.`)];
}

/** The fan-out whose item an expression sees: its step's, or that of a loop around it. None while the list is made. */
function fanOutOf(use: ExpressionUse, field: 'for_each' | 'matrix'): YamlNode | undefined {
  if (use.step === undefined) return undefined;
  const own = use.field === 'for_each' || use.field === 'matrix' ? [] : [use.step];
  for (const step of [...own, ...loopsAround(use.step)]) {
    const found = valueOf(step.node, field);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkMatrix(use: ExpressionUse, reference: Reference): readonly Diagnostic[] {
  const matrix = fanOutOf(use, 'matrix');
  if (matrix === undefined) return [notHere(use, reference, '`matrix` exists only in a step with `matrix`.')];
  const names = matrixNames(matrix);
  const [, name] = reference.path;
  if (names === undefined || name === undefined || names.includes(name)) return [];
  return checkMember(use, { ...reference, path: ['matrix', name] }, { what: 'value of the matrix', names });
}

/** The dimensions, and what `include` adds; unknown when that is not written out. */
function matrixNames(matrix: YamlNode): readonly string[] | undefined {
  if (matrix.kind !== 'map') return undefined;
  const names = matrix.entries
    .map(({ key }) => key.text)
    .filter((name) => name !== 'include' && name !== 'exclude');
  const include = valueOf(matrix, 'include');
  if (include === undefined) return names;
  if (include.kind !== 'list') return undefined;
  return [
    ...names,
    ...include.items.flatMap((item) => (item.kind === 'map' ? item.entries.map(({ key }) => key.text) : [])),
  ];
}

function checkLoop(use: ExpressionUse, reference: Reference): readonly Diagnostic[] {
  const inside = [...levelsFrom(use.level)].some(({ place }) => place === 'loop');
  if (!inside) return [notHere(use, reference, '`loop` exists only inside a loop, and in its `until`.')];
  return checkMember(use, reference, { what: 'value of `loop`', names: fieldsOf('loop') });
}
