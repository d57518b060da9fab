import type { Range } from '../base/lines.ts';

/** F1: what a workflow file may be at most. */
export const YAML_LIMITS = { sizeBytes: 1024 * 1024, depth: 64, nodes: 100_000, aliases: 1_000 } as const;

/** A limit that a text passes, and where. */
export interface PassedLimit {
  readonly message: string;
  readonly range: Range;
}

export const PASSED = {
  size: 'The file is larger than 1 MiB. Split it, or move data into files that steps read.',
  depth: `Values are nested more than ${YAML_LIMITS.depth} deep here.`,
  nodes: 'The file holds more than 100,000 values. Split it, or move data into files that steps read.',
  aliases: 'Aliases stand for more than 1,000 others: write out what they mean, or use fewer.',
  aliasNodes: 'Aliases make more than 100,000 values of this file: use fewer.',
} as const;

/** Whether a text is too large, without a copy of it. */
export function isTooLarge(text: string): boolean {
  if (text.length > YAML_LIMITS.sizeBytes) return true;
  return text.length * 3 > YAML_LIMITS.sizeBytes && bytesOf(text) > YAML_LIMITS.sizeBytes;
}

/** Length in UTF-8; a lone half of a pair counts as the three bytes of its replacement. */
export function bytesOf(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x80) continue;
    if (c < 0x800) bytes += 1;
    else if (isPair(c, text.charCodeAt(i + 1))) {
      bytes += 2;
      i++;
    } else bytes += 2;
  }
  return bytes;
}

function isPair(c: number, next: number): boolean {
  return c >= 0xd800 && c < 0xdc00 && next >= 0xdc00 && next < 0xe000;
}

/**
 * Counts what the lexer finds while it is found, so that a bomb is refused before anything is built of it. Never
 * counts more values than there are.
 */
export class LexemeCount {
  #values = 0;
  #items = 0;
  #aliases = 0;
  #anchors = 0;
  #tags = 0;
  #inScalar = false;

  /** Takes the next lexeme, with the depth at which it stands. */
  take(lexeme: string, depth: number): keyof typeof PASSED | undefined {
    if (this.#inScalar) {
      this.#inScalar = false;
      return undefined;
    }
    switch (lexeme.charCodeAt(0)) {
      case SCALAR:
        this.#inScalar = true;
        this.#values++;
        break;
      case SINGLE_QUOTE:
      case DOUBLE_QUOTE:
      case OPEN_LIST:
      case OPEN_MAP:
        this.#values++;
        break;
      case ALIAS:
        this.#values++;
        this.#aliases++;
        break;
      case COMMA:
      case DASH:
        this.#items++;
        break;
      case ANCHOR:
        this.#anchors++;
        break;
      case TAG:
        this.#tags++;
        break;
    }
    if (depth > YAML_LIMITS.depth + DEPTH_OF_DOCUMENT) return 'depth';
    if (this.#aliases > YAML_LIMITS.aliases) return 'aliases';
    return Math.max(this.#values, this.#items, this.#anchors, this.#tags) > YAML_LIMITS.nodes
      ? 'nodes'
      : undefined;
  }
}

/** The parser's stack holds the document, and a scalar on top of the collections around it. */
const DEPTH_OF_DOCUMENT = 2;
/** The lexer announces a scalar without quotes by this character; the scalar's text is the lexeme after it. */
const SCALAR = 0x1f;
const [SINGLE_QUOTE, DOUBLE_QUOTE, OPEN_LIST, OPEN_MAP] = [0x27, 0x22, 0x5b, 0x7b];
const [ALIAS, COMMA, DASH, ANCHOR, TAG] = [0x2a, 0x2c, 0x2d, 0x26, 0x21];
