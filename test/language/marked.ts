import { analyze, type Analysis, type Surroundings } from '../../src/language/analyze.ts';
import type { Range } from '../../src/base/lines.ts';
import type { TextEdit } from '../../src/model/diagnostic.ts';

const CURSOR = '‸';

/** A text with a cursor in it: what it is without, and where the cursor stands. */
export function cursorIn(
  marked: string,
  surroundings: Surroundings = {},
): { readonly analysis: Analysis; readonly offset: number } {
  return { offset: marked.indexOf(CURSOR), analysis: analyze(marked.replace(CURSOR, ''), surroundings) };
}

/** A text with brackets around some ranges, so that a test can be read. */
export function bracketed(text: string, ranges: readonly Range[]): string {
  return edited(
    text,
    ranges.map((range) => ({ range, newText: `«${text.slice(range.start, range.end)}»` })),
  );
}

/** A text after some edits, none of which overlap. */
export function edited(text: string, edits: readonly TextEdit[]): string {
  let result = text;
  for (const { range, newText } of edits.toSorted((a, b) => b.range.start - a.range.start)) {
    result = result.slice(0, range.start) + newText + result.slice(range.end);
  }
  return result;
}
