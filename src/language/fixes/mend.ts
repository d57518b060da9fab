import type { Range } from '../../base/lines.ts';
import type { Diagnostic, Fix, TextEdit } from '../../model/diagnostic.ts';
import type { Analysis } from '../analyze.ts';
import type { ExpressionUse } from '../expression-uses.ts';
import { allSteps, type StepEntry } from '../step-entries.ts';
import { linksTo, removal, type Link } from '../yaml-edits.ts';

/** A change that takes a diagnostic away. */
export interface Mend extends Fix {
  /** Nobody would want anything else: it may be made without being asked, with all the others. */
  readonly isPreferred: boolean;
}

/** Reads a text as the analysis was read: a cure that is in doubt looks at what comes of it. */
export type Reread = (text: string) => Analysis;

/** A diagnostic with all that a cure looks at. */
export interface Case {
  readonly text: string;
  readonly analysis: Analysis;
  readonly diagnostic: Diagnostic;
  /** The way from the root to where the diagnostic begins. */
  readonly links: readonly Link[];
  readonly reread: Reread;
}

/** Says how a diagnostic of one code can be taken away; nothing where only a person can know. */
export type Cure = (patient: Case) => readonly Mend[];

export function caseOf(analysis: Analysis, diagnostic: Diagnostic, reread: Reread): Case {
  const { text, tree } = analysis;
  return { text, analysis, diagnostic, reread, links: linksTo(tree, diagnostic.range.start) };
}

/** A mend that is certain. */
export function certain(title: string, ...edits: readonly (TextEdit | undefined)[]): readonly Mend[] {
  return mend(title, edits, { isPreferred: true });
}

/** A mend that a person chooses. */
export function possible(title: string, ...edits: readonly (TextEdit | undefined)[]): readonly Mend[] {
  return mend(title, edits, { isPreferred: false });
}

/** None at all where one of its edits cannot be made. */
function mend(
  title: string,
  edits: readonly (TextEdit | undefined)[],
  { isPreferred }: { readonly isPreferred: boolean },
): readonly Mend[] {
  const all = edits.flatMap((edit) => edit ?? []);
  return all.length < edits.length || all.length === 0 ? [] : [{ title, edits: all, isPreferred }];
}

/** Takes away what stands where the diagnostic begins. */
export function remove({ text, links }: Pick<Case, 'text' | 'links'>): TextEdit | undefined {
  return removal(text, links);
}

/** The way down to the innermost entry of a key. */
export function linksToKey(links: readonly Link[], key: string): readonly Link[] {
  const at = links.findLastIndex((link) => link.kind === 'entry' && link.entry.key.text === key);
  return links.slice(0, at + 1);
}

export function replace(range: Range, newText: string): TextEdit {
  return { range, newText };
}

/** The step whose text holds an offset: the innermost. */
export function stepAround({ index }: Analysis, offset: number): StepEntry | undefined {
  let found: StepEntry | undefined;
  for (const step of allSteps(index.steps, index.finally)) {
    if (step.range.start <= offset && offset <= step.range.end) found = step;
  }
  return found;
}

/** The expression that holds a range. */
export function useAround({ index }: Analysis, { start, end }: Range): ExpressionUse | undefined {
  return index.expressions.find(({ range }) => range.start <= start && end <= range.end);
}
