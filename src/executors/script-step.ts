import type { ResolvedScript } from '../model/attempt.ts';
import { shellOfLanguage } from '../model/step-kind.ts';
import type { CommandLine, Scratch } from './command-line.ts';
import { argsFor, interpreterFor } from './interpreters.ts';
import type { Programs } from './programs.ts';
import { shellLine } from './shell-line.ts';

/** The program and arguments of a `script` step. The text goes into a file of the run's own folder. */
export function scriptCommand(fields: ResolvedScript, programs: Programs, scratch: Scratch): CommandLine {
  if (shellOfLanguage(fields.language) === 'cmd') {
    return shellLine('cmd', { file: programs.find('cmd') ?? 'cmd', text: fields.text, scratch });
  }
  const interpreter = interpreterFor(fields.language);
  const program = interpreter.programs.find((name) => programs.find(name) !== undefined);
  const name = program ?? interpreter.programs[0] ?? fields.language;
  const file = scratch(interpreter.ending(fields.text), fields.text);
  return { file: programs.find(name) ?? name, args: [...argsFor(interpreter, name), file] };
}
