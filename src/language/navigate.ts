import type { Range } from '../base/lines.ts';
import type { WorkflowRef } from '../model/ref.ts';
import type { Analysis } from './analyze.ts';
import { fileLinks } from './links.ts';
import { nameRange } from './name-ranges.ts';
import { occurrencesIn, type Declared, type Occurrence } from './occurrences.ts';
import type { StepEntry } from './step-entries.ts';

/** Another workflow file of the project. */
export interface OtherFile {
  readonly ref: WorkflowRef;
  readonly analysis: Analysis;
}

/** A stretch of a file; without a `ref`, of the file that was asked about. */
export interface FileRange {
  readonly ref?: WorkflowRef;
  readonly range: Range;
}

/** A step or an input, and every place that names it. */
export interface Named {
  readonly kind: 'step' | 'input';
  readonly name: string;
  /** The name where it is declared, without quotes. */
  readonly definition: Range;
  /** The step, for a step. */
  readonly step?: StepEntry;
  /** The other places, in file order, without quotes. */
  readonly uses: readonly Range[];
}

/** What is named at an offset, and the name's range. */
export interface SymbolAt {
  readonly declared: Declared;
  readonly range: Range;
}

/** What is named at an offset: a step, an input, an output, a variable, or an input of another file. */
export function symbolAt(analysis: Analysis, offset: number): SymbolAt | undefined {
  const [first] = symbolsAt(analysis, offset);
  return first && { declared: first.of, range: first.range };
}

/** An alias may mean several things at one place, and a line in a loop writes an output of the step and of the loop. */
function symbolsAt(analysis: Analysis, offset: number): readonly Occurrence[] {
  const all = occurrencesIn(analysis);
  let low = 0;
  for (let high = all.length; low < high;) {
    const middle = (low + high) >> 1;
    if ((all[middle]?.range.start ?? Infinity) <= offset) low = middle + 1;
    else high = middle;
  }
  const found: Occurrence[] = [];
  for (let i = low - 1; i >= 0; i--) {
    const each = all[i];
    if (each === undefined || each.range.end < offset) break;
    found.unshift(each);
  }
  return found;
}

/** The step or input that is named at an offset, and the name's range. */
export function namedAt(
  analysis: Analysis,
  offset: number,
): { readonly named: Named; readonly range: Range } | undefined {
  for (const { of, range } of symbolsAt(analysis, offset)) {
    const named = namedOf(occurrencesIn(analysis), of);
    if (named !== undefined) return { named, range };
  }
  return undefined;
}

/** Every step and input, with the places that name it. */
export function namesIn(analysis: Analysis): readonly Named[] {
  const all = new Map<Declared, Occurrence[]>();
  for (const each of occurrencesIn(analysis)) {
    const places = all.get(each.of) ?? [];
    places.push(each);
    all.set(each.of, places);
  }
  const named = [...all].flatMap(([declared, places]) => namedOf(places, declared) ?? []);
  return [...named.filter(({ kind }) => kind === 'step'), ...named.filter(({ kind }) => kind === 'input')];
}

function namedOf(places: readonly Occurrence[], declared: Declared): Named | undefined {
  if (declared.kind !== 'step' && declared.kind !== 'input') return undefined;
  const own = places.filter(({ of }) => of === declared);
  const definition = own.find(({ role }) => role === 'write')?.range;
  if (definition === undefined) return undefined;
  const uses = own.flatMap(({ role, range }) => (role === 'read' ? [range] : []));
  return { ...declared, definition, uses };
}

/** Where something is declared, and the name that leads there. */
export interface Definition {
  readonly origin: Range;
  readonly targets: readonly FileRange[];
}

/**
 * Where what is named at an offset is declared: the key of a step or an input, the lines that write an output, the entry
 * that sets a variable, an input of the file that a step runs; and that file, for its path.
 */
export function definition(
  analysis: Analysis,
  offset: number,
  others: readonly OtherFile[] = [],
): Definition | undefined {
  const symbols = symbolsAt(analysis, offset);
  const [first] = symbols;
  if (first === undefined) return fileAt(analysis, offset);
  const targets = symbols.flatMap(({ of }) => declarationsOf(analysis, of, others));
  return targets.length === 0 ? undefined : { origin: first.range, targets };
}

function declarationsOf(
  analysis: Analysis,
  declared: Declared,
  others: readonly OtherFile[],
): readonly FileRange[] {
  if (declared.kind === 'child-input') return inputKey(declared, fileOf(analysis, declared.ref, others));
  const written = occurrencesIn(analysis).filter(({ of, role }) => of === declared && role === 'write');
  if (written.length > 0) return written.map(({ range }) => ({ range }));
  // Nobody knows which line writes it, but it is a line of this step.
  return declared.kind === 'output' ? [{ range: nameRange(declared.step.key, analysis.text) }] : [];
}

function inputKey({ name }: Declared, file: FileOf | undefined): readonly FileRange[] {
  const found = file && inputsNamed(file.analysis, name).find(({ role }) => role === 'write');
  return file === undefined || found === undefined ? [] : [placeIn(file, found.range)];
}

function fileAt(analysis: Analysis, offset: number): Definition | undefined {
  const link = fileLinks(analysis).find(({ range }) => range.start <= offset && offset <= range.end);
  return link && { origin: link.range, targets: [{ ref: link.ref, range: { start: 0, end: 0 } }] };
}

/** One of the files that are looked through; `ref` is left out for the one that was asked about. */
interface FileOf {
  readonly ref?: WorkflowRef;
  readonly analysis: Analysis;
}

function fileOf(analysis: Analysis, ref: WorkflowRef, others: readonly OtherFile[]): FileOf | undefined {
  return ref === analysis.workflow.ref ? { analysis } : others.find((each) => each.ref === ref);
}

function placeIn({ ref }: FileOf, range: Range): FileRange {
  return ref === undefined ? { range } : { ref, range };
}

/** Every place that names what is named at an offset, in this file first; inputs in all files that give them, too. */
export function references(
  analysis: Analysis,
  offset: number,
  others: readonly OtherFile[] = [],
): readonly (FileRange & { readonly role: Occurrence['role'] })[] {
  const found = new Map<string, FileRange & { readonly role: Occurrence['role'] }>();
  for (const { of } of symbolsAt(analysis, offset)) {
    for (const { file, occurrence } of placesOf(analysis, of, others)) {
      const place = { ...placeIn(file, occurrence.range), role: occurrence.role };
      found.set(`${place.range.start} ${place.ref ?? ''}`, place);
    }
  }
  return [...found.values()];
}

/** A place, and the file in which it is. */
export interface PlaceOf {
  readonly file: FileOf;
  readonly occurrence: Occurrence;
}

/** Every place that names one thing: in the file itself, and for inputs in the files that run it. */
export function placesOf(
  analysis: Analysis,
  declared: Declared,
  others: readonly OtherFile[],
): readonly PlaceOf[] {
  if (declared.kind === 'input')
    return inputPlaces(analysis, { ...declared, ref: analysis.workflow.ref }, others);
  if (declared.kind === 'child-input') return inputPlaces(analysis, declared, others);
  return occurrencesIn(analysis)
    .filter(({ of }) => of === declared)
    .map((occurrence) => ({ file: { analysis }, occurrence }));
}

/** An input of one file, there and under `with` in all of them. A file that was never saved is run by none. */
function inputPlaces(
  analysis: Analysis,
  { ref, name }: { readonly ref: WorkflowRef; readonly name: string },
  others: readonly OtherFile[],
): readonly PlaceOf[] {
  const files: readonly FileOf[] = [
    { analysis },
    ...others.filter((each) => each.ref !== analysis.workflow.ref),
  ];
  return files.flatMap((file) => {
    const isIts = (file.ref ?? analysis.workflow.ref) === ref;
    const own = isIts ? inputsNamed(file.analysis, name) : [];
    const given = ref === '' ? [] : givenInputs(file.analysis, ref, name);
    return [...own, ...given].map((occurrence) => ({ file, occurrence }));
  });
}

function inputsNamed(analysis: Analysis, name: string): readonly Occurrence[] {
  return occurrencesIn(analysis).filter(({ of }) => of.kind === 'input' && of.name === name);
}

function givenInputs(analysis: Analysis, ref: WorkflowRef, name: string): readonly Occurrence[] {
  return occurrencesIn(analysis).filter(
    ({ of }) => of.kind === 'child-input' && of.ref === ref && of.name === name,
  );
}

/** A place to mark while the cursor stands on one that names the same. */
export interface Highlight {
  readonly range: Range;
  readonly role: Occurrence['role'];
}

/** What else in the file names what is named at an offset. */
export function highlights(analysis: Analysis, offset: number): readonly Highlight[] {
  return references(analysis, offset).map(({ range, role }) => ({ range, role }));
}
