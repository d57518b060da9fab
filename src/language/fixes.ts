import type { Range } from '../base/lines.ts';
import type { Diagnostic, TextEdit } from '../model/diagnostic.ts';
import type { Analysis } from './analyze.ts';
import { ASKS_FIRST, cureOf } from './fixes/cures.ts';
import { caseOf, type Mend, type Reread } from './fixes/mend.ts';
import { eolOf, insertion, lineStart, withEdits } from './yaml-edits.ts';

export type { Mend, Reread } from './fixes/mend.ts';

/** A diagnostic, and what can be done about it: the certain one first. */
export interface Offer {
  readonly diagnostic: Diagnostic;
  readonly mends: readonly Mend[];
}

/** What mends the problems that touch a range, and what silences each (rule F3). */
export function fixesAt(analysis: Analysis, { start, end }: Range, reread: Reread): readonly Offer[] {
  const touches = (range: Range) => range.start <= end && start <= range.end;
  return analysis.diagnostics.flatMap((diagnostic) => {
    const isOwn = touches(diagnostic.range);
    // A cycle can be broken at every hop.
    const isHop = diagnostic.code === 'baton/cycle' && diagnostic.related.some(({ range }) => touches(range));
    if (!isOwn && !isHop) return [];
    const mends = mendsOf(analysis, diagnostic, reread);
    return [{ diagnostic, mends: isOwn ? [...mends, silence(analysis.text, diagnostic)] : mends }];
  });
}

/** What takes one diagnostic away. */
export function mendsOf(analysis: Analysis, diagnostic: Diagnostic, reread: Reread): readonly Mend[] {
  const isOnly = diagnostic.fixes.length === 1 && !ASKS_FIRST.has(diagnostic.code);
  const own = diagnostic.fixes.map((fix): Mend => ({ ...fix, isPreferred: isOnly }));
  const cured = cureOf(diagnostic.code)?.(caseOf(analysis, diagnostic, reread)) ?? [];
  const titles = new Set(own.map(({ title }) => title));
  const all = [...own, ...cured.filter(({ title }) => !titles.has(title))];
  return all
    .map((mend) => ({ ...mend, edits: mend.edits.map((edit) => inLines(analysis.text, edit)) }))
    .toSorted((a, b) => Number(b.isPreferred) - Number(a.isPreferred));
}

/** Lines end as they do in the file; and the text of a block, whose range holds its line break, keeps it. */
function inLines(text: string, { range, newText }: TextEdit): TextEdit {
  const isBlock = range.end > range.start && text[range.end - 1] === '\n' && newText !== '';
  const whole = isBlock && !newText.endsWith('\n') ? `${newText}\n` : newText;
  return { range, newText: whole.replace(/\r?\n/g, eolOf(text)) };
}

/** F3: a comment on the line above takes a diagnostic away. */
export function silence(text: string, { code, range }: Diagnostic): Mend {
  const start = lineStart(text, range.start);
  const indent = /^[ \t]*/.exec(text.slice(start))?.[0] ?? '';
  const comment = `${indent}# baton-ignore: ${code}${eolOf(text)}`;
  return { title: `Ignore ${code} here`, edits: [insertion(start, comment)], isPreferred: false };
}

/** Each round mends what the one before brought to light; a text that needs more than this is no workflow. */
const MOST_ROUNDS = 50;

/** The text with all that is certain made, until nothing certain is left. */
export function fixAll(analysis: Analysis, reread: Reread): string {
  let now = analysis;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const mends = certainMends(now, reread);
    const [first] = mends;
    if (first === undefined) break;
    const together = reread(
      withEdits(
        now.text,
        mends.flatMap(({ edits }) => edits),
      ),
    );
    // Two that are right alone may collide, such as two keys that both mean a third: then one after the other.
    const isWorse = mends.length > 1 && collisions(together) > collisions(now);
    now = isWorse ? reread(withEdits(now.text, first.edits)) : together;
  }
  return now.text;
}

/** The same as one edit, as small as it can be, so that the cursor and what stands around it stay. */
export function fixAllEdit(analysis: Analysis, reread: Reread): TextEdit | undefined {
  const { text } = analysis;
  const mended = fixAll(analysis, reread);
  if (mended === text) return undefined;
  const shorter = Math.min(text.length, mended.length);
  let start = 0;
  while (start < shorter && text[start] === mended[start]) start++;
  let same = 0;
  while (same < shorter - start && text.at(-1 - same) === mended.at(-1 - same)) same++;
  return {
    range: { start, end: text.length - same },
    newText: mended.slice(start, mended.length - same),
  };
}

function collisions({ diagnostics }: Analysis): number {
  const isOne = ({ code, severity }: Diagnostic) =>
    code === 'baton/yaml' || (code === 'baton/duplicate-key' && severity === 'error');
  return diagnostics.filter(isOne).length;
}

/** As many of the certain mends as do not touch each other. While the text is no YAML, only what makes it one is certain. */
function certainMends(analysis: Analysis, reread: Reread): readonly Mend[] {
  const isBroken = analysis.diagnostics.some(({ code }) => code === 'baton/yaml');
  const mends: Mend[] = [];
  let taken: readonly Range[] = [];
  for (const diagnostic of analysis.diagnostics) {
    if (isBroken && diagnostic.code !== 'baton/yaml') continue;
    const mend = mendsOf(analysis, diagnostic, reread).find(({ isPreferred }) => isPreferred);
    if (mend === undefined || mend.edits.some(({ range }) => taken.some((each) => touch(range, each))))
      continue;
    mends.push(mend);
    if (isBroken) break;
    taken = [...taken, ...mend.edits.map(({ range }) => range)];
  }
  return mends;
}

function touch(a: Range, b: Range): boolean {
  return a.start <= b.end && b.start <= a.end;
}
