import type { Diagnostic, TextEdit } from '../../model/diagnostic.ts';
import { insertion, lineStart, withEdits } from '../yaml-edits.ts';
import { certain, possible, replace, type Case, type Cure, type Mend } from './mend.ts';

/** What is not YAML becomes it by quotes, spaces, a comma: whatever helps, and breaks nothing else. */
export const cureYaml: Cure = (patient) => {
  const mends = [...quoted(patient), ...spaced(patient), ...marks(patient), ...closed(patient)];
  return mends.flatMap((mend) => proven(patient, mend));
};

/** The rest of the line from where the value begins; between brackets, up to what ends the value. */
function quoted({ text, diagnostic: { range } }: Case): readonly Mend[] {
  const start = valueStart(text, range.start);
  if (start === undefined) return [];
  const newline = text.indexOf('\n', start);
  const line = text.slice(start, newline < 0 ? text.length : newline).replace(/\r$/, '');
  const isFlow = /[{[]/.test(text.slice(lineStart(text, start), start));
  const value = line
    .slice(0, isFlow ? endInFlow(line) : (/\s+#|\s*$/.exec(line)?.index ?? line.length))
    .trimEnd();
  if (value === '' || /^["'|>{[]/.test(value)) return [];
  const written =
    value.includes("'") && !/["\\]/.test(value) ? `"${value}"` : `'${value.replaceAll("'", "''")}'`;
  return certain('Put it in quotes', replace({ start, end: start + value.length }, written));
}

/** A comma or a bracket that is not part of an expression, or a comment. */
function endInFlow(line: string): number {
  for (let at = 0; at < line.length; at++) {
    if (line.startsWith('${{', at)) {
      const close = line.indexOf('}}', at);
      if (close < 0) break;
      at = close + 1;
    } else if (/^(?:[,}\]]|\s+#)/.test(line.slice(at))) return at;
  }
  return line.length;
}

/** Where the value begins in which a place stands: after its colon, dash, comma or bracket. */
function valueStart(text: string, at: number): number | undefined {
  const from = lineStart(text, at);
  const before = text.slice(from, at);
  const found = /^.*(?:^\s*-|[,[]|(?:^|[\s{,-])[\w"'-]+:)\s+/.exec(before);
  const first = /^\s*(?:- +)*[\w"'-]+:\s+/.exec(before);
  const isFlow = /[{[]/.test(before);
  const match = isFlow ? found : (first ?? found);
  return match === null ? undefined : from + match[0].length;
}

/** Tabs before a line: as far in as the line above says. */
function spaced({ text, diagnostic: { range } }: Case): readonly Mend[] {
  if (!text.slice(range.start, range.end + 1).includes('\t')) return [];
  const edits: TextEdit[] = [];
  for (const { index, 0: lead } of text.matchAll(/^[ \t]*\t[ \t]*(?=\S)/gm)) {
    const above = text.slice(0, index).trimEnd();
    const last = above.slice(lineStart(above, above.length));
    const column = Math.max(0, last.search(/\S/));
    const width = lead.replaceAll('\t', '  ').length;
    const indent = edits.length > 0 ? width + shift(text, edits) : last.endsWith(':') ? column + 2 : column;
    edits.push(replace({ start: index, end: index + lead.length }, ' '.repeat(Math.max(0, indent))));
  }
  return edits.length === 0 ? [] : certain('Indent with spaces', ...edits);
}

/** How much further in the first line went than its tabs alone would say. */
function shift(text: string, [first]: readonly TextEdit[]): number {
  if (first === undefined) return 0;
  const lead = text.slice(first.range.start, first.range.end).replaceAll('\t', '  ');
  return first.newText.length - lead.length;
}

/** A comma, a space or a backslash too many or too few. */
function marks({ text, diagnostic: { range, message } }: Case): readonly Mend[] {
  const { start, end } = range;
  const own = text.slice(start, end);
  if (/comma is missing/.test(message))
    return certain('Add a comma', insertion(text.slice(0, start).trimEnd().length, ','));
  if (/comma too many/.test(message) && own === ',')
    return certain('Take the comma away', replace(range, ''));
  if (/holds one document/.test(message))
    return possible('Take the second document away', replace({ start, end: text.length }, ''));
  if (/closes nothing/.test(message)) return possible('Take the bracket away', replace(range, ''));
  if (/space after the colon/.test(message)) return certain('Add a space', insertion(end, ' '));
  if (/space before the `#`/.test(message)) return possible('Add a space', insertion(start, ' '));
  if (/begins with a dollar sign/.test(message))
    return possible('Add the dollar sign', insertion(start, '$'));
  if (/escape/.test(message) && own.startsWith('\\'))
    return certain('Double the backslash', insertion(start, '\\'));
  return [];
}

/** A quote or bracket that is never closed, closed at the end of its line. */
function closed({ text, diagnostic: { range, message } }: Case): readonly Mend[] {
  if (!message.includes('is never closed')) return [];
  const open = text[range.start] ?? '';
  const close = { '{': ' }', '[': ']', '"': '"', "'": "'" }[open];
  if (close === undefined) return [];
  const newline = text.indexOf('\n', range.start);
  const line = text.slice(0, newline < 0 ? text.length : newline).trimEnd();
  return possible(`Close it with ${close.trim()}`, insertion(line.length, close));
}

/** Fewer places are no YAML; or as many, but the text can be read further than before. */
function isFurther(after: readonly Diagnostic[], before: readonly Diagnostic[]): boolean {
  const fewer = countOf(before, isYaml) - countOf(after, isYaml);
  if (fewer !== 0) return fewer > 0;
  const first = (found: readonly Diagnostic[]) => found.find(isYaml)?.range.start ?? Infinity;
  return first(after) > first(before);
}

/** Less is broken. Where other mistakes come to light, a person decides. */
function proven({ analysis, diagnostic, text, reread }: Case, mend: Mend): readonly Mend[] {
  const after = reread(withEdits(text, mend.edits)).diagnostics;
  const isThere = after.some(
    ({ code, message, range }) =>
      code === diagnostic.code && message === diagnostic.message && range.start === diagnostic.range.start,
  );
  if (isThere || !isFurther(after, analysis.diagnostics)) return [];
  const isClean = countOf(after, isOtherError) <= countOf(analysis.diagnostics, isOtherError);
  return [{ ...mend, isPreferred: mend.isPreferred && isClean }];
}

function countOf(found: readonly Diagnostic[], counts: (diagnostic: Diagnostic) => boolean): number {
  return found.filter(counts).length;
}

function isYaml({ code }: Diagnostic): boolean {
  return code === 'baton/yaml';
}

function isOtherError({ code, severity }: Diagnostic): boolean {
  return code !== 'baton/yaml' && severity === 'error';
}
