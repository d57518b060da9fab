import path from 'node:path';
import type { AssignmentCommon, ResolvedRun } from '../model/attempt.ts';
import type { Shell } from '../model/step-kind.ts';
import type { Programs } from './programs.ts';
import type { CommandLine } from './script-step.ts';

/** Linux takes at most 128 KiB in one argument; a longer text goes through a file. */
const LONGEST_ARGUMENT_BYTES = 120 * 1024;

const FLAGS: Readonly<Record<Shell, readonly string[]>> = {
  bash: ['-e', '-o', 'pipefail'],
  sh: ['-e'],
  zsh: ['-e', '-o', 'pipefail'],
  pwsh: ['-NoProfile', '-NonInteractive'],
  cmd: ['/D', '/E:ON', '/V:OFF', '/S'],
};

/** The program and arguments of a `run` step: an argument list as it is, or text for a shell. */
export function runCommand(
  fields: ResolvedRun,
  programs: Programs,
  scratch: (ending: string, text: string) => string,
): CommandLine {
  if ('argv' in fields) {
    const [program = '', ...args] = fields.argv;
    return { file: program, args };
  }
  const shell = fields.shell ?? (programs.find('bash') === undefined ? 'sh' : 'bash');
  const file = programs.find(shell) ?? shell;
  if (
    fields.text.length * 3 > LONGEST_ARGUMENT_BYTES &&
    Buffer.byteLength(fields.text) > LONGEST_ARGUMENT_BYTES
  ) {
    return { file, args: [...FLAGS[shell], scratch('.sh', fields.text)] };
  }
  return { file, args: [...FLAGS[shell], '-c', fields.text] };
}

/** Where a step works: its own `cwd`, from the project's folder. */
export function workingFolder(assignment: Pick<AssignmentCommon, 'cwd'>, folder: string): string {
  return assignment.cwd === undefined ? folder : path.resolve(folder, assignment.cwd);
}
