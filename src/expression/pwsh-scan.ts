import {
  endsWord,
  isBlank,
  isDash,
  isDoubleQuote,
  isNewline,
  isQuote,
  isSingleQuote,
  KEYWORDS,
  LEADING_KEYWORDS,
  runsText,
} from './pwsh-words.ts';
import { HOLE, type Demand, type Quoting, type ScannedText } from './shell-place.ts';
import { withEdits, type TextEdit } from './text-edits.ts';

/**
 * Where each expression stands in PowerShell text. Follows the tokenizer of PowerShell 7 (its two modes, for expressions
 * and for the arguments of commands; its strings) and about_Parsing.
 *
 * A value is read from its variable inside of a string in double quotes, which PowerShell fills in and never reads again.
 * Where the text has single quotes around an expression they become double ones, and a word such as `--out=${{ x }}`
 * is quoted as a whole: on its own, `--out="…"` would let PowerShell look for files that match a value with a `*`.
 */
export function scanPwsh(code: string): ScannedText {
  const found: Findings = { places: [], edits: [] };
  new PwshScanner(code, { start: 0, end: code.length, depth: 0, nested: false }, found).scan();
  return { code: withEdits(code, found.edits), places: found.places };
}

const REFUSALS = {
  backtick:
    "A backtick right before `${{` would take the value's place: leave it out, or double it to mean a backtick.",
  dollar:
    'A `$` right before `${{` would change what is read: write `` `$ `` to mean a dollar sign, or leave it out.',
  colon: 'PowerShell takes the `:` for a part of the name of the variable before it: write `${name}:`.',
  verbatim: 'After `--%` PowerShell fills nothing in: leave it out, and quote what needs it.',
  word: 'PowerShell would not keep this together as one argument: put double quotes around all of it, as in "--name=${{ … }}".',
  command:
    'PowerShell runs a program whose name is not fixed only behind `&`: write `& "…${{ … }}"`, with quotes around all of the name.',
  comma:
    'PowerShell hands the text between commas to programs as it is written: put the list in parentheses, as in `@(…, …)`.',
  variableName:
    "An expression cannot be part of a variable's name: use the value itself, without `$` or `${ }` around it.",
  code: 'The value would be run as code here. Give it a name with `env:` and read `$env:NAME` inside single-quoted code, or paste it on purpose with `raw()`.',
  unclear:
    'Baton cannot tell how PowerShell reads this place. Give the value a name with `env:` and write `$env:NAME` instead.',
} as const;
type Refusal = keyof typeof REFUSALS;

interface WritablePlace {
  quoting: Quoting;
  demand: Demand;
  refused?: string;
}

interface Findings {
  readonly places: WritablePlace[];
  readonly edits: TextEdit[];
}

interface Region {
  readonly start: number;
  readonly end: number;
  /** How many brackets are open around it. */
  readonly depth: number;
  /** Inside the `$( )` of a string in quotes, where doubled quotes become one before the text is read. */
  readonly nested: boolean;
}

/**
 * What a list of commands is reading: the `start` of one, the `name` behind `&`, an expression, or arguments. Keywords
 * lead into an expression as well.
 */
type Mode = 'start' | 'name' | 'expression' | 'arguments';

interface Pipeline {
  readonly at: number;
  readonly firstPlace: number;
}

/** More brackets in each other are not followed. */
const DEEPEST = 100;
/** As far as one looks for what stands beside an argument. */
const FAR = 500;
const WORD = /[\p{L}\p{N}_-]+/uy;
const VARIABLE = /\$(?:\{[^}]*\}|[$?^]|(?:[\p{L}\p{N}_?]|:(?!:))*)/uy;
const PLAIN = /^[\p{L}\p{N}_./\\%+=:^!\u0023-]$/u;
const PARAMETER = /^[-\u2013-\u2015][\p{L}_?][^:]*$/u;

/** Reads one region from its start to its end. */
class PwshScanner {
  readonly #code: string;
  readonly #end: number;
  readonly #nested: boolean;
  readonly #places: WritablePlace[];
  readonly #edits: TextEdit[];
  readonly #found: Findings;
  #at: number;
  #depth: number;

  constructor(code: string, region: Region, found: Findings) {
    this.#code = code.slice(0, region.end);
    this.#at = region.start;
    this.#end = region.end;
    this.#depth = region.depth;
    this.#nested = region.nested;
    this.#found = found;
    this.#places = found.places;
    this.#edits = found.edits;
  }

  scan(): void {
    while (this.#at < this.#end) {
      this.#commands(false);
      this.#at++; // a parenthesis or brace that nothing opened
    }
  }

  #char(offset = 0): string {
    return this.#code[this.#at + offset] ?? '';
  }

  #hole(quoting: Quoting, why?: { readonly refusal?: Refusal | undefined; readonly demand?: Demand }): void {
    const { refusal, demand = 'anything' } = why ?? {};
    this.#places.push({ quoting, demand, ...(refusal && { refused: REFUSALS[refusal] }) });
    this.#at++;
  }

  #refuseFrom(first: number, refusal: Refusal): void {
    for (const place of this.#places.slice(first)) place.refused ??= REFUSALS[refusal];
  }

  // Lists of commands.

  /** Reads up to the character that closes the list, which it leaves. In a table `@{ }` a name comes first. */
  #commands(isTable: boolean): void {
    let mode: Mode = 'start';
    let pipeline = this.#pipeline();
    while (this.#at < this.#end) {
      const c = this.#char();
      if (c === ')' || c === '}') break; // that something else opened: an error to PowerShell itself
      if (isNewline(c) || c === ';') {
        this.#endPipeline(pipeline);
        this.#at++;
        mode = 'start';
        pipeline = this.#pipeline();
      } else if (isBlank(c)) this.#at++;
      else if (c === '|' || c === '&') mode = this.#operator(c, mode);
      else if (this.#isComment()) this.#comment();
      else if (c === '`' && this.#char(1) !== HOLE) this.#escape();
      else mode = this.#token(mode, isTable);
    }
    this.#endPipeline(pipeline);
  }

  #pipeline(): Pipeline {
    return { at: this.#at, firstPlace: this.#places.length };
  }

  #endPipeline({ at, firstPlace }: Pipeline): void {
    if (this.#places.length === firstPlace) return;
    if (runsText(this.#code.slice(at, this.#at))) this.#refuseFrom(firstPlace, 'code');
  }

  #operator(c: string, mode: Mode): Mode {
    const isDouble = this.#char(1) === c;
    this.#at += isDouble ? 2 : 1;
    return c === '&' && !isDouble && mode === 'start' ? 'name' : 'start';
  }

  #token(mode: Mode, isTable: boolean): Mode {
    if (mode === 'start') return this.#begin(isTable);
    if (mode === 'expression') return this.#expression();
    this.#argument(mode);
    return 'arguments';
  }

  /** The first character of a command or an expression tells which it is. */
  #begin(isTable: boolean): Mode {
    const c = this.#char();
    if (c === '.' && /^[\s"'$(]/.test(this.#char(1))) {
      this.#at++;
      return 'name';
    }
    if (/^[$@([{\d+!,\]]$/.test(c) || isDash(c) || isQuote(c)) return this.#expression();
    if (c === HOLE) return this.#expression(this.#isCommandName() ? 'command' : undefined);
    const word = matchAt(WORD, this.#code, this.#at)?.toLowerCase() ?? '';
    if (isTable || KEYWORDS.has(word)) return this.#skip(Math.max(1, word.length), 'expression');
    if (LEADING_KEYWORDS.has(word)) return this.#skip(word.length, 'start');
    this.#bareName();
    return 'arguments';
  }

  #skip(length: number, mode: Mode): Mode {
    this.#at += length;
    return mode;
  }

  /** A command's own name: nothing in it is filled in. */
  #bareName(): void {
    while (!endsWord(this.#char())) {
      if (this.#char() === HOLE) this.#hole('none', { refusal: 'command' });
      else if (isQuote(this.#char())) this.#string();
      else this.#at++;
    }
  }

  /** Whether more of a name follows the expression, or arguments do. */
  #isCommandName(): boolean {
    const rest = this.#code.slice(this.#at + 1, this.#at + 200);
    return (
      this.#misplaced() !== undefined ||
      /^[/\\]|^[ \t]+(?:[\p{L}\p{N}_$"'./\\@{(\0]|-[-\p{L}]+[ \t]*(?:$|[\r\n;|]))/u.test(rest)
    );
  }

  // Expressions.

  #expression(refusal?: Refusal): Mode {
    const c = this.#char();
    if (c === HOLE) {
      this.#hole('none', { refusal: refusal ?? this.#misplaced() });
      return 'expression';
    }
    if (c === '=') return this.#skip(1, 'start');
    if (c === '{') return this.#braces();
    const word = matchAt(WORD, this.#code, this.#at);
    if (word === undefined) this.#piece();
    else this.#at += word.length;
    return word?.toLowerCase() === 'in' ? 'start' : 'expression';
  }

  /** After a keyword's block another command may follow at once. */
  #braces(): Mode {
    this.#piece();
    return 'start';
  }

  /** In an expression, operators may stand right beside a value, but no name, string or variable. */
  #misplaced(): Refusal | undefined {
    const before = this.#code[this.#at - 1] ?? ' ';
    const after = this.#char(1) || ' ';
    if (before === '`') return 'backtick';
    if (before === '$') return 'dollar';
    const isApart = !/[\p{L}\p{N}_@.:)}\0]/u.test(before) && !isQuote(before);
    const ends = !/[\p{L}\p{N}_$@:({`#\0]/u.test(after) && !isQuote(after);
    return isApart && ends ? undefined : 'word';
  }

  /** One string, variable or bracketed part; or any other character. */
  #piece(): void {
    const c = this.#char();
    const next = this.#char(1);
    if (c === '@' && isQuote(next)) return this.#hereString();
    if (isQuote(c)) return this.#string();
    if (c === '@' && next === '{') return this.#block(2, true);
    if ((c === '@' || c === '$') && next === '(') return this.#block(2, false);
    if (c === '(' || c === '{') return this.#block(1, false);
    if (c === '$') return this.#variable();
    this.#at++;
  }

  #block(length: number, isTable: boolean): void {
    this.#at += length;
    if (++this.#depth > DEEPEST) this.#giveUp();
    else this.#commands(isTable);
    this.#depth--;
    this.#at++;
  }

  #giveUp(): void {
    while (this.#at < this.#end) {
      if (this.#char() === HOLE) this.#hole('none', { refusal: 'unclear' });
      else this.#at++;
    }
  }

  /** `$name` and `${name}`, in strings and outside of them. */
  #variable(): void {
    const first = this.#places.length;
    const name = matchAt(VARIABLE, this.#code, this.#at) ?? '$';
    for (const c of name) if (c === HOLE) this.#places.push({ quoting: 'none', demand: 'anything' });
    this.#refuseFrom(first, 'variableName');
    this.#at += name.length;
  }

  #isComment(): boolean {
    return this.#char() === '#' || (this.#char() === '<' && this.#char(1) === '#');
  }

  /** What stands in a comment does nothing, and a reference cannot end it. */
  #comment(): void {
    const isBlock = this.#char() === '<';
    const end = isBlock
      ? this.#code.indexOf('#>', this.#at + 2) + 2
      : this.#code.slice(this.#at).search(/[\r\n]/) + this.#at;
    const stop = end < this.#at + (isBlock ? 4 : 0) ? this.#end : end;
    while (this.#at < stop) {
      if (this.#char() === HOLE) this.#hole('double');
      else this.#at++;
    }
  }

  #escape(): void {
    this.#at += this.#char(1) === '\r' && this.#char(2) === '\n' ? 3 : 2;
  }

  // Arguments of commands.

  /** One argument, or as much of it as is read by itself. */
  #argument(mode: Mode): void {
    const c = this.#char();
    const isWhole = c === HOLE && (endsWord(this.#char(1)) || this.#char(1) === '>');
    if (isWhole) return this.#wholeArgument();
    if (this.#code.startsWith('--%', this.#at) && endsWord(this.#char(3))) return this.#verbatim();
    if (c === ',' || c === '>' || c === '<') return void this.#at++;
    if (c === '(' || c === '{' || (c === '@' && /[({]/.test(this.#char(1)))) return this.#piece();
    if (c === '@' && isQuote(this.#char(1))) return this.#hereString();
    if (c === '$' && this.#char(1) === '(') return this.#piece();
    if (isQuote(c)) return this.#quotedArgument();
    this.#word(mode);
  }

  #wholeArgument(): void {
    const refusal = this.#besides(this.#at, this.#at + 1) ?? undefined;
    this.#hole('none', { refusal, demand: 'argument' });
  }

  /** What stands right before and after an argument must not belong to it, nor be a comma. */
  #besides(start: number, end: number): Refusal | undefined {
    const before = this.#code.slice(Math.max(0, start - FAR), start);
    const last = before.slice(-1) || ' ';
    if (
      before.trimEnd().endsWith(',') ||
      this.#code
        .slice(end, end + FAR)
        .trimStart()
        .startsWith(',')
    )
      return 'comma';
    if (last === '`') return 'backtick';
    const isParameter = last === ':' && /[\s({;|&][-\u2013-\u2015][\p{L}_?][^\s:]*:$/u.test(before);
    return isParameter || last === '>' || (endsWord(last) && last !== ')' && last !== '}')
      ? undefined
      : 'word';
  }

  /** A string that is an argument: it ends with its quote, whatever follows. */
  #quotedArgument(): void {
    const start = this.#at;
    const first = this.#places.length;
    this.#string();
    if (this.#places.length === first) return;
    for (const place of this.#places.slice(first)) place.demand = 'argument';
    const isApart = endsWord(this.#char()) || this.#char() === '>';
    const refusal = this.#besides(start, this.#at) ?? (isApart ? undefined : 'word');
    if (refusal !== undefined) this.#refuseFrom(first, refusal);
  }

  /** Up to the end of the line nothing is filled in. */
  #verbatim(): void {
    let quoted = false;
    for (; this.#at < this.#end && !isNewline(this.#char());) {
      const c = this.#char();
      if (isDoubleQuote(c)) quoted = !quoted;
      if (!quoted && (c === '|' || (c === '&' && this.#char(1) === '&'))) return;
      if (c === HOLE) this.#hole('none', { refusal: 'verbatim' });
      else this.#at++;
    }
  }

  /** A word without quotes around it. With an expression in it, it is put in quotes as a whole, or refused. */
  #word(mode: Mode): void {
    const start = this.#at;
    const first = this.#places.length;
    const edits: TextEdit[] = [];
    const isFit = this.#wordPieces(edits, mode);
    if (this.#places.length === first) return;
    const refusal = this.#besides(start, this.#at) ?? this.#nextTo();
    if (refusal !== undefined || !isFit) return this.#refuseFrom(first, refusal ?? 'word');
    for (const place of this.#places.slice(first)) place.demand = 'argument';
    this.#edits.push({ at: start, length: 0, text: '"' }, ...edits, { at: this.#at, length: 0, text: '"' });
  }

  #nextTo(): Refusal | undefined {
    return this.#char() === '(' || this.#char() === '{' ? 'word' : undefined;
  }

  /** Whether all of a word can stand in double quotes and mean the same. */
  #wordPieces(edits: TextEdit[], mode: Mode): boolean {
    const start = this.#at;
    let isFit =
      !isDash(this.#char()) || isDash(this.#char(1)) || /^.[^\s:"'$`\0]*=/.test(this.#code.slice(start));
    while (!endsWord(this.#char())) {
      const c = this.#char();
      if (c === HOLE) this.#hole('double');
      else if (isQuote(c)) isFit = this.#quotedPart(edits) && isFit;
      else if (c === '$' && this.#char(1) === '(') {
        this.#subexpression(false);
        isFit = false;
      } else if (c === '$') {
        this.#variable();
        isFit &&= endsWord(this.#char()) || /[/\\=+@%-]/.test(this.#char());
      } else if (c === '`') {
        if (this.#char(1) === HOLE) this.#backtickHole();
        else this.#escape();
        isFit = false;
      } else if (c === ':' && PARAMETER.test(this.#code.slice(start, this.#at))) {
        this.#at++;
        return false; // the parameter's value is read by itself
      } else {
        isFit &&= PLAIN.test(c) || (c === '@' && this.#at > start);
        this.#at++;
      }
    }
    return isFit && (mode === 'arguments' || mode === 'name');
  }

  #backtickHole(): void {
    this.#at++;
    this.#hole('none', { refusal: 'backtick' });
  }

  /** Quotes inside of a word are taken off, because the whole word gets some. */
  #quotedPart(edits: TextEdit[]): boolean {
    const before = this.#edits.length;
    const start = this.#at;
    const isSingle = isSingleQuote(this.#char());
    this.#string({ always: true });
    const end = this.#at - 1;
    edits.push({ at: start, length: 1, text: '' });
    // Those of the string itself would write its quotes anew.
    const own = this.#edits.splice(before).filter(({ at }) => at !== start && at !== end);
    edits.push(...own, { at: end, length: 1, text: '' });
    return isSingle || this.#isLast() || !this.#code.slice(start, end).includes('$');
  }

  #isLast(): boolean {
    return endsWord(this.#char());
  }

  // Strings.

  #string({ always }: { readonly always: boolean } = { always: false }): void {
    if (isSingleQuote(this.#char())) this.#single(always);
    else this.#double();
  }

  /** Nothing is filled in between single quotes: with an expression in them, they become double ones. */
  #single(always: boolean): void {
    const start = this.#at;
    const first = this.#places.length;
    const edits: TextEdit[] = [];
    for (this.#at++; this.#at < this.#end; this.#at++) {
      const c = this.#char();
      const isDoubled = isSingleQuote(c) && isSingleQuote(this.#char(1));
      if (isSingleQuote(c) && !isDoubled) break;
      if (isDoubled) edits.push({ at: this.#at++, length: 1, text: '' });
      else this.#literal(c, edits);
    }
    if (this.#places.length > first || always) {
      const quotes = [start, this.#at].map((at) => ({ at, length: 1, text: '"' }));
      this.#edits.push(...quotes, ...edits);
      if (this.#nested && edits.length > 0) this.#refuseFrom(first, 'unclear');
    }
    this.#at++;
  }

  /** A character that means itself, in a string that is about to get double quotes. */
  #literal(c: string, edits: TextEdit[]): void {
    if (c === HOLE) this.#places.push({ quoting: 'double', demand: 'anything' });
    else if (c === '$' || c === '`' || isDoubleQuote(c)) edits.push({ at: this.#at, length: 0, text: '`' });
  }

  #double(): void {
    this.#at++;
    while (this.#at < this.#end) {
      const c = this.#char();
      if (isDoubleQuote(c) && !isDoubleQuote(this.#char(1))) break;
      if (isDoubleQuote(c)) this.#at += 2;
      else this.#expandable(c, false);
    }
    this.#at++;
  }

  /** One piece of a text that is filled in. */
  #expandable(c: string, isHere: boolean): void {
    const next = this.#char(1);
    if (c === HOLE) return this.#hole('double');
    if (c === '`' && next === HOLE) return this.#backtickHole();
    if (c === '`') return void (this.#at += 2);
    if (c !== '$') return void this.#at++;
    if (next === '(') return this.#subexpression(isHere);
    if (next === HOLE) {
      this.#at++;
      return this.#hole('none', { refusal: 'dollar' });
    }
    this.#variable();
    if (this.#char() === HOLE && this.#code[this.#at - 1] === ':') this.#hole('none', { refusal: 'colon' });
  }

  /**
   * `$( )` in a string ends where its parentheses are even, whatever quotes are in it; and outside of here-strings two
   * double quotes, or a backtick and one, are first made one.
   */
  #subexpression(isHere: boolean): void {
    const start = this.#at + 2;
    let depth = 1;
    for (this.#at = start; this.#at < this.#end; this.#at++) {
      if (this.#char() === '(') depth++;
      if (this.#char() === ')' && --depth === 0) break;
    }
    const first = this.#places.length;
    const inner = this.#code.slice(start, this.#at);
    if (inner.includes(HOLE)) {
      const region = { start, end: this.#at, depth: this.#depth + 1, nested: this.#nested || !isHere };
      const scanner = new PwshScanner(this.#code, region, this.#found);
      if (region.depth > DEEPEST) scanner.#giveUp();
      else scanner.scan();
      if (!isHere && /["\u201c-\u201e`]["\u201c-\u201e]/.test(inner)) this.#refuseFrom(first, 'unclear');
    }
    this.#at++;
  }

  #hereString(): void {
    const start = this.#at;
    const isSingle = isSingleQuote(this.#char(1));
    const first = this.#places.length;
    const edits: TextEdit[] = [];
    this.#at += 2;
    while (isBlank(this.#char())) this.#at++;
    if (!isNewline(this.#char())) return; // an error to PowerShell itself
    while (this.#at < this.#end && !this.#endsHereString(isSingle)) {
      if (!isSingle) this.#expandable(this.#char(), true);
      else {
        this.#literal(this.#char(), edits);
        this.#at++;
      }
    }
    if (isSingle && this.#places.length > first) {
      this.#edits.push({ at: start + 1, length: 1, text: '"' }, ...edits, {
        at: this.#at,
        length: 1,
        text: '"',
      });
      if (this.#nested) this.#refuseFrom(first, 'unclear');
    }
    this.#at += 2;
  }

  #endsHereString(isSingle: boolean): boolean {
    if (!isNewline(this.#code[this.#at - 1] ?? '') || this.#char(1) !== '@') return false;
    return isSingle ? isSingleQuote(this.#char()) : isDoubleQuote(this.#char());
  }
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
