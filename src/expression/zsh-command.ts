import { HOLE, type Demand } from './shell-place.ts';

/**
 * What zsh's own commands make of their words, where that differs from bash. Its manual (zshbuiltins, zshmodules) calls
 * these arguments arithmetic expressions or names of parameters; both may hold `name[…]`, which is evaluated, commands
 * and all. Each was tried with zsh 5.9.
 */

/** Every argument of these is calculated. */
const CALCULATES: ReadonlySet<string> = new Set([
  'exit',
  'return',
  'bye',
  'logout',
  'break',
  'continue',
  'shift',
  'repeat',
]);
/** Some argument of these is the name of a parameter. */
const TAKES_NAMES: ReadonlySet<string> = new Set([
  'read',
  'unset',
  'vared',
  'getopts',
  'zparseopts',
  'zformat',
  'zregexparse',
  'strftime',
  'sysread',
  'sysopen',
  'stat',
  'zstat',
  'zselect',
]);
/** These run, or keep to run later, what they are given. */
const RUNS: ReadonlySet<string> = new Set(['alias', 'sched', 'zpty', 'zmv', 'add-zsh-hook']);

/** What a command of zsh does with a value at a place; undefined where it is as in bash. */
export function demandInZsh(words: readonly string[], word: string): Demand | 'code' | undefined {
  const [name = ''] = words;
  const before = words.at(-1) ?? '';
  if (RUNS.has(name) || (name === 'emulate' && words.includes('-c'))) return 'code';
  if (name === 'zstyle' && words.includes('-e')) return 'code';
  if (CALCULATES.has(name)) return 'integer';
  if (name === 'read' && before === '-t') return 'integer';
  if (TAKES_NAMES.has(name)) return 'name';
  if (name === 'test' || name === '[' || name === '[[') return before === '-t' ? 'integer' : undefined;
  if (name === 'set') return demandOfSet(words, word);
  if (name === 'printf' || name === 'print') return demandOfPrint(words, word);
  return undefined;
}

/** `set -A name value …`. */
function demandOfSet(words: readonly string[], word: string): Demand {
  if (/^[-+]\w*A$/.test(words.at(-1) ?? '')) return 'name';
  return words.length === 1 && word === '' ? 'operand' : 'anything';
}

/** Both take `-v name`, and calculate what a format such as `%d` prints. */
function demandOfPrint(words: readonly string[], word: string): Demand {
  const [name, ...rest] = words;
  const before = words.at(-1) ?? '';
  if (/^-\w*v$/.test(before)) return 'name';
  const ended = rest.findIndex((each) => each === '-' || each === '--' || !each.startsWith('-'));
  if (ended < 0 && word === '') return 'operand';
  if (name === 'print') {
    const format = rest.findIndex((each) => /^-\w*f$/.test(each));
    return format < 0 || before === rest[format] ? 'anything' : demandOfFormat(rest[format + 1]);
  }
  const format = rest.find((each) => each !== '-' && each !== '--');
  return format === undefined ? 'anything' : demandOfFormat(format);
}

function demandOfFormat(format = ''): Demand {
  if (format.includes(HOLE) || format.includes('$')) return 'integer';
  const conversions = format.replaceAll('%%', '').match(/%[^A-Za-z%]*[A-Za-z]?/g) ?? [];
  return conversions.every((each) => /^%[^*]*[sbqc]$/.test(each)) ? 'anything' : 'integer';
}
