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
  if (node?.kind !== 'map') return undefined;
  const { entries } = node;
  for (let i = entries.length - 1; i >= 0; i--) if (entries[i]?.key.text === key) return entries[i];
  return undefined;
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
