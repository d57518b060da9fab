import { formatDuration } from '../base/duration.ts';
import type { Json } from '../base/json.ts';
import type { Range } from '../base/lines.ts';
import { CONTEXTS, FUNCTIONS, STEP_FIELDS } from '../expression/functions.ts';
import { criticalPath } from '../graph/critical-path.ts';
import { indexGraph } from '../graph/index-graph.ts';
import type { Analysis } from './analyze.ts';
import { docsOf } from './complete.ts';
import { cronWords } from './cron-words.ts';
import { needEntries } from './edges.ts';
import { namedAt, type Named } from './navigate.ts';
import { placeAt, type Place } from './place.ts';
import { fieldAt, holdsSteps } from './schema-at.ts';
import { scheduleWords } from './schedule-words.ts';
import { visibleStep, type StepEntry } from './step-entries.ts';
import { waitingFor } from './step-at.ts';
import { textOf, valueOf } from './tree.ts';

/** What is to be read at a place. */
export interface Hover {
  /** Markdown; what stands in files and runs is code in it. */
  readonly markdown: string;
  readonly range: Range;
}

/** What only past runs tell; everything may be left out. */
export interface HoverSources {
  readonly last?: (step: string) => { readonly words: string } | undefined;
  /** Milliseconds. */
  readonly durations?: (
    step: string,
  ) => { readonly p50: number; readonly p95: number; readonly count: number } | undefined;
  /** Milliseconds since the epoch: schedules say when they are due next. */
  readonly now?: number;
  /** What an expression such as `steps.build.outputs.tag` was in the last run. */
  readonly value?: (path: readonly string[]) => Json | undefined;
}

/** What a key, a step, an input, a function or a schedule means, and what the last run knows of it. */
export function hover(analysis: Analysis, offset: number, sources: HoverSources = {}): Hover | undefined {
  const place = placeAt(analysis.text, offset);
  if (place.role === 'comment') return undefined;
  const found = namedAt(analysis, offset);
  if (found !== undefined) {
    const { named, range } = found;
    const markdown =
      named.step === undefined ? inputWords(analysis, named) : stepWords(analysis, named.step, sources);
    return { markdown: markdown + valueWords(analysis, offset, sources), range };
  }
  if (place.expression !== undefined) return inExpression(analysis, offset, sources);
  if (place.role === 'key' || isOnKey(analysis.text, offset, place))
    return keyWords(analysis.text, offset, place);
  return place.role === 'value' ? inSchedule(analysis, place, { offset, sources }) : undefined;
}

const TIMES: ReadonlySet<unknown> = new Set(['cron', 'every', 'at', 'timezone']);

/** When it is due, wherever somebody points at what says so. */
function inSchedule(
  { text, workflow }: Analysis,
  { path, word }: Place,
  { offset, sources }: { readonly offset: number; readonly sources: HoverSources },
): Hover | undefined {
  if (path[0] !== 'on' || path[1] !== 'schedule' || !TIMES.has(path.at(-1))) return undefined;
  const schedule = workflow.schedules.find(({ range }) => range.start <= offset && offset <= range.end);
  const words =
    schedule === undefined || sources.now === undefined
      ? cronWords(text.slice(word.start, word.end).replaceAll(/^["']|["']$/g, ''))
      : scheduleWords(schedule, sources.now);
  return words === undefined || words === '' ? undefined : { markdown: words, range: word };
}

function isOnKey(text: string, offset: number, { role }: Place): boolean {
  return (
    role === 'key' ||
    (role === 'value' && /^[\w-]*[ \t]*:(?:\s|$)/.test(text.slice(offset).replace(/^[\w-]*/, '')))
  );
}

function wordAt(text: string, offset: number): Range {
  let start = offset;
  let end = offset;
  while (start > 0 && /[\w-]/.test(text[start - 1] ?? '')) start--;
  while (end < text.length && /[\w-]/.test(text[end] ?? '')) end++;
  return { start, end };
}

function keyWords(text: string, offset: number, place: Place): Hover | undefined {
  const range = wordAt(text, offset);
  const key = text.slice(range.start, range.end);
  if (key === '' || !/^["']?[ \t]*:/.test(text.slice(range.end))) return undefined;
  const above = place.role === 'key' ? place.path : place.path.slice(0, -1);
  if (holdsSteps(above)) return undefined;
  const field = fieldAt([...above, key]);
  if (field === undefined) return undefined;
  const words = docsOf(field);
  return words === '' ? undefined : { markdown: `\`${key}\`\n\n${words}`, range };
}

function stepWords(analysis: Analysis, step: StepEntry, { last, durations }: HoverSources): string {
  const { workflow, graph } = analysis;
  const kind = step.kinds[0]?.kind;
  const title = textOf(valueOf(step.node, 'name'));
  const needs = [
    ...new Set([
      ...needEntries(step).map(({ id }) => id),
      ...graph.edges.flatMap(({ from, to, kind: edge }) => (to === step.id && edge === 'data' ? [from] : [])),
    ]),
  ];
  const dependents = [...waitingFor(analysis, step.level, step.id)].filter((id) => id !== step.id);
  const isTop = workflow.steps.some(({ id }) => id === step.id) && step.level.loop === undefined;
  const isCritical = isTop && analysis.cycles.length === 0 && pathOf(analysis).includes(step.id);
  const past = last?.(step.id);
  const took = durations?.(step.id);
  return [
    `**${step.id}**${kind === undefined ? '' : ` · \`${kind}\``}${title === undefined ? '' : ` · ${escaped(title)}`}`,
    needs.length > 0 ? `Needs ${codes(needs)}.` : 'Needs nothing: it begins at once.',
    dependents.length > 0 ? `Waited for by ${codes(dependents)}.` : 'Nothing waits for it.',
    ...(isCritical ? ['On the critical path: the longest chain of steps.'] : []),
    ...(past === undefined ? [] : [`Last run: ${past.words}.`]),
    ...(took === undefined
      ? []
      : [
          `Usually ${formatDuration(took.p50)}, ${formatDuration(took.p95)} at the 95th percentile (${took.count} runs).`,
        ]),
  ].join('\n\n');
}

const criticalPaths = new WeakMap<Analysis, readonly string[]>();

function pathOf(analysis: Analysis): readonly string[] {
  const known = criticalPaths.get(analysis) ?? criticalPath(indexGraph(analysis.graph));
  criticalPaths.set(analysis, known);
  return known;
}

const MOST_NAMES = 12;

function codes(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).map((name) => `\`${name}\``);
  return names.length > MOST_NAMES
    ? `${shown.join(', ')} and ${names.length - MOST_NAMES} more`
    : shown.join(', ');
}

function inputWords({ workflow }: Analysis, { name }: Named): string {
  const input = workflow.inputs.find((each) => each.name === name);
  if (input === undefined) return `Input **${name}**`;
  const facts = [input.type, ...(input.secret ? ['secret'] : []), ...(input.required ? ['required'] : [])];
  return [
    `Input **${name}** · ${facts.join(', ')}`,
    ...(input.description === undefined ? [] : [escaped(input.description)]),
    ...(input.default === undefined ? [] : [`Without it: \`${String(input.default)}\`.`]),
    ...(input.enum === undefined ? [] : [`One of ${codes(input.enum.map(String))}.`]),
  ].join('\n\n');
}

function inExpression(analysis: Analysis, offset: number, sources: HoverSources): Hover | undefined {
  const { text } = analysis;
  const range = wordAt(text, offset);
  const word = text.slice(range.start, range.end);
  const called = FUNCTIONS.get(word.toLowerCase());
  if (called !== undefined && text[range.end] === '(')
    return { markdown: `\`${called.signature}\`\n\n${called.summary}`, range };
  const isMember = text[range.start - 1] === '.';
  const known = isMember ? memberWords(text, range) : CONTEXTS.get(word)?.summary;
  const value = valueWords(analysis, offset, sources);
  return known === undefined && value === ''
    ? undefined
    : { markdown: `${known ?? `\`${word}\``}${value}`, range };
}

function memberWords(text: string, { start, end }: Range): string | undefined {
  const word = text.slice(start, end);
  const root = /([A-Za-z_]\w*)\.$/.exec(text.slice(Math.max(0, start - 100), start))?.[1] ?? '';
  const field = CONTEXTS.get(root)?.fields.find(({ name }) => name === word);
  if (field !== undefined) return field.summary;
  return /steps(?:\.[\w-]+|\[\s*'[^']*'\s*\])\.$/.test(text.slice(Math.max(0, start - 200), start))
    ? STEP_FIELDS.find(({ name }) => name === word)?.summary
    : undefined;
}

const LONGEST_VALUE = 200;

/** What the reference around an offset was in the last run. */
function valueWords({ index }: Analysis, offset: number, { value }: HoverSources): string {
  if (value === undefined) return '';
  for (const use of index.expressions) {
    if (!use.parsed.ok || offset < use.range.start || offset > use.range.end) continue;
    for (const { path, range, complete } of use.parsed.value.references) {
      if (offset < use.toFile(range.start) || offset > use.toFile(range.end) || !complete) continue;
      if (path[0] === 'steps' && visibleStep(use.level, path[1] ?? '') === undefined) continue;
      const found = value(path);
      if (found === undefined) continue;
      const json = typeof found === 'string' ? found : JSON.stringify(found);
      return `\n\nIn the last run: ${code(json.length > LONGEST_VALUE ? `${json.slice(0, LONGEST_VALUE)}…` : json)}`;
    }
  }
  return '';
}

/** Any text as inline code, whatever backquotes it holds. */
function code(text: string): string {
  const one = text.replaceAll(/\s+/g, ' ');
  const longest = Math.max(0, ...[...one.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence} ${one} ${fence}`;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-.!|<>~&]/g, String.raw`\$&`);
}
