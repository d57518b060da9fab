import type { Range } from '../base/lines.ts';
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
import { edgesInto, needEntries, stepMentions, type StepReference } from './edges.ts';
import { usesOf, type ExpressionUse, type Uses } from './expression-uses.ts';
import { siftIgnored } from './ignore.ts';
import { readYaml } from './read-yaml.ts';
import { allSteps, stepLevels, type StepEntry, type StepLevel } from './step-entries.ts';
import { textOf, valueOf, type YamlNode } from './tree.ts';

/** What a text alone does not tell; everything may be left out. */
export interface Surroundings {
  /** Path from the project's folder, with `/`. */
  readonly ref?: string;
  /** Names the text; whoever has a hash function gives it. */
  readonly digest?: string;
  /** Looks at another workflow file, for `workflow` steps. */
  readonly look?: (ref: string) => ChildLook;
}

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
 * Reads a text, however broken. Pure: no file is read, nothing is run, the same text gives the same answer. `last` may
 * save work where little changed; it never changes the answer.
 */
export function analyze(text: string, surroundings: Surroundings = {}, last?: Analysis): Analysis {
  if (last !== undefined && isSame(last, text, surroundings)) return last;
  const { root: tree, diagnostics: yamlDiagnostics } = readYaml(text);
  const levels = stepLevels(tree);
  const steps = [...allSteps(levels.steps, levels.finally)];
  const uses = usesOf(text, tree, { level: levels.steps, steps });
  const edges = edgesInto(uses.expressions, steps);
  const readsStdout = stdoutReaders(uses);
  const workflow = buildWorkflow(tree, levels, {
    ref: surroundings.ref ?? '',
    digest: surroundings.digest ?? '',
    needsOf: (step) => edges.get(step) ?? [],
    keepsStdout: (step) => readsStdout.has(step.id),
  });
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
    look: surroundings.look,
  };
  const checked = trustworthy(
    CHECKS.flatMap((check) => check(context)),
    yamlDiagnostics,
    text,
  );
  const found = withoutRepeats([...yamlDiagnostics, ...checked].toSorted(byPlace));
  const { shown: diagnostics, silenced } = siftIgnored(text, found);
  return {
    text,
    tree,
    workflow,
    index: { ...levels, references: referencesOf(steps, uses.expressions), expressions: uses.expressions },
    graph,
    cycles: cycles.map((cycle) => cycle.steps),
    diagnostics,
    silenced,
    runnable: ![...diagnostics, ...silenced.filter(staysBlocked)].some(blocks),
  };
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
]);

function toLineEnd({ start, end }: Range, text: string): Range {
  const newline = text.indexOf('\n', end);
  return { start, end: newline < 0 ? text.length : newline };
}

function isSame(last: Analysis, text: string, { ref = '', digest = '' }: Surroundings): boolean {
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
    for (const mention of stepMentions(use))
      references.push({ ...mention, from: use.step, kind: 'expression' });
  }
  return references;
}
