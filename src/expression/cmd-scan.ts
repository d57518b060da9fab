import { cmdCommand, isSurelyProgram, runsText, type CmdCommand } from './cmd-words.ts';
import { HOLE, type Demand, type Quoting, type ScannedText } from './shell-place.ts';
import { withEdits, type TextEdit } from './text-edits.ts';

/**
 * Where each expression stands in the text of cmd, read as a script file. After the phases of cmd's parser as Dave Benham
 * and jeb found them out ("How does the Windows Command Interpreter (CMD.EXE) parse scripts?", Stack Overflow 4094699):
 *
 *   1    `%name%` is replaced, before anything else is read: a value may never come that way
 *   2    quotes, `^`, `& | < > ( )` are read, and the line is cut into commands
 *   5    delayed expansion: `!name!` is replaced, token by token, and what it becomes is not read again, but
 *   5.3  by the other cmd that each side of a pipe is given to, and
 *   6    by `call`, which does the phases 1 and 2 again.
 *
 * In phase 5 a token with a `!` in it also loses its carets. So in every token that a reference is put into, literal
 * `!` and `^` are escaped for that phase. Where a text itself says `EnableDelayedExpansion` its `!` are its own.
 *
 * The limits: what a `%name%` of the text holds is read like the text itself, and is not known here. And a script of cmd
 * that is run without `call`, which never comes back, is given the reference and not the value.
 */
export function scanCmd(code: string): ScannedText {
  if (!code.includes(HOLE)) return { code, places: [] };
  const scanner = new CmdScanner(code);
  scanner.scan();
  return { code: withEdits(code, scanner.edits), places: scanner.places };
}

const REFUSALS = {
  caret: 'A `^` right before `${{` would change how the value is read: leave it out.',
  percent:
    'It stands between two `%`, and cmd takes all of that for the name of a variable: double a `%` to mean one.',
  pipe: 'cmd gives each side of a `|` to another cmd, which would read the value as code: write it to a file first, as in `>file echo …`, and go on with `<file`.',
  loop: 'cmd cuts what a `for` goes through into pieces, and may run it: set `shell: pwsh` for such a loop.',
  subroutine:
    'A subroutine pastes its arguments where it writes %1. Give the value a name with `env:`, begin with `setlocal EnableDelayedExpansion`, and write !NAME! in the subroutine.',
  internal: "`call` reads a value once more: leave `call` out before one of cmd's own commands.",
  code: 'The value would be run as code here. Write a program of your own for it, or paste it on purpose with `raw()`.',
  word: 'cmd would not keep this together as one argument: put double quotes around all of it, as in "--name=${{ … }}".',
  bang: 'A `!` before it has no other: with `EnableDelayedExpansion` write `^!` to mean one.',
  deep: 'It stands inside of too many parentheses, `if` and `for`: write a program for this.',
  off: 'The text turns delayed expansion off, without which no value can be placed: take out `DisableDelayedExpansion`, and every `endlocal` that has no `setlocal`.',
} as const;
type Refusal = keyof typeof REFUSALS;

interface WritablePlace {
  readonly quoting: Quoting;
  readonly demand: Demand;
  refused?: string;
}

/** A token of phase 5: characters that share the fate of a `!` among them. */
interface Token {
  readonly first: number;
  readonly marks: { readonly at: number; readonly length: number; readonly text: string }[];
  bangs: number;
}

/** What a simple command has shown of itself. */
interface Command {
  readonly kind: CmdCommand;
  readonly name: string;
  /** Where its arguments begin. */
  readonly at: number;
  readonly called: boolean;
}

/** More commands in each other are not followed. */
const DEEPEST = 100;
const DELIMITER = /[ \t,;=]/;

class CmdScanner {
  readonly #code: string;
  readonly places: WritablePlace[] = [];
  readonly edits: TextEdit[] = [];
  /** `%name%`: where they begin and end. */
  readonly #variables: ReadonlyMap<number, number>;
  /** The text has `!name!` of its own. */
  readonly #ownBangs: boolean;
  readonly #lost: Refusal | undefined;
  #at = 0;
  /** Open parentheses, and commands inside of `if` and `for`. */
  #depth = 0;
  #nesting = 0;
  #quoted = false;

  constructor(code: string) {
    this.#code = code;
    this.#variables = variablesIn(code);
    this.#ownBangs = /\bEnableDelayedExpansion\b/i.test(code);
    this.#lost = losesExpansion(code) ? 'off' : undefined;
  }

  scan(): void {
    while (this.#at < this.#code.length) {
      this.#list();
      this.#at++; // a `)` that nothing opened
    }
  }

  get #char(): string {
    return this.#code[this.#at] ?? '';
  }

  #next(offset = 1): string {
    return this.#code[this.#at + offset] ?? '';
  }

  #hole(quoting: Quoting, demand: Demand, refusal?: Refusal): void {
    const why = this.#lost ?? refusal;
    this.places.push({ quoting, demand, ...(why && { refused: REFUSALS[why] }) });
    this.#at++;
  }

  #refuseFrom(first: number, refusal: Refusal): void {
    for (const place of this.places.slice(first)) place.refused ??= REFUSALS[refusal];
  }

  /** Passes a `%name%` or a `%%`, which say nothing of quotes. */
  #passVariable(): boolean {
    const end = this.#variables.get(this.#at);
    if (end === undefined) return false;
    while (this.#at < end) {
      if (this.#char === HOLE) this.#hole('double', 'anything', 'percent');
      else this.#at++;
    }
    return true;
  }

  // Lists, pipes and blocks.

  #list(): void {
    while (this.#at < this.#code.length) {
      if (this.#char === ')') return;
      if (/[\s,;=@&|]/.test(this.#char)) this.#at++;
      else this.#pipeline();
    }
  }

  #pipeline(): void {
    const first = this.places.length;
    let piped = false;
    for (;;) {
      if (++this.#nesting > DEEPEST) this.#giveUp();
      else this.#command();
      this.#nesting--;
      while (/[ \t]/.test(this.#char)) this.#at++;
      if (this.#char !== '|' || this.#next() === '|') break;
      piped = true;
      this.#at++;
      while (/[\s@]/.test(this.#char)) this.#at++;
    }
    if (piped) this.#refuseFrom(first, 'pipe');
  }

  #giveUp(): void {
    while (this.#at < this.#code.length) {
      if (this.#char === HOLE) this.#hole('none', 'anything', 'deep');
      else this.#at++;
    }
  }

  #command(): void {
    while (/[ \t,;=@]/.test(this.#char)) this.#at++;
    this.#redirections();
    if (this.#char === '(') return this.#block();
    if (this.#char === ':') return this.#restOfLine();
    const start = this.#at;
    const name = this.#name();
    if (/^rem$/i.test(name)) return this.#restOfLine();
    if (/^if$/i.test(name)) return this.#if();
    if (/^for$/i.test(name)) return this.#for();
    this.#simple(name, start);
  }

  #block(): void {
    this.#at++;
    this.#depth++;
    this.#list();
    this.#depth--;
    this.#at++;
    this.#redirections();
  }

  /** Those before a command, and behind a block. */
  #redirections(): void {
    while (/^[ \t]*\d?[<>]/.test(this.#code.slice(this.#at, this.#at + 200))) {
      while (!/[<>]/.test(this.#char)) this.#at++;
      this.#redirection();
      while (/[ \t]/.test(this.#char)) this.#at++;
    }
  }

  /** A label or a comment: what stands there does nothing. */
  #restOfLine(): void {
    while (this.#at < this.#code.length && this.#char !== '\n') {
      if (this.#char === HOLE) this.#hole('double', 'anything');
      else this.#at++;
    }
  }

  /** The first word of a command. */
  #name(): string {
    const start = this.#at;
    const token = this.#begin();
    while (this.#char !== '' && this.#char !== '\n' && (this.#quoted || !/[\s,;=&|<>]/.test(this.#char))) {
      if (this.#char === ')' && this.#depth > 0 && !this.#quoted) break;
      if (this.#endsEcho(start)) break;
      if (this.#char === HOLE) this.#programName(start);
      else this.#step(token);
    }
    this.#end(token);
    return this.#code.slice(start, this.#at).replace(/["^]/g, '');
  }

  /** `echo(text`: what glues text to `echo` belongs to its name. */
  #endsEcho(start: number): boolean {
    if (!/^echo[.:([\]+\\/]$/i.test(this.#code.slice(start, this.#at))) return false;
    return !/^exe(?!\w)/i.test(this.#code.slice(this.#at, this.#at + 4));
  }

  #programName(start: number): void {
    if (this.#quoted) return this.#hole('double', 'path');
    const isWhole = this.#at === start && /^[\s&|<>)]?$/.test(this.#next());
    this.#hole('none', 'path', isWhole ? undefined : 'word');
  }

  // Phase 5's tokens.

  #begin(): Token {
    this.#quoted = false;
    return { first: this.places.length, marks: [], bangs: 0 };
  }

  /** Passes one character, noting what phase 5 would take away. */
  #step(token: Token): void {
    if (this.#passVariable()) return;
    const c = this.#char;
    if (c === '\n' || c === '\r') this.#quoted = false;
    if (c === '"') this.#quoted = !this.#quoted;
    if (c === '!') this.#bang(token, 1);
    else if (c === '^') this.#caret(token);
    else this.#at++;
  }

  #bang(token: Token, length: number): void {
    token.bangs++;
    if (!this.#ownBangs) token.marks.push({ at: this.#at, length, text: this.#quoted ? '^!' : '^^!' });
    this.#at += length;
  }

  /** Between quotes a caret is one; outside it makes the next character a plain one and is gone. */
  #caret(token: Token): void {
    const at = this.#at;
    if (this.#quoted) token.marks.push({ at, length: 1, text: '^^' });
    else if (this.#next() === '^') token.marks.push({ at, length: 2, text: '^^^^' });
    else if (this.#next() === '!' && !this.#ownBangs) return this.#bang(token, 2);
    else if (this.#next() === HOLE) return this.#caretHole();
    const isLineEnd = this.#next() === '\n' || this.#next() === '\r';
    if (this.#quoted) return void this.#at++;
    this.#at += isLineEnd && this.#code.startsWith('\r\n', at + 1) ? 3 : 2;
    if (isLineEnd && this.#char === HOLE) this.#hole('none', 'anything', 'caret');
  }

  #caretHole(): void {
    this.#at++;
    this.#hole('none', 'anything', 'caret');
  }

  #end(token: Token): void {
    const hasHoles = this.places.length > token.first;
    if (!hasHoles && (token.bangs === 0 || this.#ownBangs)) return;
    if (token.bangs > 0 && this.#ownBangs) return;
    this.edits.push(...token.marks);
  }

  /** With bangs of the text's own, each before a place must have its other. */
  #unpaired({ bangs }: Token): Refusal | undefined {
    return this.#ownBangs && bangs % 2 === 1 ? 'bang' : undefined;
  }

  // Simple commands.

  #simple(name: string, start: number): void {
    const kind = cmdCommand(name);
    if (kind === 'call') return this.#call();
    const command = { kind, name, at: this.#at, called: false };
    const first = this.places.length;
    this.#token(command);
    const spaced = /^echo$/i.test(name) && /[ \t]/.test(this.#code[command.at] ?? '');
    // `echo` alone would take `on`, `off`, `/?` or nothing for something else than text.
    if (spaced && this.places.length > first) this.edits.push({ at: start + 4, length: 1, text: '(' });
  }

  #call(): void {
    while (/[ \t]/.test(this.#char)) this.#at++;
    const first = this.places.length;
    const isLabel = this.#char === ':';
    const name = this.#name();
    const kind = cmdCommand(name);
    if (this.places.length > first) this.#refuseFrom(first, 'code');
    this.#token({ kind: 'program', name, at: this.#at, called: true });
    if (isLabel) this.#refuseFrom(first, 'subroutine');
    else if (kind !== 'program') this.#refuseFrom(first, kind === 'runs' ? 'code' : 'internal');
  }

  /** A command's arguments are one token, each file of a redirection another. */
  #token(command: Command): void {
    const token = this.#begin();
    while (this.#char !== '' && !this.#endsCommand()) {
      if (!this.#quoted && (this.#char === '<' || this.#char === '>')) this.#redirection();
      else if (this.#char === HOLE) this.#argument(command, this.#unpaired(token));
      else this.#step(token);
    }
    this.#end(token);
  }

  #endsCommand(): boolean {
    const c = this.#char;
    if (c === '\n') return true;
    if (this.#quoted) return false;
    return c === '&' || c === '|' || (c === ')' && this.#depth > 0);
  }

  #redirection(): void {
    while (/[<>&]/.test(this.#char)) this.#at++;
    while (/[ \t]/.test(this.#char)) this.#at++;
    const token = this.#begin();
    const start = this.#at;
    while (this.#char !== '' && (this.#quoted || !/[\s,;=&|<>()]/.test(this.#char))) {
      if (this.#char === '\n') break;
      if (this.#char !== HOLE) this.#step(token);
      else if (this.#quoted) this.#hole('double', 'path', this.#unpaired(token));
      else this.#hole('none', 'path', this.#unpaired(token) ?? this.#besides(start));
    }
    this.#end(token);
    this.#quoted = false;
  }

  #argument(command: Command, refusal: Refusal | undefined): void {
    const own = this.#quoted ? 'double' : 'none';
    const before = this.#code.slice(command.at, this.#at);
    switch (command.kind) {
      case 'text':
        return this.#hole('double', 'anything', refusal);
      case 'set':
        return this.#hole('double', demandOfSet(before), refusal);
      case 'number':
        return this.#hole('double', 'integer', refusal);
      case 'label':
        return this.#hole('double', 'name', refusal);
      case 'file':
        return this.#hole(own, 'path', refusal ?? this.#besides(command.at));
      case 'runs':
      case 'call':
        return this.#hole(own, 'anything', 'code');
      case 'program': {
        const why = runsText(command.name, before) ? 'code' : this.#besides(command.at);
        return this.#hole(own, demandOfProgram(command), refusal ?? why);
      }
    }
  }

  /** A value that brings its own quotes must not touch others, nor follow a backslash, which would escape them. */
  #besides(start: number): Refusal | undefined {
    if (this.#quoted) return undefined;
    const before = this.#at > start ? (this.#code[this.#at - 1] ?? '') : '';
    return /["\\\0]/.test(before) || /["\0]/.test(this.#next()) ? 'word' : undefined;
  }

  // if and for.

  #if(): void {
    let word = this.#operand('anything');
    while (/^(?:\/i|not)$/i.test(word)) word = this.#operand('anything');
    const asks = /^(?:exist|defined|errorlevel|cmdextversion)$/i.test(word);
    if (asks) this.#operand(/^exist$/i.test(word) ? 'path' : /^defined$/i.test(word) ? 'name' : 'integer');
    else this.#comparison();
    this.#pipeline();
    while (/[ \t]/.test(this.#char)) this.#at++;
    if (!/^else(?![\w.-])/i.test(this.#code.slice(this.#at, this.#at + 5))) return;
    this.#at += 4;
    this.#pipeline();
  }

  #comparison(): void {
    while (/[ \t]/.test(this.#char)) this.#at++;
    if (this.#code.startsWith('==', this.#at)) this.#at += 2;
    else this.#operand('anything'); // `equ` and its like
    this.#operand('anything');
  }

  /** One side of a comparison, a token of its own. It is cut out before values are filled in. */
  #operand(demand: Demand): string {
    while (DELIMITER.test(this.#char) && !this.#code.startsWith('==', this.#at)) this.#at++;
    const start = this.#at;
    const token = this.#begin();
    while (this.#char !== '' && this.#char !== '\n' && (this.#quoted || !/[\s,;=&|<>]/.test(this.#char))) {
      if (this.#char !== HOLE) this.#step(token);
      else if (demand === 'path' && !this.#quoted) this.#hole('none', demand, this.#besides(start));
      else this.#hole('double', demand, this.#unpaired(token));
    }
    this.#end(token);
    this.#quoted = false;
    return this.#code.slice(start, this.#at);
  }

  #for(): void {
    const first = this.places.length;
    const header = /^[^\n]*?[ \t]in[ \t]*\(/i.exec(this.#code.slice(this.#at))?.[0] ?? '';
    const start = this.#at + header.length;
    while (this.#at < start) {
      if (this.#char === HOLE) this.#hole('double', 'anything');
      else this.#at++;
    }
    const token = this.#begin();
    while (this.#char !== '' && (this.#quoted || this.#char !== ')')) {
      if (this.#char === HOLE) this.#hole('double', 'anything');
      else this.#step(token);
    }
    this.#end(token);
    this.#refuseFrom(first, 'loop');
    this.#at++;
    this.#quoted = false;
    const body = /^\s*do(?![\w.-])/i.exec(this.#code.slice(this.#at, this.#at + 200))?.[0] ?? '';
    this.#at += body.length;
    this.#pipeline();
  }
}

/** `set "name=value"` takes any text behind its `=`; before that a name, and `/a` calculates. */
function demandOfSet(before: string): Demand {
  if (/^[ \t]*"?[ \t]*\/a/i.test(before)) return 'integer';
  return before.includes('=') || /^[ \t]*\/p/i.test(before) ? 'anything' : 'name';
}

function demandOfProgram({ name, called }: Command): Demand {
  if (called) return 'call-argument';
  return isSurelyProgram(name) ? 'exe-argument' : 'script-argument';
}

/** Phase 1, as far as it matters here: what stands between two `%` of a line is a name. */
function variablesIn(code: string): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const { 0: variable, index } of code.matchAll(/%(?:%|\*|\d|~[a-z$:]*\d|[^%\n]*%)/gi)) {
    found.set(index, index + variable.length);
  }
  return found;
}

/** Whether delayed expansion may be off somewhere in the text. */
function losesExpansion(code: string): boolean {
  if (/\bDisableDelayedExpansion\b/i.test(code)) return true;
  let depth = 0;
  for (const [word] of code.matchAll(/\b(?:set|end)local\b/gi)) {
    depth += word.toLowerCase() === 'setlocal' ? 1 : -1;
    if (depth < 0) return true;
  }
  return false;
}
