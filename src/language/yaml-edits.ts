import { lineStartAt, type Range } from '../base/lines.ts';
import type { TextEdit } from '../model/diagnostic.ts';
import { isStep } from './schema-at.ts';
import type { YamlEntry, YamlList, YamlMap, YamlNode } from './tree.ts';

/** One step on the way from the root of a tree down to a place: a container, and what of it is there. */
export type Link =
  | { readonly kind: 'entry'; readonly map: YamlMap; readonly entry: YamlEntry }
  | { readonly kind: 'item'; readonly list: YamlList; readonly item: YamlNode };

/** The way from the root to an offset, the outermost first. What an alias or a merge brings stands elsewhere, and is not on it. */
export function linksTo(root: YamlNode | undefined, offset: number): readonly Link[] {
  const links: Link[] = [];
  let node = root;
  while (node !== undefined) {
    const link = linkIn(node, offset);
    if (link === undefined) break;
    links.push(link);
    node = link.kind === 'entry' ? link.entry.value : link.item;
  }
  return links;
}

function linkIn(node: YamlNode, offset: number): Link | undefined {
  const isHere = ({ range }: { readonly range: Range }) => within(range, node.range) && holds(range, offset);
  if (node.kind === 'map') {
    const entry = node.entries.findLast(isHere);
    return entry && { kind: 'entry', map: node, entry };
  }
  const item = node.kind === 'list' ? node.items.findLast(isHere) : undefined;
  return item === undefined || node.kind !== 'list' ? undefined : { kind: 'item', list: node, item };
}

function holds({ start, end }: Range, offset: number): boolean {
  return start <= offset && offset <= end;
}

function within(inner: Range, outer: Range): boolean {
  return inner.start >= outer.start && inner.end <= outer.end;
}

/** The keys and indexes of a way. */
export function pathOf(links: readonly Link[]): readonly (string | number)[] {
  return links.map((link) =>
    link.kind === 'entry' ? link.entry.key.text : link.list.items.indexOf(link.item),
  );
}

/**
 * Takes away what a way leads to; where it is the only thing in its container, that, too, but never a whole step. Undefined where this cannot be
 * done without touching something else, such as an anchor that others name.
 */
export function removal(text: string, links: readonly Link[]): TextEdit | undefined {
  for (const [i, link] of [...links.entries()].toReversed()) {
    if (i < links.length - 1 && isStep(pathOf(links.slice(0, i + 1)))) return undefined;
    const siblings = rangesIn(link);
    if (siblings.length < 2) continue;
    const own = rangeOf(link);
    const range = isFlow(text, link) ? flowRange(text, own, siblings) : blockRange(text, own, siblings);
    return range === undefined || hasAnchor(text.slice(range.start, range.end))
      ? undefined
      : { range, newText: '' };
  }
  return undefined;
}

function rangesIn(link: Link): readonly Range[] {
  const { kind } = link;
  const all = kind === 'entry' ? link.map.entries : link.list.items;
  const around = kind === 'entry' ? link.map.range : link.list.range;
  return all.map(({ range }) => range).filter((range) => within(range, around));
}

function rangeOf(link: Link): Range {
  return link.kind === 'entry' ? link.entry.range : link.item.range;
}

function isFlow(text: string, link: Link): boolean {
  return isFlowAt(text, (link.kind === 'entry' ? link.map : link.list).range);
}

/** Whether a collection is written with brackets. */
export function isFlowAt(text: string, { start }: Range): boolean {
  return text[start] === '{' || text[start] === '[';
}

function flowRange(text: string, own: Range, siblings: readonly Range[]): Range | undefined {
  const i = siblings.findIndex(({ start }) => start === own.start);
  const [before, after] = [siblings[i - 1], siblings[i + 1]];
  if (after !== undefined && /^\s*,\s*$/.test(text.slice(own.end, after.start)))
    return { start: own.start, end: after.start };
  if (before !== undefined && /^\s*,\s*$/.test(text.slice(before.end, own.start)))
    return { start: before.end, end: own.end };
  return undefined;
}

/** Whole lines, with the comment that stands beside; the first of several in an item of a list up to the next. */
function blockRange(text: string, own: Range, siblings: readonly Range[]): Range | undefined {
  const start = lineStart(text, own.start);
  // `- ` belongs to an item, but not to its range.
  if (/^[ ]*(?:- +)?$/.test(text.slice(start, own.start)) && isOwnDash(text, own, siblings))
    return { start, end: lineEnd(text, own.end) };
  const after = siblings.find((range) => range.start > own.start);
  return after === undefined ? undefined : { start: own.start, end: after.start };
}

function isOwnDash(text: string, own: Range, siblings: readonly Range[]): boolean {
  const dash = ({ start }: Range) => text.slice(lineStart(text, start), start).includes('-');
  return !dash(own) || siblings.every(dash);
}

const ANCHOR = /(?:^|[\s,[{:-])&[A-Za-z0-9_]/m;

/** Whether a text may have an anchor in it: what is moved would take it from where others name it. */
export function hasAnchor(text: string): boolean {
  return ANCHOR.test(text);
}

export function lineStart(text: string, offset: number): number {
  return lineStartAt(text, offset);
}

/** After the line break of the line on which something ends; the text of a block holds its line break itself. */
export function lineEnd(text: string, end: number): number {
  if (end > 0 && text[end - 1] === '\n') return end;
  const newline = text.indexOf('\n', end);
  return newline < 0 ? text.length : newline + 1;
}

/** How lines of a text end. */
export function eolOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

export function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

/** Adds an entry at the end of a map, the way the map is written; undefined where it cannot be seen how. */
export function addition(text: string, map: YamlMap, written: string): TextEdit | undefined {
  const own = map.entries.filter(({ range }) => within(range, map.range));
  const [first, last] = [own[0], own.at(-1)];
  if (isFlowAt(text, map.range)) {
    if (last !== undefined) return insertion(last.range.end, `, ${written}`);
    return { range: { start: map.range.start, end: map.range.end }, newText: `{ ${written} }` };
  }
  if (first === undefined || last === undefined) return undefined;
  return lineInsertion(
    text,
    lineEnd(text, last.range.end),
    `${' '.repeat(columnOf(text, first.range.start))}${written}`,
  );
}

/** Lines of their own at the beginning of a line, or after the last one, which need not end. */
export function lineInsertion(text: string, at: number, lines: string): TextEdit {
  const eol = eolOf(text);
  const own = lines.replaceAll('\n', eol);
  const isOpen = at > 0 && text[at - 1] !== '\n';
  return insertion(at, isOpen ? `${eol}${own}` : `${own}${eol}`);
}

export function insertion(at: number, newText: string): TextEdit {
  return { range: { start: at, end: at }, newText };
}

/** A value in place of another; the text of a block holds its line break itself. */
export function exchange(text: string, range: Range, newText: string): TextEdit {
  const isBlock = range.end > range.start && text[range.end - 1] === '\n';
  return { range, newText: isBlock ? newText + eolOf(text) : newText };
}

/** The beginning of the line of an entry, or of the comments that stand right over it. */
export function startWithComments(text: string, offset: number): number {
  let start = lineStart(text, offset);
  const column = offset - start;
  while (start > 0) {
    const above = lineStart(text, start - 1);
    const line = text.slice(above, start);
    if (line.search(/\S/) !== column || line[column] !== '#') break;
    start = above;
  }
  return start;
}

const PLAIN = /^[A-Za-z_./][\w./-]*$/;
const OTHERWISE = /^(?:true|false|null|yes|no|on|off|y|n|~|\.inf|\.nan)$/i;

/** A text as a scalar on one line, with quotes only where they are needed. */
export function scalar(value: string): string {
  if (PLAIN.test(value) && !OTHERWISE.test(value)) return value;
  return /\p{Cc}/u.test(value) ? JSON.stringify(value) : `'${value.replaceAll("'", "''")}'`;
}

/** A text with edits made that do not overlap; of two at one place the first comes first. */
export function withEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let from = 0;
  for (const { range, newText } of edits.toSorted((a, b) => a.range.start - b.range.start)) {
    result += text.slice(from, range.start) + newText;
    from = range.end;
  }
  return result + text.slice(from);
}
