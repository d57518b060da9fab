import type { Range } from '../base/lines.ts';
import { hasExpression } from '../expression/template.ts';
import { refFrom } from '../model/ref.ts';
import type { Analysis } from './analyze.ts';
import { nameRange } from './name-ranges.ts';
import { scalarOffsets } from './scalar-offsets.ts';
import { allSteps, type StepEntry } from './step-entries.ts';
import { entryOf, textOf, valueOf, type YamlNode, type YamlScalar } from './tree.ts';

/** A place that names a file. */
export interface FileLink {
  /** The path alone, without quotes. */
  readonly range: Range;
  /** From the project's folder, with `/`. */
  readonly ref: string;
  readonly kind: 'workflow' | 'dotenv' | 'script';
}

/**
 * The workflows that steps run, files of variables, and the files that programs and their arguments name, in file order.
 * Paths with expressions in them are known only in a run. A word of a program is a path only if there is such a file, so
 * without `exists` there is no link of that kind.
 */
export function fileLinks(
  { text, tree, index, workflow }: Analysis,
  exists?: (ref: string) => boolean,
): readonly FileLink[] {
  const links = new Map<number, FileLink>();
  // What an alias stands for is read wherever the alias stands.
  const add = (link: FileLink) => links.set(link.range.start, links.get(link.range.start) ?? link);
  for (const step of allSteps(index.steps, index.finally)) {
    const child = pathOf(valueOf(step.node, 'workflow'));
    if (child !== undefined)
      add({ range: nameRange(child, text), ref: refFrom(workflow.ref, child.text), kind: 'workflow' });
    if (exists === undefined) continue;
    for (const each of pathsIn(step, { tree, text }))
      if (!isOutside(each.ref) && exists(each.ref)) add({ ...each, kind: 'script' });
  }
  for (const node of itemsOf(entryOf(tree, 'dotenv')?.value)) {
    const path = pathOf(node);
    if (path !== undefined)
      add({ range: nameRange(path, text), ref: refFrom('', path.text), kind: 'dotenv' });
  }
  return [...links.values()].toSorted((a, b) => a.range.start - b.range.start);
}

function itemsOf(node: YamlNode | undefined): readonly YamlNode[] {
  if (node === undefined) return [];
  return node.kind === 'list' ? node.items : [node];
}

function pathOf(node: YamlNode | undefined): YamlScalar | undefined {
  if (node?.kind !== 'scalar' || node.value === null) return undefined;
  return node.text.trim() === '' || hasExpression(node.text) ? undefined : node;
}

/** Absolute paths, and those that lead out of the project, are nobody's scripts here. */
function isOutside(ref: string): boolean {
  return /^(?:\.\.(?:\/|$)|\/|[A-Za-z]:)/.test(ref);
}

interface File {
  readonly tree: YamlNode | undefined;
  readonly text: string;
}

interface PathIn {
  readonly range: Range;
  readonly ref: string;
}

/** What looks like a path in the programs of a step, seen from the folder in which they work. */
function pathsIn({ node }: StepEntry, { tree, text }: File): readonly PathIn[] {
  const cwd = textOf(valueOf(node, 'cwd') ?? valueOf(valueOf(tree, 'defaults'), 'cwd')) ?? '';
  if (hasExpression(cwd)) return [];
  const from = cwd === '' ? '' : `${cwd.replace(/\/+$/, '')}/`;
  const agent = valueOf(node, 'agent');
  const programs = [
    valueOf(node, 'run'),
    valueOf(valueOf(node, 'gate'), 'check'),
    valueOf(agent, 'command'),
    valueOf(agent, 'acp'),
  ];
  return programs.flatMap((program) => {
    if (program?.kind === 'list') return program.items.flatMap((item) => argumentPath(item, { from, text }));
    return program?.kind === 'scalar' ? wordPaths(program, { from, text }) : [];
  });
}

interface From {
  /** The folder, with `/` at its end. */
  readonly from: string;
  readonly text: string;
}

/** An argument that is a path as a whole. */
function argumentPath(node: YamlNode, { from, text }: From): readonly PathIn[] {
  const path = pathOf(node);
  if (path === undefined || !isPath(path.text)) return [];
  return [{ range: nameRange(path, text), ref: refFrom(from, path.text) }];
}

/** A word between white space, quotes and what else separates words for a shell. */
const WORD = /[^\s"'`;|&<>(){}=,$]+/g;

function wordPaths(program: YamlScalar, { from, text }: From): readonly PathIn[] {
  let toFile: ((offset: number) => number) | undefined;
  return [...program.text.matchAll(WORD)].flatMap(({ 0: word, index }) => {
    // The rest of a word that began with a variable.
    if (!isPath(word) || /[$}]/.test(program.text[index - 1] ?? '')) return [];
    toFile ??= scalarOffsets(program, text);
    return [{ range: { start: toFile(index), end: toFile(index + word.length) }, ref: refFrom(from, word) }];
  });
}

/** `./anything`, or a name with an ending: whether there is such a file is asked later. */
function isPath(word: string): boolean {
  if (word.length > 300 || word.startsWith('-') || /[*?[\]:]/.test(word)) return false;
  return /^\.{1,2}\/[^/]/.test(word) || /^[\w@+/.-]*[\w-]\.[A-Za-z]\w{0,9}$/.test(word);
}
