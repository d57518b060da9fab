import type { Range } from '../base/lines.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { TextEdit } from '../model/diagnostic.ts';
import type { WorkflowRef } from '../model/ref.ts';
import type { Analysis } from './analyze.ts';
import { placesOf, symbolAt, type OtherFile, type PlaceOf } from './navigate.ts';
import { occurrencesIn, type Declared } from './occurrences.ts';
import { INPUT_NAME, STEP_ID } from './schema.ts';
import { levelsFrom, visibleStep, type StepEntry, type StepLevel } from './step-entries.ts';

/** Edits of one file; without a `ref`, of the file that was asked about. */
export interface FileEdits {
  readonly ref?: WorkflowRef;
  readonly edits: readonly TextEdit[];
}

/** What can be given another name at a place. */
export interface Renamable {
  readonly range: Range;
  readonly name: string;
}

/** The step or input whose name can be changed at an offset; else a sentence that says why there is none. */
export function prepareRename(
  analysis: Analysis,
  offset: number,
  others: readonly OtherFile[] = [],
): Result<Renamable, string> {
  const found = symbolAt(analysis, offset);
  if (found === undefined) return err('There is no step and no input here.');
  const { declared, range } = found;
  const wrong = unchangeable(analysis, declared, others);
  return wrong === undefined ? ok({ range, name: declared.name }) : err(wrong);
}

function unchangeable(
  { workflow }: Analysis,
  declared: Declared,
  others: readonly OtherFile[],
): string | undefined {
  const { kind, name } = declared;
  switch (kind) {
    case 'step':
    case 'input':
      return undefined;
    case 'output':
      return `"${name}" is what the program of step "${declared.step.id}" writes. Only the names of steps and inputs can be changed everywhere at once.`;
    case 'env':
      return `"${name}" is a variable, which any program may read. Only the names of steps and inputs can be changed everywhere at once.`;
    case 'child-input':
      if (declared.ref === workflow.ref || others.some(({ ref }) => ref === declared.ref)) return undefined;
      return `"${name}" belongs to "${declared.ref}", which is no workflow of this project.`;
  }
}

/**
 * The edits that give a step or an input another name everywhere: in its file, and for an input in every file that gives
 * it. Quotes stay as they are. Else a sentence that says why not.
 */
export function rename(
  analysis: Analysis,
  offset: number,
  { to, others = [] }: { readonly to: string; readonly others?: readonly OtherFile[] },
): Result<readonly FileEdits[], string> {
  const prepared = prepareRename(analysis, offset, others);
  if (!prepared.ok) return prepared;
  if (to === prepared.value.name) return ok([]);
  const declared = symbolAt(analysis, offset)?.declared;
  if (declared === undefined) return ok([]);
  const places = placesOf(analysis, declared, others);
  const wrong =
    badName(declared, to) ?? takenName(analysis, declared, { to, others }) ?? sharedPlace(places, declared);
  return wrong === undefined ? ok(editsOf(places, to)) : err(wrong);
}

function editsOf(places: readonly PlaceOf[], newText: string): readonly FileEdits[] {
  const byFile = new Map<WorkflowRef | undefined, TextEdit[]>();
  for (const { file, occurrence } of places) {
    const edits = byFile.get(file.ref) ?? [];
    edits.push({ range: occurrence.range, newText });
    byFile.set(file.ref, edits);
  }
  return [...byFile].map(([ref, edits]) => (ref === undefined ? { edits } : { ref, edits }));
}

/** Without quotes this is no text in YAML. */
const NOTHING = /^null$/i;

function badName({ kind }: Declared, to: string): string | undefined {
  if (kind === 'step' && to.length > 100) return 'A step id has at most 100 characters.';
  if (!(kind === 'step' ? STEP_ID : INPUT_NAME).test(to))
    return `"${to}" cannot be a name: it begins with a letter or _, and letters, digits, - and _ follow.`;
  if (NOTHING.test(to)) return `"${to}" means nothing at all in YAML: choose another name.`;
  if (to === '__proto__' || to === 'constructor' || to === 'prototype')
    return `"${to}" cannot be a key: programs that read this file would trip over it. Choose another name.`;
  return undefined;
}

function takenName(
  analysis: Analysis,
  declared: Declared,
  { to, others }: { readonly to: string; readonly others: readonly OtherFile[] },
): string | undefined {
  if (declared.kind === 'step') return takenStep(analysis, declared.step, to);
  const ref = declared.kind === 'child-input' ? declared.ref : analysis.workflow.ref;
  const files = [{ ref: analysis.workflow.ref, analysis }, ...others];
  const owner = files.find((file) => file.ref === ref)?.analysis;
  const lowered = to.toLowerCase();
  // Expressions find inputs in any case.
  const taken = owner?.workflow.inputs.find(
    ({ name }) => name !== declared.name && name.toLowerCase() === lowered,
  );
  if (taken !== undefined) return `There is an input "${taken.name}" already.`;
  const giver = files.find((file) =>
    occurrencesIn(file.analysis).some(
      ({ of }) => of.kind === 'child-input' && of.ref === ref && of.name === to,
    ),
  );
  return giver && `"${giver.ref}" gives an input "${to}" already.`;
}

/** Taken beside it, and wherever an expression would then mean another step than it does now (rule G4). */
function takenStep({ index }: Analysis, step: StepEntry, to: string): string | undefined {
  const isTop = step.level.loop === undefined;
  const beside = isTop ? [index.steps, index.finally] : [step.level];
  if (beside.some(({ byId }) => byId.has(to))) return `There is a step "${to}" already.`;
  for (const use of index.expressions) {
    if (!use.parsed.ok) continue;
    for (const { path } of use.parsed.value.references) {
      const [root, id] = path;
      const meant = root === 'steps' && id !== undefined ? visibleStep(use.level, id) : undefined;
      if (meant === undefined || id === undefined || (meant !== step && id !== to)) continue;
      if (visibleAfter(use.level, meant === step ? to : id, { step, to }) === meant) continue;
      return `There is a step "${to}" already, and \`steps.${to}\` in step "${use.step?.id ?? ''}" would mean the wrong one of the two.`;
    }
  }
  return undefined;
}

/** The step that an id means, seen from a level, when one step has another name. */
function visibleAfter(
  level: StepLevel,
  id: string,
  { step, to }: { readonly step: StepEntry; readonly to: string },
): StepEntry | undefined {
  for (const each of levelsFrom(level)) {
    if (id === to && step.level === each) return step;
    const found = each.byId.get(id);
    if (found !== undefined && found !== step) return found;
  }
  return undefined;
}

/** One piece of YAML may stand for several by way of an alias, and mean something else at each of its places. */
function sharedPlace(places: readonly PlaceOf[], { name }: Declared): string | undefined {
  const meant = new Set(places.map(({ occurrence }) => occurrence.of));
  for (const { file, occurrence } of places) {
    const { start } = occurrence.range;
    const isShared = occurrencesIn(file.analysis).some(
      ({ of, range }) => range.start === start && !meant.has(of),
    );
    if (isShared)
      return `"${name}" stands in a part of the file that an alias repeats, where it means something else: write that part out first.`;
  }
  return undefined;
}
