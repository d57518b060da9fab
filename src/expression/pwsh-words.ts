/**
 * The characters and words of PowerShell that matter for where a value stands. From its tokenizer's own classes of
 * characters (PowerShell 7: `CharTraits`, `SpecialChars`) and its manual: about_Quoting_Rules, about_Parsing,
 * about_Special_Characters, about_Language_Keywords.
 */

const SINGLE_QUOTES = "'\u2018\u2019\u201a\u201b";
const DOUBLE_QUOTES = '"\u201c\u201d\u201e';
const DASHES = '-\u2013\u2014\u2015';

/** Typographic quotes are quotes as well; the end of a text is none. */
export function isSingleQuote(c: string): boolean {
  return c !== '' && SINGLE_QUOTES.includes(c);
}

export function isDoubleQuote(c: string): boolean {
  return c !== '' && DOUBLE_QUOTES.includes(c);
}

export function isQuote(c: string): boolean {
  return isSingleQuote(c) || isDoubleQuote(c);
}

export function isDash(c: string): boolean {
  return c !== '' && DASHES.includes(c);
}

export function isNewline(c: string): boolean {
  return c === '\n' || c === '\r';
}

export function isBlank(c: string): boolean {
  return c === '\t' || c === '\v' || c === '\f' || c === '\u0085' || /^\p{Zs}|\p{Zl}|\p{Zp}$/u.test(c);
}

/** Whether a word ends before this character; at the end of a text it does. */
export function endsWord(c: string): boolean {
  return c === '' || '{}();,|&'.includes(c) || isNewline(c) || isBlank(c);
}

/** After these the next word begins a command or an expression of its own. */
export const LEADING_KEYWORDS: ReadonlySet<string> = new Set(['return', 'throw', 'exit', 'in', 'else', 'do']);

/** After these no command begins before some parenthesis or brace. */
export const KEYWORDS: ReadonlySet<string> = new Set([
  'begin',
  'break',
  'catch',
  'class',
  'clean',
  'continue',
  'data',
  'dynamicparam',
  'elseif',
  'end',
  'enum',
  'filter',
  'finally',
  'for',
  'foreach',
  'function',
  'hidden',
  'if',
  'param',
  'process',
  'static',
  'switch',
  'trap',
  'try',
  'until',
  'using',
  'while',
]);

/** Text that makes PowerShell run a value that stands in the same pipeline. */
const RUNS_TEXT: readonly RegExp[] = [
  /(?:^|[^\w-])(?:iex|invoke-expression|add-type)(?![\w-])/i,
  /scriptblock\s*\]\s*::\s*create|invokescript|addscript|newscriptblock|expandstring/i,
  /(?:^|[\s$'"{])function:/i,
  /\b(?:powershell|wsl)(?:\.exe)?\s/i,
];

/** Other shells, and the options with which they run the text behind them. */
const RUNS_TEXT_WITH: readonly { readonly shell: RegExp; readonly option: RegExp }[] = [
  { shell: /\bpwsh(?:\.exe)?['"]?[\s,)]/i, option: /[\s'"(,][-/](?:c|co\w*|e|ec|en\w*)\b/i },
  { shell: /\b(?:ba|z|da|k|a)?sh(?:\.exe)?['"]?[\s,)]/i, option: /[\s'"(,]-\w*c\b/i },
  { shell: /\bcmd(?:\.exe)?['"]?[\s,)]/i, option: /[\s'"(,]\/[ckr]/i },
];

/** Whether a pipeline hands text to something that runs it as code. */
export function runsText(pipeline: string): boolean {
  if (RUNS_TEXT.some((pattern) => pattern.test(pipeline))) return true;
  return RUNS_TEXT_WITH.some(({ shell, option }) => {
    const found = shell.exec(pipeline);
    return found !== null && option.test(pipeline.slice(found.index));
  });
}
