import type { YamlEntry, YamlMap, YamlNode, YamlScalar } from './tree.ts';
import { YAML_LIMITS } from './yaml-limits.ts';

/**
 * A short way from the library's tokens to the tree, for the YAML that people write nearly always: no anchors, aliases,
 * tags or `?` keys, nothing wrong. At the first thing that is not plain it gives up, and the library's long way with
 * all its errors is taken instead; so it never has to be clever, and never says anything is wrong. It takes a third
 * off the time of a whole analysis. A test holds the two ways against each other.
 */
export function readPlain(document: CstToken, decode: Decode): YamlMap | undefined {
  const { value, start = [], end = [] } = document;
  if (value === undefined || !Array.isArray(start)) return undefined;
  try {
    checkPieces(start, { indicator: undefined, startsLine: true });
    checkPieces(end, { indicator: undefined, startsLine: false, tabs: true });
    const root = new PlainReader(decode).node(value, 0);
    return root.kind === 'map' ? root : undefined;
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

/** What the library's parser makes of a text, as far as it is looked at here. */
export interface CstToken {
  readonly type: string;
  readonly offset: number;
  readonly indent?: number;
  readonly source?: string;
  readonly start?: CstPiece | readonly CstPiece[];
  readonly items?: readonly CstItem[];
  readonly value?: CstToken;
  readonly end?: readonly CstPiece[];
}

/** White space, comments, and the characters that hold YAML together. */
export interface CstPiece {
  readonly type: string;
  readonly offset: number;
  readonly source: string;
}

export interface CstItem {
  readonly start: readonly CstPiece[];
  readonly key?: CstToken | null;
  readonly sep?: readonly CstPiece[];
  readonly value?: CstToken;
}

/** The text of a block scalar, or of one with line breaks or escapes; undefined when something is wrong with it. */
export type Decode = (
  token: CstToken,
) => { readonly text: string; readonly style: YamlScalar['style']; readonly end: number } | undefined;

/** Leaves the short way from whatever depth; nobody outside of this file sees it. */
class NotPlain extends Error {}

function giveUp(): never {
  throw new NotPlain();
}

class PlainReader {
  readonly #decode: Decode;
  #nodes = 0;

  constructor(decode: Decode) {
    this.#decode = decode;
  }

  node(token: CstToken, depth: number): YamlNode {
    if (depth > YAML_LIMITS.depth || ++this.#nodes > YAML_LIMITS.nodes) giveUp();
    switch (token.type) {
      case 'scalar':
      case 'single-quoted-scalar':
      case 'double-quoted-scalar':
        checkPieces(token.end, { indicator: undefined, startsLine: false, tabs: true });
        return this.#flowScalar(token);
      case 'block-scalar':
        return this.#decoded(token);
      case 'block-map':
        return this.#blockMap(token, depth);
      case 'block-seq':
        return this.#blockList(token, depth);
      case 'flow-collection':
        return this.#flow(token, depth);
      default:
        return giveUp();
    }
  }

  #flowScalar(token: CstToken): YamlScalar {
    const { type, offset, source = '' } = token;
    const range = { start: offset, end: offset + source.length };
    if (type === 'scalar') {
      if (source.includes('\n')) return this.#decoded(token);
      if (source === '' || REFUSED_STARTS.includes(source[0] ?? '')) giveUp();
      return { kind: 'scalar', value: coreValue(source), text: source, style: 'plain', range };
    }
    const isDouble = type === 'double-quoted-scalar';
    const close = isDouble ? '"' : "'";
    if (source.length < 2 || !source.endsWith(close)) giveUp();
    if (source.includes('\n') || (isDouble && source.includes('\\'))) return this.#decoded(token);
    const inner = source.slice(1, -1);
    const text = isDouble ? inner : inner.replaceAll("''", "'");
    return { kind: 'scalar', value: text, text, style: isDouble ? 'double' : 'single', range };
  }

  #decoded(token: CstToken): YamlScalar {
    const { text, style, end } = this.#decode(token) ?? giveUp();
    return { kind: 'scalar', value: text, text, style, range: { start: token.offset, end } };
  }

  #blockMap(token: CstToken, depth: number): YamlMap {
    const entries: YamlEntry[] = [];
    const keys = new Keys();
    const { items = [], indent } = token;
    for (const [i, { start, key, sep, value }] of items.entries()) {
      checkPieces(start, { indicator: undefined, startsLine: true });
      if (key === undefined && sep === undefined && i === items.length - 1 && i > 0) break; // a comment at the end
      if (key === null || key === undefined || sep === undefined || key.indent !== indent) giveUp();
      const { found, hasNewline } = checkPieces(sep, { indicator: 'map-value-ind', startsLine: false });
      if (found === undefined || found.offset - key.offset > LONGEST_KEY) giveUp();
      if (value?.type === 'block-map' && !hasNewline) giveUp();
      entries.push(this.#entry({ key, sep, value }, { keys, depth }));
    }
    return {
      kind: 'map',
      entries,
      range: { start: token.offset, end: entries.at(-1)?.range.end ?? giveUp() },
    };
  }

  #entry(
    {
      key,
      sep,
      value,
    }: { readonly key: CstToken; readonly sep: readonly CstPiece[]; readonly value: CstToken | undefined },
    { keys, depth }: { readonly keys: Keys; readonly depth: number },
  ): YamlEntry {
    const read = this.#key(key);
    keys.add(read);
    const node = value === undefined ? this.#nothing(sep) : this.node(value, depth + 1);
    const end = Math.max(read.range.end, node.range.end);
    return { key: read, value: node, range: { start: read.range.start, end } };
  }

  #key(token: CstToken): YamlScalar {
    const { type, source = '', end = [] } = token;
    if (type !== 'scalar' && type !== 'single-quoted-scalar' && type !== 'double-quoted-scalar') giveUp();
    if (source.includes('\n') || end.length > 0) giveUp();
    this.#nodes++;
    return this.#flowScalar(token);
  }

  #blockList(token: CstToken, depth: number): YamlNode {
    const items: YamlNode[] = [];
    const { items: given = [] } = token;
    for (const [i, { start, value }] of given.entries()) {
      const { found } = checkPieces(start, { indicator: 'seq-item-ind', startsLine: true });
      if (found === undefined && value === undefined && i === given.length - 1 && i > 0) break;
      if (found === undefined) giveUp();
      items.push(value === undefined ? this.#nothing(start) : this.node(value, depth + 1));
    }
    return { kind: 'list', items, range: { start: token.offset, end: items.at(-1)?.range.end ?? giveUp() } };
  }

  #flow(token: CstToken, depth: number): YamlNode {
    const { start: open, end: [close, ...rest] = [], offset } = token;
    const isMap = open !== undefined && 'source' in open && open.source === '{';
    if (close === undefined || close.source !== (isMap ? '}' : ']')) giveUp();
    checkPieces(rest, { indicator: undefined, startsLine: false, tabs: true });
    const range = { start: offset, end: close.offset + 1 };
    const given = itemsOf(token);
    if (isMap) return { kind: 'map', entries: this.#flowEntries(given, depth), range };
    return { kind: 'list', items: given.map((item) => this.#flowItem(item, depth)), range };
  }

  #flowEntries(items: readonly CstItem[], depth: number): YamlEntry[] {
    const keys = new Keys();
    return items.map(({ key, sep, value }) => {
      if (key === null || key === undefined || sep === undefined) giveUp();
      const { found } = checkPieces(sep, { indicator: 'map-value-ind', startsLine: false });
      if (found === undefined || isBlock(value)) giveUp();
      return this.#entry({ key, sep, value }, { keys, depth });
    });
  }

  #flowItem({ key, sep, value }: CstItem, depth: number): YamlNode {
    if (value === undefined || sep !== undefined || isToken(key) || isBlock(value)) giveUp();
    return this.node(value, depth + 1);
  }

  /** An empty value stands after the white space that follows the `:` or `-` on its line. */
  #nothing(before: readonly CstPiece[]): YamlScalar {
    this.#nodes++;
    let i = before.length - 1;
    while (i >= 0 && isBlank(before[i]?.type)) i--;
    let last = before[i] ?? giveUp();
    for (let next = before[++i]; next?.type === 'space'; next = before[++i]) last = next;
    const at = last.offset + last.source.length;
    return { kind: 'scalar', value: null, text: '', style: 'plain', range: { start: at, end: at } };
  }
}

/** Characters from the start of a key to its colon (YAML 1.2, chapter 7.4.2); the library refuses longer ones. */
export const LONGEST_KEY = 1024;
const REFUSED_STARTS = ['\t', ',', '%', '|', '>', '@', '`'];

function isToken(key: CstToken | null | undefined): boolean {
  return key !== null && key !== undefined;
}

function isBlock(value: CstToken | undefined): boolean {
  return value?.type === 'block-map' || value?.type === 'block-seq';
}

function isBlank(type: string | undefined): boolean {
  return type === 'space' || type === 'newline' || type === 'comment';
}

/** The items between brackets, each but the first after a comma; white space at the end is no item. */
function itemsOf({ items = [] }: CstToken): readonly CstItem[] {
  const last = items.at(-1);
  const isTrailing =
    last !== undefined && !isToken(last.key) && last.sep === undefined && last.value === undefined;
  for (const [i, item] of items.entries()) {
    const { found } = checkPieces(item.start, { indicator: 'comma', startsLine: false });
    const mayLack = i === 0 || (isTrailing && item === last);
    if (found === undefined ? !mayLack : i === 0) giveUp();
  }
  return isTrailing ? items.slice(0, -1) : items;
}

interface Expected {
  /** The one piece that may stand there, beside white space and comments. */
  readonly indicator: string | undefined;
  readonly startsLine: boolean;
  /** After a value, tabs are white space like any other. */
  readonly tabs?: boolean;
}

const NO_PIECES: { readonly found: CstPiece | undefined; readonly hasNewline: boolean } = {
  found: undefined,
  hasNewline: false,
};

/** White space, comments with white space before them, and the indicator at most once. */
function checkPieces(
  pieces: readonly CstPiece[] | undefined,
  { indicator, startsLine, tabs = false }: Expected,
): typeof NO_PIECES {
  if (pieces === undefined || pieces.length === 0) return NO_PIECES;
  let found: CstPiece | undefined;
  let hasNewline = false;
  let hasSpace = startsLine;
  for (const piece of pieces) {
    const { type } = piece;
    if (type === 'space') {
      if (!tabs && piece.source.includes('\t')) giveUp();
      hasSpace = true;
    } else if (type === 'newline') {
      hasNewline = true;
      hasSpace = true;
    } else if (type === 'comment') {
      if (!hasSpace) giveUp();
    } else if (type === indicator && found === undefined) {
      found = piece;
      hasSpace = false;
    } else giveUp();
  }
  return { found, hasNewline };
}

/** Each key once, and none that has to be told about. */
class Keys {
  readonly #seen = new Set<string>();

  add({ text, style }: YamlScalar): void {
    if (this.#seen.has(text) || NOT_PLAIN_KEYS.has(text) || (style === 'plain' && text === '<<')) giveUp();
    this.#seen.add(text);
  }
}

const NOT_PLAIN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const NULL = /^(?:~|[Nn]ull|NULL)?$/;
const TRUTH = /^(?:[Tt]rue|TRUE|[Ff]alse|FALSE)$/;
const INTEGER = /^[-+]?[0-9]+$/;
const OTHER_BASE = /^0(?:o[0-7]+|x[0-9a-fA-F]+)$/;
const INFINITE = /^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/;
const FRACTION = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

/** What a plain text means in YAML 1.2 core (chapter 10.3). Odd numbers are left to the library. */
function coreValue(source: string): YamlScalar['value'] {
  const c = source.charCodeAt(0);
  if (!STARTS_OTHERS.has(c)) return source;
  if (NULL.test(source)) return giveUp();
  if (TRUTH.test(source)) return c === 0x74 || c === 0x54;
  if (INTEGER.test(source)) return Number.parseInt(source, 10);
  if (OTHER_BASE.test(source) || INFINITE.test(source)) return giveUp();
  return FRACTION.test(source) ? Number.parseFloat(source) : source;
}

/** The first characters of all that is no text. */
const STARTS_OTHERS: ReadonlySet<number> = new Set(
  Array.from('~nNtTfF+-.0123456789', (c) => c.charCodeAt(0)),
);
