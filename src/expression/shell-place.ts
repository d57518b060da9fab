/** Which quotes surround a place in shell text. */
export type Quoting =
  /** None: a value has to bring its own. */
  | 'none'
  /** `"…"`, `$"…"`, a here-document that expands, arithmetic, a comment: a bare reference does. */
  | 'double'
  | 'single'
  /** Bash's `$'…'`. */
  | 'ansi';

/**
 * What a value must be because of where it stands. Bash evaluates the *text* of a value as code in arithmetic
 * (`a[$(command)]` runs the command) and wherever a command takes the name of a variable.
 */
export type Demand = 'anything' | 'integer' | 'name';

/** Where one expression stands in shell text. */
export interface Place {
  readonly quoting: Quoting;
  readonly demand: Demand;
  /** Nothing can be placed here; says why, and what to do. */
  readonly refused?: string;
}

const THROUGH_ENV = 'Give the value a name with `env:` and write "$NAME" instead';

/** Why nothing can be placed somewhere. */
export const REFUSALS = {
  backslash:
    "A backslash right before `${{` would take the value's place: leave it out, or double it to mean a backslash.",
  dollar:
    'A `$` right before `${{` would change what is read: write `\\$` to mean a dollar sign, or leave it out.',
  quotedDocument:
    'The shell fills nothing into a here-document whose delimiter is quoted: take the quotes off the delimiter, or print the value with its own command.',
  delimiter: 'The delimiter of a here-document is never filled in: write a fixed word there.',
  variableName:
    "An expression cannot be part of a variable's name inside `${ }`: use the value itself, without `${ }` around it.",
  ansiInSh:
    "Not every `sh` knows `$'…'`, so no value can be placed in it or after it: set `shell: bash`, or use printf.",
  code: `The value would be run as shell code here. ${THROUGH_ENV} inside single-quoted code, or paste it on purpose with \`raw()\`.`,
  parens:
    'Baton cannot tell whether `((` begins arithmetic or two subshells here: put a space between the parentheses.',
  patternInDocument: `\`sh\` reads quotes in a here-document differently from shell to shell. ${THROUGH_ENV}, or set \`shell: bash\`.`,
  unclear: `Baton cannot tell how the shell reads this place. ${THROUGH_ENV}.`,
} as const;
export type Refusal = keyof typeof REFUSALS;
