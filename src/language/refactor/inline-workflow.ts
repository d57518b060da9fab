import { hasExpression, splitTemplate } from '../../expression/template.ts';
import type { TextEdit } from '../../model/diagnostic.ts';
import { refFrom } from '../../model/ref.ts';
import type { InputDeclaration } from '../../model/workflow.ts';
import type { Analysis } from '../analyze.ts';
import { needEntries } from '../edges.ts';
import { inFile } from '../expression-uses.ts';
import { freeName } from '../free-name.ts';
import { namesIn } from '../navigate.ts';
import { writtenOutputs } from '../outputs.ts';
import { allSteps, type StepEntry } from '../step-entries.ts';
import { entryOf, textOf, valueOf } from '../tree.ts';
import { columnOf, exchange } from '../yaml-edits.ts';
import type { Here, Refactor } from './refactoring.ts';
import { replaceBlocks } from './replace-blocks.ts';
import { needsIn } from './seam.ts';
import { blocksOf, needsText, partWith, shifted } from '../step-blocks.ts';

/** Only a step that does nothing but run a workflow can become its steps, and only a workflow that is nothing but steps. */
const STEP_FIELDS: ReadonlySet<string> = new Set(['name', 'needs', 'workflow', 'with']);
const CHILD_FIELDS: ReadonlySet<string> = new Set(['name', 'description', 'inputs', 'steps', 'on']);

/** The steps of a workflow in place of the step that runs it. */
export const inlineWorkflow: Refactor = (here) => {
  const { analysis, text, level, steps, read } = here;
  const [step, other] = steps;
  const path = textOf(valueOf(step?.node, 'workflow'));
  if (step === undefined || other !== undefined || path === undefined || hasExpression(path)) return [];
  const child = read?.(refFrom(analysis.workflow.ref, path));
  const block = blocksOf(text, level)?.find((each) => each.step === step);
  if (child === undefined || block === undefined || !hasOnly(step, STEP_FIELDS)) return [];
  const inner = blocksOf(child.text, child.index.steps);
  if (inner === undefined || !isPlain(child)) return [];
  const names = newNames(here, step, child);
  const values = valuesOf(child, step);
  const leads = values && childEdits(child, { names, values, needs: needEntries(step).map(({ id }) => id) });
  const around = leads && outsideEdits(here, { step, child, names });
  if (leads === undefined || around === undefined) return [];
  const by = columnOf(text, step.range.start) - columnOf(child.text, inner[0]?.step.range.start ?? 0);
  const lines = inner.map((each) => {
    const own = shifted(partWith(child.text, each, leads.edits), by);
    return (
      own + (leads.added.get(each.step) === undefined ? '' : shifted(leads.added.get(each.step) ?? '', by))
    );
  });
  const edits = [...replaceBlocks(text, [block], lines.join('')), ...around];
  return [{ title: `Inline the workflow of "${step.id}"`, kind: 'inline', edits }];
};

function hasOnly({ node }: StepEntry, fields: ReadonlySet<string>): boolean {
  return node.kind === 'map' && node.entries.every(({ key }) => fields.has(key.text));
}

function isPlain(child: Analysis): boolean {
  const { tree, index } = child;
  const hasFields = tree?.kind === 'map' && tree.entries.every(({ key }) => CHILD_FIELDS.has(key.text));
  const asksRun = index.expressions.some(
    ({ parsed }) =>
      parsed.ok && parsed.value.references.some(({ path: [root] }) => root === 'run' || root === 'schedule'),
  );
  const hasConditions = index.steps.entries.some(({ node }) => valueOf(node, 'if') !== undefined);
  return hasFields && !hasConditions && child.runnable && !asksRun;
}

/** The ids of the child's steps here: as they are, unless taken; one step alone takes the place of the one that ran it. */
function newNames(
  { analysis: { index } }: Here,
  step: StepEntry,
  child: Analysis,
): ReadonlyMap<string, string> {
  const own = child.index.steps.entries;
  if (own.length === 1) return new Map([[own[0]?.id ?? '', step.id]]);
  const all = [...allSteps(index.steps, index.finally)].filter((each) => each !== step);
  const taken = new Set(all.map(({ id }) => id));
  return new Map(
    own.map(({ id }) => {
      const name = taken.has(id) ? freeName(`${step.id}_${id}`, taken) : id;
      taken.add(name);
      return [id, name];
    }),
  );
}

/** What each input of the child stands for, as an expression; undefined where one has no value. */
function valuesOf({ workflow }: Analysis, step: StepEntry): ReadonlyMap<string, string> | undefined {
  const given = valueOf(step.node, 'with');
  const values = new Map<string, string>();
  for (const input of workflow.inputs) {
    const text = textOf(entryOf(given, input.name)?.value);
    const value = text === undefined ? defaultOf(input) : expressionOf(text, input);
    if (value === undefined) return undefined;
    values.set(input.name, value);
  }
  return values;
}

function defaultOf({ default: value, secret }: InputDeclaration): string | undefined {
  if (value === undefined || secret) return undefined;
  return typeof value === 'string' ? quoted(value) : String(value);
}

/** `${{ x }}` is `x`; other text stands in quotes; a mixture of both cannot be said so. */
function expressionOf(text: string, { type, secret }: InputDeclaration): string | undefined {
  if (secret) return undefined;
  if (!hasExpression(text)) return type === 'number' || type === 'boolean' ? text : quoted(text);
  const parts = splitTemplate(text.trim());
  const [only, more] = parts.ok ? parts.value : [];
  if (only?.kind !== 'expression' || more !== undefined) return undefined;
  const source = only.source.trim();
  return /^[\w.-]+$/.test(source) ? source : `(${source})`;
}

function quoted(text: string): string | undefined {
  return /['"\\\n]/.test(text) ? undefined : `'${text}'`;
}

interface Leads {
  readonly edits: readonly TextEdit[];
  /** Lines that are put below a step. */
  readonly added: ReadonlyMap<StepEntry, string>;
}

/** The child's steps with their new names, values for its inputs, and what the step needed. */
function childEdits(
  child: Analysis,
  {
    names,
    values,
    needs,
  }: {
    readonly names: ReadonlyMap<string, string>;
    readonly values: ReadonlyMap<string, string>;
    readonly needs: readonly string[];
  },
): Leads | undefined {
  const { index, text } = child;
  const edits: TextEdit[] = [];
  for (const { step, name, definition, uses } of namesIn(child)) {
    const to = step?.level === index.steps ? names.get(name) : undefined;
    if (to === undefined || to === name) continue;
    for (const range of [definition, ...uses]) edits.push({ range, newText: to });
  }
  for (const use of index.expressions) {
    for (const {
      path: [root, name],
      range,
    } of use.parsed.ok ? use.parsed.value.references : []) {
      if (root !== 'inputs') continue;
      const value = name === undefined ? undefined : values.get(name);
      const place = inFile(use, range);
      const isSingle =
        text[use.range.start - 4] === "'" || text.slice(place.start, place.end) !== `inputs.${name ?? ''}`;
      const isQuoted = /:[ ]+'[^']*$/.test(text.slice(text.lastIndexOf('\n', place.start) + 1, place.start));
      if (value === undefined || isSingle || (isQuoted && value.includes("'"))) return undefined;
      edits.push({ range: place, newText: value });
    }
  }
  const added = new Map<StepEntry, string>();
  const inner = needsIn(child, index.steps);
  for (const step of needs.length === 0 ? [] : index.steps.entries) {
    if ((inner.get(step)?.size ?? 0) > 0) continue;
    if (step.node.kind !== 'map') return undefined;
    if (text[step.node.range.start] === '{') {
      edits.push({
        range: { start: step.node.range.start + 1, end: step.node.range.start + 1 },
        newText: ` needs: ${needsText(needs)},`,
      });
    } else {
      const column = columnOf(text, step.node.entries[0]?.range.start ?? 0);
      added.set(step, `${' '.repeat(column)}needs: ${needsText(needs)}\n`);
    }
  }
  return { edits, added };
}

/** Those that needed the step need the last of the child's steps; those that read it, the one that writes. */
function outsideEdits(
  { analysis, text, level }: Here,
  {
    step,
    child,
    names,
  }: { readonly step: StepEntry; readonly child: Analysis; readonly names: ReadonlyMap<string, string> },
): readonly TextEdit[] | undefined {
  const own = child.index.steps.entries;
  if (own.length === 1) return [];
  const inner = needsIn(child, child.index.steps);
  const last = own.filter((each) => !own.some((other) => inner.get(other)?.has(each) === true));
  const ends = last.map(({ id }) => names.get(id) ?? id);
  const edits: TextEdit[] = [];
  for (const { id, range, from, kind } of analysis.index.references) {
    if (id !== step.id || (kind !== 'expression' && from?.level !== level)) continue;
    if (kind === 'rewind') return undefined;
    if (kind === 'expression') {
      const [, , name] =
        /^steps\.([\w-]+)\.outputs\.([\w-]+)$/.exec(text.slice(range.start, range.end)) ?? [];
      const writers = own.filter((each) => name !== undefined && writtenOutputs(each).includes(name));
      const [writer] = writers;
      if (writer === undefined || writers.length > 1) return undefined;
      const start = range.start + 'steps.'.length;
      edits.push({ range: { start, end: start + id.length }, newText: names.get(writer.id) ?? writer.id });
      continue;
    }
    const needs = from === undefined ? undefined : valueOf(from.node, 'needs');
    const isItem = needs?.kind === 'list';
    if (isItem && text[needs.range.start] !== '[' && ends.length > 1) return undefined;
    edits.push(exchange(text, range, isItem ? ends.join(', ') : needsText(ends)));
  }
  return edits;
}
