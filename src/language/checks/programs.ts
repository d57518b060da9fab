import type { Range } from '../../base/lines.ts';
import { shellProblems } from '../../expression/shell-text.ts';
import { splitTemplate } from '../../expression/template.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { SHELLS, shellOfLanguage, type Shell } from '../../model/step-kind.ts';
import type { ProgramText } from '../expression-uses.ts';
import { finding } from '../findings.ts';
import type { Keep } from '../kept.ts';
import { scalarOffsets } from '../scalar-offsets.ts';
import { textOf, valueOf, type YamlNode } from '../tree.ts';
import type { CheckContext } from './check.ts';

/** V3: expressions in program text stand only where their value can be handed over without becoming program text. */
export function checkPrograms({ uses, text, tree, kept }: CheckContext): readonly Diagnostic[] {
  const drawers = new Map<string, Keep<readonly Diagnostic[]>>();
  const keepFor = (what: string) => {
    let keep = drawers.get(what);
    if (keep === undefined) drawers.set(what, (keep = kept.findings(what)));
    return keep;
  };
  return uses.programs.flatMap((program) =>
    keepFor(`${program.field} in ${languageOf(program, tree)}`)(program.step, () => {
      const inFile = lazyRange(program, text);
      const found = problemsIn(program, tree);
      return found.map(({ message, range }) => finding('baton/shell', inFile(range), message));
    }),
  );
}

/** The shell that reads a program's text; undefined where it is another program, or nobody knows which. */
export function shellOfProgram(program: ProgramText, tree: YamlNode | undefined): Shell | undefined {
  const language = languageOf(program, tree);
  if (program.field === 'script') return language === undefined ? undefined : shellOfLanguage(language);
  return SHELLS.find((shell) => shell === language);
}

/** Most programs have no problem, and then nobody asks for places; one that has a thousand is read for them once. */
function lazyRange({ scalar }: ProgramText, file: string): (range: Range) => Range {
  let toFile: ((offset: number) => number) | undefined;
  return ({ start, end }) => {
    toFile ??= scalarOffsets(scalar, file);
    return { start: toFile(start), end: toFile(end) };
  };
}

function languageOf({ step, field }: ProgramText, tree: YamlNode | undefined): string | undefined {
  if (field === 'script') return textOf(valueOf(step.node, 'language'));
  return textOf(valueOf(step.node, 'shell')) ?? textOf(valueOf(valueOf(tree, 'defaults'), 'shell')) ?? 'bash';
}

function problemsIn(
  program: ProgramText,
  tree: YamlNode | undefined,
): readonly { readonly message: string; readonly range: Range }[] {
  const { scalar, field } = program;
  const shell = shellOfProgram(program, tree);
  if (shell !== undefined) return shellProblems(shell, scalar.text);
  const language = languageOf(program, tree);
  // Which shell or language is wrong is told elsewhere.
  if (language === undefined || field !== 'script') return [];
  const parts = splitTemplate(scalar.text);
  if (!parts.ok) return [];
  const message = `An expression cannot stand inside a ${language} program: values never become program text. Give it to \`env\`, and read the variable in the program.`;
  return parts.value.flatMap(({ kind: part, range }) => (part === 'expression' ? [{ message, range }] : []));
}
