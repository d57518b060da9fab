import type { TextEdit } from '../../model/diagnostic.ts';
import { eolOf } from '../yaml-edits.ts';
import type { Block } from '../step-blocks.ts';

/** Lines in place of the first of some blocks; the others go. The lines end with a line break. */
export function replaceBlocks(
  text: string,
  [first, ...others]: readonly Block[],
  lines: string,
): readonly TextEdit[] {
  if (first === undefined) return [];
  const eol = eolOf(text);
  const isEnded = text[first.end - 1] === '\n';
  const own = lines.replace(/\r?\n/g, eol);
  return [
    { range: { start: first.start, end: first.end }, newText: isEnded ? own : own.replace(/\r?\n$/, '') },
    ...others.map(({ start, end }) => ({ range: { start, end }, newText: '' })),
  ];
}
