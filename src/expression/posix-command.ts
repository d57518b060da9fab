import { HOLE, type Demand } from './shell-place.ts';
import { demandInZsh } from './zsh-command.ts';

/** What has been read of the command that a place stands in. */
export interface CommandSoFar {
  readonly shell: 'bash' | 'sh' | 'zsh';
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
  'always',
  '!',
  '{',
  '}',
]);

/** Bash's own integers (bash(1), Shell Variables). */
const BASH_INTEGERS = [
  'RANDOM',
  'SRANDOM',
  'SECONDS',
  'LINENO',
  'HISTCMD',
  'OPTIND',
  'BASHPID',
  'EPOCHSECONDS',
];

/** zsh's own (`typeset -i +`). */
const ZSH_INTEGERS = [
  'ARGC',
  'COLUMNS',
  'EGID',
  'EUID',
  'FUNCNEST',
  'GID',
  'HISTCMD',
  'HISTSIZE',
  'KEYTIMEOUT',
  'LINENO',
  'LINES',
  'LISTMAX',
  'MAILCHECK',
  'OPTIND',
  'PPID',
  'RANDOM',
  'SAVEHIST',
  'SECONDS',
  'SHLVL',
  'TMOUT',
  'TRY_BLOCK_ERROR',
  'TRY_BLOCK_INTERRUPT',
  'TTYIDLE',
  'UID',
  'ZSH_SUBSHELL',
  'status',
];

/** Variables that the shell itself makes integers. */
export function knownIntegers(shell: CommandSoFar['shell']): readonly string[] {
  return shell === 'zsh' ? ZSH_INTEGERS : BASH_INTEGERS;
}

/** What is assigned to these the shell expands, and so runs, later. */
const EXPANDED_LATER: ReadonlySet<string> = new Set(['PS0', 'PS1', 'PS2', 'PS3', 'PS4', 'PROMPT_COMMAND']);
const TRANSPARENT: ReadonlySet<string> = new Set([
  'command',
  'builtin',
  'exec',
  'nohup',
  'noglob',
  'nocorrect',
]);
const DECLARATIONS: ReadonlySet<string> = new Set([
  'declare',
  'typeset',
  'local',
  'export',
  'readonly',
  'integer',
  'float',
  'private',
]);
/** In bash `export` and `readonly` refuse subscripts in names; all else evaluates them. */
const REFUSES_SUBSCRIPTS: ReadonlySet<string> = new Set(['export', 'readonly']);
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
  if (runsAsCode(words, command.word)) return 'code';
  if (name === '') return demandOfAssignment(command);
  if (name === 'let') return 'integer';
  if (DECLARATIONS.has(name)) return demandOfDeclaration(words, command);
  const inZsh = command.shell === 'zsh' ? demandInZsh(words, command.word) : undefined;
  if (inZsh !== undefined) return inZsh;
  if (takesName(words)) return 'name';
  return name === 'printf' && words.length === 1 && command.word === '' ? 'operand' : 'anything';
}

function withoutPrefix(words: readonly string[]): readonly string[] {
  const first = words.findIndex((word) => !TRANSPARENT.has(word) && !word.startsWith('-'));
  if (first === 0) return words;
  return first < 0 ? [] : words.slice(first);
}

const COMPLETERS: ReadonlySet<string> = new Set(['compgen', 'complete']);

/**
 * `eval …`, the first word of `trap`, what completion and the `-C` of `mapfile` call, and the word after the `-c` of a
 * shell, whatever runs that shell.
 */
function runsAsCode(words: readonly string[], word: string): boolean {
  const [name = ''] = words;
  if (name === 'eval' || COMPLETERS.has(name)) return true;
  if (name === 'mapfile' || name === 'readarray') {
    return /^-\w*C$/.test(words.at(-1) ?? '') || word.startsWith('-');
  }
  if (words[0] === 'trap') return words.length === 1 || (words.length === 2 && words[1] === '--');
  if (!/^-[A-Za-z]*c[A-Za-z]*$/.test(words.at(-1) ?? '')) return false;
  const shell = words.findLastIndex((word) => SHELLS.has(word.slice(word.lastIndexOf('/') + 1)));
  return words.includes('su') || (shell >= 0 && words.slice(shell + 1).every(isOption));
}

/** An option, or the word that belongs to a `-o`. */
function isOption(word: string, i: number, words: readonly string[]): boolean {
  return /^[-+]/.test(word) || /^[-+]\w*[oO]$/.test(words[i - 1] ?? '');
}

function demandOfAssignment({ shell, word, integers }: CommandSoFar): Demand | 'code' {
  if (isOpenSubscript(word)) return 'integer';
  const [, name = ''] = ASSIGNMENT.exec(word) ?? [];
  if (EXPANDED_LATER.has(name) || (shell === 'zsh' && ZSH_CODE.has(name))) return 'code';
  return integers.has(name) ? 'integer' : 'anything';
}

/** What is assigned to an element of these is a function's body or an alias (zshmodules, zsh/parameter). */
const ZSH_CODE: ReadonlySet<string> = new Set([
  'functions',
  'dis_functions',
  'aliases',
  'dis_aliases',
  'galiases',
  'dis_galiases',
  'saliases',
  'dis_saliases',
]);

function isOpenSubscript(word: string): boolean {
  return /^[A-Za-z_]\w*\[[^\]]*$/.test(word);
}

function demandOfDeclaration(
  words: readonly string[],
  { shell, word, integers }: CommandSoFar,
): Demand | 'code' {
  const options = words.filter((each) => /^[-+]/.test(each));
  if (declaresNumbers(shell, words)) return 'integer';
  const [, name] = ASSIGNMENT.exec(word) ?? [];
  if (name === undefined) {
    return shell !== 'zsh' && REFUSES_SUBSCRIPTS.has(words[0] ?? '') ? 'anything' : demandOfName(word);
  }
  if (EXPANDED_LATER.has(name)) return 'code';
  if (integers.has(name)) return 'integer';
  return options.some((option) => option.includes('n')) ? 'name' : 'anything';
}

/** `-i`, and zsh's `-E` and `-F`, `integer` and `float`. */
function declaresNumbers(shell: CommandSoFar['shell'], words: readonly string[]): boolean {
  const numeric = shell === 'zsh' ? /^-\w*[iEF]/ : /^-\w*i/;
  return words[0] === 'integer' || words[0] === 'float' || words.some((word) => numeric.test(word));
}

function demandOfName(word: string): Demand {
  return word.includes('[') ? 'integer' : 'name';
}

/** Names that bash looks up, subscripts and all. The argument of an option of `read` is no name, but for `-a`. */
function takesName(words: readonly string[]): boolean {
  const [name = ''] = words;
  const before = words.at(-1) ?? '';
  // `[ "$a" "$b" ]` with a value of `-v` in the first.
  if (name === 'test' || name === '[') return before === '-v' || before === '-R' || before === HOLE;
  if (name === '[[') return before === '-v' || before === '-R';
  if (name === 'printf') return before === '-v';
  if (name === 'wait') return before === '-p';
  if (name === 'unset') return true;
  return name === 'read' && !/^-\w*[dinNptu]$/.test(before);
}

/** The names a `declare -i` makes integers. */
export function integersDeclared(
  shell: CommandSoFar['shell'],
  declaration: readonly string[],
): readonly string[] {
  const words = withoutPrefix(declaration);
  const [name = '', ...rest] = words;
  if (!DECLARATIONS.has(name) || !declaresNumbers(shell, words)) return [];
  return rest.filter((word) => !word.startsWith('-')).map((word) => word.replace(/[[+=][\s\S]*$/, ''));
}

/** Inside `[[ ]]` these make both sides arithmetic. */
export function comparesNumbers(word: string): boolean {
  return /^-(eq|ne|lt|le|gt|ge)$/.test(word);
}
