import { shellProblems } from '../../expression/shell-text.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { ProgramText } from '../expression-uses.ts';
import { finding } from '../findings.ts';
import { scalarOffsets } from '../scalar-offsets.ts';
import { textOf, valueOf } from '../tree.ts';
import type { CheckContext } from './check.ts';

/** V3: expressions in program text stand only where their value can be handed over without becoming program text. */
export function checkPrograms({ uses, text, tree }: CheckContext): readonly Diagnostic[] {
  const shell = textOf(valueOf(valueOf(tree, 'defaults'), 'shell'));
  return uses.programs.flatMap((program) => checkProgram(program, { file: text, defaultShell: shell ?? 'bash' }));
}

interface Surroundings {
  readonly file: string;
  readonly defaultShell: string;
}

function checkProgram({ scalar, step, field }: ProgramText, { file, defaultShell }: Surroundings): readonly Diagnostic[] {
  const toFile = scalarOffsets(scalar, file);
  const own = textOf(valueOf(step.node, field === 'run' ? 'shell' : 'language'));
  const language = own ?? (field === 'run' ? defaultShell : '');
  if (language === 'bash' || language === 'sh') {
    return shellProblems(language, scalar.text)
      .filter(({ message }) => !message.includes('never closed'))
      .map(({ message, range }) => finding('baton/shell', { start: toFile(range.start), end: toFile(range.end) }, message));
  }
  if (field === 'run') return [];
  const at = scalar.text.indexOf('${{');
  const range = { start: toFile(at), end: toFile(at + 3) };
  const message = `An expression cannot stand inside a ${language || 'script'} program: values never become program text. Give it to \`env\` and read the variable.`;
  return [finding('baton/shell', range, message)];
}
