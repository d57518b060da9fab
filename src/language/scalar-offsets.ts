import type { YamlScalar } from './tree.ts';

/** Turns offsets inside a scalar's text into offsets of the file, however the scalar is written. */
export function scalarOffsets(scalar: YamlScalar, file: string): (offset: number) => number {
  const { text, style, range } = scalar;
  const quote = style === 'single' || style === 'double' ? 1 : 0;
  const start = range.start + quote;
  const written = file.slice(start, range.end - quote);
  if (written === text) return (offset) => start + offset;
  const places = placesOf(scalar, written);
  return (offset) => start + (places[Math.max(0, Math.min(offset, text.length))] ?? 0);
}

/** For each character of the text, and for its end, where it begins in what is written. */
function placesOf({ text, style }: YamlScalar, written: string): Int32Array {
  if (style === 'literal' || style === 'folded') return aligned(text, written, blockLines(text, written));
  return aligned(text, written, style === 'double' ? escapedText(written) : foldedText(written, style));
}

/** A piece of text as it is read, and where each of its characters is written. */
interface Reading {
  readonly characters: string[];
  readonly places: number[];
}

/**
 * The text beside what was read from the file. Where line breaks were folded, a space or nothing stands for one; all
 * else is equal, so that walking along both finds every character.
 */
function aligned(text: string, written: string, { characters, places }: Reading): Int32Array {
  const result = new Int32Array(text.length + 1);
  let r = 0;
  for (let t = 0; t < text.length; t++) {
    const c = text[t];
    while (characters[r] === '\n' && c !== '\n' && c !== ' ') r++;
    result[t] = places[r] ?? written.length;
    r++;
  }
  result[text.length] = text.length === 0 ? 0 : (places[r] ?? written.length);
  return result;
}

/** Lines without the indentation of their block. */
function blockLines(text: string, written: string): Reading {
  const reading: Reading = { characters: [], places: [] };
  const indent = indentOf(text, written);
  let line = written.indexOf('\n') + 1; // After the header, `|` or `>`.
  if (line === 0) return reading;
  while (line < written.length) {
    const newline = written.indexOf('\n', line);
    const end = newline < 0 ? written.length : newline;
    for (let i = Math.min(line + indent, end); i < end; i++) {
      if (written[i] === '\r' && i === end - 1 && newline >= 0) continue;
      put(reading, written[i] ?? '', i);
    }
    if (newline >= 0) put(reading, '\n', newline);
    line = end + 1;
  }
  return reading;
}

/** What the first line with anything on it has before it in the file, but not in the text. */
function indentOf(text: string, written: string): number {
  const body = written.slice(written.indexOf('\n') + 1);
  return leadOf(body) - leadOf(text);
}

function leadOf(text: string): number {
  return /^(?:[ \t\r]*\n)*( *)/.exec(text)?.[1]?.length ?? 0;
}

/** Plain and single-quoted text: lines are trimmed, one line break becomes a space, more become one less. */
function foldedText(written: string, style: YamlScalar['style']): Reading {
  const reading: Reading = { characters: [], places: [] };
  for (let i = 0; i < written.length; i++) {
    const fold = foldAt(written, i);
    if (fold !== undefined) i = putFold(reading, written, fold) - 1;
    else {
      put(reading, written[i] ?? '', i);
      if (style === 'single' && written[i] === "'") i++;
    }
  }
  return reading;
}

/** Double-quoted text: as above, with escapes. */
function escapedText(written: string): Reading {
  const reading: Reading = { characters: [], places: [] };
  for (let i = 0; i < written.length; i++) {
    const fold = foldAt(written, i);
    if (fold !== undefined) i = putFold(reading, written, fold) - 1;
    else if (written[i] === '\\') i += putEscape(reading, written, i) - 1;
    else put(reading, written[i] ?? '', i);
  }
  return reading;
}

/** Where white space with a line break in it ends, if there is some at a place. */
function foldAt(written: string, from: number): { readonly start: number; readonly end: number } | undefined {
  const c = written[from];
  if (c !== ' ' && c !== '\t' && c !== '\n' && c !== '\r') return undefined;
  FOLD.lastIndex = from;
  const found = FOLD.exec(written);
  return found === null ? undefined : { start: from, end: from + found[0].length };
}
const FOLD = /[ \t]*\r?\n[ \t\r\n]*/y;

function putFold(
  reading: Reading,
  written: string,
  fold: { readonly start: number; readonly end: number },
): number {
  const breaks: number[] = [];
  for (let i = fold.start; i < fold.end; i++) if (written[i] === '\n') breaks.push(i);
  if (breaks.length === 1) put(reading, ' ', breaks[0] ?? 0);
  else for (const each of breaks.slice(1)) put(reading, '\n', each);
  return fold.end;
}

/** How many characters an escape takes; what it stands for is known from the text, so only their number counts. */
function putEscape(reading: Reading, written: string, at: number): number {
  ESCAPED_BREAK.lastIndex = at;
  const skipped = ESCAPED_BREAK.exec(written)?.[0].length;
  if (skipped !== undefined) return skipped;
  const kind = written[at + 1] ?? '';
  const digits = kind === 'x' ? 2 : kind === 'u' ? 4 : kind === 'U' ? 8 : 0;
  put(reading, '\0', at);
  if (kind === 'U' && Number.parseInt(written.slice(at + 2, at + 10), 16) > 0xffff) put(reading, '\0', at);
  return 2 + digits;
}
const ESCAPED_BREAK = /\\\r?\n[ \t]*/y;

function put({ characters, places }: Reading, character: string, place: number): void {
  characters.push(character);
  places.push(place);
}
