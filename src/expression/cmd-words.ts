/**
 * The commands of cmd itself, by what they do with a value in their text. From `help` of Windows 11's cmd and the
 * descriptions at SS64 (A-Z index of the Windows CMD command line).
 */
export type CmdCommand =
  /** Takes the rest of its line as text. */
  | 'text'
  | 'set'
  | 'file'
  | 'number'
  | 'label'
  | 'call'
  /** Runs what it is given, after reading it once more. */
  | 'runs'
  /** A program, one of cmd's scripts, or nobody knows. */
  | 'program';

const COMMANDS: Readonly<Record<string, CmdCommand>> = {
  echo: 'text',
  title: 'text',
  prompt: 'text',
  set: 'set',
  cd: 'file',
  chdir: 'file',
  md: 'file',
  mkdir: 'file',
  rd: 'file',
  rmdir: 'file',
  del: 'file',
  erase: 'file',
  copy: 'file',
  move: 'file',
  ren: 'file',
  rename: 'file',
  type: 'file',
  dir: 'file',
  pushd: 'file',
  mklink: 'file',
  exit: 'number',
  goto: 'label',
  call: 'call',
  start: 'runs',
  cmd: 'runs',
  assoc: 'runs',
  ftype: 'runs',
  forfiles: 'runs',
  schtasks: 'runs',
  runas: 'runs',
  at: 'runs',
  powershell: 'runs',
  wsl: 'runs',
};

/** What a command's name stands for. `echo.` and `echo(` are `echo`, `cd\` is `cd`. */
export function cmdCommand(word: string): CmdCommand {
  const name = word.toLowerCase().replace(/\.exe$/, '');
  const own = /^([a-z]+)[.:(,;=[\]+\\/].*$/.exec(name)?.[1] ?? name;
  return COMMANDS[Object.hasOwn(COMMANDS, own) ? own : name] ?? 'program';
}

/** A program that reads its arguments as Windows programs do: surely none of cmd's scripts. */
export function isSurelyProgram(word: string): boolean {
  return /\.(?:exe|com)$/i.test(word);
}

/** Whether a shell is told to run the text that follows. */
export function runsText(command: string, argumentsBefore: string): boolean {
  const name = command
    .toLowerCase()
    .replace(/^.*[\\/]/, '')
    .replace(/\.exe$/, '');
  if (!/^(?:bash|sh|zsh|dash|ksh|pwsh)$/.test(name)) return false;
  return /(?:^|\s)[-/](?:\w*c\b|co\w*|e|ec|en\w*\b)/i.test(argumentsBefore);
}
