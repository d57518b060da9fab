import { lineStartAt, type Range } from '../base/lines.ts';

/** What a person is writing at an offset, told from the text alone, so that it is known in a broken file, too. */
export interface Place {
  /**
   * Keys and indexes from the root to the value that is written here: `['steps', 'build', 'needs', 0]`. Where a key is
   * written, the path of its map.
   */
  readonly path: readonly (string | number)[];
  /**
   * `key` of a map (or perhaps its whole value, where nothing but a word stands there), `value` of a key or an item,
   * `text` of a block scalar, `comment`.
   */
  readonly role: 'key' | 'value' | 'text' | 'comment';
  readonly style: 'block' | 'flow';
  /** The scalar or word that is written: from its start to the offset, and on to its end. */
  readonly word: Range;
  /** Of the map in which a key is written, or of the map around a value: the keys that are there, without this one. */
  readonly siblings: readonly string[];
  /** Spaces before the key or item that is written, in block style; 0 in flow style. */
  readonly indent: number;
  /** Inside `${{ }}`: where its source begins and ends (at `}}`, or where the text does). */
  readonly expression?: Range;
}

/** A line cut into what its columns hold: `  - run: echo` has a dash at 2 and a key at 4. */
interface Line {
  readonly start: number;
  /** Without the line break. */
  readonly end: number;
  readonly dashes: readonly number[];
  /** Column of the first character that is neither space nor dash. */
  readonly column: number;
  readonly key: string | undefined;
  /** Offset after the colon, or of the first character where there is no key. */
  readonly value: number;
  readonly isBlank: boolean;
}

const KEY =
  /(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\n]|'')*)'|([^\s#"'[\]{},&*!|>%@`-][^\n]*?|-[^\s][^\n]*?))[ \t]*:(?=[ \t\r\n]|$)/y;
const BLOCK_HEADER = /^(?:[!&]\S+[ \t]+)*[|>][-+0-9]*[ \t]*(?:#.*)?\r?$/;

/** Cuts the line that an offset stands on. */
function lineAt(text: string, offset: number): Line {
  const start = lineStartAt(text, offset);
  const newline = text.indexOf('\n', start);
  const end = newline < 0 ? text.length : newline;
  const dashes: number[] = [];
  let at = start;
  for (;;) {
    while (text[at] === ' ' && at < end) at++;
    if (text[at] !== '-' || !(at + 1 >= end || /[ \t\r]/.test(text[at + 1] ?? ''))) break;
    dashes.push(at - start);
    at++;
  }
  const first = text[at];
  const isBlank = at >= end || first === '#' || first === '\r';
  KEY.lastIndex = at;
  const found = isBlank ? null : KEY.exec(text);
  const key = found !== null && KEY.lastIndex <= end ? (found[1] ?? found[2] ?? found[3] ?? '') : undefined;
  return {
    start,
    end,
    dashes,
    column: at - start,
    key: key?.includes(' #') === true ? undefined : key,
    value: key === undefined ? at : KEY.lastIndex,
    isBlank: isBlank && dashes.length === 0,
  };
}

/** One level around the offset: an entry of a block map, or an item of a block list. */
interface Level {
  readonly column: number;
  readonly step: string | number;
  readonly line: Line;
  /** Offset of the value. */
  readonly value: number;
}

/** Tells what is written at an offset. Takes time with the lines above, of which few are looked into. */
export function placeAt(text: string, offset: number): Place {
  const own = lineAt(text, offset);
  const levels = levelsAround(text, own, offset);
  for (const [i, level] of levels.entries()) {
    const isOwn = level.line.start === own.start;
    const written = text.slice(level.value, level.line.end).trimStart();
    if (!isOwn && BLOCK_HEADER.test(written))
      return inText(text, offset, { levels: levels.slice(0, i + 1), line: level.line });
    const flow = flowAt(text, level.value, offset);
    if (flow !== undefined) {
      const before = levels.slice(0, i + 1).map(({ step }) => step);
      return withExpression(text, offset, { ...flow, path: [...before, ...flow.path] });
    }
  }
  if (isInComment(text, own, offset)) {
    return {
      path: [],
      role: 'comment',
      style: 'block',
      word: { start: offset, end: offset },
      siblings: [],
      indent: 0,
    };
  }
  return withExpression(text, offset, inBlock(text, offset, { own, levels }));
}

/** The entries and items around an offset, from the outermost on. Those of its own line count where it stands behind them. */
function levelsAround(text: string, own: Line, offset: number): Level[] {
  const inner: Level[] = [];
  // Whatever stands left of this column may be around the offset.
  const here = offset - own.start;
  let column: number;
  if (own.key !== undefined && offset >= own.value) {
    inner.push({ column: own.column, step: own.key, line: own, value: own.value });
  }
  const writesInside = own.isBlank || here <= own.column ? here : own.column;
  column = own.isBlank ? here : Math.min(writesInside, own.column);
  const dashes = own.dashes.filter((dash) => dash < here);
  for (const dash of dashes.toReversed()) {
    inner.push({ column: dash, step: indexOf(text, own, dash), line: own, value: own.start + dash + 1 });
  }
  if (dashes[0] !== undefined) column = dashes[0];
  let isItem = dashes.length > 0;
  for (
    let line = before(text, own);
    line !== undefined && (column > 0 || isItem);
    line = before(text, line)
  ) {
    if (line.isBlank) continue;
    const { key } = line;
    // A list may stand as far left as the key it belongs to.
    if (
      key !== undefined &&
      (line.column < column || (isItem && line.column === column && line.dashes.length === 0))
    ) {
      inner.push({ column: line.column, step: key, line, value: line.value });
      column = line.column;
      isItem = false;
    } else if (key === undefined && line.column < column && line.dashes.length === 0) {
      // Text that goes on from somewhere, or a mistake: not around anything.
      column = Math.min(column, line.column + 1);
    }
    for (const dash of line.dashes.toReversed()) {
      if (dash >= column) continue;
      inner.push({ column: dash, step: indexOf(text, line, dash), line, value: line.start + dash + 1 });
      column = dash;
      isItem = true;
    }
  }
  return inner.toReversed();
}

function before(text: string, line: Line): Line | undefined {
  return line.start === 0 ? undefined : lineAt(text, line.start - 1);
}

function after(text: string, line: Line): Line | undefined {
  return line.end >= text.length ? undefined : lineAt(text, line.end + 1);
}

/** How many items stand before one in its list. */
function indexOf(text: string, own: Line, dash: number): number {
  let index = 0;
  for (let line = before(text, own); line !== undefined; line = before(text, line)) {
    if (line.isBlank) continue;
    const left = line.dashes[0] ?? line.column;
    if (line.dashes.includes(dash)) index++;
    if (left < dash || (left === dash && line.dashes.length === 0)) break;
  }
  return index;
}

function inText(
  text: string,
  offset: number,
  at: { readonly levels: readonly Level[]; readonly line: Line },
): Place {
  const start = Math.min(at.line.end + 1, text.length);
  const place: Place = {
    path: at.levels.map(({ step }) => step),
    role: 'text',
    style: 'block',
    word: wordAround(text, offset),
    siblings: [],
    indent: 0,
  };
  return withExpression(text, offset, place, start);
}

function inBlock(
  text: string,
  offset: number,
  { own, levels }: { readonly own: Line; readonly levels: readonly Level[] },
): Place {
  const path = levels.map(({ step }) => step);
  const last = levels.at(-1);
  const isValue = own.key !== undefined && last?.line.start === own.start && typeof last.step === 'string';
  if (isValue) {
    const word = scalarAround(text, own.value, own.end);
    return {
      path,
      role: 'value',
      style: 'block',
      word,
      siblings: keysBeside(text, own, own.column),
      indent: own.column,
    };
  }
  const column = own.isBlank ? offset - own.start : own.column;
  const from = own.isBlank ? offset : Math.min(own.start + own.column, offset);
  const end =
    own.key === undefined ? trimmedEnd(text, from, own.end) : own.start + own.column + (own.key?.length ?? 0);
  const word = { start: from, end: Math.max(offset, end) };
  // `- ` alone, or a word: an item, or the first key of one.
  const role =
    typeof last?.step === 'number' && last.line.start === own.start && own.key === undefined
      ? 'value'
      : 'key';
  return { path, role, style: 'block', word, siblings: keysBeside(text, own, column), indent: column };
}

/** The keys of the map in which a line stands, without that line's own. */
function keysBeside(text: string, own: Line, column: number): string[] {
  const keys: string[] = [];
  const isEnd = (line: Line) =>
    !line.isBlank && (line.dashes[0] ?? line.column) < column && line.column !== column;
  if (own.dashes.length === 0 || own.dashes.at(-1) === undefined) {
    for (let line = before(text, own); line !== undefined && !isEnd(line); line = before(text, line)) {
      if (line.key !== undefined && line.column === column) keys.unshift(line.key);
      if (!line.isBlank && line.dashes.length > 0 && line.column === column) break;
    }
  }
  for (let line = after(text, own); line !== undefined && !isEnd(line); line = after(text, line)) {
    if (!line.isBlank && line.dashes.length > 0 && line.column === column) break;
    if (line.key !== undefined && line.column === column) keys.push(line.key);
  }
  return keys;
}

function trimmedEnd(text: string, from: number, end: number): number {
  return from + text.slice(from, end).trimEnd().length;
}

/** A plain or quoted scalar that begins on this line. */
function scalarAround(text: string, from: number, end: number): Range {
  let start = from;
  while (start < end && (text[start] === ' ' || text[start] === '\t')) start++;
  const first = text[start];
  if (first === '"' || first === "'") return { start, end: closingQuote(text, start, end) };
  const comment = /(?:^|[ \t])#/.exec(text.slice(start, end));
  return { start, end: trimmedEnd(text, start, comment === null ? end : start + comment.index) };
}

const WORD = /[\w.-]/;

function wordAround(text: string, offset: number): Range {
  let start = offset;
  let end = offset;
  while (start > 0 && WORD.test(text[start - 1] ?? '')) start--;
  while (end < text.length && WORD.test(text[end] ?? '')) end++;
  return { start, end };
}

function isInComment(text: string, line: Line, offset: number): boolean {
  let quote = '';
  for (let i = line.start; i < offset; i++) {
    const c = text[i] ?? '';
    if (quote !== '') quote = c === quote ? '' : quote;
    else if ((c === '"' || c === "'") && /[\s:[{,-]/.test(text[i - 1] ?? ' ')) quote = c;
    else if (c === '#' && (i === line.start || /\s/.test(text[i - 1] ?? ''))) return true;
  }
  return false;
}

type FlowPlace = Place & { readonly style: 'flow' };

interface Open {
  readonly kind: 'map' | 'list';
  readonly keys: string[];
  key: string | undefined;
  index: number;
}

/** Where the value at `from` is a flow collection that is still open at the offset: what is written inside of it. */
function flowAt(text: string, from: number, offset: number): FlowPlace | undefined {
  let at = from;
  while (at < offset && /[ \t]/.test(text[at] ?? '')) at++;
  if (at >= offset || (text[at] !== '{' && text[at] !== '[')) return undefined;
  const open: Open[] = [];
  let wordStart = at;
  let word = '';
  const close = () => {
    const top = open.at(-1);
    if (top?.kind === 'map' && top.key === undefined && word.trim() !== '')
      top.keys.push(unquoted(word.trim()));
    word = '';
  };
  for (; at < offset; at++) {
    const c = text[at] ?? '';
    const top = open.at(-1);
    if ((c === '"' || c === "'") && word.trim() === '') {
      const end = closingQuote(text, at, offset);
      if (word === '' || word.trim() === '') wordStart = at;
      word += text.slice(at, end);
      at = end - 1;
    } else if (c === '$' && text.startsWith('${{', at)) {
      const end = text.indexOf('}}', at);
      const stop = end < 0 || end + 2 > offset ? offset : end + 2;
      if (word.trim() === '') wordStart = at;
      word += text.slice(at, stop);
      at = stop - 1;
    } else if (c === '{' || c === '[') {
      open.push({ kind: c === '{' ? 'map' : 'list', keys: [], key: undefined, index: 0 });
      word = '';
      wordStart = at + 1;
    } else if (c === '}' || c === ']') {
      close();
      open.pop();
      if (open.length === 0) return undefined;
      wordStart = at + 1;
    } else if (c === ',') {
      close();
      if (top !== undefined) {
        top.index++;
        top.key = undefined;
      }
      wordStart = at + 1;
    } else if (
      c === ':' &&
      top?.kind === 'map' &&
      top.key === undefined &&
      /[\s,[\]{}]|^$/.test(text[at + 1] ?? '')
    ) {
      top.key = unquoted(word.trim());
      top.keys.push(top.key);
      word = '';
      wordStart = at + 1;
    } else if (c === '#' && /\s/.test(text[at - 1] ?? ' ')) {
      const end = text.indexOf('\n', at);
      if (end < 0 || end >= offset) return undefined;
      at = end;
    } else {
      if (word.trim() === '' && !/\s/.test(c)) wordStart = at;
      word += c;
    }
  }
  const top = open.at(-1);
  if (top === undefined) return undefined;
  const path: (string | number)[] = [];
  for (const each of open) {
    if (each.kind === 'list') path.push(each.index);
    else if (each.key !== undefined) path.push(each.key);
  }
  const start = word.trim() === '' ? offset : wordStart;
  const end = Math.max(offset, endOfFlowWord(text, offset));
  const role = top.kind === 'map' && top.key === undefined ? 'key' : 'value';
  const siblings = [...top.keys, ...keysAfter(text, offset, top.kind)];
  return {
    path,
    role,
    style: 'flow',
    word: { start, end },
    siblings: role === 'value' ? siblings.filter((key) => key !== top.key) : siblings,
    indent: 0,
  };
}

/** The keys that follow in the same flow map. */
function keysAfter(text: string, offset: number, kind: 'map' | 'list'): string[] {
  if (kind === 'list') return [];
  const rest = text.slice(offset, offset + 2000);
  const own = /^[^\n{}[\]]*/.exec(rest)?.[0] ?? '';
  return [...own.matchAll(/,[ \t]*(["']?)([\w-]+)\1[ \t]*:/g)].map((found) => found[2] ?? '');
}

function closingQuote(text: string, from: number, limit: number): number {
  const quote = text[from];
  for (let i = from + 1; i < limit; i++) {
    if (quote === '"' && text[i] === '\\') i++;
    else if (text[i] === quote) {
      if (quote === "'" && text[i + 1] === "'") i++;
      else return i + 1;
    }
  }
  return limit;
}

function endOfFlowWord(text: string, offset: number): number {
  let end = offset;
  while (end < text.length && /[^\s,{}[\]:]/.test(text[end] ?? ' ')) end++;
  return end;
}

function unquoted(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}

/** Fields that are an expression without braces, by their last key. */
const CONDITIONS: ReadonlySet<string | number> = new Set(['if', 'until', 'when']);

/** Adds the expression in which the offset stands. A scalar begins no earlier than `from`. */
function withExpression(text: string, offset: number, place: Place, from: number = place.word.start): Place {
  if (place.role !== 'value' && place.role !== 'text') return place;
  const open = text.lastIndexOf('${{', offset - 1);
  if (open >= from && open + 3 <= offset && closeOf(text, open + 3, offset) === undefined) {
    const line = text.indexOf('\n', offset);
    const end = closeOf(text, open + 3, line < 0 ? text.length : line) ?? place.word.end;
    return { ...place, expression: { start: open + 3, end: Math.max(offset, end) } };
  }
  const isCondition = place.role === 'value' && CONDITIONS.has(place.path.at(-1) ?? '');
  const written = text.slice(place.word.start, place.word.end);
  if (!isCondition || written.includes('${{') || /^["'|>]/.test(written)) return place;
  return {
    ...place,
    expression: { start: Math.min(place.word.start, offset), end: Math.max(place.word.end, offset) },
  };
}

/** Where `}}` closes an expression before a limit, outside of its quotes. */
function closeOf(text: string, from: number, limit: number): number | undefined {
  let quoted = false;
  for (let i = from; i < limit; i++) {
    if (text[i] === "'") quoted = !quoted;
    else if (!quoted && text.startsWith('}}', i) && i + 2 <= limit) return i;
  }
  return undefined;
}
