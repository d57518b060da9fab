import { lineStartAt } from '../../base/lines.ts';
import { withEdits } from '../yaml-edits.ts';
import { certain, possible, replace, useAround, type Case, type Cure, type Mend } from './mend.ts';

/** Quotes of the wrong kind, braces in the middle of a condition, braces that are never closed. */
export const cureExpression: Cure = (patient) =>
  [...quotes(patient), ...braces(patient), ...closing(patient)].filter((mend) => helps(patient, mend));

/** `"text"` in an expression: single quotes, doubled inside. */
function quotes({ analysis, text, diagnostic: { range } }: Case): readonly Mend[] {
  const use = useAround(analysis, range);
  const written = text.slice(range.start, range.end);
  const inside = /^"([^"\\\n]*)"$/.exec(written)?.[1];
  if (use === undefined || use.parsed.ok || inside === undefined) return [];
  const step = patientIn(text, range.start);
  // Between single quotes of YAML, those of the expression would have to be doubled.
  return step === "'"
    ? []
    : certain('Use single quotes', replace(range, `'${inside.replaceAll("'", "''")}'`));
}

/** The quote with which the scalar on this line begins, if it does. */
function patientIn(text: string, offset: number): string | undefined {
  const line = text.slice(lineStartAt(text, offset), offset);
  return /:[ ]+(['"])[^'"]*$/.exec(line)?.[1];
}

/** `${{ a }} && b`: a condition is an expression anyway. */
function braces({ text, diagnostic: { range, message } }: Case): readonly Mend[] {
  if (!message.includes('put the braces around all of it')) return [];
  const written = text.slice(range.start, range.end);
  const bare = written.replace(/\$\{\{\s*([^{}]*?)\s*\}\}/g, '$1');
  return bare === written || /['"|>]/.test(written[0] ?? '')
    ? []
    : certain('Leave the braces out', replace(range, bare));
}

function closing({ text, diagnostic: { range, message } }: Case): readonly Mend[] {
  if (!message.includes('is never closed')) return [];
  const line = /^[^\n\r}"']*/.exec(text.slice(range.end))?.[0].trimEnd() ?? '';
  const end = range.end + line.length;
  return possible('Close it with `}}`', { range: { start: end, end }, newText: ' }}' });
}

/** What is left must be an expression that can be read. */
function helps({ analysis, diagnostic, reread }: Case, { edits }: Mend): boolean {
  const after = reread(withEdits(analysis.text, edits)).diagnostics;
  const count = (found: readonly { readonly code: string }[]) =>
    found.filter(({ code }) => code === diagnostic.code || code === 'baton/yaml').length;
  return count(after) < count(analysis.diagnostics);
}
