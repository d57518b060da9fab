/** How a stretch of text was to look on a terminal. Colours are 0 to 15 (the theme's), or `#rrggbb`. */
export interface AnsiStyle {
  readonly foreground?: number | string;
  readonly background?: number | string;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly strike?: boolean;
}

/** A stretch of one line, in UTF-16 code units: from `start` up to, not including, `end`. */
export interface StyledSpan {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly style: AnsiStyle;
}

export interface PlainText {
  /** Without escape sequences, lines ended by `\n` alone. */
  readonly text: string;
  /** Where it was not plain, in the order of the text, none over another. */
  readonly spans: readonly StyledSpan[];
}

const PLAIN: AnsiStyle = {};
/**
 * ECMA-48: control sequences, operating system commands, the short ones; and what moves within a line. A sequence that
 * the text ends in the middle of is one too.
 */
const CONTROL =
  // oxlint-disable-next-line no-control-regex -- they are control characters
  /\u001B(?:\[([0-?]*)[ -/]*([@-~]?)|[\]PX^_][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[ -/]*[0-~]?)|\r+\n|\r|\n|\u0008|[\u0000-\u0007\u000B\u000C\u000E-\u001A\u001C-\u001F\u007F]/g;

/**
 * What a terminal would have shown at the end, as plain text, and how it was to look. A line drawn several times (after a
 * carriage return) is as it was drawn last, what stuck out from under a shorter drawing included; movements from line to
 * line are passed over. Linear in the text.
 */
export function plainText(raw: string): PlainText {
  const lines: string[] = [];
  const spans: StyledSpan[] = [];
  let line = new DrawnLine();
  let style = PLAIN;
  const close = () => {
    spans.push(...line.spans(lines.length));
    lines.push(line.text());
    line = new DrawnLine();
  };
  let from = 0;
  for (const match of raw.matchAll(CONTROL)) {
    line.write(raw.slice(from, match.index), style);
    from = match.index + match[0].length;
    const [all, parameters, final] = match;
    if (all.endsWith('\n')) close();
    else if (all === '\r') line.column = 0;
    else if (all === '\b') line.column = Math.max(0, line.column - 1);
    else if (final === 'm') style = styleAfter(style, parameters ?? '');
    else if (final === 'K') line.erase(parameters ?? '');
    else if (final === 'G') line.column = Math.min(10_000, Math.max(0, Number(parameters) - 1 || 0));
  }
  line.write(raw.slice(from), style);
  close();
  return { text: lines.join('\n'), spans };
}

/** One line while it is drawn: one piece as long as nothing was drawn over, character by character from then on. */
class DrawnLine {
  column = 0;
  #pieces: { text: string; style: AnsiStyle }[] = [];
  #length = 0;

  write(text: string, style: AnsiStyle): void {
    if (text === '') return;
    if (this.column < this.#length) this.#cut(this.column, this.column + text.length);
    if (this.column > this.#length) this.#add(' '.repeat(this.column - this.#length), PLAIN);
    if (this.column === this.#length) this.#add(text, style);
    else this.#insert(text, style);
    this.column += text.length;
  }

  /** `K`: from here to the end (0), from the beginning to here (1), all of it (2). */
  erase(what: string): void {
    if (what === '2') this.#cut(0, this.#length);
    else if (what === '1') this.#blank(this.column);
    else this.#cut(this.column, this.#length);
  }

  text(): string {
    const [only] = this.#pieces;
    if (only === undefined) return '';
    return this.#pieces.length === 1 ? only.text : this.#pieces.map(({ text }) => text).join('');
  }

  *spans(line: number): Generator<StyledSpan> {
    let start = 0;
    for (const { text, style } of this.#pieces) {
      const end = start + text.length;
      if (style !== PLAIN && end > start) yield { line, start, end, style };
      start = end;
    }
  }

  #add(text: string, style: AnsiStyle): void {
    const last = this.#pieces.at(-1);
    if (last !== undefined && last.style === style) last.text += text;
    else this.#pieces.push({ text, style });
    this.#length += text.length;
  }

  /** What is behind moves up: pieces before, the new one, pieces behind. */
  #insert(text: string, style: AnsiStyle): void {
    const at = this.#splitAt(this.column);
    this.#pieces.splice(at, 0, { text, style });
    this.#length += text.length;
  }

  #cut(start: number, end: number): void {
    const from = this.#splitAt(start);
    const to = this.#splitAt(Math.min(end, this.#length));
    for (const { text } of this.#pieces.splice(from, to - from)) this.#length -= text.length;
  }

  #blank(until: number): void {
    const length = Math.min(until, this.#length);
    this.#cut(0, length);
    this.#pieces.unshift({ text: ' '.repeat(length), style: PLAIN });
    this.#length += length;
  }

  /** The index of the piece that begins at a column; one that goes across is cut in two. */
  #splitAt(column: number): number {
    let start = 0;
    for (const [index, piece] of this.#pieces.entries()) {
      if (start === column) return index;
      const rest = column - start;
      if (rest < piece.text.length) {
        this.#pieces.splice(
          index,
          1,
          { text: piece.text.slice(0, rest), style: piece.style },
          { text: piece.text.slice(rest), style: piece.style },
        );
        return index + 1;
      }
      start += piece.text.length;
    }
    return this.#pieces.length;
  }
}

/** After "select graphic rendition". Codes nobody knows change nothing. */
function styleAfter(before: AnsiStyle, parameters: string): AnsiStyle {
  const codes = parameters.split(/[;:]/).map((code) => (code === '' ? 0 : Number(code)));
  let style: { -readonly [K in keyof AnsiStyle]: AnsiStyle[K] } = { ...before };
  let isInverse = false;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0;
    if (code === 0) style = {};
    else if (code === 1) style.bold = true;
    else if (code === 2) style.dim = true;
    else if (code === 3) style.italic = true;
    else if (code === 4) style.underline = true;
    else if (code === 7) isInverse = true;
    else if (code === 9) style.strike = true;
    else if (code === 22) {
      delete style.bold;
      delete style.dim;
    } else if (code === 23) delete style.italic;
    else if (code === 24) delete style.underline;
    else if (code === 29) delete style.strike;
    else if (code >= 30 && code <= 37) style.foreground = code - 30;
    else if (code >= 90 && code <= 97) style.foreground = code - 82;
    else if (code === 39) delete style.foreground;
    else if (code >= 40 && code <= 47) style.background = code - 40;
    else if (code >= 100 && code <= 107) style.background = code - 92;
    else if (code === 49) delete style.background;
    else if (code === 38 || code === 48) {
      const [colour, used] = otherColour(codes.slice(i + 1));
      i += used;
      if (colour !== undefined) style[code === 38 ? 'foreground' : 'background'] = colour;
    }
  }
  if (isInverse) {
    const { foreground = 7, background = 0 } = style;
    style.foreground = background;
    style.background = foreground;
  }
  return Object.keys(style).length === 0 ? PLAIN : style;
}

/** `5;n` of 256 colours or `2;r;g;b`, and how many codes that took. */
function otherColour(codes: readonly number[]): readonly [number | string | undefined, number] {
  const [mode, ...values] = codes;
  if (mode === 5) return [ofCube(values[0] ?? 0), 2];
  if (mode !== 2) return [undefined, 1];
  return [hex(values.slice(0, 3)), 4];
}

/** Of xterm's 256: 16 of the theme, a cube of 6 × 6 × 6, 24 greys. */
function ofCube(index: number): number | string | undefined {
  if (!Number.isInteger(index) || index < 0 || index > 255) return undefined;
  if (index < 16) return index;
  if (index >= 232) return hex(Array<number>(3).fill(8 + (index - 232) * 10));
  const at = index - 16;
  return hex([Math.floor(at / 36), Math.floor(at / 6) % 6, at % 6].map((n) => (n === 0 ? 0 : 55 + n * 40)));
}

function hex(parts: readonly number[]): string | undefined {
  if (parts.length < 3 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255))
    return undefined;
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}
