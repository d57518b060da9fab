import { lineStartAt, type Range } from '../base/lines.ts';
import type { Analysis } from './analyze.ts';
import { inFile, type ExpressionUse } from './expression-uses.ts';
import { nameRange, partRanges } from './name-ranges.ts';
import type { YamlNode, YamlScalar } from './tree.ts';

/**
 * What a selection grows to, from the inside out: the word, its part of an expression, the reference, the expression, the
 * line of a text, the value, the entry, its map, and so on, up to the step, all steps and the whole file. Each is larger
 * than the one before it and holds it.
 */
export function selections(analysis: Analysis, offset: number): readonly Range[] {
  const { text, tree, index } = analysis;
  const around: Range[] = [{ start: 0, end: text.length }];
  collect(tree, { text, offset, around });
  for (const use of index.expressions) {
    if (isIn(use.range, offset)) around.push(...inExpression(use, text, offset));
  }
  around.push(wordAt(text, offset));
  return nested(around, offset);
}

function isIn({ start, end }: Range, offset: number): boolean {
  return start <= offset && offset <= end;
}

/** From small to large, without those that cross others; the empty selection is where one begins, not what is grown to. */
function nested(ranges: readonly Range[], offset: number): readonly Range[] {
  const bySize = ranges
    .filter((range) => range.end > range.start && isIn(range, offset))
    .toSorted((a, b) => a.end - a.start - (b.end - b.start));
  const kept: Range[] = [];
  for (const range of bySize) {
    const inner = kept.at(-1);
    const grows =
      inner === undefined ||
      (range.start <= inner.start &&
        inner.end <= range.end &&
        range.end - range.start > inner.end - inner.start);
    if (grows) kept.push(range);
  }
  return kept;
}

interface Search {
  readonly text: string;
  readonly offset: number;
  readonly around: Range[];
}

/** Goes down to the offset. What an alias stands for is elsewhere, and so not looked into. */
function collect(root: YamlNode | undefined, { text, offset, around }: Search): void {
  for (let node = root; node !== undefined;) {
    if (!isIn(node.range, offset)) return;
    around.push(node.range);
    if (node.kind === 'scalar') return void around.push(...inScalar(node, text, offset));
    let next: YamlNode | undefined;
    if (node.kind === 'list') next = node.items.find(({ range }) => isIn(range, offset));
    else {
      const entry = node.entries.find(({ range }) => isIn(range, offset));
      if (entry === undefined) return;
      around.push(entry.range);
      next = isIn(entry.key.range, offset) ? entry.key : entry.value;
    }
    node = next;
  }
}

/** Without quotes; and of a text of several lines, one line. */
function inScalar(scalar: YamlScalar, text: string, offset: number): readonly Range[] {
  const inner = nameRange(scalar, text);
  const start = Math.max(inner.start, lineStartAt(text, offset));
  const newline = text.indexOf('\n', offset);
  const end = Math.min(inner.end, newline < 0 ? text.length : newline);
  const line = text.slice(start, Math.max(start, end));
  const lead = line.length - line.trimStart().length;
  return [inner, { start: start + lead, end: start + lead + line.trim().length }];
}

function inExpression(use: ExpressionUse, text: string, offset: number): readonly Range[] {
  const { start, end } = use.range;
  const ranges = [use.range, trimmed(text, use.range)];
  if (text.slice(start - 3, start) === '${{' && text.startsWith('}}', end))
    ranges.push({ start: start - 3, end: end + 2 });
  if (!use.parsed.ok) return ranges;
  for (const reference of use.parsed.value.references) {
    const whole = inFile(use, reference.range);
    if (!isIn(whole, offset)) continue;
    ranges.push(whole);
    const parts = partRanges(use, reference);
    // `steps.build` of `steps.build.outputs.tag`, and so on.
    for (const part of parts) ranges.push({ start: whole.start, end: part.end });
    ranges.push(...parts.filter((part) => isIn(part, offset)));
  }
  return ranges;
}

function trimmed(text: string, { start, end }: Range): Range {
  const source = text.slice(start, end);
  const lead = source.length - source.trimStart().length;
  return { start: start + lead, end: start + lead + source.trim().length };
}

const WORD = /[\p{L}\p{N}_-]/u;

function wordAt(text: string, offset: number): Range {
  let start = offset;
  let end = offset;
  while (start > 0 && WORD.test(text[start - 1] ?? '')) start--;
  while (end < text.length && WORD.test(text[end] ?? '')) end++;
  return { start, end };
}
