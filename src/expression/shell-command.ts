import type { Demand } from './shell-place.ts';

/** The expression's character in scanned shell text: NUL cannot stand in a shell text for anything else. */
export const HOLE = '\0';

/** What has been read of the command that a place stands in. */
export interface CommandSoFar {
  /** Its words before this one, without quotes and without the assignments in front. */
  readonly words: readonly string[];
  /** This word up to here. */
  readonly word: string;
  /** Variables that some `declare -i` has made integers: what is assigned to them is evaluated. */
  readonly integers: ReadonlySet<string>;
}

/** After these the next word is again the first of a command. */
export const RESERVED: ReadonlySet<string> = new Set([
  'if',
  'then',
  'elif',
  'else',
  'fi',
  'while',
  'until',
  'do',
  'done',
  'time',
  'coproc',
  '!',
  '{',
  '}',
]);

/** Bash's own integers. */
export const INTEGER_VARIABLES = [
  'RANDOM',
  'SRANDOM',
  'SECONDS',
  'LINENO',
  'HISTCMD',
  'OPTIND',
  'BASHPID',
  'EPOCHSECONDS',
];

const TRANSPARENT: ReadonlySet<string> = new Set(['command', 'builtin', 'exec', 'nohup']);
const DECLARATIONS: ReadonlySet<string> = new Set(['declare', 'typeset', 'local', 'export', 'readonly']);
/** Of these, `declare` and its like evaluate subscripts in names; `export` and `readonly` refuse them. */
const EVALUATES_NAMES: ReadonlySet<string> = new Set(['declare', 'typeset', 'local']);
const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh']);
/** `NAME=`, `NAME+=`, `NAME[…]=`, from the word's start. */
const ASSIGNMENT = /^([A-Za-z_]\w*)(\[[^\]]*\])?\+?=/;

/** Whether a whole word is an assignment in front of a command. */
export function isAssignment(word: string): boolean {
  return ASSIGNMENT.test(word);
}

/** What the command does with a value at this place; `code` when it would run it as shell text. */
export function demandOf(command: CommandSoFar): Demand | 'code' {
  const words = withoutPrefix(command.words);
  const [name = ''] = words;
  if (runsAsCode(words)) return 'code';
  if (name === '') return demandOfAssignment(command);
  if (name === 'let') return 'integer';
  if (DECLARATIONS.has(name)) return demandOfDeclaration(words, command);
  return takesName(words) ? 'name' : 'anything';
}

function withoutPrefix(words: readonly string[]): readonly string[] {
  const first = words.findIndex((word) => !TRANSPARENT.has(word) && !word.startsWith('-'));
  if (first === 0) return words;
  return first < 0 ? [] : words.slice(first);
}

/** `eval …`, the first word of `trap`, and the word after the `-c` of a shell, whatever runs that shell. */
function runsAsCode(words: readonly string[]): boolean {
  if (words[0] === 'eval') return true;
  if (words[0] === 'trap') return words.length === 1 || (words.length === 2 && words[1] === '--');
  if (!/^-[A-Za-z]*c[A-Za-z]*$/.test(words.at(-1) ?? '')) return false;
  const shell = words.findLastIndex((word) => SHELLS.has(word.slice(word.lastIndexOf('/') + 1)));
  return words.includes('su') || (shell >= 0 && words.slice(shell + 1).every(isOption));
}

/** An option, or the word that belongs to a `-o`. */
function isOption(word: string, i: number, words: readonly string[]): boolean {
  return /^[-+]/.test(word) || /^[-+]\w*[oO]$/.test(words[i - 1] ?? '');
}

function demandOfAssignment({ word, integers }: CommandSoFar): Demand {
  if (isOpenSubscript(word)) return 'integer';
  const [, name = ''] = ASSIGNMENT.exec(word) ?? [];
  return integers.has(name) ? 'integer' : 'anything';
}

function isOpenSubscript(word: string): boolean {
  return /^[A-Za-z_]\w*\[[^\]]*$/.test(word);
}

function demandOfDeclaration(words: readonly string[], { word, integers }: CommandSoFar): Demand {
  const options = words.filter((each) => /^[-+]/.test(each));
  if (options.some((option) => option.startsWith('-') && option.includes('i'))) return 'integer';
  const [, name] = ASSIGNMENT.exec(word) ?? [];
  if (name === undefined) return EVALUATES_NAMES.has(words[0] ?? '') ? demandOfName(word) : 'anything';
  if (integers.has(name)) return 'integer';
  return options.some((option) => option.includes('n')) ? 'name' : 'anything';
}

function demandOfName(word: string): Demand {
  return word.includes('[') ? 'integer' : 'name';
}

/** Names that bash looks up, subscripts and all. The argument of an option of `read` is no name, but for `-a`. */
function takesName(words: readonly string[]): boolean {
  const [name = ''] = words;
  const before = words.at(-1) ?? '';
  if (name === 'test' || name === '[' || name === '[[') return before === '-v' || before === '-R';
  if (name === 'printf') return before === '-v';
  if (name === 'wait') return before === '-p';
  if (name === 'unset') return true;
  return name === 'read' && !/^-\w*[dinNptu]$/.test(before);
}

/** The names a `declare -i` makes integers. */
export function integersDeclared(words: readonly string[]): readonly string[] {
  const [name = '', ...rest] = withoutPrefix(words);
  if (!DECLARATIONS.has(name) || !rest.some((word) => /^-\w*i/.test(word))) return [];
  return rest.filter((word) => !word.startsWith('-')).map((word) => word.replace(/[[+=][\s\S]*$/, ''));
}

/** Inside `[[ ]]` these make both sides arithmetic. */
export function comparesNumbers(word: string): boolean {
  return /^-(eq|ne|lt|le|gt|ge)$/.test(word);
}
