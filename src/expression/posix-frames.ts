import type { Demand } from './shell-place.ts';

/** What a place stands in, from the outside in. */
export type Frame = CommandFrame | QuoteFrame | ParameterFrame | ArithmeticFrame | DocumentFrame | GlobFrame;

/** A list of commands: the whole text, `$( )`, `( )`, and the words of an array. */
export interface CommandFrame {
  readonly kind: 'command';
  /** What the parenthesis is part of, once it is closed. */
  readonly within: 'text' | 'word' | 'list';
  /** The words of an array: what each must be. */
  readonly array?: Demand | 'code';
  words: string[];
  word: string;
  inWord: boolean;
  /** Where this word begins in the text. */
  wordAt: number;
  /** The word is written with quotes, so it is no reserved word. */
  quoted: boolean;
  /** The next word belongs to a redirection. */
  redirects: boolean;
  /** Inside `[[ ]]`. */
  tests: boolean;
  /** Places in this word and in the one before it. */
  inThisWord: number[];
  inLastWord: number[];
  /** The word before this one compared numbers. */
  compares: boolean;
  /** Open `case` commands: a `)` after a pattern closes no parenthesis. */
  readonly cases: ('subject' | 'pattern' | 'body')[];
  readonly documents: Document[];
}

/** Between two quotes. */
export interface QuoteFrame {
  readonly kind: 'double' | 'single' | 'ansi';
  /** Where the first of them stands. */
  readonly at: number;
}

/** `${name…}`, its name already read. */
export interface ParameterFrame {
  readonly kind: 'parameter';
  /** A `value` inherits the quotes around `${ }`, a `pattern` does not, an `offset` is arithmetic. */
  stage: 'operator' | 'value' | 'pattern' | 'offset';
  /** Quotes or a here-document stand around it. */
  readonly quoted: boolean;
  /** In zsh: with flags, or around another `${ }`. */
  readonly flagged: boolean;
}

/** In zsh: parentheses in a word, which may be a pattern's alternatives, its qualifiers, or a list of words. */
export interface GlobFrame {
  readonly kind: 'glob';
}

/** `$(( ))`, `(( ))`, `$[ ]` and subscripts. */
export interface ArithmeticFrame {
  readonly kind: 'arithmetic';
  readonly opener: '((' | '[';
  /** Of its own parentheses or brackets. */
  depth: number;
  readonly firstPlace: number;
}

/** A here-document whose operator has been read. */
export interface Document {
  readonly delimiter: string;
  readonly quoted: boolean;
  readonly stripsTabs: boolean;
}

/** The lines of a here-document. */
export interface DocumentFrame extends Document {
  readonly kind: 'document';
}

/** A list of commands of which nothing has been read yet. */
export function commandFrame(
  within: CommandFrame['within'],
  { array, tests = false }: { readonly array?: Demand | 'code'; readonly tests?: boolean } = {},
): CommandFrame {
  return {
    kind: 'command',
    within,
    ...(array !== undefined && { array }),
    tests,
    words: tests ? ['[['] : [],
    word: '',
    inWord: false,
    wordAt: 0,
    quoted: false,
    redirects: false,
    inThisWord: [],
    inLastWord: [],
    compares: false,
    cases: [],
    documents: [],
  };
}
