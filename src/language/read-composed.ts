import { Composer, isAlias, isMap, isScalar, isSeq, Lexer, Parser } from 'yaml';
import type { Alias, CST, Document, Pair } from 'yaml';
import { lineStartAt, type Range } from '../base/lines.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { finding } from './findings.ts';
import { LONGEST_KEY } from './read-events.ts';
import type { YamlEntry, YamlNode, YamlScalar } from './tree.ts';
import { LexemeCount, PASSED, YAML_LIMITS } from './yaml-limits.ts';
import { at, LimitPassed, refused, STYLES, type ReadYaml } from './yaml-reading.ts';
import { explainYaml, type YamlTrouble } from './yaml-words.ts';

const REFUSED_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Reads any YAML, by the library's own parser and composer. Most texts are read by the short way of `read-events.ts` and
 * never come here, so the editor loads this, and the library with it, only when such a text comes.
 */
export function readComposed(text: string): ReadYaml {
  try {
    return composed(text, parse(text));
  } catch (error) {
    if (error instanceof LimitPassed) return refused(error.limit);
    throw error;
  }
}

/** After so many errors the text is something else than YAML. */
const MOST_TROUBLES = 1000;

/** Reads tokens, with an eye on the limits while it goes on. What comes after a second document begins is left out. */
function parse(text: string): readonly CST.Token[] {
  if (text.length > SHORTEST_BOMB) countFirst(text);
  const parser = new Parser();
  const count = new LexemeCount();
  const tokens: CST.Token[] = [];
  let errors = 0;
  let documents = 0;
  const take = (token: CST.Token) => {
    tokens.push(token);
    if (token.type === 'error' || token.type === 'directive') errors++;
    if (token.type === 'document') documents++;
  };
  for (const lexeme of new Lexer().lex(text)) {
    const passed = count.take(lexeme, parser.stack.length);
    if (passed !== undefined)
      throw new LimitPassed({ message: PASSED[passed], range: at(parser.offset, text) });
    for (const token of parser.next(lexeme)) take(token);
    if (errors > MOST_TROUBLES || documents > 1) break;
  }
  for (const token of parser.end()) take(token);
  return tokens;
}

/** Even the shortest value has something between it and the next. */
const SHORTEST_BOMB = 2 * YAML_LIMITS.nodes;

/** Where there may be too many values, they are counted before anything is built of them: in a fifth of the time, and no memory. */
function countFirst(text: string): void {
  const count = new LexemeCount();
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const passed = count.take(lexeme, 0);
    if (passed !== undefined) throw new LimitPassed({ message: PASSED[passed], range: at(offset, text) });
    if (!MARKS.has(lexeme)) offset += lexeme.length;
  }
}

/** What the lexer says beside the text itself: the start of a document, the end of a flow, a scalar. */
const MARKS: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001F']);

function composed(text: string, tokens: readonly CST.Token[]): ReadYaml {
  const { document, troubles } = compose(text, tokens);
  const overLines = troubles.filter(({ code }) => code === 'MULTILINE_IMPLICIT_KEY');
  const reader = new Reader(text, new Set(overLines.map(({ pos }) => pos[0])));
  const contents = document?.contents ?? null;
  const root = contents === null ? undefined : reader.node(contents, 0);
  const open = reader.unclosed.length > 0;
  const others = open ? troubles.filter(({ message }) => !NEVER_CLOSED.test(message)) : troubles;
  const syntax = syntaxFindings(others, text);
  const found = [...reader.unclosed, ...syntax, ...withoutConsequences(reader.diagnostics, { syntax, text })];
  return { root: root !== undefined && isEmpty(root) ? undefined : root, diagnostics: found };
}

function isEmpty(root: YamlNode): boolean {
  return root.kind === 'scalar' && root.value === null && root.range.start === root.range.end;
}

/** Behind broken syntax the rest of the line is not what it seems; and one place has one thing wrong with it. */
function withoutConsequences(
  found: readonly Diagnostic[],
  { syntax, text }: { readonly syntax: readonly Diagnostic[]; readonly text: string },
): readonly Diagnostic[] {
  const broken = syntax.map(({ range }) => ({ start: range.start, end: lineEnd(text, range.end) }));
  const told = new Set<number>();
  return found.filter(({ code, range: { start } }) => {
    if (code !== 'baton/yaml') return true;
    if (told.has(start) || broken.some((each) => start >= each.start && start < each.end)) return false;
    told.add(start);
    return true;
  });
}

interface PlacedTrouble extends YamlTrouble {
  readonly pos: readonly [number, number];
}

/** What the library's `parseDocument` does. `schema` keeps a `%YAML 1.1` line from changing what values mean. */
function compose(
  text: string,
  tokens: readonly CST.Token[],
): { readonly document: Document.Parsed | undefined; readonly troubles: readonly PlacedTrouble[] } {
  const composer = new Composer({
    schema: 'core',
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  let document: Document.Parsed | undefined;
  const troubles: PlacedTrouble[] = [];
  withoutStacks(() => {
    for (const each of composer.compose(tokens, true, text.length)) {
      if (document === undefined) document = each;
      else if (troubles.length === 0)
        troubles.push({ code: 'MULTIPLE_DOCS', message: '', pos: [each.range[0], each.range[0] + 3] });
    }
  });
  const { errors = [], warnings = [] }: Partial<Document.Parsed> = document ?? {};
  return { document, troubles: troubles.concat(errors, warnings).filter((each) => isTrue(each, text)) };
}

/** A text may have ten thousand errors, and collecting a stack for each takes longer than all the rest. */
function withoutStacks(work: () => void): void {
  const errors = Error as ErrorConstructor & { stackTraceLimit: number }; // V8's own, in no standard
  const { stackTraceLimit } = errors;
  errors.stackTraceLimit = 0;
  try {
    work();
  } finally {
    errors.stackTraceLimit = stackTraceLimit;
  }
}

/**
 * The library counts blank lines before a key that follows an empty value as part of the key, and misses the space
 * before a comment that begins its line between brackets.
 */
function isTrue({ code, message, pos: [start, end] }: PlacedTrouble, text: string): boolean {
  if (text[start] === '#' && message.startsWith('Comments must be separated'))
    return start > 0 && text[start - 1] !== '\n' && text[start - 1] !== '\r';
  if (code !== 'KEY_OVER_1024_CHARS' || text[start] === ':') return true;
  return text.indexOf(':', end) - start > LONGEST_KEY;
}

const MOST_FINDINGS = 20;

const UNQUOTED_EXPRESSION =
  'Between braces, `{` and `}` belong to YAML: put all of the text in quotes, so that the expression stays whole.';

/** One error leads to others: the first of each line is enough. */
function syntaxFindings(troubles: readonly PlacedTrouble[], text: string): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  let told = -1;
  for (const trouble of troubles.toSorted((a, b) => a.pos[0] - b.pos[0])) {
    const bare = bareExpression(trouble, text);
    if (bare !== undefined) {
      found.push(finding('baton/yaml', bare, BARE_EXPRESSION));
      break; // All brackets after it are misread.
    }
    const start = Math.max(0, Math.min(trouble.pos[0], text.length));
    if (start <= told) continue;
    if (start > 0 && text.startsWith('${{', start - 1)) {
      // Its braces were taken for those of YAML: all that comes after is read in vain.
      const close = text.indexOf('}}', start);
      const range = { start: start - 1, end: close < 0 ? start + 2 : close + 2 };
      found.push(finding('baton/yaml', range, UNQUOTED_EXPRESSION));
      break;
    }
    told = lineEnd(text, start);
    const seen = Math.max(trouble.pos[1], start + 1, indentEnd(text, start));
    const end = Math.max(start, Math.min(seen, told));
    const line = text.slice(lineStartAt(text, start), told);
    const before = line.slice(0, start - (told - line.length));
    found.push(finding('baton/yaml', { start, end }, explainYaml(trouble, { line, before })));
    if (found.length === MOST_FINDINGS) break;
  }
  return found;
}

const BARE_EXPRESSION = 'Between brackets an expression stands in quotes: `"${{ … }}"`.';

/** `{ if: ${{ … }} }`, whose inner brackets YAML takes for its own. */
function bareExpression({ pos: [start] }: PlacedTrouble, text: string): Range | undefined {
  if (text.slice(start - 1, start + 2) !== '${{') return undefined;
  const close = text.indexOf('}}', start);
  return {
    start: start - 1,
    end: close < 0 ? lineEnd(text, start) : Math.min(close + 2, lineEnd(text, start)),
  };
}

function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  return newline < 0 ? text.length : newline;
}

/** Of wrong indentation a person sees all, not one space of it. */
function indentEnd(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] !== '\n') return offset;
  let end = offset;
  while (text[end] === ' ' || text[end] === '\t') end++;
  return end;
}

/** What the library says where it noticed; the reader says it where the bracket or quote opens. */
const NEVER_CLOSED = /^Missing closing|expected to end with|must be sufficiently indented and end with/;

/** A value that an alias may stand for, and what it costs to let it. */
interface Anchored {
  readonly node: YamlNode;
  readonly nodes: number;
  readonly aliases: number;
  /** How deep it goes below itself. */
  readonly height: number;
}

class Reader {
  readonly diagnostics: Diagnostic[] = [];
  /** Brackets and quotes. */
  readonly unclosed: Diagnostic[] = [];
  readonly #text: string;
  /** Where keys begin that may not go over lines, but do. */
  readonly #keysOverLines: ReadonlySet<number>;
  readonly #anchors = new Map<string, Anchored>();
  #nodes = 0;
  #aliases = 0;
  /** The deepest place since the last anchor began. */
  #deepest = 0;

  constructor(text: string, keysOverLines: ReadonlySet<number>) {
    this.#text = text;
    this.#keysOverLines = keysOverLines;
  }

  node(node: unknown, depth: number): YamlNode {
    const anchor = isAlias(node) ? undefined : (node as { readonly anchor?: string } | null)?.anchor;
    if (anchor !== undefined) return this.#anchored(anchor, node, depth);
    return this.#any(node, depth);
  }

  #anchored(anchor: string, given: unknown, depth: number): YamlNode {
    const before = { nodes: this.#nodes, aliases: this.#aliases, deepest: this.#deepest };
    this.#deepest = depth;
    const node = this.#any(given, depth);
    this.#anchors.set(anchor, {
      node,
      nodes: this.#nodes - before.nodes,
      aliases: this.#aliases - before.aliases,
      height: this.#deepest - depth,
    });
    this.#deepest = Math.max(this.#deepest, before.deepest);
    return node;
  }

  #any(node: unknown, depth: number): YamlNode {
    const range = rangeOf(node);
    this.#count({ nodes: 1, aliases: 0, deepest: depth }, range);
    if (isMap(node)) {
      // Not for `[a: b]`, whose one pair is a map without brackets.
      if (node.flow === true && this.#text[range.start] === '{') this.#checkClosed(range, '}');
      const { entries, end } = this.#entries(node.items, depth);
      return { kind: 'map', entries, range: node.flow === true ? range : { start: range.start, end } };
    }
    if (isSeq(node)) {
      if (node.flow === true) this.#checkClosed(range, ']');
      const items = node.items.map((item) => this.node(item, depth + 1));
      return { kind: 'list', items, range: node.flow === true ? range : upTo(range, items, node.items) };
    }
    if (isAlias(node)) return this.#alias(node, { range, depth });
    return isScalar(node) ? this.#scalar(node, range) : nothing(range);
  }

  #count(
    more: { readonly nodes: number; readonly aliases: number; readonly deepest: number },
    range: Range,
  ): void {
    this.#nodes += more.nodes;
    this.#aliases += more.aliases;
    this.#deepest = Math.max(this.#deepest, more.deepest);
    if (this.#aliases > YAML_LIMITS.aliases) throw new LimitPassed({ message: PASSED.aliases, range });
    if (more.deepest > YAML_LIMITS.depth) throw new LimitPassed({ message: PASSED.depth, range });
    if (this.#nodes <= YAML_LIMITS.nodes) return;
    throw new LimitPassed({ message: more.aliases > 0 ? PASSED.aliasNodes : PASSED.nodes, range });
  }

  #alias(alias: Alias, { range, depth }: { readonly range: Range; readonly depth: number }): YamlNode {
    const anchored = this.#anchors.get(alias.source);
    if (anchored === undefined) {
      const message = `There is no anchor "&${alias.source}" before this place. If it is meant as text, put it in quotes.`;
      this.diagnostics.push(finding('baton/yaml', range, message));
      return nothing(range);
    }
    const { nodes, aliases, height } = anchored;
    this.#count({ nodes: nodes - 1, aliases: aliases + 1, deepest: depth + height }, range);
    return anchored.node;
  }

  #scalar(node: { value: unknown; source?: string; type?: string | null }, range: Range): YamlScalar {
    const { value } = node;
    const style = STYLES[node.type ?? 'PLAIN'] ?? 'plain';
    if (style === 'double') this.#checkClosed(range, '"');
    if (style === 'single') this.#checkClosed(range, "'");
    if (typeof value === 'string') return { kind: 'scalar', value, text: value, style, range };
    const text = node.source ?? this.#text.slice(range.start, range.end);
    if (typeof value === 'number' || typeof value === 'boolean')
      return { kind: 'scalar', value, text, style, range };
    return { kind: 'scalar', value: null, text: '', style, range };
  }

  /** Told where it opens, which is where a person looks; the library tells it where it noticed. */
  #checkClosed({ start, end }: Range, close: string): void {
    if (end - start > 1 && this.#text[end - 1] === close) return;
    if (this.unclosed.length === MOST_FINDINGS) return;
    const open = this.#text[start] ?? '';
    const message = `This ${open} is never closed: put a ${close} where it ends${close === open ? '' : ', indented further than its key'}.`;
    this.unclosed.push(finding('baton/yaml', { start, end: start + 1 }, message));
  }

  #entries(
    pairs: readonly Pair[],
    depth: number,
  ): { readonly entries: readonly YamlEntry[]; readonly end: number } {
    const entries: YamlEntry[] = [];
    let end = 0;
    const seen = new Map<string, Range>();
    let merges: YamlEntry[] | undefined;
    for (const pair of pairs) {
      const key = this.#key(pair.key, depth + 1);
      const value = isNone(pair.value) ? nothing(after(key.range)) : this.node(pair.value, depth + 1);
      if (key.kind !== 'scalar') {
        this.diagnostics.push(this.#noKey(key.range));
        end = Math.max(key.range.end, endOf(value, pair.value));
        continue;
      }
      end = Math.max(key.range.end, endOf(value, pair.value));
      const entry = { key, value, range: { start: key.range.start, end } };
      if (key.text === '<<' && key.style === 'plain') (merges ??= []).push(entry);
      else {
        this.#checkKey(key, seen);
        entries.push(entry);
      }
    }
    return { entries: merges === undefined ? entries : this.#merged(entries, merges), end };
  }

  /** Of a key that goes over lines, those before the last are a line without a colon: the last is what was meant. */
  #key(given: unknown, depth: number): YamlNode {
    const key = this.node(given, depth);
    if (key.kind !== 'scalar' || key.style !== 'plain' || !this.#keysOverLines.has(key.range.start))
      return key;
    const written = this.#text.slice(key.range.start, key.range.end);
    const text = written.slice(written.lastIndexOf('\n') + 1).trim();
    return { ...key, value: text, text, range: { start: key.range.end - text.length, end: key.range.end } };
  }

  /** `{{ item }}` is YAML: a map in a map, without a value. Nobody ever means it. */
  #noKey({ start, end }: Range): Diagnostic {
    const isBraces = this.#text.slice(start - 1, start + 1) === '{{' && this.#text[end] === '}';
    if (!isBraces)
      return finding('baton/yaml', { start, end }, 'A key must be plain text, not a list or a map.');
    const message = 'An expression begins with a dollar sign: `${{ … }}`.';
    return finding('baton/yaml', { start: start - 1, end: end + 1 }, message);
  }

  /** What `<<` brings along stands before the map's own keys, which win; of several maps the first wins. */
  #merged(own: readonly YamlEntry[], merges: readonly YamlEntry[]): readonly YamlEntry[] {
    const known = new Set(own.map(({ key }) => key.text));
    const brought: YamlEntry[] = [];
    for (const { key, value, range } of merges) {
      for (const map of value.kind === 'list' ? value.items : [value]) {
        if (map.kind !== 'map') {
          const message = '`<<` takes a map, or a list of maps: usually an alias such as `<<: *name`.';
          // What an alias stands for is written elsewhere.
          const isHere = map.range.start >= range.start && map.range.end <= range.end;
          this.diagnostics.push(finding('baton/yaml', isHere ? map.range : key.range, message));
          continue;
        }
        for (const entry of map.entries) {
          if (known.has(entry.key.text)) continue;
          known.add(entry.key.text);
          brought.push(entry);
        }
      }
    }
    return [...brought, ...own];
  }

  #checkKey(key: YamlScalar, seen: Map<string, Range>): void {
    const { text, range } = key;
    if (REFUSED_KEYS.has(text)) {
      const message = `"${text}" cannot be a key: programs that read this file would trip over it. Choose another name.`;
      this.diagnostics.push(finding('baton/refused-key', range, message));
    }
    const first = seen.get(text);
    if (first === undefined) {
      seen.set(text, range);
      return;
    }
    const related = [{ message: `The first "${text}"`, range: first }];
    const message = `"${text}" stands twice here, and only one of the two would count. Take one away, or rename it.`;
    this.diagnostics.push(finding('baton/duplicate-key', range, message, { related }));
  }
}

function isNone(value: unknown): boolean {
  return value === null || value === undefined;
}

function nothing(range: Range): YamlScalar {
  return { kind: 'scalar', value: null, text: '', style: 'plain', range };
}

function after({ end }: Range): Range {
  return { start: end, end };
}

/** The library counts what stands between a block and what comes after it as part of the block. */
function upTo({ start, end }: Range, items: readonly YamlNode[], from: readonly unknown[]): Range {
  const last = items.at(-1);
  return { start, end: last === undefined ? end : Math.max(start, endOf(last, from.at(-1))) };
}

/** An alias ends where it is written, not where what it stands for does. */
function endOf(read: YamlNode, from: unknown): number {
  return isAlias(from) ? rangeOf(from).end : read.range.end;
}

/** The library keeps start, end of the value, and end of the white space after it. */
function rangeOf(node: unknown): Range {
  const range = (node as { range?: readonly [number, number, number] | null } | null)?.range;
  return range === null || range === undefined ? { start: 0, end: 0 } : { start: range[0], end: range[1] };
}
