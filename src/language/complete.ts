import { lineStartAt, type Range } from '../base/lines.ts';
import { MATCHER_NAMES } from '../model/matchers-of.ts';
import { refFrom } from '../model/ref.ts';
import { STEP_KIND_INFO, STEP_KINDS, type StepKind } from '../model/step-kind.ts';
import type { Analysis } from './analyze.ts';
import type { Completion, CompletionKind, CompletionSources } from './completion.ts';
import { completeExpression } from './complete-expression.ts';
import type { Schema } from './json-schema.ts';
import { placeAt, type Place } from './place.ts';
import { alternatives, holdsSteps, isStep, schemasAt } from './schema-at.ts';
import { FILE_SNIPPETS, STEP_SNIPPETS } from './snippets.ts';
import { stepAt, waitingFor } from './step-at.ts';
import { textOf, valueOf } from './tree.ts';

/** All that may be written at an offset, the most likely first. Works on broken text, too. */
export function complete(
  analysis: Analysis,
  offset: number,
  sources: CompletionSources = {},
): readonly Completion[] {
  const place = placeAt(analysis.text, offset);
  if (place.expression !== undefined) return completeExpression(analysis, offset, { place, sources });
  switch (place.role) {
    case 'key':
      return keys(analysis, place, sources);
    case 'value':
      return values(analysis, place, { offset, sources });
    default:
      return [];
  }
}

function keys(analysis: Analysis, place: Place, sources: CompletionSources): readonly Completion[] {
  const { path, word: range } = place;
  if (path.at(-1) === 'with' && isStep(path.slice(0, -1))) return childInputs(analysis, place, sources);
  if (holdsSteps(path))
    return place.style === 'flow' ? [] : STEP_SNIPPETS.map((each) => snippetOf(each, place));
  const isEmpty = path.length === 0 && analysis.text.trim().length <= range.end - range.start;
  const found = schemasAt(path).flatMap((schema) => keysOf(schema, place));
  return isEmpty ? [...FILE_SNIPPETS.map((each) => snippetOf(each, place)), ...found] : found;
}

function snippetOf(
  { label, detail, body }: { readonly label: string; readonly detail: string; readonly body: string },
  { word: range, indent }: Place,
): Completion {
  const insert = body.replaceAll('\n', `\n${' '.repeat(indent)}`);
  return { label, kind: 'snippet', detail, insert, isSnippet: true, range };
}

/** What a key leads to when it is written: a value, or another line. */
function keysOf({ properties = {}, oneOf: choices = [] }: Schema, place: Place): readonly Completion[] {
  const { siblings, word: range } = place;
  const taken = new Set(siblings);
  // Of keys that exclude each other one is there: the others are no help.
  const exclusive = choices.flatMap(({ required }) => required);
  const isChosen = exclusive.some((key) => taken.has(key));
  const free = Object.entries(properties).filter(
    ([key]) =>
      !taken.has(key) && !(isChosen && exclusive.includes(key)) && (!isStep(place.path) || fits(key, taken)),
  );
  const isKind = ([key]: readonly [string, Schema]) => exclusive.includes(key);
  return [...free.filter(isKind), ...free.filter((each) => !isKind(each))].map(([key, schema]) => {
    const insert = insertOf(key, schema, place);
    const kind = (STEP_KINDS as readonly string[]).includes(key) && isStep(place.path) ? 'kind' : 'key';
    return {
      label: key,
      kind,
      ...(kind === 'kind' && !STEP_KIND_INFO[key as StepKind].runs && { detail: 'cannot run yet' }),
      documentation: docsOf(schema),
      insert: insert.text,
      isSnippet: insert.isSnippet,
      range,
      again: choicesOf(schema).length > 0 || key === 'needs' || key === 'workflow' || key === 'rewind_to',
    };
  });
}

/** Keys that mean something only beside another one. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  with: ['workflow'],
  language: ['script'],
  shell: ['run', 'gate'],
  max_parallel: ['for_each', 'matrix'],
};

function fits(key: string, taken: ReadonlySet<string>): boolean {
  const beside = Object.hasOwn(BESIDE, key) ? BESIDE[key] : undefined;
  return beside === undefined || beside.some((each) => taken.has(each));
}

function insertOf(
  key: string,
  schema: Schema,
  { style, indent }: Place,
): { readonly text: string; readonly isSnippet: boolean } {
  const kinds = alternatives(schema).map(({ type }) => type);
  const isScalar = kinds.some((type) => type !== 'object' && type !== 'array');
  const inner = `\n${' '.repeat(indent + 2)}`;
  if (key === 'script' && style === 'block') return { text: `${key}: |${inner}$0`, isSnippet: true };
  if (isScalar) return { text: `${key}: `, isSnippet: false };
  if (kinds[0] === 'array') {
    return style === 'flow'
      ? { text: `${key}: [$0]`, isSnippet: true }
      : { text: `${key}:${inner}- $0`, isSnippet: true };
  }
  return style === 'flow'
    ? { text: `${key}: { $0 }`, isSnippet: true }
    : { text: `${key}:${inner}$0`, isSnippet: true };
}

/** A key's words for a person, in Markdown. */
export function docsOf(schema: Schema): string {
  const all = alternatives(schema);
  const {
    description = all[0]?.description ?? '',
    default: usual = all.find((each) => each.default !== undefined)?.default,
  } = schema;
  const examples = [schema, ...all].flatMap(({ examples: each = [] }) => each).slice(0, 2);
  const choices = choicesOf(schema);
  return [
    description,
    ...(choices.length > 0 ? [`One of ${choices.map((each) => `\`${each}\``).join(', ')}.`] : []),
    ...(usual === undefined ? [] : [`Without it: \`${JSON.stringify(usual).replaceAll('"', '')}\`.`]),
    ...(examples.length > 0
      ? [`For instance ${examples.map((each) => `\`${String(each)}\``).join(' or ')}.`]
      : []),
  ].join('\n\n');
}

function choicesOf(schema: Schema): readonly string[] {
  return alternatives(schema).flatMap(({ enum: choices = [], type }) =>
    type === 'boolean' ? ['true', 'false'] : choices.map(String),
  );
}

function childInputs(analysis: Analysis, place: Place, { look }: CompletionSources): readonly Completion[] {
  const { step } = stepAt(analysis, place.path) ?? {};
  const path = textOf(valueOf(step?.node, 'workflow'));
  const child = path === undefined ? undefined : look?.(refFrom(analysis.workflow.ref, path));
  if (child?.found !== true) return [];
  const open = child.inputs.filter(({ name }) => !place.siblings.includes(name));
  return [...open.filter(({ required }) => required), ...open.filter(({ required }) => !required)].map(
    (input) => ({
      label: input.name,
      kind: 'input',
      detail: `${input.type}${input.required ? ', required' : ''}`,
      ...(input.description !== undefined && { documentation: input.description }),
      insert: `${input.name}: `,
      range: place.word,
    }),
  );
}

const LANGUAGES = [
  'node',
  'typescript',
  'python',
  'bash',
  'sh',
  'pwsh',
  'ruby',
  'perl',
  'deno',
  'bun',
] as const;

const CRON_PRESETS: readonly (readonly [string, string])[] = [
  ['"0 9 * * 1-5"', 'at 9:00, Monday to Friday'],
  ['"0 2 * * *"', 'every night at 2:00'],
  ['"*/15 * * * *"', 'every 15 minutes'],
  ['"0 * * * *"', 'every hour'],
  ['"0 0 * * 0"', 'every Sunday at midnight'],
  ['"0 0 1 * *"', 'on the first of every month'],
  ['"@daily"', 'every day at midnight'],
];

function values(
  analysis: Analysis,
  place: Place,
  { offset, sources }: { readonly offset: number; readonly sources: CompletionSources },
): readonly Completion[] {
  const { path, word: range } = place;
  const known = knownValues(analysis, place, sources);
  if (known !== undefined) return known;
  const schemas = schemasAt(path);
  const plain = schemas
    .flatMap((schema) => choicesOf(schema))
    .filter((each, i, all) => all.indexOf(each) === i);
  const offered = plain.map((label): Completion => ({ label, kind: 'value', insert: label, range }));
  // `- ` and nothing else may begin a map: its keys are offered as well.
  const isItem = typeof path.at(-1) === 'number' && place.style === 'block';
  const begun = { ...place, indent: offset - lineStart(analysis.text, range.start), siblings: [] };
  const inner = isItem
    ? schemas.flatMap((schema) => keysOf(schema, { ...begun, indent: columnOf(analysis.text, range.start) }))
    : [];
  return [...offered, ...inner];
}

function lineStart(text: string, offset: number): number {
  return lineStartAt(text, offset);
}

function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

/** Values that only the file, the project or the world knows. */
function knownValues(
  analysis: Analysis,
  place: Place,
  sources: CompletionSources,
): readonly Completion[] | undefined {
  const { path, word: range } = place;
  const at = stepAt(analysis, path);
  const [field, ...more] = at?.rest ?? [];
  const offer = (labels: readonly string[], kind: CompletionKind) =>
    labels.map((label): Completion => ({ label, kind, insert: label, range }));
  if (field === 'needs' && more.at(-1) !== 'allow') return needs(analysis, place);
  if (field === 'gate' && more[0] === 'rewind_to')
    return at === undefined ? [] : offer(earlier(analysis, at), 'step');
  if (field === 'language')
    return offer([...new Set([...LANGUAGES, ...(sources.interpreters ?? [])])], 'value');
  if (field === 'workflow' && more.length === 0) return offer(sources.workflows ?? [], 'file');
  if (field === 'problem_matcher' && more.length < 2) return offer(MATCHER_NAMES, 'value');
  switch (path.at(-1)) {
    case 'timezone':
      return offer(sources.timeZones ?? [], 'value');
    case 'cron':
      return CRON_PRESETS.map(([insert, detail]) => ({
        label: insert.slice(1, -1),
        kind: 'value',
        detail,
        insert,
        range,
      }));
    default:
      return undefined;
  }
}

/** Steps that may be needed: none that waits for this one, and none twice. */
function needs(analysis: Analysis, { path, word: range }: Place): readonly Completion[] {
  const at = stepAt(analysis, path);
  if (at === undefined) return [];
  const { level, id, step, rest } = at;
  const waiting = waitingFor(analysis, level, id);
  const own = rest.length > 1 ? writtenNeeds(step, range) : new Set<string>();
  return level.entries.flatMap((each): Completion[] => {
    if (waiting.has(each.id) || own.has(each.id)) return [];
    const detail = textOf(valueOf(each.node, 'name')) ?? each.kinds[0]?.kind;
    return [
      { label: each.id, kind: 'step', ...(detail !== undefined && { detail }), insert: each.id, range },
    ];
  });
}

function writtenNeeds(
  step: NonNullable<ReturnType<typeof stepAt>>['step'],
  range: Range,
): ReadonlySet<string> {
  const list = valueOf(step?.node, 'needs');
  const items = list?.kind === 'list' ? list.items : [];
  return new Set(
    items.flatMap((item) => {
      const isOwn = item.range.start <= range.start && range.start <= item.range.end;
      const id = textOf(item.kind === 'map' ? valueOf(item, 'step') : item);
      return id === undefined || isOwn ? [] : [id];
    }),
  );
}

/** The steps that a gate waits for, the nearest last: where it may send the run back to. */
function earlier(
  analysis: Analysis,
  { level, id }: NonNullable<ReturnType<typeof stepAt>>,
): readonly string[] {
  return level.entries
    .map((each) => each.id)
    .filter((each) => each !== id && waitingFor(analysis, level, each).has(id));
}
