import { formatDuration } from '../base/duration.ts';
import type { PlannedInput, PlannedStep, PlanPart, RunPlan } from '../model/run-plan.ts';
import { paint, type TerminalStyle } from './terminal.ts';

export interface PlanTextOptions {
  readonly style: TerminalStyle;
  /** Longer lines are cut. */
  readonly columns: number;
}

/** A plan as a person reads it: what it needs, every step by its wave with what it would do, and for how long. */
export function planText(plan: RunPlan, { style, columns }: PlanTextOptions): string {
  const page: Page = { style, columns: Math.max(40, columns - 1) };
  const blocks = [
    [titleLine(plan, page)],
    refusalLines(plan, page),
    inputLines(plan.inputs, page),
    stepLines('Steps', plan, page, `, ${plan.parallel} at once`),
    plan.finally === undefined ? [] : stepLines('Finally', plan.finally, page),
    summaryLines(plan, page),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => `${line}\n`).join(''))
    .join('\n');
}

interface Page {
  readonly style: TerminalStyle;
  readonly columns: number;
}

function titleLine({ name, workflow }: RunPlan, { style }: Page): string {
  const where = workflow === '' ? '' : `${workflow}, `;
  return `Plan of ${paint(style, 'bold', inOneLine(name))}  ${paint(style, 'dim', `${where}nothing is run`)}`;
}

function refusalLines({ refusals }: RunPlan, { style }: Page): string[] {
  if (refusals.length === 0) return [];
  return [
    paint(style, 'yellow', 'Baton would refuse to run this today'),
    ...refusals.map((message) => `  ${message}`),
  ];
}

function inputLines(inputs: readonly PlannedInput[], page: Page): string[] {
  const { style } = page;
  const width = widest(inputs.map(({ name }) => name));
  const rows = inputs.map((input) => `  ${input.name.padEnd(width)}  ${inputWords(input, page)}`);
  return rows.length === 0 ? [] : [paint(style, 'bold', 'Inputs'), ...rows];
}

function inputWords({ name, type, secret, given, value, problem }: PlannedInput, { style, columns }: Page) {
  if (problem !== undefined) {
    return paint(style, 'yellow', given ? inOneLine(problem) : `needs a value (${type})`);
  }
  const origin = given ? '' : `  ${paint(style, 'dim', 'default')}`;
  if (secret) return paint(style, 'dim', given ? 'secret, given' : 'secret');
  if (value === undefined) return paint(style, 'dim', `none, and none is needed (${type})`);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `${cut(inOneLine(text) || "''", columns - name.length - 14)}${origin}`;
}

function stepLines(title: string, part: PlanPart, page: Page, more = ''): string[] {
  const { style } = page;
  const about = `${counted(part.steps.length, 'step')} in ${counted(part.waves.length, 'wave')}${more}`;
  const table: Table = {
    wave: String(part.waves.length).length,
    id: Math.min(
      LONGEST_ID,
      widest(rowsOf(part, 0).map(({ step, depth }) => step.id.padStart(step.id.length + 2 * depth))),
    ),
    time: widest(rowsOf(part, 0).map(({ step }) => timeOf(step))),
  };
  const rows = rowsOf(part, 0).map((row) => rowLine(row, table, page));
  return [`${paint(style, 'bold', title)}  ${paint(style, 'dim', about)}`, ...rows];
}

const LONGEST_ID = 32;

/** Widths of the columns. */
interface Table {
  readonly wave: number;
  readonly id: number;
  readonly time: number;
}

interface Row {
  readonly step: PlannedStep;
  /** How many loops are around it. */
  readonly depth: number;
  /** From 1, on the first row of each wave. */
  readonly wave?: number;
}

/** Wave by wave, each loop followed by what is in it. */
function rowsOf(part: PlanPart, depth: number): Row[] {
  const steps = new Map(part.steps.map((step) => [step.id, step]));
  return part.waves.flatMap((wave, number) =>
    wave.flatMap((id, i) => {
      const step = steps.get(id);
      if (step === undefined) return [];
      const own = { step, depth, ...(i === 0 && depth === 0 && { wave: number + 1 }) };
      return step.loop === undefined ? [own] : [own, ...rowsOf(step.loop.steps, depth + 1)];
    }),
  );
}

function rowLine({ step, depth, wave }: Row, table: Table, { style, columns }: Page): string {
  const number = paint(style, 'dim', (wave === undefined ? '' : String(wave)).padStart(table.wave));
  const id = cut(step.id, table.id - 2 * depth).padEnd(table.id - 2 * depth);
  const time = table.time === 0 ? '' : `  ${paint(style, 'dim', timeOf(step).padStart(table.time))}`;
  const left =
    2 + table.wave + 2 + 2 * depth + 2 + table.id - 2 * depth + (table.time === 0 ? 0 : 2 + table.time) + 2;
  const what = whatWords(step, { style, columns: Math.max(16, columns - left) });
  const name = step.will === 'skip' ? paint(style, 'dim', id) : step.critical ? paint(style, 'bold', id) : id;
  return `  ${number}  ${'  '.repeat(depth)}${sign(step, style)} ${name}${time}  ${what}`.trimEnd();
}

function sign({ will, critical }: PlannedStep, style: TerminalStyle): string {
  switch (will) {
    case 'skip':
      return paint(style, 'dim', style.unicode ? '○' : '-');
    case 'maybe':
      return paint(style, 'yellow', '?');
    case 'run':
      return critical
        ? paint(style, 'magenta', style.unicode ? '◆' : '#')
        : paint(style, 'blue', style.unicode ? '●' : '*');
  }
}

function timeOf({ will, expectedMs }: PlannedStep): string {
  return will === 'skip' || expectedMs === undefined ? '' : formatDuration(expectedMs);
}

/** Why it would not run or may not, how it runs, and what. */
function whatWords(step: PlannedStep, { style, columns }: Page): string {
  const reason = step.reason?.message ?? '';
  if (step.will === 'skip') return paint(style, 'dim', cut(`skipped: ${inOneLine(reason)}`, columns));
  const words = cut(inOneLine([reason, ...manner(step)].filter(Boolean).join(', ')), columns);
  const room = columns - words.length - (words === '' ? 0 : 2);
  const command = room < 8 || step.gate === 'approval' ? '' : cut(inOneLine(step.command ?? ''), room);
  const said = words === '' ? '' : step.will === 'maybe' ? paint(style, 'yellow', words) : words;
  return [said, command && paint(style, 'dim', command)].filter(Boolean).join('  ');
}

function manner({ fanOut, loop, gate, retryMax, timeoutMs, command }: PlannedStep): string[] {
  return [
    gate === 'approval' ? `asks a person: ${command ?? ''}` : '',
    gate === 'check' ? 'a gate, passed by' : '',
    gate === 'when' ? 'a gate, passed if' : '',
    fanOut === undefined ? '' : itemWords(fanOut),
    loop === undefined ? '' : `at most ${counted(loop.max, 'round')}`,
    retryMax === 0 ? '' : `at most ${counted(retryMax + 1, 'attempt')}`,
    timeoutMs === undefined ? '' : `within ${formatDuration(timeoutMs)}`,
  ];
}

function itemWords({ items, maxParallel }: NonNullable<PlannedStep['fanOut']>): string {
  const width = maxParallel === undefined ? '' : ` (${maxParallel} at once)`;
  return `${items === undefined ? 'once for each item' : counted(items, 'item')}${width}`;
}

function summaryLines(plan: RunPlan, { style, columns }: Page): string[] {
  const { secrets, approvals, concurrency } = plan;
  const rows: readonly (readonly [string, string])[] = [
    ['Expected', expectedWords(plan)],
    ['Critical path', pathWords(plan, style)],
    ['Would ask', approvals.join(', ')],
    ['Secrets', secrets.join(', ')],
    ['Concurrency', concurrency === undefined ? '' : concurrencyWords(concurrency)],
  ];
  const shown = rows.filter(([, words]) => words !== '');
  const width = widest(shown.map(([title]) => title));
  return shown.map(
    ([title, words]) =>
      `${paint(style, 'bold', title.padEnd(width))}  ${cut(inOneLine(words), columns - width - 2)}`,
  );
}

function expectedWords(plan: RunPlan): string {
  const parts = [plan, ...(plan.finally === undefined ? [] : [plan.finally])];
  const durationMs = parts.reduce((sum, { expectedMs }) => sum + expectedMs, 0);
  const waits = plan.approvals.length === 0 ? '' : ', and the time people take to answer';
  const active = parts.flatMap(({ steps }) => steps).filter(({ will }) => will !== 'skip');
  if (active.length === 0) return 'nothing would run';
  if (parts.every(({ complete }) => complete)) return `${formatDuration(durationMs)}${waits}`;
  const known = active.filter(({ expectedMs }) => expectedMs !== undefined).length;
  if (known === 0) return 'nobody knows: none of these steps has succeeded before';
  return `more than ${formatDuration(durationMs)}: ${known} of ${counted(active.length, 'step')} succeeded before${waits}`;
}

/** Long ones by their beginning and their end. */
function pathWords({ criticalPath: path, criticalMs }: RunPlan, { unicode }: TerminalStyle): string {
  const arrow = unicode ? ' → ' : ' -> ';
  if (path.length < 2) return '';
  const ends =
    path.length <= LONGEST_PATH ? path : [...path.slice(0, 4), `${path.length - 6} more`, ...path.slice(-2)];
  return `${ends.join(arrow)}${criticalMs === 0 ? '' : `, ${formatDuration(criticalMs)}`}`;
}

const LONGEST_PATH = 8;

const WHEN_FULL = {
  queue: 'then wait',
  cancel_oldest: 'then cancel the oldest',
  reject: 'then refuse',
} as const;

function concurrencyWords({ group, limit, whenFull }: NonNullable<RunPlan['concurrency']>): string {
  return `${group}, ${counted(limit, 'run')} at once, ${WHEN_FULL[whenFull]}`;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function widest(texts: readonly string[]): number {
  return texts.reduce((width, { length }) => Math.max(width, length), 0);
}

/** What people wrote may hold newlines, and characters that a terminal would obey. */
function inOneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
