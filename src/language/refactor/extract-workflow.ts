import type { TextEdit } from '../../model/diagnostic.ts';
import { refFrom } from '../../model/ref.ts';
import { freeName } from '../free-name.ts';
import { inFile } from '../expression-uses.ts';
import { allSteps, type StepEntry } from '../step-entries.ts';
import { entryOf, textOf, valueOf } from '../tree.ts';
import { columnOf, lineEnd, lineStart } from '../yaml-edits.ts';
import type { Here, Refactor } from './refactoring.ts';
import { replaceBlocks } from './replace-blocks.ts';
import { seamOf, type Seam } from './seam.ts';
import { blocksOf, needsText, partWith, shifted, type Block } from '../step-blocks.ts';

/** What belongs to the workflow as a whole and its steps feel: the new one says it, too. */
const SHARED = ['env', 'dotenv', 'defaults', 'limits'] as const;

/** The selected steps in a workflow of their own, which one step runs. */
export const extractWorkflow: Refactor = (here) => {
  const { analysis, text, level, steps, read } = here;
  if (read === undefined || level.place !== 'steps' || steps.length === level.entries.length) return [];
  const blocks = blocksOf(text, level)?.filter(({ step }) => steps.includes(step));
  const seam = seamOf(analysis, level, steps);
  const [first] = blocks ?? [];
  if (blocks === undefined || first === undefined || seam === undefined || !isFree(here)) return [];
  const given = inputsOf(here, seam);
  const id = idFor(here);
  const outside = seam.outside(id);
  if (given === undefined || outside === undefined) return [];
  const file = fileFor(here, id);
  const lines = [
    `${id}:`,
    ...(seam.needs.length > 0 ? [`  needs: ${needsText(seam.needs)}`] : []),
    `  workflow: ./${file.name}`,
    ...(given.values.length > 0 ? ['  with:', ...given.values.map((value) => `    ${value}`)] : []),
  ];
  const column = columnOf(text, first.step.range.start);
  const edits = [...replaceBlocks(text, blocks, shifted(lines.join('\n'), column)), ...outside];
  const newText = childText(here, {
    id,
    blocks,
    declarations: given.declarations,
    edits: [...seam.inside, ...given.edits],
  });
  const title =
    steps.length === 1 ? `Extract "${id}" into a workflow` : 'Extract these steps into a workflow';
  return [{ title, kind: 'extract', edits, newFile: { ref: file.ref, text: newText } }];
};

/** Nothing inside knows the run or the schedule, or runs a workflow by its place. */
function isFree({ analysis: { index }, steps }: Here): boolean {
  const uses = index.expressions.filter(({ range }) => isWithin(steps, range.start));
  const asksRun = uses.some(
    ({ parsed }) =>
      !parsed.ok || parsed.value.references.some(({ path: [root] }) => root === 'run' || root === 'schedule'),
  );
  const runs = steps.some(
    (step) => valueOf(step.node, 'workflow') !== undefined || valueOf(step.node, 'concurrency') !== undefined,
  );
  return !asksRun && !runs;
}

function isWithin(steps: readonly StepEntry[], offset: number): boolean {
  return steps.some(({ range }) => range.start <= offset && offset <= range.end);
}

function idFor({ analysis: { index }, steps }: Here): string {
  const [only, other] = steps;
  if (only !== undefined && other === undefined) return only.id;
  const taken = [...allSteps(index.steps, index.finally)].map(({ id }) => id);
  return freeName('part', new Set(taken));
}

function fileFor(
  { analysis: { workflow }, read }: Here,
  id: string,
): { readonly ref: string; readonly name: string } {
  for (let i = 1; ; i++) {
    const name = `${id}${i === 1 ? '' : `-${i}`}.workflow.yaml`;
    const ref = refFrom(workflow.ref, `./${name}`);
    if (ref !== workflow.ref && read?.(ref) === undefined) return { ref, name };
  }
}

interface Given {
  /** The lines below `inputs`. */
  readonly declarations: readonly string[];
  /** The lines below `with`. */
  readonly values: readonly string[];
  /** Makes inputs of what is read of steps outside. */
  readonly edits: readonly TextEdit[];
}

/** What the steps read from outside becomes inputs; undefined where that cannot be. */
function inputsOf({ analysis, text, steps }: Here, { reads }: Seam): Given | undefined {
  const { index, tree, workflow } = analysis;
  const shared = SHARED.flatMap((field) => entryOf(tree, field) ?? []);
  const read = new Set<string>();
  for (const { parsed, range } of index.expressions) {
    const isShared = shared.some((entry) => entry.range.start <= range.start && range.end <= entry.range.end);
    if (!parsed.ok || !(isShared || isWithin(steps, range.start))) continue;
    for (const {
      path: [root, name],
    } of parsed.value.references) {
      if (root !== 'inputs') continue;
      if (name === undefined) return undefined;
      read.add(name);
    }
  }
  const declarations: string[] = [];
  const values: string[] = [];
  for (const name of read) {
    const entry = entryOf(valueOf(tree, 'inputs'), name);
    if (entry === undefined || textOf(valueOf(entry.value, 'secret')) === 'true') return undefined;
    const start = lineStart(text, entry.range.start);
    const isLine = /^ *$/.test(text.slice(start, entry.range.start));
    const column = columnOf(text, entry.range.start);
    declarations.push(
      isLine
        ? shifted(text.slice(start, lineEnd(text, entry.range.end)), 2 - column).trimEnd()
        : `  ${text.slice(entry.range.start, entry.range.end)}`,
    );
    values.push(`${name}: \${{ inputs.${name} }}`);
  }
  const taken = new Set(workflow.inputs.map(({ name }) => name));
  const names = new Map<string, string>();
  const edits: TextEdit[] = [];
  for (const { use, reference } of reads) {
    const { path, complete } = reference;
    const range = inFile(use, reference.range);
    const source = text.slice(range.start, range.end);
    if (!complete || path.length < 3 || !/^[\w.-]+$/.test(source) || source.split('.').length !== path.length)
      return undefined;
    const known = names.get(source);
    const name = known ?? freeName(`${path[1] ?? ''}_${path.at(-1) ?? ''}`.replaceAll('-', '_'), taken);
    if (known === undefined) {
      taken.add(name);
      names.set(source, name);
      declarations.push(`  ${name}: { required: true }`);
      values.push(`${name}: \${{ ${source} }}`);
    }
    edits.push({ range, newText: `inputs.${name}` });
  }
  return { declarations, values, edits };
}

function childText(
  { text, analysis: { tree } }: Here,
  {
    id,
    blocks,
    declarations,
    edits,
  }: {
    readonly id: string;
    readonly blocks: readonly Block[];
    readonly declarations: readonly string[];
    readonly edits: readonly TextEdit[];
  },
): string {
  const column = columnOf(text, blocks[0]?.step.range.start ?? 0);
  const shared = SHARED.flatMap((field) => {
    const entry = entryOf(tree, field);
    if (entry === undefined) return [];
    const start = lineStart(text, entry.range.start);
    return [text.slice(start, lineEnd(text, entry.range.end)).trimEnd()];
  });
  const lines = [
    `name: ${id}`,
    ...(declarations.length > 0 ? ['inputs:', ...declarations] : []),
    ...shared,
    'steps:',
    ...blocks.map((block) => shifted(partWith(text, block, edits), 2 - column).trimEnd()),
  ];
  return `${lines.join('\n').replaceAll('\r\n', '\n')}\n`;
}
