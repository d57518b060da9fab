import type { Range } from '../base/lines.ts';
import type { StepKind } from '../model/step-kind.ts';
import type { WorkflowRef } from '../model/ref.ts';
import type { Analysis } from './analyze.ts';
import { needEntries } from './edges.ts';
import { nameRange } from './name-ranges.ts';
import { childOf } from './occurrences.ts';
import type { OtherFile } from './navigate.ts';
import { allSteps, loopsAround, visibleStep, type StepEntry, type StepLevel } from './step-entries.ts';
import { entryOf, textOf, valueOf } from './tree.ts';

/** A step or a whole file, as one that needs others and is needed. */
export interface CallItem {
  readonly kind: StepKind | 'step' | 'file';
  readonly name: string;
  /** Its kind and where it stands: `run · in tdd`. */
  readonly detail: string;
  /** The file in which it stands; absent for the one that was asked about. */
  readonly ref?: WorkflowRef;
  readonly range: Range;
  /** The name itself. An offset in it means this item. */
  readonly selection: Range;
}

/** One that needs the other, with the places that say so: they stand in the one that needs. */
export interface Call {
  readonly item: CallItem;
  readonly ranges: readonly Range[];
}

/** The step around an offset, or the file outside of every step. */
export function callItemAt(analysis: Analysis, offset: number): CallItem | undefined {
  const step = stepAround(analysis, offset);
  if (step !== undefined) return stepItem(step, { analysis });
  return analysis.tree === undefined ? undefined : fileItem({ analysis });
}

/** The innermost step around an offset. */
function stepAround({ index }: Analysis, offset: number): StepEntry | undefined {
  let found: StepEntry | undefined;
  let level: StepLevel | undefined = index.steps;
  const holds = ({ range }: StepEntry) => range.start <= offset && offset <= range.end;
  const first = index.steps.entries.find(holds) ?? index.finally.entries.find(holds);
  for (let step = first; step !== undefined; step = level?.entries.find(holds)) {
    found = step;
    level = step.inner;
  }
  return found;
}

interface FileOf {
  readonly ref?: WorkflowRef;
  readonly analysis: Analysis;
}

function stepItem(step: StepEntry, { ref, analysis }: FileOf): CallItem {
  const [loop] = loopsAround(step);
  const kind = step.kinds[0]?.kind ?? 'step';
  const where = loop === undefined ? (step.level.place === 'finally' ? 'finally' : '') : `in ${loop.id}`;
  return {
    kind,
    name: step.id,
    detail: [kind, where].filter((each) => each !== '').join(' · '),
    ...(ref !== undefined && { ref }),
    range: step.range,
    selection: nameRange(step.key, analysis.text),
  };
}

function fileItem({ ref, analysis: { tree, text, workflow } }: FileOf): CallItem {
  const name = entryOf(tree, 'name')?.value;
  const at = name?.kind === 'scalar' && name.value !== null ? nameRange(name, text) : { start: 0, end: 0 };
  return {
    kind: 'file',
    name: textOf(name) ?? (workflow.ref.split('/').at(-1) || 'workflow'),
    detail: workflow.ref,
    ...(ref !== undefined && { ref }),
    range: { start: 0, end: text.length },
    selection: at,
  };
}

/** Who needs the step around an offset, or who runs the file: by `needs`, by what expressions read, by `workflow`. */
export function callsInto(
  analysis: Analysis,
  offset: number,
  others: readonly OtherFile[] = [],
): readonly Call[] {
  const step = stepAround(analysis, offset);
  if (step === undefined) return runnersOf(analysis, others);
  const found = new Map<StepEntry, Range[]>();
  for (const { from, to, range } of edgesOf(analysis)) if (to === step) put(found, from, range);
  return callsOf(found, { analysis });
}

/** Whom the step around an offset needs, the file that it runs among them; or which files this one runs. */
export function callsFrom(
  analysis: Analysis,
  offset: number,
  others: readonly OtherFile[] = [],
): readonly Call[] {
  const step = stepAround(analysis, offset);
  if (step === undefined) return childCalls([...stepsOf(analysis)], { analysis, others });
  const found = new Map<StepEntry, Range[]>();
  for (const { from, to, range } of edgesOf(analysis)) if (from === step) put(found, to, range);
  return [...callsOf(found, { analysis }), ...childCalls([step], { analysis, others })];
}

function put<T>(found: Map<T, Range[]>, key: T, range: Range): void {
  const ranges = found.get(key) ?? [];
  if (!ranges.some(({ start }) => start === range.start)) ranges.push(range);
  found.set(key, ranges);
}

function callsOf(found: ReadonlyMap<StepEntry, readonly Range[]>, file: FileOf): readonly Call[] {
  return [...found]
    .map(([step, ranges]) => ({ item: stepItem(step, file), ranges }))
    .toSorted((a, b) => a.item.range.start - b.item.range.start);
}

function stepsOf({ index }: Analysis): Iterable<StepEntry> {
  return allSteps(index.steps, index.finally);
}

interface Edge {
  /** The one that needs. */
  readonly from: StepEntry;
  readonly to: StepEntry;
  /** What says so. */
  readonly range: Range;
}

/** Every need, written or drawn by an expression: from the very step that holds it, be it inside of a loop. */
function* edgesOf(analysis: Analysis): Generator<Edge> {
  for (const from of stepsOf(analysis)) {
    for (const { id, range } of needEntries(from)) {
      const to = from.level.byId.get(id);
      if (to !== undefined) yield { from, to, range };
    }
  }
  for (const use of analysis.index.expressions) {
    if (use.step === undefined) continue;
    for (const { id, range } of use.mentions) {
      const to = visibleStep(use.level, id);
      if (to !== undefined) yield { from: use.step, to, range };
    }
  }
}

/** The steps of other files that run this one. */
function runnersOf(analysis: Analysis, others: readonly OtherFile[]): readonly Call[] {
  const { ref } = analysis.workflow;
  if (ref === '') return [];
  return others.flatMap((file) => {
    const found = new Map<StepEntry, Range[]>();
    for (const step of stepsOf(file.analysis)) {
      const path = valueOf(step.node, 'workflow');
      if (path?.kind === 'scalar' && childOf(step, file.ref) === ref)
        put(found, step, nameRange(path, file.analysis.text));
    }
    return callsOf(found, file);
  });
}

/** The files that some steps run. */
function childCalls(
  steps: readonly StepEntry[],
  { analysis, others }: { readonly analysis: Analysis; readonly others: readonly OtherFile[] },
): readonly Call[] {
  const found = new Map<OtherFile, Range[]>();
  for (const step of steps) {
    const ref = childOf(step, analysis.workflow.ref);
    const file = others.find((each) => each.ref === ref);
    const path = valueOf(step.node, 'workflow');
    if (file !== undefined && path?.kind === 'scalar') put(found, file, nameRange(path, analysis.text));
  }
  return [...found].map(([file, ranges]) => ({ item: fileItem(file), ranges }));
}
