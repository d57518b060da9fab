import path from 'node:path';
import type { AssignmentCommon, ResolvedRun } from '../model/attempt.ts';
import type { CommandLine, Scratch } from './command-line.ts';
import type { Programs } from './programs.ts';
import { shellLine } from './shell-line.ts';

/** The program and arguments of a `run` step: an argument list as it is, or text for a shell. */
export function runCommand(fields: ResolvedRun, programs: Programs, scratch: Scratch): CommandLine {
  if ('argv' in fields) {
    const [program = '', ...args] = fields.argv;
    return { file: program, args };
  }
  const shell = fields.shell ?? (programs.find('bash') === undefined ? 'sh' : 'bash');
  return shellLine(shell, { file: programs.find(shell) ?? shell, text: fields.text, scratch });
}

/** Where a step works: its own `cwd`, from the project's folder. */
export function workingFolder(assignment: Pick<AssignmentCommon, 'cwd'>, folder: string): string {
  return assignment.cwd === undefined ? folder : path.resolve(folder, assignment.cwd);
}
