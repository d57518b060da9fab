import type { Range } from '../../base/lines.ts';
import { shellProblems } from '../../expression/shell-text.ts';
import { splitTemplate } from '../../expression/template.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { SHELLS } from '../../model/step-kind.ts';
import type { ProgramText } from '../expression-uses.ts';
import { finding } from '../findings.ts';
import { scalarOffsets } from '../scalar-offsets.ts';
import { textOf, valueOf } from '../tree.ts';
import type { CheckContext } from './check.ts';

/** V3: expressions in program text stand only where their value can be handed over without becoming program text. */
export function checkPrograms({ uses, text, tree }: CheckContext): readonly Diagnostic[] {
  const shell = textOf(valueOf(valueOf(tree, 'defaults'), 'shell')) ?? 'bash';
  return uses.programs.flatMap((program) => {
    const inFile = lazyRange(program, text);
    const found = problemsIn(program, languageOf(program, shell));
    return found.map(({ message, range }) => finding('baton/shell', inFile(range), message));
  });
}

/** Most programs have no problem, and then nobody asks for places; one that has a thousand is read for them once. */
function lazyRange({ scalar }: ProgramText, file: string): (range: Range) => Range {
  let toFile: ((offset: number) => number) | undefined;
  return ({ start, end }) => {
    toFile ??= scalarOffsets(scalar, file);
    return { start: toFile(start), end: toFile(end) };
  };
}

function languageOf({ step, field }: ProgramText, defaultShell: string): string | undefined {
  const own = textOf(valueOf(step.node, field === 'script' ? 'language' : 'shell'));
  return field === 'script' ? own : (own ?? defaultShell);
}

function problemsIn(
  { scalar, field }: ProgramText,
  language: string | undefined,
): readonly { readonly message: string; readonly range: Range }[] {
  if (language === 'bash' || language === 'sh') return shellProblems(language, scalar.text);
  // What another shell makes of it is not known yet, and which shell or language is wrong is told elsewhere.
  if (language === undefined || field !== 'script') return [];
  const parts = splitTemplate(scalar.text);
  if (!parts.ok) return [];
  const kind = SHELLS.some((shell) => shell === language) ? 'script' : 'program';
  const message = `An expression cannot stand inside a ${language} ${kind}: values never become program text. Give it to \`env\`, and read the variable in the ${kind}.`;
  return parts.value.flatMap(({ kind: part, range }) => (part === 'expression' ? [{ message, range }] : []));
}
