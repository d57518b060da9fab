import type { Severity } from '../model/diagnostic.ts';
import type { FoundProblems, OutputProblem } from '../model/output-problems.ts';
import { paint, type TerminalStyle } from './terminal.ts';

/** So many stand below a step; `--json` has them all. */
const MOST_SHOWN = 20;

/** A step's problems for a terminal, indented to stand below it: `src/a.ts:3:5 error ts(2322): …`. */
export function problemLines({ problems, more }: FoundProblems, style: TerminalStyle): string {
  const lines = problems.slice(0, MOST_SHOWN).map((problem) => problemLine(problem, style));
  const left = problems.length + more - lines.length;
  if (left > 0) lines.push(paint(style, 'dim', `and ${left} more`));
  return lines.map((line) => `      ${line}\n`).join('');
}

function problemLine(
  { file, range: { start }, severity, message, code, source }: OutputProblem,
  style: TerminalStyle,
): string {
  const by = code === undefined ? source : `${source ?? ''}(${code})`;
  const [firstLine = ''] = message.split('\n');
  const words = paint(style, COLOURS[severity], severity) + (by === undefined ? '' : ` ${by}`);
  return `${file}:${start.line + 1}:${start.character + 1} ${words}: ${firstLine}`;
}

const COLOURS = {
  error: 'red',
  warning: 'yellow',
  information: 'blue',
  hint: 'dim',
} as const satisfies Readonly<Record<Severity, string>>;
