import { THROUGH_ENV } from './shell-place.ts';

/** Why nothing can be placed somewhere in the text of bash, sh or zsh. */
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
  flags: `zsh may evaluate what stands inside \`\${ }\` with flags or another \`\${ }\`. ${THROUGH_ENV}.`,
  glob: `zsh reads parentheses in a word as a pattern, and its \`(e:…:)\` runs code. ${THROUGH_ENV}, or quote the parentheses.`,
  prefix:
    'zsh reads a word that begins with `~` or `=` as the name of a folder or program, quotes or not: put a `./` or all of the word in quotes.',
  options: `Baton cannot tell how zsh reads text after its options for quoting have changed. ${THROUGH_ENV}.`,
  unclear: `Baton cannot tell how the shell reads this place. ${THROUGH_ENV}.`,
} as const;
export type Refusal = keyof typeof REFUSALS;
