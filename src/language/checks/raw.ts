import type { Range } from '../../base/lines.ts';
import type { ParsedExpression, Reference } from '../../expression/expression.ts';
import { isRaw } from '../../expression/raw.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { inFile, type ExpressionUse } from '../expression-uses.ts';
import { finding } from '../findings.ts';
import { visibleStep, type StepEntry } from '../step-entries.ts';
import type { CheckContext } from './check.ts';
import { shellOfProgram } from './programs.ts';

/** V3: `raw(x)` pastes, so it is told about wherever it stands; what an agent wrote is never pasted (rule A1). */
export function checkRaw({ uses, tree }: CheckContext): readonly Diagnostic[] {
  return uses.expressions.flatMap((use) => {
    const { parsed } = use;
    if (!parsed.ok || !parsed.value.functions.some(({ name }) => name === 'raw')) return [];
    const program = uses.programs.find(
      ({ step, scalar }) => step === use.step && isWithin(use, scalar.range),
    );
    if (program === undefined) return [meaningless(use, parsed.value)];
    // In any other language no expression can stand at all, which is told elsewhere.
    return shellOfProgram(program, tree) === undefined ? [] : [pasted(use, parsed.value)];
  });
}

function isWithin({ range }: ExpressionUse, outer: Range): boolean {
  return range.start >= outer.start && range.end <= outer.end;
}

function meaningless(use: ExpressionUse, { functions }: ParsedExpression): Diagnostic {
  const range = functions.find(({ name }) => name === 'raw')?.range ?? { start: 0, end: 0 };
  const message =
    '`raw()` means nothing here: it pastes into the text of a command, and here values are handed on as they are anyway. Leave it out.';
  return finding('baton/raw', inFile(use, range), message, { severity: 'warning' });
}

function pasted(use: ExpressionUse, expression: ParsedExpression): Diagnostic {
  if (!isRaw(expression.source)) {
    const message =
      '`raw()` must be the whole expression: `${{ raw(…) }}`, with what is to be worked out inside its parentheses.';
    return finding('baton/raw', whole(use, expression), message);
  }
  const agent = expression.references.find((reference) => isAgentText(use, reference));
  if (agent !== undefined) {
    const message = `What an agent wrote is not pasted into a command: anybody whose text it read could have it run what they like. Write \`\${{ ${written(expression, agent)} }}\` without \`raw()\`, and its value is handed over unread.`;
    return finding('baton/raw', inFile(use, agent.range), message);
  }
  const message =
    'Pasted into the command as it is: the shell runs whatever it holds. Leave `raw()` out, unless it holds code on purpose and nobody else decides what.';
  return finding('baton/raw', whole(use, expression), message, { severity: 'warning' });
}

/** Without the blanks beside the braces. */
function whole(use: ExpressionUse, { source }: ParsedExpression): Range {
  const start = source.length - source.trimStart().length;
  return inFile(use, { start, end: source.trimEnd().length });
}

function written({ source }: ParsedExpression, { range }: Reference): string {
  return source.slice(range.start, range.end);
}

const NOT_ITS_TEXT: ReadonlySet<string> = new Set(['result', 'outcome', 'exit_code']);

function isAgentText({ level }: ExpressionUse, { path }: Reference): boolean {
  const [root, id, field] = path;
  if (root !== 'steps' || id === undefined) return false;
  const step = visibleStep(level, id);
  return step !== undefined && hasAgent(step) && !NOT_ITS_TEXT.has(field?.toLowerCase() ?? '');
}

/** A loop hands on the outputs of the steps in it (rule G4). */
function hasAgent({ kinds, inner }: StepEntry): boolean {
  return kinds.some(({ kind }) => kind === 'agent') || (inner?.entries.some(hasAgent) ?? false);
}
