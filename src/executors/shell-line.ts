import type { Shell } from '../model/step-kind.ts';
import type { CommandLine, Scratch } from './command-line.ts';

/** What a shell is to run, and where it is. */
export interface ShellText {
  /** The shell's program, as it is found or else only named. */
  readonly file: string;
  readonly text: string;
  readonly scratch: Scratch;
}

/** Linux takes at most 128 KiB in one argument (MAX_ARG_STRLEN, `man execve`); a longer text goes through a file. */
const LONGEST_ARGUMENT_BYTES = 120 * 1024;

/**
 * How a shell is given the text of a step, so that its exit code is the text's own (rule E1).
 *
 * bash, sh, zsh: as an argument, with `-e`. zsh gets `-f` as well: it alone reads a file of the user's even here, and
 * options that are set there would change how the text is read.
 */
export function shellLine(shell: Shell, of: ShellText): CommandLine {
  switch (shell) {
    case 'bash':
      return posixLine(['-e', '-o', 'pipefail'], of);
    case 'sh':
      return posixLine(['-e'], of);
    case 'zsh':
      return posixLine(['-f', '-e', '-o', 'pipefail'], of);
    case 'pwsh':
      return pwshLine(of);
    case 'cmd':
      return cmdLine(of);
  }
}

function posixLine(options: readonly string[], { file, text, scratch }: ShellText): CommandLine {
  const isLong = text.length * 3 > LONGEST_ARGUMENT_BYTES && Buffer.byteLength(text) > LONGEST_ARGUMENT_BYTES;
  return { file, args: isLong ? [...options, scratch('.sh', text)] : [...options, '-c', text] };
}

/**
 * The text is a file of its own, so that `param` and `using` may stand first in it and messages name its lines. Errors
 * end it, and what the last program ended with is handed on: without that `-Command` would make 1 of every other code
 * (about_Pwsh, `-Command`).
 */
function pwshLine({ file, text, scratch }: ShellText): CommandLine {
  // Typographic quotes end a text in single quotes as well (about_Quoting_Rules).
  const script = scratch('.ps1', text).replace(/['\u2018-\u201b]/g, '$&$&');
  const command = [
    `$ErrorActionPreference = 'Stop'`,
    `& '${script}'`,
    `if (Test-Path -LiteralPath variable:\\LASTEXITCODE) { exit $LASTEXITCODE }`,
  ];
  return { file, args: ['-NoProfile', '-NonInteractive', '-Command', command.join('; ')] };
}

/**
 * The text is a script, because on its command line cmd reads `%` otherwise and takes one line only. It finds its labels
 * only between CR and LF, and reads the script as UTF-8 from code page 65001 on. `call` makes the script's exit code
 * cmd's own; `/S` takes off the outer quotes and no others (`cmd /?`). Values come by delayed expansion, which the text
 * itself turns on where it needs it.
 */
function cmdLine({ file, text, scratch }: ShellText): CommandLine {
  const lines = `@echo off\n@chcp 65001 >nul 2>&1\n${text}`.replace(/\r?\n/g, '\r\n');
  const script = scratch('.cmd', lines);
  return { file, args: ['/D', '/E:ON', '/V:OFF', '/S', '/C', `"call "${script}""`], verbatim: true };
}
