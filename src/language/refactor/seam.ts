import type { Range } from '../../base/lines.ts';
import type { Reference } from '../../expression/expression.ts';
import type { TextEdit } from '../../model/diagnostic.ts';
import type { Analysis } from '../analyze.ts';
import { needEntries } from '../edges.ts';
import { inFile, type ExpressionUse } from '../expression-uses.ts';
import { visibleStep, type StepEntry, type StepLevel } from '../step-entries.ts';
import { entryOf, textOf, valueOf } from '../tree.ts';
import { exchange, linksTo, removal } from '../yaml-edits.ts';
import { needsText } from '../step-blocks.ts';

/** What leads from some steps to others beside them, and back: where one step is to stand for all of them. */
export interface Seam {
  /** Steps outside that those inside name in `needs`. */
  readonly needs: readonly string[];
  /** Takes those needs away from the steps inside. */
  readonly inside: readonly TextEdit[];
  /** Lets the steps outside need and read the one that stands for those inside. */
  readonly outside: (id: string) => readonly TextEdit[] | undefined;
  /** What expressions inside read of steps outside. */
  readonly reads: readonly { readonly use: ExpressionUse; readonly reference: Reference }[];
}

/** Undefined where one step cannot stand for these: something outside would be in the middle, or reads more than outputs. */
export function seamOf(analysis: Analysis, level: StepLevel, steps: readonly StepEntry[]): Seam | undefined {
  const chosen = new Set(steps);
  const others = level.entries.filter((step) => !chosen.has(step));
  // A step that is skipped skips those that need it; one that holds only skipped steps has succeeded.
  if (steps.some(({ node }) => valueOf(node, 'if') !== undefined)) return undefined;
  if (isCut(analysis, level, chosen) || rewindsAcross(level, chosen)) return undefined;
  const links = analysis.index.expressions.flatMap((use) =>
    (use.parsed.ok ? use.parsed.value.references : []).flatMap((reference) => {
      const [root, id] = reference.path;
      const read = root === 'steps' && id !== undefined ? visibleStep(use.level, id) : undefined;
      return read?.level === level ? [{ use, reference, read, isInside: holds(steps, use.range) }] : [];
    }),
  );
  const into = links.filter(({ isInside, read }) => !isInside && chosen.has(read));
  const names = into.map(({ use, reference }) => outputName(analysis.text, use, reference));
  if (names.includes(undefined)) return undefined;
  const stripped = steps.map((step) => withoutNeeds(analysis, step, (id) => !isIn(chosen, level, id)));
  if (stripped.includes(undefined)) return undefined;
  const needs = steps.flatMap((step) => needEntries(step).map(({ id }) => id));
  return {
    needs: [...new Set(needs)].filter((id) => !isIn(chosen, level, id)),
    inside: stripped.flatMap((edits) => edits ?? []),
    outside: (id) => {
      const renamed = others.map((step) => standIn(analysis, step, { id, chosen, level }));
      if (renamed.includes(undefined)) return undefined;
      const read = names.flatMap((range) => (range === undefined ? [] : [{ range, newText: id }]));
      return [...renamed.flatMap((edits) => edits ?? []), ...read];
    },
    reads: links.filter(({ isInside, read }) => isInside && !chosen.has(read)),
  };
}

function holds(steps: readonly StepEntry[], { start }: Range): boolean {
  return steps.some(({ range }) => range.start <= start && start <= range.end);
}

function isIn(chosen: ReadonlySet<StepEntry>, level: StepLevel, id: string): boolean {
  const step = level.byId.get(id);
  return step !== undefined && chosen.has(step);
}

/** Whether a step outside waits for one inside, and another one inside for it. */
function isCut(analysis: Analysis, level: StepLevel, chosen: ReadonlySet<StepEntry>): boolean {
  const needs = needsIn(analysis, level);
  const waiting = new Map<StepEntry, StepEntry[]>(level.entries.map((step) => [step, []]));
  for (const [step, needed] of needs) for (const each of needed) waiting.get(each)?.push(step);
  const after = reach(chosen, (step) => waiting.get(step) ?? []);
  const before = reach(chosen, (step) => needs.get(step) ?? []);
  return level.entries.some((step) => !chosen.has(step) && after.has(step) && before.has(step));
}

function reach(
  from: Iterable<StepEntry>,
  next: (step: StepEntry) => Iterable<StepEntry>,
): ReadonlySet<StepEntry> {
  const seen = new Set(from);
  for (const each of seen) for (const other of next(each)) seen.add(other);
  return seen;
}

/** What each step of a level waits for on that level, be it by what a step inside of it reads. */
export function needsIn(
  { index }: Analysis,
  level: StepLevel,
): ReadonlyMap<StepEntry, ReadonlySet<StepEntry>> {
  const needs = new Map<StepEntry, Set<StepEntry>>(level.entries.map((step) => [step, new Set()]));
  for (const { id, from, kind } of index.references) {
    if (kind === 'rewind' || from === undefined) continue;
    const needed = level.byId.get(id);
    if (needed === undefined || visibleStep(from.level, id) !== needed) continue;
    for (let step: StepEntry | undefined = from; step !== undefined; step = step.level.loop)
      if (step.level === level && step !== needed) needs.get(step)?.add(needed);
  }
  return needs;
}

function rewindsAcross(level: StepLevel, chosen: ReadonlySet<StepEntry>): boolean {
  return level.entries.some((step) => {
    const id = textOf(valueOf(valueOf(step.node, 'gate'), 'rewind_to'));
    return id !== undefined && isIn(chosen, level, id) !== chosen.has(step);
  });
}

/** Where the id stands in `steps.<id>.outputs…`; undefined where something else is read, or in another way. */
function outputName(text: string, use: ExpressionUse, { path, range }: Reference): Range | undefined {
  const [, id = '', field] = path;
  const { start } = inFile(use, range);
  const head = `steps.${id}`;
  if (field !== 'outputs' || !text.startsWith(`${head}.`, start)) return undefined;
  return { start: start + 'steps.'.length, end: start + head.length };
}

/** The needs of a step without some of them; undefined where one says more than a name. */
function withoutNeeds(
  analysis: Analysis,
  step: StepEntry,
  drops: (id: string) => boolean,
): readonly TextEdit[] | undefined {
  const all = needEntries(step);
  const dropped = all.filter(({ id }) => drops(id));
  if (dropped.length === 0) return [];
  if (dropped.some(({ allowSkipped }) => allowSkipped)) return undefined;
  return rewritten(
    analysis,
    step,
    all.filter(({ id }) => !drops(id)).map(({ id }) => id),
  );
}

/** The needs of a step, those among the chosen replaced by the one that stands for them. */
function standIn(
  analysis: Analysis,
  step: StepEntry,
  {
    id,
    chosen,
    level,
  }: { readonly id: string; readonly chosen: ReadonlySet<StepEntry>; readonly level: StepLevel },
): readonly TextEdit[] | undefined {
  const all = needEntries(step);
  const replaced = all.filter((need) => isIn(chosen, level, need.id));
  const [only, other] = replaced;
  if (only === undefined) return [];
  if (replaced.some(({ allowSkipped }) => allowSkipped)) return undefined;
  if (other === undefined) return only.id === id ? [] : [exchange(analysis.text, only.range, id)];
  return rewritten(analysis, step, [
    ...new Set(all.map((need) => (isIn(chosen, level, need.id) ? id : need.id))),
  ]);
}

/** The whole value of `needs` anew; undefined where a comment or more than names would be lost. */
function rewritten(
  { text, tree }: Analysis,
  step: StepEntry,
  ids: readonly string[],
): readonly TextEdit[] | undefined {
  const entry = entryOf(step.node, 'needs');
  if (entry === undefined) return undefined;
  const { range } = entry.value;
  const written = text.slice(range.start, range.end);
  if (/[#{&*]|\n$/.test(written)) return undefined;
  if (ids.length === 0) {
    const edit = removal(text, linksTo(tree, entry.key.range.start));
    return edit === undefined ? undefined : [edit];
  }
  const isBelow = text.slice(entry.key.range.end, range.start).includes('\n');
  const start = isBelow ? entry.key.range.end : range.start;
  return [{ range: { start, end: range.end }, newText: isBelow ? `: ${needsText(ids)}` : needsText(ids) }];
}
