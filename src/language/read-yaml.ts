import { isAlias, isMap, isScalar, isSeq, parseDocument, type Alias, type Pair, type YAMLError } from 'yaml';
import type { Range } from '../base/lines.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { finding } from './findings.ts';
import type { YamlEntry, YamlNode, YamlScalar } from './tree.ts';

/** F1. */
export const YAML_LIMITS = { textLength: 1024 * 1024, depth: 64, nodes: 100_000, aliases: 1_000 } as const;

const REFUSED_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

export interface ReadYaml {
  /** As much as could be understood; undefined for an empty or refused text. */
  readonly root: YamlNode | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Text to tree. However broken the text is: whatever can be read is read, and what is wrong is told. */
export function readYaml(text: string): ReadYaml {
  const refused = refusal(text);
  if (refused !== undefined) return { root: undefined, diagnostics: [refused] };
  const reader = new Reader(text);
  try {
    const document = parseDocument(text, { uniqueKeys: false, prettyErrors: false, logLevel: 'silent' });
    const root = document.contents === null ? undefined : reader.node(document.contents, 0);
    const errors = document.errors.slice(0, MOST_ERRORS).map((error) => syntaxError(error, text));
    return { root, diagnostics: [...errors, ...reader.diagnostics] };
  } catch (error) {
    if (error instanceof LimitReached) return { root: undefined, diagnostics: [limit(error.message, error.range)] };
    // The library recurses; what is too deep for it is too deep for us.
    const message = `The file cannot be read: ${(error as Error).message}`;
    return { root: undefined, diagnostics: [limit(message, { start: 0, end: Math.min(1, text.length) })] };
  }
}

const MOST_ERRORS = 20;

function limit(message: string, range: Range): Diagnostic {
  return finding('baton/limit', range, message);
}

/** What can be refused without parsing, so that a bomb costs nothing. */
function refusal(text: string): Diagnostic | undefined {
  const start = { start: 0, end: Math.min(1, text.length) };
  if (text.length > YAML_LIMITS.textLength) {
    return limit('The file is larger than 1 MiB. Split it, or move data into files that steps read.', start);
  }
  const deep = tooDeepFlow(text);
  if (deep === undefined) return undefined;
  return limit(`Brackets are nested more than ${YAML_LIMITS.depth} deep here.`, { start: deep, end: deep + 1 });
}

/** The place where brackets that open one after the other, on one line or at line starts, pass the limit. */
function tooDeepFlow(text: string): number | undefined {
  const found = FLOW_RUN.exec(text);
  return found === null ? undefined : found.index;
}
const FLOW_RUN = new RegExp(`(?:[[{]\\s*){${YAML_LIMITS.depth + 1}}`);

class LimitReached extends Error {
  readonly range: Range;
  constructor(message: string, range: Range) {
    super(message);
    this.range = range;
  }
}

class Reader {
  readonly diagnostics: Diagnostic[] = [];
  readonly #text: string;
  readonly #anchors = new Map<string, { readonly node: YamlNode; readonly size: number }>();
  #nodes = 0;
  #aliases = 0;

  constructor(text: string) {
    this.#text = text;
  }

  node(node: unknown, depth: number): YamlNode {
    const before = this.#nodes;
    const range = rangeOf(node);
    if (++this.#nodes > YAML_LIMITS.nodes) throw new LimitReached('The file holds more than 100,000 values.', range);
    if (depth > YAML_LIMITS.depth) throw new LimitReached('Values are nested more than 64 deep here.', range);
    if (isAlias(node)) return this.#alias(node, range);
    const read = this.#plain(node, range, depth);
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, { node: read, size: this.#nodes - before });
    return read;
  }

  #plain(node: unknown, range: Range, depth: number): YamlNode {
    if (isMap(node)) return { kind: 'map', entries: this.#entries(node.items, depth), range };
    if (isSeq(node)) return { kind: 'list', items: node.items.map((item) => this.node(item, depth + 1)), range };
    return isScalar(node) ? this.#scalar(node, range) : nothing(range);
  }

  #alias(alias: Alias, range: Range): YamlNode {
    const anchored = this.#anchors.get(alias.source);
    if (anchored === undefined) {
      this.diagnostics.push(finding('baton/yaml', range, `There is no anchor "&${alias.source}" before this place.`));
      return nothing(range);
    }
    this.#nodes += anchored.size;
    if (++this.#aliases > YAML_LIMITS.aliases) throw new LimitReached('The file uses more than 1,000 aliases.', range);
    if (this.#nodes > YAML_LIMITS.nodes) throw new LimitReached('Aliases make more than 100,000 values.', range);
    return anchored.node;
  }

  #scalar(node: { value: unknown; source?: string; type?: string | null }, range: Range): YamlScalar {
    const { value } = node;
    const style = STYLES[node.type ?? 'PLAIN'] ?? 'plain';
    if (typeof value === 'string') return { kind: 'scalar', value, text: value, style, range };
    const source = node.source ?? this.#text.slice(range.start, range.end);
    if (typeof value === 'number' || typeof value === 'boolean') {
      return { kind: 'scalar', value, text: source, style, range };
    }
    if (typeof value === 'bigint') return { kind: 'scalar', value: Number(value), text: source, style, range };
    return { kind: 'scalar', value: null, text: '', style, range };
  }

  #entries(pairs: readonly Pair[], depth: number): YamlEntry[] {
    const entries: YamlEntry[] = [];
    const seen = new Map<string, Range>();
    for (const pair of pairs) {
      const key = this.node(pair.key, depth + 1);
      if (key.kind !== 'scalar') {
        this.diagnostics.push(finding('baton/yaml', key.range, 'A key must be plain text, not a list or a map.'));
        continue;
      }
      const value = pair.value === null || pair.value === undefined ? nothing(after(key.range)) : this.node(pair.value, depth + 1);
      if (key.text === '<<' && value.kind === 'map') {
        entries.push(...value.entries);
        continue;
      }
      this.#checkKey(key, seen);
      entries.push({ key, value, range: { start: key.range.start, end: Math.max(key.range.end, value.range.end) } });
    }
    return entries;
  }

  #checkKey(key: YamlScalar, seen: Map<string, Range>): void {
    if (REFUSED_KEYS.has(key.text)) {
      const message = `"${key.text}" cannot be a key: programs that read this file would trip over it.`;
      this.diagnostics.push(finding('baton/refused-key', key.range, message));
    }
    const first = seen.get(key.text);
    if (first === undefined) {
      seen.set(key.text, key.range);
      return;
    }
    this.diagnostics.push(
      finding('baton/duplicate-key', key.range, `"${key.text}" stands twice here; only one of the two would count.`, {
        related: [{ message: `The first "${key.text}"`, range: first }],
      }),
    );
  }
}

const STYLES: Readonly<Record<string, YamlScalar['style']>> = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'literal',
  BLOCK_FOLDED: 'folded',
};

function nothing(range: Range): YamlScalar {
  return { kind: 'scalar', value: null, text: '', style: 'plain', range };
}

function after({ end }: Range): Range {
  return { start: end, end };
}

/** The library keeps start, end of the value, and end of the white space after it. */
function rangeOf(node: unknown): Range {
  const range = (node as { range?: readonly [number, number, number] | null } | null)?.range;
  return range === null || range === undefined ? { start: 0, end: 0 } : { start: range[0], end: range[1] };
}

const EXPLAINED: Readonly<Record<string, string>> = {
  BAD_INDENT: 'The indentation does not fit: keys of one map start in the same column.',
  TAB_AS_INDENT: 'YAML does not allow tabs for indentation: use spaces.',
  BLOCK_AS_IMPLICIT_KEY: 'A value cannot begin a new map on the same line as its key: put it on its own line, or in quotes if it holds ": ".',
  MULTILINE_IMPLICIT_KEY: 'A key must fit on one line and end with a colon.',
  MISSING_CHAR: 'Something is missing here: a closing quote or bracket, a comma, or the space after a colon.',
  BAD_ALIAS: 'This alias refers to nothing. If it is meant as text, put it in quotes.',
  UNEXPECTED_TOKEN: 'This is not expected here. If it is meant as text, put it in quotes.',
  MULTIPLE_DOCS: 'A workflow file holds one document; take the `---` away.',
  BAD_SCALAR_START: 'Text cannot begin with this character unless it is in quotes.',
  BLOCK_IN_FLOW: 'Between brackets, lists and maps are written with brackets too.',
  UNRESOLVED_TAG: 'Tags (`!…`) mean nothing in a workflow.',
};

function syntaxError(error: YAMLError, text: string): Diagnostic {
  const [start, end] = error.pos;
  const at = Math.max(0, Math.min(start, text.length));
  const range = { start: at, end: Math.max(at, Math.min(Math.max(end, at + 1), text.length)) };
  return finding('baton/yaml', range, EXPLAINED[error.code] ?? `This is not YAML: ${error.message}`);
}
