import type { Range } from '../base/lines.ts';

/** A YAML text as a tree with places; the only shape the rest of the language folder knows. */
export type YamlNode = YamlMap | YamlList | YamlScalar;

export interface YamlMap {
  readonly kind: 'map';
  readonly entries: readonly YamlEntry[];
  readonly range: Range;
}

export interface YamlEntry {
  readonly key: YamlScalar;
  /** A scalar `null` stands for a value that is not there (yet). */
  readonly value: YamlNode;
  /** Key and value. */
  readonly range: Range;
}

export interface YamlList {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
  readonly range: Range;
}

export interface YamlScalar {
  readonly kind: 'scalar';
  readonly value: null | boolean | number | string;
  /** The value as text: what stands in the file where a number or `true` was written. */
  readonly text: string;
  readonly style: 'plain' | 'single' | 'double' | 'literal' | 'folded';
  /** Quotes and block header included. */
  readonly range: Range;
}

/** The entry of a key; the last one where there are several, as programs that read YAML do. */
export function entryOf(node: YamlNode | undefined, key: string): YamlEntry | undefined {
  return node?.kind === 'map' ? node.entries.findLast((entry) => entry.key.text === key) : undefined;
}

/** The value of a key; undefined where there is none or it is empty. */
export function valueOf(node: YamlNode | undefined, key: string): YamlNode | undefined {
  const value = entryOf(node, key)?.value;
  return value === undefined || isNothing(value) ? undefined : value;
}

export function isNothing(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.value === null;
}

/** Any scalar as text: `run: true` means the program of that name. */
export function textOf(node: YamlNode | undefined): string | undefined {
  return node?.kind === 'scalar' && node.value !== null ? node.text : undefined;
}

/** Turns offsets inside a scalar's text into offsets of the file, for any style of writing it. */
export function scalarOffsets(scalar: YamlScalar, file: string): (offset: number) => number {
  const { start, end } = scalar.range;
  const source = file.slice(start, end);
  switch (scalar.style) {
    case 'plain':
      if (source === scalar.text) return (offset) => start + offset;
      return byAlignment(scalar.text, source, start);
    case 'single':
    case 'double': {
      const inner = source.slice(1, -1);
      if (inner === scalar.text) return (offset) => start + 1 + offset;
      return byAlignment(scalar.text, source, start);
    }
    case 'literal':
    case 'folded':
      return byAlignment(scalar.text, source, start, source.indexOf('\n') + 1);
  }
}

/**
 * Walks text and source side by side: equal characters go together, white space of the source may be more than that of
 * the text, escapes and doubled quotes take their whole length.
 */
function byAlignment(text: string, source: string, start: number, from = 0): (offset: number) => number {
  const places = new Int32Array(text.length + 1);
  let s = from === 0 && /^['"]/.test(source) ? 1 : from;
  const quote = from === 0 ? source[0] : undefined;
  for (let t = 0; t < text.length; t++) {
    const c = text[t] ?? '';
    s = skipBlank(c, source, s);
    places[t] = s;
    s += lengthInSource(c, source, s, quote);
  }
  places[text.length] = Math.min(s, source.length);
  return (offset) => start + (places[Math.max(0, Math.min(offset, text.length))] ?? 0);
}

function skipBlank(c: string, source: string, s: number): number {
  if (c === ' ' || c === '\n') {
    if (source[s] === c || source[s] === '\\') return s;
    const newline = source.indexOf('\n', s);
    return newline >= 0 && source.slice(s, newline).trim() === '' ? newline : s;
  }
  if (source[s] === c || source[s] === '\\') return s;
  let i = s;
  while (i < source.length && /\s/.test(source[i] ?? '')) i++;
  return source[i] === c || source[i] === '\\' ? i : s;
}

function lengthInSource(c: string, source: string, s: number, quote: string | undefined): number {
  if (quote === "'" && c === "'" && source[s + 1] === "'") return 2;
  if (quote !== '"' || source[s] !== '\\') return 1;
  const kind = source[s + 1];
  return kind === 'x' ? 4 : kind === 'u' ? 6 : kind === 'U' ? 10 : 2;
}
