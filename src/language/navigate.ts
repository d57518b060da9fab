import type { Range } from '../base/lines.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { TextEdit } from '../model/diagnostic.ts';
import type { Analysis } from './analyze.ts';
import { needEntries } from './edges.ts';
import { inFile } from './expression-uses.ts';
import { INPUT_NAME, STEP_ID } from './schema.ts';
import { allSteps, visibleStep, type StepEntry } from './step-entries.ts';
import { entryOf, textOf, valueOf, type YamlNode, type YamlScalar } from './tree.ts';

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

/** The step or input that is named at an offset, and the name's range. */
export function namedAt(
  analysis: Analysis,
  offset: number,
): { readonly named: Named; readonly range: Range } | undefined {
  for (const named of namesIn(analysis)) {
    for (const range of [named.definition, ...named.uses]) {
      if (range.start <= offset && offset <= range.end) return { named, range };
    }
  }
  return undefined;
}

/** Every step and input, with the places that name it. */
export function namesIn(analysis: Analysis): readonly Named[] {
  const uses = new Map<StepEntry, Range[]>();
  const add = (step: StepEntry | undefined, range: Range | undefined) => {
    if (step === undefined || range === undefined) return;
    const list = uses.get(step);
    if (list === undefined) uses.set(step, [range]);
    else list.push(range);
  };
  const { index, text } = analysis;
  const steps = [...allSteps(index.steps, index.finally)];
  for (const from of steps) {
    for (const { id, range } of needEntries(from)) add(from.level.byId.get(id), scalarName(text, range, id));
    const rewind = valueOf(valueOf(from.node, 'gate'), 'rewind_to');
    const id = textOf(rewind);
    if (rewind !== undefined && id !== undefined)
      add(from.level.byId.get(id), scalarName(text, rewind.range, id));
  }
  const inputs = new Map<string, Range[]>();
  for (const use of index.expressions) {
    if (!use.parsed.ok) continue;
    for (const {
      path: [root, name],
      range,
    } of use.parsed.value.references) {
      if (name === undefined) continue;
      const place = nameWithin(text, inFile(use, range), { root: root ?? '', name });
      if (root === 'steps') add(visibleStep(use.level, name), place);
      else if (root === 'inputs' && place !== undefined) {
        const list = inputs.get(name);
        if (list === undefined) inputs.set(name, [place]);
        else list.push(place);
      }
    }
  }
  return [
    ...steps.map((step): Named => {
      const definition = scalarName(text, step.key.range, step.id) ?? step.key.range;
      return { kind: 'step', name: step.id, definition, step, uses: inOrder(uses.get(step)) };
    }),
    ...inputKeys(analysis.tree).map((key): Named => {
      const definition = scalarName(text, key.range, key.text) ?? key.range;
      return { kind: 'input', name: key.text, definition, uses: inOrder(inputs.get(key.text)) };
    }),
  ];
}

function inOrder(ranges: readonly Range[] | undefined): readonly Range[] {
  const seen = new Set<number>();
  // What an alias stands for is read wherever the alias stands.
  return (ranges ?? [])
    .toSorted((a, b) => a.start - b.start)
    .filter(({ start }) => !seen.has(start) && seen.add(start));
}

function inputKeys(tree: YamlNode | undefined): readonly YamlScalar[] {
  const inputs = entryOf(tree, 'inputs')?.value;
  return inputs?.kind === 'map' ? inputs.entries.map(({ key }) => key) : [];
}

/** A name inside of its quotes, or of its block; undefined where it is written in odd ways. */
function scalarName(text: string, { start, end }: Range, name: string): Range | undefined {
  const at = text.indexOf(name, start);
  return at < 0 || at + name.length > end ? undefined : { start: at, end: at + name.length };
}

/** The name inside of `steps.build` or `steps['build']`, as it stands in the file; undefined where it is written in odd ways. */
function nameWithin(
  text: string,
  { start, end }: Range,
  { root, name }: { readonly root: string; readonly name: string },
): Range | undefined {
  const head = new RegExp(`^${root}\\s*(?:\\.\\s*|\\[\\s*'{1,2})`, 'i').exec(text.slice(start, end))?.[0]
    .length;
  if (head === undefined) return undefined;
  const at = start + head;
  return text.startsWith(name, at) ? { start: at, end: at + name.length } : undefined;
}

/** The edits that give a step or an input another name everywhere in its file; else a sentence that says why not. */
export function rename(analysis: Analysis, offset: number, to: string): Result<readonly TextEdit[], string> {
  const found = namedAt(analysis, offset);
  if (found === undefined) return err('There is no step and no input here.');
  const { named } = found;
  if (to === named.name) return ok([]);
  const isStep = named.kind === 'step';
  if (!(isStep ? STEP_ID : INPUT_NAME).test(to))
    return err(
      `"${to}" cannot be a name: it begins with a letter or _, and letters, digits, - and _ follow.`,
    );
  if (isTaken(analysis, named, to)) return err(`There is ${isStep ? 'a step' : 'an input'} "${to}" already.`);
  return ok([named.definition, ...named.uses].map((range) => ({ range, newText: to })));
}

/** Taken where any step that may be seen from here, or that sees this one, has the name. */
function isTaken({ tree, index }: Analysis, { kind }: Named, to: string): boolean {
  if (kind === 'input') return inputKeys(tree).some(({ text }) => text === to);
  return [...allSteps(index.steps, index.finally)].some(({ id }) => id === to);
}
