import type { Range } from '../base/lines.ts';
import { FUNCTIONS } from '../expression/functions.ts';
import { placeAt, type Place } from './place.ts';

/** The function whose arguments are being written. */
export interface Signature {
  /** As a person reads it: `contains(search, item)`. */
  readonly label: string;
  readonly documentation: string;
  /** Where its parameters stand in the label. */
  readonly parameters: readonly Range[];
  /** The one that is being written, from 0; undefined where there are too many. */
  readonly active: number | undefined;
}

/** The innermost call in whose parentheses an offset stands, in an expression of any text, however broken. */
export function signatureAt(text: string, offset: number): Signature | undefined {
  const start = expressionStart(text, placeAt(text, offset));
  const call = start === undefined ? undefined : openCall(text.slice(start, offset));
  const info = call === undefined ? undefined : FUNCTIONS.get(call.name.toLowerCase());
  if (call === undefined || info === undefined) return undefined;
  const { signature, summary, maxArgs } = info;
  const parameters = parametersOf(signature);
  // The last parameter of those that take any number stands for all that follow.
  const isEndless = maxArgs > parameters.length;
  const index = isEndless ? Math.min(call.commas, parameters.length - 1) : call.commas;
  const active = index < parameters.length ? index : undefined;
  return { label: signature, documentation: summary, parameters, active };
}

const CONDITIONS: ReadonlySet<string | number> = new Set(['if', 'until', 'when']);

/** Where the source of the expression around a place begins; a condition may stand in quotes. */
function expressionStart(text: string, { expression, path, role, word }: Place): number | undefined {
  if (expression !== undefined) return expression.start;
  const isCondition = role === 'value' && CONDITIONS.has(path.at(-1) ?? '');
  return isCondition && /["']/.test(text[word.start] ?? '') ? word.start + 1 : undefined;
}

interface OpenCall {
  readonly name: string;
  readonly commas: number;
}

/** The call that is still open at the end of a source: its name, and how many commas stand in it. */
function openCall(source: string): OpenCall | undefined {
  const open: { name: string; commas: number }[] = [];
  let isQuoted = false;
  for (let i = 0; i < source.length; i++) {
    const c = source[i];
    if (c === "'") isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (c === '(' || c === '[') open.push({ name: c === '(' ? nameBefore(source, i) : '', commas: 0 });
    else if (c === ')' || c === ']') open.pop();
    else if (c === ',') {
      const top = open.at(-1);
      if (top !== undefined) top.commas++;
    }
  }
  // Parentheses that only group stand in the arguments of the call around them.
  return open.findLast(({ name }) => name !== '');
}

function nameBefore(source: string, at: number): string {
  let end = at;
  while (end > 0 && /\s/.test(source[end - 1] ?? '')) end--;
  let start = end;
  while (start > 0 && /\w/.test(source[start - 1] ?? '')) start--;
  return source.slice(start, end);
}

/** What stands between the commas of a signature, outside of its quotes. */
function parametersOf(signature: string): readonly Range[] {
  const end = signature.lastIndexOf(')');
  const parameters: Range[] = [];
  let isQuoted = false;
  let start = signature.indexOf('(') + 1;
  for (let i = start; i <= end; i++) {
    if (signature[i] === "'") isQuoted = !isQuoted;
    if (i < end && (isQuoted || signature[i] !== ',')) continue;
    const own = signature.slice(start, i);
    const from = start + own.length - own.trimStart().length;
    if (own.trim() !== '') parameters.push({ start: from, end: i });
    start = i + 1;
  }
  return parameters;
}
