import type { Range } from '../base/lines.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { ExpressionProblem } from './expression.ts';

/** A piece of text with expressions in it. Ranges count from the start of the text. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string; readonly range: Range }
  | {
      readonly kind: 'expression';
      readonly source: string;
      /** With its braces. */
      readonly range: Range;
      /** Without them: where `source` stands. */
      readonly inner: Range;
    };

export function hasExpression(text: string): boolean {
  return text.includes('${{');
}

/** Cuts a text into plain pieces and `${{ expressions }}`. A `}}` inside a quoted string does not close. */
export function splitTemplate(text: string): Result<readonly TemplatePart[], ExpressionProblem> {
  const parts: TemplatePart[] = [];
  let at = 0;
  for (let open = text.indexOf('${{'); open >= 0; open = text.indexOf('${{', at)) {
    const close = findClose(text, open + 3);
    if (close === undefined) return err(unclosed(open));
    if (open > at) parts.push({ kind: 'text', text: text.slice(at, open), range: { start: at, end: open } });
    const inner = { start: open + 3, end: close };
    const range = { start: open, end: close + 2 };
    parts.push({ kind: 'expression', source: text.slice(inner.start, inner.end), range, inner });
    at = close + 2;
  }
  if (at < text.length)
    parts.push({ kind: 'text', text: text.slice(at), range: { start: at, end: text.length } });
  return ok(parts);
}

/** The `}}` that ends an expression; quotes are doubled inside strings, so toggling at each quote is enough. */
function findClose(text: string, from: number): number | undefined {
  let quoted = false;
  for (let i = from; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 39) quoted = !quoted;
    else if (!quoted && c === 125 && text.charCodeAt(i + 1) === 125) return i;
  }
  return undefined;
}

function unclosed(open: number): ExpressionProblem {
  return {
    kind: 'syntax',
    message: 'The expression is never closed: `${{` needs a `}}` after it, outside of quotes.',
    range: { start: open, end: open + 3 },
  };
}

/** What stands in `if` and `until`, where the braces may be left out. `offset` is where the source begins in the text. */
export function bareExpression(text: string): { readonly source: string; readonly offset: number } {
  const lead = text.length - text.trimStart().length;
  const trimmed = text.trim();
  if (!trimmed.startsWith('${{')) return { source: text, offset: 0 };
  const close = findClose(trimmed, 3);
  if (close === undefined || close + 2 !== trimmed.length) return { source: text, offset: 0 };
  return { source: trimmed.slice(3, close), offset: lead + 3 };
}
