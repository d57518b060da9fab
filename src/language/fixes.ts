import type { Range } from '../base/lines.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { analyze, type Analysis, type Surroundings } from './analyze.ts';
import { ASKS_FIRST, cureOf } from './fixes/cures.ts';
import { caseOf, type Mend } from './fixes/mend.ts';
import { eolOf, insertion, lineStart, withEdits } from './yaml-edits.ts';

export type { Mend } from './fixes/mend.ts';

/** A diagnostic, and what can be done about it: the certain one first. */
export interface Offer {
  readonly diagnostic: Diagnostic;
  readonly mends: readonly Mend[];
}

/** What mends the problems that touch a range, and what silences each (rule F3). */
export function fixesAt(analysis: Analysis, { start, end }: Range): readonly Offer[] {
  const touches = (range: Range) => range.start <= end && start <= range.end;
  return analysis.diagnostics.flatMap((diagnostic) => {
    const isOwn = touches(diagnostic.range);
    // A cycle can be broken at every hop.
    const isHop = diagnostic.code === 'baton/cycle' && diagnostic.related.some(({ range }) => touches(range));
    if (!isOwn && !isHop) return [];
    const mends = mendsOf(analysis, diagnostic);
    return [{ diagnostic, mends: isOwn ? [...mends, silence(analysis.text, diagnostic)] : mends }];
  });
}

/** What takes one diagnostic away. */
export function mendsOf(analysis: Analysis, diagnostic: Diagnostic): readonly Mend[] {
  const isOnly = diagnostic.fixes.length === 1 && !ASKS_FIRST.has(diagnostic.code);
  const own = diagnostic.fixes.map((fix): Mend => ({ ...fix, isPreferred: isOnly }));
  const cured = cureOf(diagnostic.code)?.(caseOf(analysis, diagnostic)) ?? [];
  const titles = new Set(own.map(({ title }) => title));
  const all = [...own, ...cured.filter(({ title }) => !titles.has(title))];
  return all.toSorted((a, b) => Number(b.isPreferred) - Number(a.isPreferred));
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
export function fixAll(analysis: Analysis, surroundings: Surroundings = {}): string {
  let now = analysis;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const edits = certainEdits(now);
    if (edits.length === 0) break;
    now = analyze(withEdits(now.text, edits), surroundings);
  }
  return now.text;
}

/** As many of the certain mends as do not touch each other. While the text is no YAML, only what makes it one is certain. */
function certainEdits(analysis: Analysis): Mend['edits'] {
  const isBroken = analysis.diagnostics.some(({ code }) => code === 'baton/yaml');
  const edits: Mend['edits'][number][] = [];
  for (const diagnostic of analysis.diagnostics) {
    if (isBroken && diagnostic.code !== 'baton/yaml') continue;
    const mend = mendsOf(analysis, diagnostic).find(({ isPreferred }) => isPreferred);
    if (mend === undefined || !mend.edits.every(({ range }) => isFree(range, edits))) continue;
    edits.push(...mend.edits);
    if (isBroken) break;
  }
  return edits;
}

function isFree({ start, end }: Range, edits: Mend['edits']): boolean {
  return edits.every(({ range }) => end < range.start || range.end < start);
}
