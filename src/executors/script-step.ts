import type { ResolvedScript } from '../model/attempt.ts';
import { argsFor, interpreterFor } from './interpreters.ts';
import type { Programs } from './programs.ts';

export interface CommandLine {
  readonly file: string;
  readonly args: readonly string[];
}

/** The program and arguments of a `script` step. The text goes into a file of the run's own folder. */
export function scriptCommand(
  fields: ResolvedScript,
  programs: Programs,
  scratch: (ending: string, text: string) => string,
): CommandLine {
  const interpreter = interpreterFor(fields.language);
  const program = interpreter.programs.find((name) => programs.find(name) !== undefined);
  const name = program ?? interpreter.programs[0] ?? fields.language;
  const file = scratch(interpreter.ending(fields.text), fields.text);
  return { file: programs.find(name) ?? name, args: [...argsFor(interpreter, name), file] };
}
