import type { Range } from '../../base/lines.ts';
import { STATUS_FUNCTIONS } from '../../expression/functions.ts';
import type { ParsedExpression, Reference } from '../../expression/expression.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { inFile, type ExpressionUse } from '../expression-uses.ts';
import { finding, suggestion } from '../findings.ts';
import { visibleIds, visibleStep, type StepEntry } from '../step-entries.ts';
import { valueOf } from '../tree.ts';
import type { CheckContext } from './check.ts';

/** V2: every expression can be read, and what it reads can exist. */
export function checkExpressions(context: CheckContext): readonly Diagnostic[] {
  const broken = context.uses.broken.map(({ problem, range }) => finding('baton/expression', range, problem.message));
  return [...broken, ...context.uses.expressions.flatMap((use) => checkUse(use, context))];
}

function checkUse(use: ExpressionUse, context: CheckContext): readonly Diagnostic[] {
  if (!use.parsed.ok) {
    const { message, range, suggestion: meant } = use.parsed.error;
    const where = inFile(use, range);
    const fixes = meant === undefined ? [] : [{ title: `Change to "${meant}"`, edits: [{ range: where, newText: meant }] }];
    return [finding('baton/expression', widened(where, use.range), message, { fixes })];
  }
  const { references } = use.parsed.value;
  return [...checkFunctions(use, use.parsed.value), ...references.flatMap((each) => checkReference(use, each, context))];
}

/** A problem at the very end has no characters of its own. */
function widened(range: Range, whole: Range): Range {
  if (range.end > range.start) return range;
  return { start: Math.max(whole.start, range.start - 1), end: Math.max(range.end, whole.start + 1) };
}

function checkFunctions(use: ExpressionUse, { functions }: ParsedExpression): readonly Diagnostic[] {
  if (use.field === 'if' || use.field === 'until' || use.field === 'gate.when') return [];
  const misplaced = functions.filter(({ name }) => (STATUS_FUNCTIONS as readonly string[]).includes(name));
  return misplaced.map(({ name, range }) =>
    finding('baton/expression', inFile(use, range), `\`${name}()\` can only be asked in \`if\`.`),
  );
}

function checkReference(use: ExpressionUse, reference: Reference, context: CheckContext): readonly Diagnostic[] {
  const [root] = reference.path;
  switch (root) {
    case 'steps':
      return checkStepReference(use, reference);
    case 'inputs':
      return checkMember(use, reference, { what: 'input', names: context.workflow.inputs.map(({ name }) => name) });
    case 'run':
      return checkMember(use, reference, { what: 'value of `run`', names: ['id', 'workflow', 'attempt'] });
    case 'schedule':
      return checkMember(use, reference, { what: 'value of `schedule`', names: ['nominal_time', 'is_catch_up'] });
    case 'item':
    case 'item_index':
      return hasFanOut(use.step, 'for_each') ? [] : [notHere(use, reference, `\`${root}\` exists only in a step with \`for_each\`.`)];
    case 'matrix':
      return hasFanOut(use.step, 'matrix') ? [] : [notHere(use, reference, '`matrix` exists only in a step with `matrix`.')];
    case 'loop':
      return checkLoop(use, reference);
    default:
      return [];
  }
}

function notHere(use: ExpressionUse, { range }: Reference, message: string): Diagnostic {
  return finding('baton/unknown-value', inFile(use, range), message);
}

const STEP_VALUES = ['outputs', 'result', 'outcome', 'exit_code', 'stdout', 'items'];

function checkStepReference(use: ExpressionUse, reference: Reference): readonly Diagnostic[] {
  const [, id, field] = reference.path;
  if (id === undefined) {
    return [notHere(use, reference, 'Name the step that is read: `steps.<id>`. All steps at once cannot be read, since nothing could run before them.')];
  }
  const step = visibleStep(use.level, id);
  if (step === undefined) return [unknownStep(use, reference, id)];
  if (step === use.step && use.field !== 'until') {
    return []; // The cycle check tells it.
  }
  if (field === undefined || STEP_VALUES.includes(field)) return [];
  const { hint } = suggestion(field, STEP_VALUES, reference.range);
  const there = hint === '' ? ` It has ${STEP_VALUES.join(', ')}; outputs of its own are \`steps.${id}.outputs.${field}\`.` : hint;
  return [notHere(use, reference, `A step has no value "${field}".${there}`)];
}

function unknownStep(use: ExpressionUse, reference: Reference, id: string): Diagnostic {
  const range = inFile(use, reference.range);
  const idRange = use.parsed.ok ? idRangeIn(use, reference, id) : range;
  const { hint, fixes } = suggestion(id, visibleIds(use.level), idRange);
  return finding('baton/unknown-step', idRange, `There is no step "${id}" to read from.${hint}`, { fixes });
}

/** The id alone, where it is written as `steps.id`. */
function idRangeIn(use: ExpressionUse, reference: Reference, id: string): Range {
  const source = use.parsed.ok ? use.parsed.value.source : '';
  const at = source.indexOf(id, reference.range.start + 'steps'.length);
  if (at < 0 || at + id.length > reference.range.end) return inFile(use, reference.range);
  return inFile(use, { start: at, end: at + id.length });
}

function checkMember(
  use: ExpressionUse,
  reference: Reference,
  { what, names }: { readonly what: string; readonly names: readonly string[] },
): readonly Diagnostic[] {
  const [root, name] = reference.path;
  if (name === undefined || names.some((each) => each.toLowerCase() === name.toLowerCase())) return [];
  const { hint } = suggestion(name, names, reference.range);
  const there = hint !== '' ? hint : names.length === 0 ? ` Declare it under \`${root}\`.` : ` There is ${names.join(', ')}.`;
  return [notHere(use, reference, `There is no ${what} "${name}".${there}`)];
}

function hasFanOut(step: StepEntry | undefined, field: 'for_each' | 'matrix'): boolean {
  return step !== undefined && valueOf(step.node, field) !== undefined;
}

function checkLoop(use: ExpressionUse, reference: Reference): readonly Diagnostic[] {
  const inside = use.level.place === 'loop';
  if (!inside) return [notHere(use, reference, '`loop` exists only inside a loop.')];
  return checkMember(use, reference, { what: 'value of `loop`', names: ['round', 'max'] });
}
