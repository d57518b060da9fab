import type { Range } from '../base/lines.ts';
import type { Reference } from '../expression/expression.ts';
import { inFile, type ExpressionUse } from './expression-uses.ts';
import { scalarOffsets } from './scalar-offsets.ts';
import type { YamlScalar } from './tree.ts';

/** Where a scalar's text stands in the file, without its quotes: what to write over when the name in it changes. */
export function nameRange(scalar: YamlScalar, file: string): Range {
  const { style, range, text } = scalar;
  if (style === 'plain') return range;
  if (style === 'literal' || style === 'folded') {
    const toFile = scalarOffsets(scalar, file);
    return { start: toFile(0), end: toFile(text.trimEnd().length) };
  }
  const isClosed = range.end - range.start > 1 && file[range.end - 1] === file[range.start];
  return { start: range.start + 1, end: isClosed ? range.end - 1 : range.end };
}

/**
 * Where the parts of a reference's path stand in the file, each without dots, brackets and quotes: as many of them as are
 * written plainly, from the first on.
 */
export function partRanges(use: ExpressionUse, { path, range }: Reference): readonly Range[] {
  const source = use.parsed.ok ? use.parsed.value.source : '';
  const parts: Range[] = [];
  let at = range.start;
  for (let i = 0; i < path.length; i++) {
    const part = partAt(source, at, i === 0);
    if (part === undefined) break;
    parts.push(inFile(use, part.name));
    at = part.end;
  }
  return parts;
}

const ROOT = /()([A-Za-z_][\w-]*)/y;
const MEMBER = /(\s*\.\s*)([A-Za-z_][\w-]*)/y;
const INDEX = /(\s*\[\s*')((?:[^']|'')*)'\s*\]/y;
const NUMBER = /(\s*\[\s*)([^'\]\s]+)\s*\]/y;

function partAt(
  source: string,
  at: number,
  isRoot: boolean,
): { readonly name: Range; readonly end: number } | undefined {
  for (const form of isRoot ? [ROOT] : [MEMBER, INDEX, NUMBER]) {
    form.lastIndex = at;
    const [, lead, name] = form.exec(source) ?? [];
    if (lead === undefined || name === undefined) continue;
    const start = at + lead.length;
    return { name: { start, end: start + name.length }, end: form.lastIndex };
  }
  return undefined;
}
