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
    stepLines('Steps', plan, page, [`${plan.parallel} at once`]),
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
  if (inputs.length === 0) return [];
  const { style, columns } = page;
  const name = widest(inputs.map((input) => input.name));
  const room = Math.max(16, columns - name - 13);
  const value = widest(inputs.filter(isKnown).map((input) => cut(valueWords(input), room)));
  const rows = inputs.map((input) => {
    const words = isKnown(input)
      ? `${cut(valueWords(input), room).padEnd(value)}  ${paint(style, 'dim', input.given ? 'given' : 'default')}`
      : missingWords(input, style);
    return `  ${input.name.padEnd(name)}  ${words}`;
  });
  return [paint(style, 'bold', 'Inputs'), ...rows];
}

function isKnown({ value, problem }: PlannedInput): boolean {
  return value !== undefined && problem === undefined;
}

function valueWords({ value }: PlannedInput): string {
  return inOneLine(typeof value === 'string' ? value : JSON.stringify(value)) || "''";
}

function missingWords({ type, secret, given, problem }: PlannedInput, style: TerminalStyle): string {
  const kind = secret ? 'secret' : type;
  if (problem !== undefined && given) return paint(style, 'yellow', inOneLine(problem));
  if (problem !== undefined) return paint(style, 'yellow', `needs a value (${kind})`);
  return paint(style, 'dim', given ? `given (${kind})` : `none, and none is needed (${kind})`);
}

function stepLines(title: string, part: PlanPart, page: Page, more: readonly string[] = []): string[] {
  const { style, columns } = page;
  const rows = rowsOf(part);
  const ids = widest(rows.map(({ step, depth }) => '  '.repeat(depth) + step.id));
  const table: Table = {
    wave: String(part.waves.length).length,
    id: Math.min(LONGEST_ID, ids),
    time: widest(rows.map(({ step }) => timeOf(step))),
  };
  const about = cut([aboutPart(part), ...more].join(', '), columns - title.length - 2);
  const head = `${paint(style, 'bold', title)}  ${paint(style, 'dim', about)}`;
  return [head, ...rows.map((row) => rowLine(row, table, page))];
}

const LONGEST_ID = 32;

function aboutPart({ steps, waves }: PlanPart): string {
  const skipped = steps.filter(({ will }) => will === 'skip').length;
  const open = steps.filter(({ will }) => will === 'maybe').length;
  const parts = [
    `${counted(steps.length, 'step')} in ${counted(waves.length, 'wave')}`,
    skipped === 0 ? '' : `${skipped} skipped`,
    open === 0 ? '' : `${open} uncertain`,
  ];
  return parts.filter(Boolean).join(', ');
}

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
  /** On the critical path, and so is every loop around it. */
  readonly critical: boolean;
}

/** Wave by wave, each loop followed by what is in it. */
function rowsOf(part: PlanPart, depth = 0, isCritical = true): Row[] {
  const steps = new Map(part.steps.map((step) => [step.id, step]));
  return part.waves.flatMap((wave, number) =>
    wave.flatMap((id, i) => {
      const step = steps.get(id);
      if (step === undefined) return [];
      const critical = isCritical && step.critical;
      const own = { step, depth, critical, ...(i === 0 && depth === 0 && { wave: number + 1 }) };
      return step.loop === undefined ? [own] : [own, ...rowsOf(step.loop.steps, depth + 1, critical)];
    }),
  );
}

function rowLine(row: Row, table: Table, { style, columns }: Page): string {
  const { step, depth, wave = '', critical } = row;
  const indent = '  '.repeat(depth);
  const width = table.id - indent.length;
  const id = cut(step.id, width).padEnd(width);
  const time = timeOf(step).padStart(table.time);
  const left = 2 + table.wave + 2 + 2 + table.id + 2 + table.time + 2;
  const what = whatWords(step, { style, columns: Math.max(16, columns - left) });
  const cells = [
    `  ${paint(style, 'dim', String(wave).padStart(table.wave))}`,
    `${indent}${sign(row, style)} ${paintIf(style, step.will === 'skip' ? 'dim' : critical ? 'bold' : undefined, id)}`,
    ...(table.time === 0 ? [] : [time]),
    what,
  ];
  return cells.join('  ').trimEnd();
}

function paintIf(style: TerminalStyle, look: 'dim' | 'bold' | undefined, text: string): string {
  return look === undefined ? text : paint(style, look, text);
}

function sign({ step: { will }, critical }: Row, style: TerminalStyle): string {
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
  const command = room < 8 || step.gate === 'approval' ? '' : cut(firstLine(step.command ?? ''), room);
  const said = words === '' ? '' : step.will === 'maybe' ? paint(style, 'yellow', words) : words;
  return [said, command && paint(style, 'dim', command)].filter(Boolean).join('  ');
}

function manner({ fanOut, loop, gate, command = '' }: PlannedStep): string[] {
  return [
    gate === 'approval' ? `asks a person: ${command}` : '',
    gate === 'check' ? 'gate, checks' : '',
    gate === 'when' ? 'gate, passes if' : '',
    fanOut === undefined ? '' : itemWords(fanOut),
    loop === undefined ? '' : `at most ${counted(loop.max, 'round')}`,
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
    ['Would ask', approvals.length === 0 ? '' : `${approvals.join(', ')} (the wait is not counted)`],
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
  const active = parts.flatMap(({ steps }) => steps).filter(({ will }) => will !== 'skip');
  if (active.length === 0) return 'nothing would run';
  if (parts.every(({ complete }) => complete)) return formatDuration(durationMs);
  const timed = active.filter(({ gate }) => gate !== 'approval');
  const known = timed.filter(({ expectedMs }) => expectedMs !== undefined).length;
  if (known === 0) return 'nobody knows: none of these steps has succeeded before';
  return `more than ${formatDuration(durationMs)}: ${known} of ${counted(timed.length, 'step')} succeeded before`;
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

/** Of a script its first line, and a sign that there is more. */
function firstLine(text: string): string {
  const [first = '', ...others] = text.trim().split('\n');
  return inOneLine(others.length === 0 ? first : `${first} …`);
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
