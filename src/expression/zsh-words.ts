/**
 * What zsh reads otherwise than bash. From its manual (zshexpn: Filename Expansion, Array Subscripts; zshmisc: Complex
 * Commands, Alternate Forms For Complex Commands; zshoptions), tried with zsh 5.9.
 */

/** No name of a folder or program is longer; a bound on the work that a long text can make. */
const LONGEST_PREFIX = 300;

/**
 * Whether a word, as it is written up to some place, ends in the beginning of a folder's name (`~name`) or of a
 * program's (`=name`). zsh fills in variables first and looks for those then, whatever quotes stand behind them: at the
 * start of a word, behind the `{` and `,` of braces, behind the `=` and `:` of an assignment, and in `${name:-…}`.
 */
export function isZshPrefix(word: string, isInParameter: boolean): boolean {
  const isShort = word.length <= LONGEST_PREFIX;
  const near = word.slice(-LONGEST_PREFIX);
  if (/[^\w/]~[^/\s]*$/.test(near) || (isShort && /^[~=][^/\s]*$/.test(near))) return true;
  if (/[{,]=[^/\s]*$/.test(near) || (isInParameter && /\W=[^/\s]*$/.test(near))) return true;
  const isAssigned = /^[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=/.test(word.slice(0, LONGEST_PREFIX));
  return isAssigned && /[:=]=[^/\s]*$/.test(near);
}

/** Whether the `[` at this place follows `$name`: such subscripts are calculated, in double quotes too. */
export function opensSubscript(text: string, at: number): boolean {
  return /\$[#+=~^]*(?:\w+|[@*#?$!-])$/.test(text.slice(Math.max(0, at - 200), at));
}

/**
 * Whether a word ends the head of a short form, so that a command begins behind it: `repeat 3 command`,
 * `for x (a b) command`, `if ((x)) command`, `{ list } always { list }`. `start` is how the word is written.
 */
export function endsShortForm(words: readonly string[], word: string, start: string): boolean {
  const [name] = words;
  if (word === '}' || start === '((') return true;
  if (name === 'repeat') return words.length === 1;
  return (name === 'for' || name === 'foreach' || name === 'select') && start.startsWith('(');
}

/** Options that change how text is cut into words. */
const QUOTING_OPTIONS: ReadonlySet<string> = new Set([
  'rcquotes',
  'cshjunkiequotes',
  'cshjunkieloops',
  'ignorebraces',
  'ignoreclosebraces',
  'interactivecomments',
  'shglob',
  'kshglob',
  'shortloops',
  'shortrepeat',
  'shfileexpansion',
  'magicequalsubst',
  'promptsubst',
  'octalzeroes',
]);

/** Whether a command changes how the text after it is cut into words. */
export function changesZshQuoting([name, ...words]: readonly string[]): boolean {
  if (name === 'emulate') return true;
  if (name !== 'setopt' && name !== 'unsetopt' && name !== 'set') return false;
  return words.some((word, i) => {
    if (name === 'set' && !/^[-+]\w*o$/.test(words[i - 1] ?? '')) return false;
    const option = word.toLowerCase().replace(/[_-]/g, '');
    return (
      QUOTING_OPTIONS.has(option) || QUOTING_OPTIONS.has(option.replace(/^no/, '')) || /[\0$]/.test(word)
    );
  });
}
