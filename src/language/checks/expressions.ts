import type { Range } from '../../base/lines.ts';
import type { ExpressionProblem } from '../../expression/expression.ts';
import { STATUS_FUNCTIONS } from '../../expression/functions.ts';
import { hasExpression } from '../../expression/template.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { inFile, type ExpressionUse } from '../expression-uses.ts';
import { finding, replacement } from '../findings.ts';
import { scalarOffsets } from '../scalar-offsets.ts';
import { valueOf, type YamlNode } from '../tree.ts';
import type { CheckContext } from './check.ts';

/** V1: every expression can be read, and stands where it is evaluated. What it reads is looked at in `references`. */
export function checkExpressions(context: CheckContext): readonly Diagnostic[] {
  const { broken, expressions } = context.uses;
  return [
    ...broken.map(({ message, range }) => finding('baton/expression', range, message)),
    ...expressions.flatMap((use) =>
      use.parsed.ok ? checkFunctions(use) : [unreadable(use, use.parsed.error)],
    ),
    ...checkLiterals(context),
  ];
}

function unreadable(use: ExpressionUse, problem: ExpressionProblem): Diagnostic {
  const range = inFile(use, problem.range);
  const isCondition = ['if', 'until', 'gate.when'].includes(use.field);
  const mayStand =
    isCondition || problem.suggestion?.endsWith('()') !== true || problem.kind === 'unknown-function';
  const fixes = isCertain(problem) && mayStand ? [replacement(range, problem.suggestion)] : [];
  return finding('baton/expression', widened(range, use.range), problem.message, { fixes });
}

/** `needs` means `steps`, perhaps, but not what is written after it; nor can a signature be put in as it is. */
function isCertain(
  problem: ExpressionProblem,
): problem is ExpressionProblem & { readonly suggestion: string } {
  const { kind, suggestion, message } = problem;
  if (suggestion === undefined || !message.includes('Did you mean')) return false;
  if (kind === 'unknown-function') return true;
  return (
    kind === 'unknown-context' &&
    (suggestion.endsWith('()') || Math.abs(suggestion.length - sizeOf(problem)) <= 2)
  );
}

function sizeOf({ range }: ExpressionProblem): number {
  return range.end - range.start;
}

/** A problem at the very end has no characters of its own. */
function widened(range: Range, whole: Range): Range {
  if (range.end > range.start) return range;
  const start = Math.max(whole.start, range.start - 1);
  return { start, end: Math.max(range.end, Math.min(whole.start + 1, whole.end)) };
}

const STATUS: ReadonlySet<string> = new Set(STATUS_FUNCTIONS);

function checkFunctions(use: ExpressionUse): readonly Diagnostic[] {
  if (!use.parsed.ok || use.field === 'if' || use.field === 'until' || use.field === 'gate.when') return [];
  const misplaced = use.parsed.value.functions.filter(({ name }) => STATUS.has(name));
  return misplaced.map(({ name, range }) => {
    const message = `\`${name}()\` can only be asked in \`if\` and \`until\`: elsewhere it is not known which steps it is about.`;
    return finding('baton/expression', inFile(use, range), message);
  });
}

/** Fields that take any text, but are never evaluated: an expression would stay as it is written. */
function checkLiterals({ tree, steps, text, kept }: CheckContext): readonly Diagnostic[] {
  const keep = kept.findings('name');
  const inputs = valueOf(tree, 'inputs');
  const defaults = inputs?.kind === 'map' ? inputs.entries.map(({ value }) => valueOf(value, 'default')) : [];
  return [
    ...literal(valueOf(tree, 'name'), '`name`', text),
    ...defaults.flatMap((node) => literal(node, 'The default of an input', text)),
    ...steps.flatMap((step) => keep(step, () => literal(valueOf(step.node, 'name'), '`name`', text))),
  ];
}

function literal(node: YamlNode | undefined, name: string, file: string): readonly Diagnostic[] {
  if (node?.kind !== 'scalar' || !hasExpression(node.text)) return [];
  const start = node.text.indexOf('${{');
  const close = node.text.indexOf('}}', start);
  const toFile = scalarOffsets(node, file);
  const range = { start: toFile(start), end: toFile(close < 0 ? start + 3 : close + 2) };
  const message = `${name} takes no expressions: this would stay as it is written.`;
  return [finding('baton/expression', range, message, { severity: 'warning' })];
}
