import type { Range } from '../base/lines.ts';
import type { TextEdit } from '../model/diagnostic.ts';
import type { StepEntry, StepLevel } from './step-entries.ts';
import { entryOf } from './tree.ts';
import {
  columnOf,
  hasAnchor,
  isFlowAt,
  lineEnd,
  lineStart,
  startWithComments,
  withEdits,
} from './yaml-edits.ts';

/** The lines of a step, with the comments right above it. */
export interface Block extends Range {
  readonly step: StepEntry;
}

/** The steps of a level as lines; undefined where they do not stand on lines of their own, or share something by anchors. */
export function blocksOf(text: string, { entries }: StepLevel): readonly Block[] | undefined {
  if (hasAnchor(text)) return undefined;
  const blocks = entries.map((step): Block => {
    const { start, end } = step.range;
    return { step, start: startWithComments(text, start), end: lineEnd(text, end) };
  });
  const column = columnOf(text, entries[0]?.range.start ?? 0);
  const areLines = blocks.every(({ step, start }, i) => {
    const own = step.range.start;
    const isFirst = /^ *$/.test(text.slice(lineStart(text, own), own));
    const isApart = start >= (blocks[i - 1]?.end ?? 0);
    return isFirst && isApart && columnOf(text, own) === column;
  });
  return areLines && !text.slice(blocks[0]?.start, blocks.at(-1)?.end).includes('\t') ? blocks : undefined;
}

/** Whether the fields of a step stand on lines of their own below it. */
export function isOpen(text: string, { node, key }: StepEntry): boolean {
  return (
    node.kind === 'map' &&
    !isFlowAt(text, node.range) &&
    text.slice(key.range.end, node.range.start).includes('\n')
  );
}

/** A part of a text with edits made in it; those elsewhere do not count. */
export function partWith(text: string, { start, end }: Range, edits: readonly TextEdit[]): string {
  const own = edits
    .filter(({ range }) => range.start >= start && range.end <= end)
    .map(({ range, newText }) => ({
      range: { start: range.start - start, end: range.end - start },
      newText,
    }));
  return withEdits(text.slice(start, end), own);
}

/** Lines moved to the right or the left; blank ones stay as they are. The text ends with a line break. */
export function shifted(lines: string, by: number): string {
  const moved =
    by >= 0
      ? lines.replace(/^(?=[^\r\n])/gm, ' '.repeat(by))
      : lines.replace(new RegExp(`^ {0,${-by}}`, 'gm'), '');
  return moved === '' || moved.endsWith('\n') ? moved : `${moved}\n`;
}

/** One id as it is, several as a list on one line. */
export function needsText(ids: readonly string[]): string {
  return ids.length === 1 ? (ids[0] ?? '') : `[${ids.join(', ')}]`;
}

/** The needs of a step on one line, and the edit that makes one other need of them all. */
export interface NeedsLine {
  readonly written: string;
  readonly become: (id: string) => TextEdit;
}

/** Undefined where there are none; `refused` where a comment or a line break in them would be lost. */
export function needsLine(text: string, { node }: StepEntry): NeedsLine | 'refused' | undefined {
  const entry = entryOf(node, 'needs');
  if (entry === undefined) return undefined;
  const { key, value } = entry;
  const items = value.kind === 'list' ? value.items : [value];
  const texts = items.map(({ range: { start, end } }) => text.slice(start, end));
  const whole = text.slice(key.range.end, value.range.end);
  if (/#/.test(whole) || texts.some((each) => each === '' || each.includes('\n'))) return 'refused';
  return {
    written: value.kind === 'list' ? `[${texts.join(', ')}]` : (texts[0] ?? ''),
    become: (id) => ({ range: { start: key.range.end, end: value.range.end }, newText: `: ${id}` }),
  };
}
