/** A stretch of text by offsets in UTF-16 code units: from `start` up to, not including, `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A place as editors count: line and character from 0, characters in UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** Turns offsets into positions and back, for one text. Lines end at `\n`, `\r\n` or a lone `\r`. */
export interface Lines {
  position(offset: number): Position;
  offset(position: Position): number;
  readonly count: number;
}

/** Indexes a text once (linear), then answers each question by binary search. */
export function linesOf(text: string): Lines {
  const starts = lineStarts(text);
  return {
    count: starts.length,
    position(offset) {
      const at = Math.max(0, Math.min(offset, text.length));
      const line = lastStartAtOrBefore(starts, at);
      return { line, character: at - (starts[line] ?? 0) };
    },
    offset({ line, character }) {
      const start = starts[Math.max(0, Math.min(line, starts.length - 1))] ?? 0;
      const end = starts[line + 1] ?? text.length;
      return Math.max(start, Math.min(start + character, end));
    },
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 13 && text.charCodeAt(i + 1) === 10) continue;
    if (c === 10 || c === 13) starts.push(i + 1);
  }
  return starts;
}

function lastStartAtOrBefore(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? Infinity) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Where the line begins on which an offset stands. (`lastIndexOf` takes a place before the text for its first character.) */
export function lineStartAt(text: string, offset: number): number {
  return offset <= 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}
