import {
  CHOMPING_MODE,
  EVENT_ID,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  type Event,
  type ScalarEvent,
} from 'js-yaml';
import type { YamlEntry, YamlList, YamlMap, YamlNode, YamlScalar } from './tree.ts';
import { YAML_LIMITS } from './yaml-limits.ts';

/**
 * A short way from text to tree, for the YAML that people write nearly always: no anchors, aliases, tags or `?` keys, no
 * tabs, nothing wrong. The parser of `js-yaml` says where everything stands, in a twentieth of the time that `yaml` takes.
 * At the first thing that is not plain this gives up, and the long way with all its errors is taken instead; so it never
 * has to be clever, and never says that anything is wrong. A test holds the two ways against each other.
 */
export function readEvents(text: string): YamlMap | undefined {
  const events = eventsOf(text);
  return events && treeOfEvents(text, events);
}

/** What the parser saw; undefined where it does not like the text. */
export function eventsOf(text: string): readonly Event[] | undefined {
  if (mayHoldTooMuch(text) || text.includes('\uFEFF')) return undefined;
  return unlessNotPlain(() => parseEvents(text, { maxDepth: DEEPEST }));
}

export function treeOfEvents(text: string, events: readonly Event[]): YamlMap | undefined {
  return unlessNotPlain(() => new EventReader(text, events).document());
}

function unlessNotPlain<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined; // Whatever the parser does not like, and whatever is not plain: the long way says it better.
  }
}

/** What the parser counts: two for each of our levels. */
const DEEPEST = 4 * YAML_LIMITS.depth;

/** Every value but one has a mark between it and the one before: so a bomb is found before anything is built of it. */
function mayHoldTooMuch(text: string): boolean {
  if (text.length <= YAML_LIMITS.nodes) return false;
  let marks = 1;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === NEWLINE || c === COMMA || c === OPEN_MAP || c === OPEN_LIST) marks++;
    else if ((c === COLON || c === DASH) && isWhite(text.charCodeAt(i + 1))) marks++;
  }
  return marks > YAML_LIMITS.nodes;
}

const [TAB, NEWLINE, RETURN, SPACE, HASH, COMMA, DASH, COLON] = [9, 10, 13, 32, 35, 44, 45, 58];
const [OPEN_LIST, CLOSE_LIST, OPEN_MAP, CLOSE_MAP] = [91, 93, 123, 125];

function isWhite(c: number): boolean {
  return c === SPACE || c === NEWLINE || c === RETURN || c === TAB || Number.isNaN(c);
}

/** Leaves the short way from whatever depth; nobody outside of this file sees it. */
class NotPlain extends Error {
  static readonly only = new NotPlain();
}

function giveUp(): never {
  throw NotPlain.only;
}

type Collection = Extract<Event, { readonly start: number }>;

class EventReader {
  readonly #text: string;
  readonly #events: readonly Event[];
  #next = 0;
  /** Where what was read last ends. */
  #at = 0;
  #nodes = 0;

  constructor(text: string, events: readonly Event[]) {
    this.#text = text;
    this.#events = events;
  }

  document(): YamlMap {
    const first = this.#take();
    if (first.type !== EVENT_ID.DOCUMENT || first.explicitStart || first.explicitEnd) giveUp();
    const event = this.#take();
    if (event.type !== EVENT_ID.MAPPING) giveUp();
    this.#gap(event.start, true);
    const root = this.#map(event, 0);
    if (this.#take().type !== EVENT_ID.POP || this.#next !== this.#events.length) giveUp();
    this.#gap(this.#text.length);
    return root;
  }

  #take(): Event {
    return this.#events[this.#next++] ?? giveUp();
  }

  /** The next node; `#at` is where it may begin. */
  #node(event: Event, depth: number): YamlNode {
    if (depth > YAML_LIMITS.depth) giveUp();
    switch (event.type) {
      case EVENT_ID.SCALAR:
        return this.#scalar(event);
      case EVENT_ID.MAPPING:
        return this.#map(event, depth);
      case EVENT_ID.SEQUENCE:
        return this.#list(event, depth);
      default:
        return giveUp();
    }
  }

  #count(): void {
    if (++this.#nodes > YAML_LIMITS.nodes) giveUp();
  }

  #map(event: Collection, depth: number): YamlMap {
    checkProperties(event);
    this.#count();
    const isFlow = event.style === FLOW;
    if (isFlow) this.#open(event.start, OPEN_MAP);
    else this.#at = event.start;
    const entries: YamlEntry[] = [];
    const keys = new Keys();
    for (let each = this.#take(); each.type !== EVENT_ID.POP; each = this.#take()) {
      if (isFlow && entries.length > 0) this.#at = this.#indicator(COMMA) + 1;
      entries.push(this.#entry(each, { keys, depth, isFlow, isFirst: entries.length === 0 }));
    }
    if (isFlow) return { kind: 'map', entries, range: { start: event.start, end: this.#close(CLOSE_MAP) } };
    const end = entries.at(-1)?.range.end ?? giveUp();
    return { kind: 'map', entries, range: { start: event.start, end } };
  }

  #entry(
    event: Event,
    where: {
      readonly keys: Keys;
      readonly depth: number;
      readonly isFlow: boolean;
      readonly isFirst: boolean;
    },
  ): YamlEntry {
    const { keys, depth, isFlow } = where;
    if (event.type !== EVENT_ID.SCALAR || !event.fast || event.valueStart < 0) giveUp();
    this.#gap(startOf(event), !isFlow);
    const key = this.#scalar(event);
    keys.add(key);
    const colon = this.#indicator(COLON);
    if (colon - key.range.start > LONGEST_KEY || (isFlow && !isWhite(this.#text.charCodeAt(colon + 1))))
      giveUp();
    this.#at = colon + 1;
    const value = this.#value(this.#take(), { depth, isFlow });
    const end = Math.max(key.range.end, value.range.end);
    return { key, value, range: { start: key.range.start, end } };
  }

  /** What stands after a `:` or a `-`. */
  #value(event: Event, { depth, isFlow }: { readonly depth: number; readonly isFlow: boolean }): YamlNode {
    if (event.type === EVENT_ID.SCALAR && event.valueStart < 0)
      return isFlow || depth + 1 > YAML_LIMITS.depth ? giveUp() : this.#nothing(event);
    this.#gap(this.#startOfNode(event));
    return this.#node(event, depth + 1);
  }

  #list(event: Collection, depth: number): YamlList {
    checkProperties(event);
    this.#count();
    const items: YamlNode[] = [];
    const { start } = event;
    if (event.style === FLOW) {
      this.#open(start, OPEN_LIST);
      for (let each = this.#take(); each.type !== EVENT_ID.POP; each = this.#take()) {
        if (items.length > 0) this.#at = this.#indicator(COMMA) + 1;
        items.push(this.#value(each, { depth, isFlow: true }));
      }
      return { kind: 'list', items, range: { start, end: this.#close(CLOSE_LIST) } };
    }
    this.#at = start;
    for (let each = this.#take(); each.type !== EVENT_ID.POP; each = this.#take()) {
      this.#at = this.#indicator(DASH) + 1;
      items.push(this.#value(each, { depth, isFlow: false }));
    }
    return { kind: 'list', items, range: { start, end: items.at(-1)?.range.end ?? giveUp() } };
  }

  /** A pair in a list, `[a: b]`, is a map without braces. */
  #open(start: number, bracket: number): void {
    if (this.#text.charCodeAt(start) !== bracket) giveUp();
    this.#at = start + 1;
  }

  #close(bracket: number): number {
    let at = this.#skip(this.#at);
    if (this.#text.charCodeAt(at) === COMMA) at = this.#skip(at + 1);
    if (this.#text.charCodeAt(at) !== bracket) giveUp();
    return (this.#at = at + 1);
  }

  /** Nothing but white space and comments up to the one mark that may stand there. */
  #indicator(mark: number): number {
    const at = this.#skip(this.#at);
    return this.#text.charCodeAt(at) === mark ? at : giveUp();
  }

  /** Nothing but white space and comments. */
  #gap(to: number, startsLine = false): void {
    if (this.#skip(this.#at, startsLine) !== to) giveUp();
    this.#at = to;
  }

  /** The first character that is neither white space nor part of a comment, which has white space before it. */
  #skip(from: number, startsLine = false): number {
    const text = this.#text;
    let hasSpace = startsLine || from === 0;
    let at = from;
    for (; at < text.length; at++) {
      const c = text.charCodeAt(at);
      if (c === SPACE || c === NEWLINE) hasSpace = true;
      else if (c === RETURN) {
        if (text.charCodeAt(at + 1) !== NEWLINE) giveUp();
      } else if (c === HASH && hasSpace) {
        const newline = text.indexOf('\n', at);
        if (newline < 0) return text.length;
        at = newline;
      } else break;
    }
    return at;
  }

  /** An empty value stands after the white space that follows the `:` or `-` on its line. */
  #nothing(event: ScalarEvent): YamlScalar {
    checkProperties(event);
    this.#count();
    let at = this.#at;
    while (this.#text.charCodeAt(at) === SPACE) at++;
    this.#at = at;
    return { kind: 'scalar', value: null, text: '', style: 'plain', range: { start: at, end: at } };
  }

  #startOfNode(event: Event): number {
    if (event.type === EVENT_ID.SCALAR) return isBlock(event) ? this.#skip(this.#at) : startOf(event);
    return event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE ? event.start : giveUp();
  }

  #scalar(event: ScalarEvent): YamlScalar {
    checkProperties(event);
    this.#count();
    const text = getScalarValue(this.#text, event);
    if (isBlock(event)) return this.#block(event, text);
    const start = startOf(event);
    if (event.style !== SCALAR_STYLE.PLAIN) {
      const style = event.style === SCALAR_STYLE.SINGLE_QUOTED ? 'single' : 'double';
      this.#at = event.valueEnd + 1;
      return { kind: 'scalar', value: text, text, style, range: { start, end: this.#at } };
    }
    if (REFUSED_STARTS.has(this.#text.charCodeAt(start))) giveUp();
    this.#at = event.valueEnd;
    if (!event.fast && this.#text.slice(start, event.valueEnd).includes('\n')) giveUp(); // where such a one ends is a matter of opinion, too
    const value = coreValue(text);
    return { kind: 'scalar', value, text, style: 'plain', range: { start, end: event.valueEnd } };
  }

  #block(event: ScalarEvent, text: string): YamlScalar {
    const { style } = event;
    const start = this.#at;
    const isLiteral = style === SCALAR_STYLE.LITERAL_BLOCK;
    if (text.trim() === '') giveUp(); // where such a one ends is a matter of opinion
    if (this.#text[start] !== (isLiteral ? '|' : '>')) giveUp();
    this.#at = event.valueEnd;
    const end = this.#endOfBlock(event);
    return {
      kind: 'scalar',
      value: text,
      text,
      style: isLiteral ? 'literal' : 'folded',
      range: { start, end },
    };
  }

  /** Blank lines at its end belong to a block only where it keeps them (`|+`). */
  #endOfBlock({ valueEnd, valueStart, indent, chomping }: ScalarEvent): number {
    if (chomping === CHOMPING_MODE.KEEP) {
      // Spaces on a last line that nothing ends: whether they belong to it is a matter of opinion, too.
      const rest = this.#text.slice(valueEnd, valueEnd + LONGEST_KEY);
      return rest !== '' && rest.trim() === '' ? giveUp() : valueEnd;
    }
    let end = valueEnd;
    while (end > valueStart && this.#text.charCodeAt(end - 1) === NEWLINE) {
      const start = this.#text.lastIndexOf('\n', end - 2) + 1;
      const line = this.#text.slice(start, end - 1);
      if (line.trim() !== '' || line.replace('\r', '').length > indent) break;
      end = start;
    }
    return end;
  }
}

const FLOW = 2;

function checkProperties(event: Collection | ScalarEvent): void {
  if (event.anchorStart >= 0 || event.tagStart >= 0) giveUp();
}

function isBlock({ style }: ScalarEvent): boolean {
  return style === SCALAR_STYLE.LITERAL_BLOCK || style === SCALAR_STYLE.FOLDED_BLOCK;
}

function startOf({ style, valueStart }: ScalarEvent): number {
  return style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED
    ? valueStart - 1
    : valueStart;
}

/** Characters from the start of a key to its colon (YAML 1.2, chapter 7.4.2); the library refuses longer ones. */
export const LONGEST_KEY = 1024;
const REFUSED_STARTS: ReadonlySet<number> = new Set(Array.from('\t,%|>@`', (c) => c.charCodeAt(0)));
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
