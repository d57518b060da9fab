import type { Result } from '../base/result.ts';

/** Which quotes surround a place in shell text. */
export type Quoting =
  /** None: a value has to bring its own. */
  | 'none'
  /** Quotes that expand, arithmetic, a comment: a bare reference does. */
  | 'double'
  | 'single'
  /** Bash's and zsh's `$'…'`. */
  | 'ansi';

/**
 * What a value must be because of where it stands. Bash and zsh evaluate the *text* of a value as code in arithmetic
 * (`a[$(command)]` runs the command) and wherever a command takes the name of a variable.
 */
export type Demand =
  | 'anything'
  | 'integer'
  | 'name'
  /** Where an option might stand that names a variable: not with a `-` in front. */
  | 'operand'
  /** Of a program that PowerShell may start. */
  | 'argument'
  /** Of cmd: a file's name for one of its own commands. */
  | 'path'
  /** Of cmd: an argument of a program that is surely none of cmd's own scripts. */
  | 'exe-argument'
  /** Of cmd: an argument of a program that may be one of its scripts, which reads it once more. */
  | 'script-argument'
  /** Of cmd: the same behind `call`, which itself reads everything twice. */
  | 'call-argument';

/** Where one expression stands in shell text. */
export interface Place {
  readonly quoting: Quoting;
  readonly demand: Demand;
  /** Nothing can be placed here; says why, and what to do. */
  readonly refused?: string;
}

/** The expression's character in scanned shell text: NUL cannot stand in a shell text for anything else. */
export const HOLE = '\0';

/** A shell text that has been read. */
export interface ScannedText {
  /** The text, with what had to change around its expressions; each is still one `HOLE`, in order. */
  readonly code: string;
  /** One for each expression. */
  readonly places: readonly Place[];
}

/** A value that is to be placed, and what stands right before and after it. */
export interface Placing {
  readonly source: string;
  readonly value: string;
  readonly place: Place;
  readonly before: string;
  readonly after: string;
}

/** How one shell reads text and is handed values. */
export interface Dialect {
  readonly scan: (code: string) => ScannedText;
  /** What the variable must hold so that the value arrives unchanged; the error says why no variable can. */
  readonly fit: (placing: Placing) => Result<string, string>;
  /** The shell's way to read the variable, quoted for the place. */
  readonly reference: (name: string, placing: Placing) => string;
  /** A line in front of text that has references. */
  readonly prelude?: string;
}

/** A value for a message, not all of it when it is long. */
export function shown(value: string): string {
  return value.length > 60 ? `"${value.slice(0, 60)}…"` : `"${value}"`;
}

/** What to do where no value can be placed. */
export const THROUGH_ENV = 'Give the value a name with `env:` and write "$NAME" instead';
