import {
  comparesNumbers,
  demandOf,
  integersDeclared,
  isAssignment,
  knownIntegers,
  RESERVED,
} from './posix-command.ts';
import {
  commandFrame,
  type ArithmeticFrame,
  type CommandFrame,
  type DocumentFrame,
  type Frame,
  type ParameterFrame,
  type QuoteFrame,
} from './posix-frames.ts';
import { REFUSALS, type Refusal } from './posix-refusals.ts';
import { HOLE, type Demand, type Place, type Quoting } from './shell-place.ts';
import { changesZshQuoting, endsShortForm, isZshPrefix, opensSubscript } from './zsh-words.ts';

/** The shells that read text as POSIX describes it, each with its own additions. */
export type PosixShell = 'bash' | 'sh' | 'zsh';

/**
 * Where each expression stands in shell text, in order. In `code` every expression is one NUL character. Follows the
 * Shell Command Language (POSIX.1-2017, chapter 2), bash's additions, and zsh's as its manual has them (zshmisc: Shell
 * Grammar; zshexpn: Expansion; zshbuiltins), tried with zsh 5.9. Where a place is not clear it is refused.
 */
export function scanShell(shell: PosixShell, code: string): readonly Place[] {
  const integers = new Set(knownIntegers(shell));
  const known = integers.size;
  const places = scanKnowing(integers, shell, code);
  // A `declare -i` may stand after a function that assigns: then the text is read once more, knowing it.
  return integers.size === known ? places : scanKnowing(integers, shell, code);
}

function scanKnowing(integers: Set<string>, shell: PosixShell, code: string): readonly Place[] {
  const places: WritablePlace[] = [];
  new ShellScanner(code, { shell, places, integers }).scan();
  return places;
}

/** What the scanners of a text and of its backticks share. */
interface Findings {
  readonly shell: PosixShell;
  readonly places: WritablePlace[];
  readonly integers: Set<string>;
}

interface WritablePlace {
  readonly quoting: Quoting;
  demand: Demand;
  refused?: string;
}

/** More of a word is not looked at: a bound on the work that a long text can make. */
const LONGEST_WORD = 2000;
const SPECIAL_PARAMETER = /[0-9@*#?$!-]/;
const EMPTY_PARENS = /\([ \t]*\)/y;
const NAME = /[A-Za-z_]\w*/y;
const PARAMETER_NAME = /[#!]?(?:[A-Za-z_]\w*|\d+|[@*#?$!-])?/y;
const DELIMITER = /[ \t]*((?:'[^'\n\0]*'|"[^"\n\0]*"|\\[^\n\0]|[^\s;&|<>()'"\\$`\0])+)/y;
const EXPRESSION_IN_WORD = /[ \t]*[^\s;&|<>()\0]*\0/y;

/** Reads one text from its start to its end. */
class ShellScanner {
  readonly #shell: PosixShell;
  readonly #code: string;
  readonly #places: WritablePlace[];
  readonly #text = commandFrame('text');
  readonly #stack: Frame[] = [this.#text];
  /** Those frames of the stack that are commands. */
  readonly #commands: CommandFrame[] = [this.#text];
  readonly #integers: Set<string>;
  readonly #findings: Findings;
  readonly #subscript = { at: 0, depth: 0 };
  #at = 0;
  /** From here on nothing is sure. */
  #lost: Refusal | undefined;

  constructor(code: string, findings: Findings) {
    this.#code = code;
    this.#findings = findings;
    this.#shell = findings.shell;
    this.#places = findings.places;
    this.#integers = findings.integers;
  }

  scan(): void {
    while (this.#at < this.#code.length) this.#step();
    for (const frame of this.#commands) this.#endCommand(frame);
  }

  #step(): void {
    const frame = this.#top;
    const c = this.#code[this.#at] ?? '';
    switch (frame.kind) {
      case 'command':
        return this.#inCommand(frame, c);
      case 'double':
        return this.#inDouble(c);
      case 'single':
        return this.#inSingle(c);
      case 'ansi':
        return this.#inAnsi(c);
      case 'parameter':
        return this.#inParameter(frame, c);
      case 'arithmetic':
        return this.#inArithmetic(frame, c);
      case 'document':
        return this.#inDocument(frame, c);
      case 'glob':
        return this.#inGlob(c);
    }
  }

  get #top(): Frame {
    return this.#stack.at(-1) ?? this.#command;
  }

  /** The command a place belongs to, through all quotes. */
  get #command(): CommandFrame {
    return this.#commands.at(-1) ?? this.#text;
  }

  #push(frame: Frame, length: number): void {
    this.#stack.push(frame);
    if (frame.kind === 'command') this.#commands.push(frame);
    this.#at += length;
  }

  #pop(length: number): void {
    if (this.#stack.pop()?.kind === 'command') this.#commands.pop();
    this.#at += length;
  }

  /** Takes characters as part of the word they stand in. */
  #take(length: number): void {
    const command = this.#command;
    command.inWord = true;
    if (command.word.length <= LONGEST_WORD) {
      command.word += this.#code.slice(this.#at, this.#at + length);
      if (command.word.length > LONGEST_WORD) this.#unknown();
    }
    this.#at += length;
  }

  #skip(length: number): void {
    this.#command.inWord = true;
    this.#at += length;
  }

  // What is read the same way nearly everywhere.

  #hole(quoting: Quoting, refusal?: Refusal): void {
    const command = this.#command;
    const demand = this.#isInArithmetic ? 'integer' : this.#demandIn(command);
    const refused = this.#lost ?? refusal ?? this.#refusedInZsh() ?? (demand === 'code' ? 'code' : undefined);
    command.inThisWord.push(this.#places.length);
    this.#places.push({
      quoting,
      demand: demand === 'code' ? 'anything' : demand,
      ...(refused && { refused: REFUSALS[refused] }),
    });
    this.#take(1);
  }

  /** What quotes do not keep zsh from reading in its own way. */
  #refusedInZsh(): Refusal | undefined {
    if (this.#shell !== 'zsh') return undefined;
    const command = this.#command;
    const inner = this.#stack.slice(this.#stack.lastIndexOf(command) + 1);
    if (inner.some((frame) => frame.kind === 'parameter' && frame.flagged)) return 'flags';
    if (inner.some(({ kind }) => kind === 'glob')) return 'glob';
    if (inner.some(({ kind }) => kind === 'document')) return undefined;
    const word = command.inWord ? this.#code.slice(command.wordAt, this.#at) : '';
    if (/\$[#+=~^]+"?$/.test(word.slice(-20))) return 'dollar';
    // What stands between quotes is no beginning.
    const quote = inner.find((frame) => 'at' in frame);
    const before = quote === undefined ? word : this.#code.slice(command.wordAt, quote.at);
    const isInParameter = inner.some(({ kind }) => kind === 'parameter');
    return isZshPrefix(before, isInParameter) ? 'prefix' : undefined;
  }

  /** In arithmetic, whatever quotes stand between. */
  get #isInArithmetic(): boolean {
    if (this.#shell === 'zsh' && this.#isInSubscript()) return true;
    for (let i = this.#stack.length - 1; i >= 0; i--) {
      const frame = this.#stack[i];
      if (frame === undefined || frame.kind === 'command' || frame.kind === 'document') return false;
      if (frame.kind === 'arithmetic' || (frame.kind === 'parameter' && frame.stage === 'offset'))
        return true;
    }
    return false;
  }

  /** In zsh: inside of `$name[…]` on this line. Every call goes on where the last one stopped. */
  #isInSubscript(): boolean {
    const subscript = this.#subscript;
    for (; subscript.at < this.#at; subscript.at++) {
      const c = this.#code[subscript.at];
      if (c === '\n') subscript.depth = 0;
      else if (c === ']' && subscript.depth > 0) subscript.depth--;
      else if (c === '[' && (subscript.depth > 0 || opensSubscript(this.#code, subscript.at)))
        subscript.depth++;
    }
    return subscript.depth > 0;
  }

  get #isInDocument(): boolean {
    return this.#stack.findLast(({ kind }) => kind === 'command' || kind === 'document')?.kind === 'document';
  }

  #demandIn(command: CommandFrame): Demand | 'code' {
    if (this.#isInDocument || command.redirects || command.cases.at(-1) === 'pattern') return 'anything';
    if (command.array !== undefined) return /^\[[^\]]*$/.test(command.word) ? 'integer' : command.array;
    if (command.compares) return 'integer';
    const { words, word } = command;
    return demandOf({ shell: this.#shell, words, word, integers: this.#integers });
  }

  #backslash(quoting: Quoting): void {
    if (this.#code[this.#at + 1] !== HOLE) return this.#take(2);
    this.#take(1);
    this.#hole(quoting, 'backslash');
  }

  /** A `$`; the quotes decide whether `$'` and `$"` mean something. */
  #dollar(quoting: Quoting): void {
    const next = this.#code[this.#at + 1] ?? '';
    const isQuoted = quoting === 'double';
    if (next === HOLE) return this.#dollarHole(quoting);
    if (next === '(') return this.#dollarParen();
    if (next === '{') return this.#parameter(isQuoted);
    if (next === '[') return this.#dollarBracket();
    if (next === "'" && !isQuoted) return this.#dollarSingle();
    if (next === '"' && !isQuoted) return this.#openQuote('double', 2);
    if (SPECIAL_PARAMETER.test(next)) return this.#take(2);
    this.#take(1 + (matchAt(NAME, this.#code, this.#at + 1)?.[0].length ?? 0));
  }

  #dollarHole(quoting: Quoting): void {
    this.#take(1);
    this.#hole(quoting, 'dollar');
  }

  #dollarParen(): void {
    this.#unknown();
    if (this.#code[this.#at + 2] === '(') return this.#push(this.#arithmetic('(('), 3);
    this.#push(commandFrame('word'), 2);
  }

  #dollarBracket(): void {
    this.#unknown();
    this.#push(this.#arithmetic('['), 2);
  }

  /** What an expansion makes of the word is not known. */
  #unknown(): void {
    this.#command.inWord = true;
    if (this.#command.word.length <= LONGEST_WORD + 1) this.#command.word += '$';
  }

  #arithmetic(opener: '((' | '['): ArithmeticFrame {
    this.#command.inWord = true;
    return { kind: 'arithmetic', opener, depth: opener === '((' ? 2 : 1, firstPlace: this.#places.length };
  }

  /** Dash reads a `$` and a plain text where bash reads escapes: clear only when both end it at the same quote. */
  #dollarSingle(): void {
    if (this.#shell !== 'sh') return this.#openQuote('ansi', 2);
    const end = this.#code.indexOf("'", this.#at + 2);
    const text = this.#code.slice(this.#at + 2, end < 0 ? undefined : end);
    if (text.endsWith('\\') || text.includes(HOLE)) this.#lost ??= 'ansiInSh';
    this.#openQuote('single', 2);
  }

  #openQuote(kind: QuoteFrame['kind'], length: number): void {
    const command = this.#command;
    command.inWord = command.quoted = true;
    this.#push({ kind, at: this.#at }, length);
  }

  #parameter(quoted: boolean): void {
    this.#unknown();
    this.#at += 2;
    if (/[\s|]/.test(this.#code[this.#at] ?? '')) this.#lost ??= 'unclear'; // bash 5.3 runs commands in `${ …; }`
    const isNested = this.#shell === 'zsh' && /^\$[{(]/.test(this.#code.slice(this.#at, this.#at + 2));
    const name = isNested ? '' : (matchAt(PARAMETER_NAME, this.#code, this.#at)?.[0] ?? '');
    this.#at += name.length;
    const flagged = this.#shell === 'zsh' && !this.#isPlainParameter(name);
    this.#push({ kind: 'parameter', stage: 'operator', quoted, flagged }, 0);
  }

  /** Without zsh's flags in front of the name, and with an operator behind it that bash has as well. */
  #isPlainParameter(name: string): boolean {
    if (!/\w/.test(name) || name.startsWith('!')) return false;
    return /^(?:\}|\0|\[|[-=?+%#/]|:[-=?+:\d ${\0])/.test(this.#code.slice(this.#at, this.#at + 2));
  }

  /** Backslashes are taken off first, then the text is read by itself, so that `\`` nests. */
  #backtick(): void {
    const end = endOfBackticks(this.#code, this.#at + 1);
    const isQuoted =
      this.#stack.findLast(({ kind }) => kind === 'command' || kind === 'double')?.kind === 'double';
    const inner = this.#code
      .slice(this.#at + 1, end)
      .replace(isQuoted ? /\\([\\$`"])/g : /\\([\\$`])/g, '$1');
    const scanner = new ShellScanner(inner, this.#findings);
    scanner.#lost = this.#lost;
    scanner.scan();
    this.#lost ??= scanner.#lost;
    this.#unknown();
    this.#at = end + 1;
  }

  // Inside quotes.

  #inDouble(c: string): void {
    if (c === '"') return this.#pop(1);
    if (c === HOLE) return this.#hole('double');
    if (c === '\\') return this.#backslash('double');
    if (c === '$') return this.#dollar('double');
    if (c === '`') return this.#backtick();
    this.#take(1);
  }

  #inSingle(c: string): void {
    if (c === "'") return this.#pop(1);
    if (c === HOLE) return this.#hole('single');
    this.#take(1);
  }

  #inAnsi(c: string): void {
    if (c === "'") return this.#pop(1);
    if (c === HOLE) return this.#hole('ansi');
    if (c === '\\') return this.#backslash('ansi');
    this.#take(1);
  }

  #inParameter(frame: ParameterFrame, c: string): void {
    if (c === '}') return this.#pop(1);
    if (frame.stage === 'operator') return this.#operator(frame, c);
    const isQuoted = frame.quoted && frame.stage === 'value';
    const quoting = isQuoted || frame.stage === 'offset' ? 'double' : 'none';
    if (c === HOLE)
      return this.#hole(quoting, this.#isPatternInDocument(frame) ? 'patternInDocument' : undefined);
    if (c === '\\') return this.#backslash(quoting);
    if (c === '$') return this.#dollar(quoting);
    if (c === '`') return this.#backtick();
    if (c === '"') return this.#openQuote('double', 1);
    if (c === "'" && !isQuoted) return this.#openQuote('single', 1);
    this.#take(1);
  }

  /** What follows the name decides how the rest is read. */
  #operator(frame: ParameterFrame, c: string): void {
    if (c === HOLE) return this.#hole('none', 'variableName');
    if (c === '[') return this.#push(this.#arithmetic('['), 1);
    if (/[$"'`]/.test(c)) return void (frame.stage = 'pattern'); // zsh's `${${…}…}`
    const isColon = c === ':';
    const sign = isColon ? (this.#code[this.#at + 1] ?? '') : c;
    const isValue = /[-=?+@]/.test(sign);
    frame.stage = isValue ? 'value' : isColon ? 'offset' : 'pattern';
    this.#skip(isColon && isValue ? 2 : 1);
  }

  #isPatternInDocument(frame: ParameterFrame): boolean {
    return this.#shell === 'sh' && frame.stage === 'pattern' && this.#stack.at(-2)?.kind === 'document';
  }

  #inArithmetic(frame: ArithmeticFrame, c: string): void {
    const [open, close] = frame.opener === '[' ? ['[', ']'] : ['(', ')'];
    if (c === HOLE) return this.#hole('double');
    if (c === '\\') return this.#backslash('double');
    if (c === '$') return this.#dollar('double');
    if (c === '`') return this.#backtick();
    if (c === '"') return this.#openQuote('double', 1);
    if (c === "'") return this.#openQuote('single', 1);
    if (c === open) frame.depth++;
    if (c === close) return this.#closeArithmetic(frame);
    this.#skip(1);
  }

  #closeArithmetic(frame: ArithmeticFrame): void {
    frame.depth--;
    if (frame.opener === '((' && frame.depth === 1) return this.#closeInnerParen(frame);
    if (frame.depth === 0) return this.#pop(1);
    this.#skip(1);
  }

  /** `((` is arithmetic only when it ends with `))`; else a subshell stood at the start of a command. */
  #closeInnerParen(frame: ArithmeticFrame): void {
    if (this.#code[this.#at + 1] === ')') return this.#pop(2);
    for (const place of this.#places.slice(frame.firstPlace)) place.refused ??= REFUSALS.parens;
    this.#pop(1);
    this.#push(commandFrame('word'), 0);
  }

  #inDocument(frame: DocumentFrame, c: string): void {
    if (this.#code[this.#at - 1] === '\n' && this.#endsDocument(frame)) return;
    if (c === HOLE) return this.#hole('double', frame.quoted ? 'quotedDocument' : undefined);
    if (frame.quoted) return void this.#at++;
    if (c === '\\') return this.#documentBackslash(frame);
    if (c === '$') return this.#dollar('double');
    if (c === '`') return this.#backtick();
    this.#at++;
  }

  #endsDocument(frame: DocumentFrame): boolean {
    const end = this.#code.indexOf('\n', this.#at);
    const line = this.#code.slice(this.#at, end < 0 ? undefined : end);
    if ((frame.stripsTabs ? line.replace(/^\t+/, '') : line) !== frame.delimiter) return false;
    this.#pop(end < 0 ? line.length : line.length + 1);
    this.#dropWord(this.#command); // what was read since the operator's line was no word
    this.#openDocument();
    return true;
  }

  /** A backslash joins the next line to this one, so that line cannot end the document. */
  #documentBackslash(frame: DocumentFrame): void {
    if (this.#code[this.#at + 1] !== '\n') return this.#backslash('double');
    this.#at += 2;
    if (this.#at < this.#code.length && this.#code[this.#at] !== '\n') this.#pastLineStart(frame);
  }

  #pastLineStart(frame: DocumentFrame): void {
    const start = this.#at;
    const c = this.#code[start] ?? '';
    if (c === HOLE) this.#hole('double', frame.quoted ? 'quotedDocument' : undefined);
    else if (c === '\\') this.#documentBackslash(frame);
    else if (c === '$') this.#dollar('double');
    else if (c === '`') this.#backtick();
    else this.#at++;
  }

  /** Blanks and `#` are plain characters here. */
  #inGlob(c: string): void {
    if (c === ')') return this.#pop(1);
    if (c === '(') return this.#push({ kind: 'glob' }, 1);
    if (c === HOLE) return this.#hole('none');
    if (c === '\\') return this.#backslash('none');
    if (c === '$') return this.#dollar('none');
    if (c === '`') return this.#backtick();
    if (c === '"') return this.#openQuote('double', 1);
    if (c === "'") return this.#openQuote('single', 1);
    this.#take(1);
  }

  // Inside a list of commands.

  #inCommand(frame: CommandFrame, c: string): void {
    if (!frame.inWord) frame.wordAt = this.#at;
    switch (c) {
      case HOLE:
        return this.#hole('none');
      case '\\':
        return this.#commandBackslash(frame);
      case "'":
        return this.#openQuote('single', 1);
      case '"':
        return this.#openQuote('double', 1);
      case '`':
        return this.#backtick();
      case '$':
        return this.#dollar('none');
      case '#':
        return frame.inWord ? this.#take(1) : this.#comment();
      case ' ':
      case '\t':
        this.#endWord(frame);
        return void this.#at++;
      case '\n':
        return this.#newline(frame);
      case ';':
      case '&':
      case '|':
        return this.#separator(frame, c);
      case '(':
        return this.#openParen(frame);
      case ')':
        return this.#closeParen(frame);
      case '<':
      case '>':
        return this.#redirection(frame, c);
      default:
        return this.#take(1);
    }
  }

  #commandBackslash(frame: CommandFrame): void {
    if (this.#code[this.#at + 1] === '\n') return void (this.#at += 2);
    if (this.#code[this.#at + 1] === HOLE) return this.#backslash('none');
    this.#skip(1);
    this.#take(1);
    frame.quoted = true;
  }

  /** To the end of the line: no quotes, and a reference cannot hold a newline. */
  #comment(): void {
    const end = this.#code.indexOf('\n', this.#at);
    const stop = end < 0 ? this.#code.length : end;
    for (; this.#at < stop; this.#at++) {
      if (this.#code[this.#at] === HOLE) this.#places.push({ quoting: 'double', demand: 'anything' });
    }
  }

  #newline(frame: CommandFrame): void {
    this.#endCommand(frame);
    this.#at++;
    this.#openDocument();
  }

  /** Here-documents begin on the line after their operators, the first one first. */
  #openDocument(): void {
    const frame = this.#top;
    const document = frame.kind === 'command' ? frame.documents.shift() : undefined;
    if (document !== undefined) this.#push({ kind: 'document', ...document }, 0);
  }

  #separator(frame: CommandFrame, c: string): void {
    const next = this.#code[this.#at + 1];
    if (c === '&' && next === '>') return this.#redirection(frame, '>'); // `&>file`
    this.#endCommand(frame);
    const endsBody = c === ';' && (next === ';' || next === '&' || (next === '|' && this.#shell === 'zsh'));
    if (endsBody && frame.cases.at(-1) === 'body') frame.cases[frame.cases.length - 1] = 'pattern';
    this.#at += endsBody ? 2 : 1;
    if (endsBody && next === ';' && this.#code[this.#at] === '&') this.#at++;
  }

  #openParen(frame: CommandFrame): void {
    const isAssigned = frame.inWord && isAssignment(frame.word);
    if (!frame.inWord && frame.cases.at(-1) === 'pattern') return void this.#at++;
    if (!frame.inWord && this.#canCalculate(frame)) return this.#push(this.#arithmetic('(('), 2);
    if (!isAssigned && !frame.tests && this.#isFunction(frame)) return;
    if (isAssigned) return this.#push(commandFrame('word', { array: this.#demandIn(frame) }), 1);
    if (this.#shell === 'zsh' && this.#openZshParen(frame)) return;
    this.#push(commandFrame(frame.inWord ? 'word' : 'list', { tests: frame.tests }), 1);
  }

  /** In zsh a `(` among the words of a command is no subshell. */
  #openZshParen(frame: CommandFrame): boolean {
    const isSubstitution = frame.inWord && frame.word === '=' && !frame.quoted; // `=(…)`
    if (isSubstitution || frame.tests || (!frame.inWord && frame.words.length === 0)) return false;
    frame.inWord = true;
    this.#push({ kind: 'glob' }, 1);
    return true;
  }

  /** `((` at the start of a command, and after `for`. */
  #canCalculate({ words, tests }: CommandFrame): boolean {
    if (tests || this.#code[this.#at + 1] !== '(') return false;
    return words.length === 0 || (words.length === 1 && words[0] === 'for');
  }

  /** `name()`: a command begins after it. */
  #isFunction(frame: CommandFrame): boolean {
    const parens = matchAt(EMPTY_PARENS, this.#code, this.#at);
    if (parens === undefined) return false;
    this.#endCommand(frame);
    this.#at += parens[0].length;
    return true;
  }

  #closeParen(frame: CommandFrame): void {
    this.#endWord(frame);
    if (frame.cases.at(-1) === 'pattern') {
      frame.cases[frame.cases.length - 1] = 'body';
      this.#endCommand(frame);
      // In zsh `(a)b)` is one pattern.
      if (this.#shell === 'zsh' && /\S/.test(this.#code[this.#at + 1] ?? ' ')) this.#lost ??= 'unclear';
      return void this.#at++;
    }
    if (frame.within === 'text') return void this.#at++;
    this.#endCommand(frame);
    this.#pop(1);
    this.#command.inWord = frame.within === 'word';
    if (frame.within === 'list') this.#command.documents.push(...frame.documents);
    else if (frame.documents.length > 0) this.#lost ??= 'unclear';
  }

  #redirection(frame: CommandFrame, c: string): void {
    const from = this.#at;
    if (this.#code[from] === c && this.#code[from + 1] === '(') return this.#substitution(frame);
    // The number in `2>` is no word of the command.
    if (/^\d+$/.test(frame.word) && !frame.quoted) this.#dropWord(frame);
    this.#endWord(frame);
    frame.redirects = !frame.tests;
    if (this.#code.startsWith('<<', from) && !this.#code.startsWith('<<<', from) && !frame.tests)
      return this.#hereDocument(frame);
    while (/[<>&|]/.test(this.#code[this.#at] ?? '') && this.#at < from + 3) this.#at++;
  }

  /** `<(…)` and `>(…)`. */
  #substitution(frame: CommandFrame): void {
    frame.inWord = true;
    this.#push(commandFrame('word'), 2);
  }

  #hereDocument(frame: CommandFrame): void {
    frame.redirects = false;
    const stripsTabs = this.#code[this.#at + 2] === '-';
    this.#at += stripsTabs ? 3 : 2;
    const [whole, word] = matchAt(DELIMITER, this.#code, this.#at) ?? [];
    this.#at += whole?.length ?? 0;
    if (word === undefined || this.#isMidWord) return this.#oddDelimiter();
    const delimiter = unquoted(word);
    // Bash ends the outer document at the first such line, dash the inner one.
    if (this.#stack.some((each) => each.kind === 'document' && each.delimiter === delimiter))
      this.#lost ??= 'unclear';
    frame.documents.push({ delimiter, quoted: /['"\\]/.test(word), stripsTabs });
  }

  get #isMidWord(): boolean {
    return /[^\s;&|<>()]/.test(this.#code[this.#at] ?? ' ');
  }

  /** A delimiter that is no fixed word; where its document ends is then anybody's guess. */
  #oddDelimiter(): void {
    const hole = matchAt(EXPRESSION_IN_WORD, this.#code, this.#at);
    this.#lost ??= hole === undefined ? 'unclear' : 'delimiter';
  }

  #dropWord(frame: CommandFrame): void {
    frame.word = '';
    frame.inWord = frame.quoted = false;
    frame.inThisWord = [];
  }

  #endWord(frame: CommandFrame): void {
    if (!frame.inWord) return;
    const { word, quoted, inThisWord } = frame;
    this.#dropWord(frame);
    if (frame.redirects) frame.redirects = false;
    else if (frame.array === undefined) this.#finishWord(frame, word, quoted);
    frame.inLastWord = inThisWord;
  }

  #finishWord(frame: CommandFrame, word: string, quoted: boolean): void {
    const isFirst = frame.words.length === 0;
    if (frame.tests) return this.#finishTestWord(frame, word, quoted);
    if (frame.cases.length > 0 && this.#finishCaseWord(frame, word, isFirst)) return;
    if (!quoted && word === '{') return this.#beginCommand(frame);
    if (
      !quoted &&
      this.#shell === 'zsh' &&
      endsShortForm(frame.words, word, this.#code.slice(frame.wordAt, frame.wordAt + 2))
    )
      return this.#beginCommand(frame);
    if (isFirst && ((!quoted && RESERVED.has(word)) || word.startsWith('-'))) return;
    if (isFirst && !quoted && word === 'case') return void frame.cases.push('subject');
    if (isFirst && isAssignment(word)) return;
    if (isFirst && !quoted && word === '[[') frame.tests = true;
    frame.words.push(word);
  }

  /** Both sides of `-eq` and its like are evaluated: the one before it is known already. */
  #finishTestWord(frame: CommandFrame, word: string, quoted: boolean): void {
    frame.compares = !quoted && comparesNumbers(word);
    if (frame.compares) for (const i of frame.inLastWord) this.#demandInteger(i);
    frame.words.push(word);
    if (word !== ']]') return;
    frame.tests = false;
    if (this.#shell === 'zsh') this.#beginCommand(frame); // `if [[ … ]] command`
  }

  #demandInteger(i: number): void {
    const place = this.#places[i];
    if (place !== undefined) place.demand = 'integer';
  }

  /** True when the word belongs to `case` itself. */
  #finishCaseWord(frame: CommandFrame, word: string, isFirst: boolean): boolean {
    const state = frame.cases.at(-1);
    if (state === 'subject') {
      if (word === '{' && this.#shell === 'zsh') this.#lost ??= 'unclear'; // `case x { … }`
      if (word === 'in' && !isFirst) this.#beginPatterns(frame);
      else frame.words.push(word);
      return true;
    }
    if (isFirst && word === 'esac') frame.cases.pop();
    else if (state === 'pattern') frame.words.push(word);
    else return false;
    return true;
  }

  #beginPatterns(frame: CommandFrame): void {
    frame.cases[frame.cases.length - 1] = 'pattern';
    this.#beginCommand(frame);
  }

  #endCommand(frame: CommandFrame): void {
    this.#endWord(frame);
    // A newline may stand inside `[[ ]]` and before the `in` of `case`.
    if (frame.tests || frame.cases.at(-1) === 'subject') return;
    for (const name of integersDeclared(this.#shell, frame.words)) this.#integers.add(name);
    if (this.#shell === 'zsh' && changesZshQuoting(frame.words)) this.#lost ??= 'options';
    this.#beginCommand(frame);
  }

  #beginCommand(frame: CommandFrame): void {
    frame.words = [];
    frame.redirects = frame.compares = false;
    frame.inLastWord = [];
  }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

function unquoted(word: string): string {
  return word.replace(
    /'([^']*)'|"([^"]*)"|\\(.)/g,
    (_, single?: string, double?: string, escaped?: string) => single ?? double ?? escaped ?? '',
  );
}

function endOfBackticks(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '`') return i;
  }
  return text.length;
}
