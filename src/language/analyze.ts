import type { Range } from '../base/lines.ts';
import { toEnd } from '../base/parts.ts';
import { findCycles } from '../graph/cycles.ts';
import { indexGraph } from '../graph/index-graph.ts';
import { stepGraph, type StepGraph } from '../graph/step-graph.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { StepId, Workflow } from '../model/workflow.ts';
import { buildWorkflow } from './build-workflow.ts';
import { childrenOf, type ChildLook } from './children.ts';
import { RELIED_UPON } from './codes.ts';
import type { CheckContext } from './checks/check.ts';
import { CHECKS } from './checks/checks.ts';
import { edgesInto, needEntries, type StepReference } from './edges.ts';
import { usesOf, type ExpressionUse, type Uses } from './expression-uses.ts';
import { siftIgnored } from './ignore.ts';
import { readAnyYaml, readingPlainYaml } from './read-yaml.ts';
import { KeptSteps, NOTHING_KEPT } from './kept.ts';
import { applyChange, keepTree, reread, type KeptTree } from './reread.ts';
import { allSteps, replaceSteps, stepLevels, type StepEntry, type StepLevel } from './step-entries.ts';
import { textOf, valueOf, type YamlNode } from './tree.ts';

/** What a text alone does not tell; everything may be left out. */
export interface Surroundings {
  /** Path from the project's folder, with `/`. */
  readonly ref?: string;
  /** Names the text; whoever has a hash function gives it. */
  readonly digest?: string;
  /** Looks at another workflow file, for `workflow` steps. */
  readonly look?: (ref: string) => ChildLook;
  /** How long a run of this workflow usually takes, in milliseconds. */
  readonly usualMs?: number | undefined;
  /** Keep texts of so many characters ready for the next edit, as an editor wants it: never unless told. */
  readonly piecesFrom?: number;
}

/** What an editor keeps ready: below, all of it takes no longer than three milliseconds. */
export const PIECES_FROM = 20_000;

/** Everything there is to know about one text: made once, read by diagnostics, graph, engine and every editor feature. */
export interface Analysis {
  readonly text: string;
  readonly tree: YamlNode | undefined;
  /** As much of it as could be understood. */
  readonly workflow: Workflow;
  readonly index: WorkflowIndex;
  readonly graph: StepGraph;
  /** One shortest loop for every group of steps that wait for each other. */
  readonly cycles: readonly (readonly StepId[])[];
  /** By place. */
  readonly diagnostics: readonly Diagnostic[];
  /** What a person took away by `# baton-ignore` (rule F3). */
  readonly silenced: readonly Diagnostic[];
  /** No errors, and nothing that cannot run yet. */
  readonly runnable: boolean;
}

/** Where things stand in the file. */
export interface WorkflowIndex {
  readonly steps: StepLevel;
  readonly finally: StepLevel;
  /** Every place that names a step. */
  readonly references: readonly StepReference[];
  readonly expressions: readonly ExpressionUse[];
}

/**
 * Reads a text, however broken. Pure: no file is read, nothing is run, the same text gives the same answer. `last`, the
 * analysis of the same file before an edit, saves work where little changed; it never changes the answer. It is taken
 * over: what has not changed moves to the new analysis, so nobody may read `last` any more.
 */
export function analyze(text: string, surroundings: Surroundings = {}, last?: Analysis): Analysis {
  return toEnd(analysis(text, surroundings, last));
}

/** The same in parts, for whoever has other things to do in between: each takes a fraction of the whole. */
export function* analysis(
  text: string,
  surroundings: Surroundings = {},
  last?: Analysis,
): Generator<undefined, Analysis> {
  if (last !== undefined && isSame(last, text, surroundings)) return last;
  const read = (last && readOn(last, text)) ?? (yield* readAnew(text, surroundings));
  const { tree, levels, kept, yamlDiagnostics } = read;
  yield;
  const steps = [...allSteps(levels.steps, levels.finally)];
  const uses = usesOf(text, tree, { level: levels.steps, steps, ...(kept && { kept: kept.steps }) });
  yield;
  const edges = edgesInto(uses.expressions, steps);
  const readsStdout = stdoutReaders(uses);
  const workflow = buildWorkflow(tree, levels, {
    ref: surroundings.ref ?? '',
    digest: surroundings.digest ?? '',
    needsOf: (step) => edges.get(step) ?? [],
    keepsStdout: (step) => readsStdout.has(step.id),
    ...(kept && { kept: kept.steps }),
  });
  yield;
  const graph = stepGraph(workflow);
  const cycles = findCycles(indexGraph(graph));
  const context: CheckContext = {
    text,
    tree,
    levels,
    steps,
    uses,
    edges,
    workflow,
    graph,
    cycles,
    usualMs: surroundings.usualMs,
    kept: kept?.steps ?? NOTHING_KEPT,
    look: surroundings.look,
  };
  const told: Diagnostic[] = [];
  for (const check of CHECKS) {
    yield;
    for (const each of check(context)) told.push(each);
  }
  const checked = trustworthy(told, yamlDiagnostics, text);
  const found = withoutRepeats([...yamlDiagnostics, ...checked].toSorted(byPlace));
  const { shown: diagnostics, silenced } = siftIgnored(text, found);
  const made: Analysis = {
    text,
    tree,
    workflow,
    index: indexOf(levels, steps, uses),
    graph,
    cycles: cycles.map((cycle) => cycle.steps),
    diagnostics,
    silenced,
    runnable: ![...diagnostics, ...silenced.filter(staysBlocked)].some(blocks),
  };
  if (kept !== undefined) following.set(made, { kept, levels });
  return made;
}

type Levels = ReturnType<typeof stepLevels>;

/** What the next analysis of the same file goes on with. */
interface Kept {
  readonly tree: KeptTree;
  readonly steps: KeptSteps;
}

const following = new WeakMap<Analysis, { readonly kept: Kept; readonly levels: Levels }>();

interface Read {
  readonly tree: YamlNode | undefined;
  readonly levels: Levels;
  readonly yamlDiagnostics: readonly Diagnostic[];
  readonly kept?: Kept | undefined;
}

function* readAnew(text: string, { piecesFrom = Infinity }: Surroundings): Generator<undefined, Read> {
  const plain = yield* readingPlainYaml(text);
  yield;
  const { root: tree, diagnostics: yamlDiagnostics } =
    plain === undefined ? readAnyYaml(text) : { root: plain, diagnostics: [] };
  const levels = stepLevels(tree);
  const keptTree = plain === undefined || text.length < piecesFrom ? undefined : keepTree(text, plain);
  return {
    tree,
    levels,
    yamlDiagnostics,
    kept: keptTree && { tree: keptTree, steps: new KeptSteps() },
  };
}

/** Reads only what an edit touched; undefined where that cannot be told apart from the rest. */
function readOn(last: Analysis, text: string): Read | undefined {
  const before = following.get(last);
  if (before === undefined) return undefined;
  const { kept, levels } = before;
  const change = reread(kept.tree, text);
  if (change === undefined) return undefined;
  if (change !== 'same') {
    for (const { entries } of [levels.steps, levels.finally]) {
      for (const step of entries)
        if (step.key.range.start >= change.from) kept.steps.move(step, change.delta);
    }
    applyChange(kept.tree, text, change);
    replaceSteps(levels[change.place], { ...change, removed: change.removed.length });
  }
  return { tree: kept.tree.root, levels, yamlDiagnostics: [], kept };
}

/** Where the YAML is broken, it is not known what is missing, nor what stands there and on the rest of that line. */
function trustworthy(
  found: readonly Diagnostic[],
  yaml: readonly Diagnostic[],
  text: string,
): readonly Diagnostic[] {
  if (yaml.some(({ code }) => code === 'baton/limit')) return [];
  const broken = yaml.filter(({ code }) => code === 'baton/yaml').map(({ range }) => toLineEnd(range, text));
  if (broken.length === 0) return found;
  return found.filter(
    ({ code, range: { start } }) =>
      !UNKNOWN_WHERE_BROKEN.has(code) && !broken.some((each) => start >= each.start && start <= each.end),
  );
}

const UNKNOWN_WHERE_BROKEN: ReadonlySet<string> = new Set([
  'baton/missing',
  'baton/kind',
  'baton/unused-input',
  'baton/unwritten-output',
  'baton/unknown-step',
]);

function toLineEnd({ start, end }: Range, text: string): Range {
  const newline = text.indexOf('\n', end);
  return { start, end: newline < 0 ? text.length : newline };
}

function isSame(last: Analysis, text: string, { ref = '', digest = '', usualMs }: Surroundings): boolean {
  // How long its runs take may have changed.
  if (usualMs !== undefined && last.workflow.schedules.length > 0) return false;
  // What other files say of the workflows that this one runs may have changed.
  if (childrenOf(last.workflow).length > 0) return false;
  return last.text === text && last.workflow.ref === ref && last.workflow.digest === digest;
}

/** What keeps a workflow from being run: errors, and parts of the language that cannot run yet. */
export function blockers(analysis: Analysis): readonly Diagnostic[] {
  const { diagnostics, silenced } = analysis;
  return [...diagnostics, ...silenced.filter(staysBlocked)].filter(blocks).toSorted(byPlace);
}

function blocks({ code, severity }: Diagnostic): boolean {
  return severity === 'error' || (code === 'baton/not-yet' && severity === 'warning');
}

function staysBlocked({ code }: Diagnostic): boolean {
  return RELIED_UPON.has(code);
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  return a.range.start - b.range.start || a.range.end - b.range.end;
}

/** What an alias stands for is looked at wherever the alias stands, but told once. */
function withoutRepeats(sorted: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return sorted.filter(({ code, message, range }) => {
    const key = `${range.start} ${range.end} ${code} ${message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Ids of steps whose standard output some expression reads, be it with all of the step. */
function stdoutReaders({ expressions }: Uses): ReadonlySet<StepId> {
  const read = new Set<StepId>();
  for (const { parsed } of expressions) {
    if (!parsed.ok) continue;
    for (const { path, complete } of parsed.value.references) {
      const [context, id, field] = path;
      if (context !== 'steps' || id === undefined) continue;
      if (field === 'stdout' || (field === undefined && (!complete || path.length === 2))) read.add(id);
    }
  }
  return read;
}

/** Who refers to whom is worked out for those who ask: nobody does at every keystroke. */
function indexOf(levels: Levels, steps: readonly StepEntry[], { expressions }: Uses): WorkflowIndex {
  let references: StepReference[] | undefined;
  return {
    ...levels,
    expressions,
    get references() {
      return (references ??= referencesOf(steps, expressions));
    },
  };
}

function referencesOf(steps: readonly StepEntry[], uses: readonly ExpressionUse[]): StepReference[] {
  const references: StepReference[] = [];
  for (const from of steps) {
    for (const { id, range } of needEntries(from)) references.push({ id, range, from, kind: 'needs' });
    const rewind = valueOf(valueOf(from.node, 'gate'), 'rewind_to');
    const id = textOf(rewind);
    if (id !== undefined && rewind !== undefined)
      references.push({ id, range: rewind.range, from, kind: 'rewind' });
  }
  for (const use of uses) {
    for (const mention of use.mentions) references.push({ ...mention, from: use.step, kind: 'expression' });
  }
  return references;
}
