import { formatDuration } from '../base/duration.ts';
import { describeFailure } from '../model/attempt.ts';
import { textChecksum } from '../base/crc32.ts';
import type { RunEvent, StepRewound, StepWaiting } from '../model/run-event.ts';
import {
  STEP_STATUSES,
  type RunState,
  type RunStatus,
  type StepState,
  type StepStatus,
} from '../model/run-state.ts';
import type { Workflow } from '../model/workflow.ts';
import { progressInside } from './step-rows.ts';
import { attemptDurationMs, reasonWords, stepDetail, statusWords, wordsOfWait } from './words.ts';

/** How text may look: colours or none; characters beyond ASCII or none. */
export interface TerminalStyle {
  readonly colour: boolean;
  readonly unicode: boolean;
}

type Colour = 'red' | 'green' | 'yellow' | 'blue' | 'cyan' | 'magenta' | 'dim' | 'bold';
const SGR: Readonly<Record<Colour, string>> = {
  red: '31',
  green: '32',
  yellow: '33',
  blue: '34',
  magenta: '35',
  cyan: '36',
  dim: '2',
  bold: '1',
};
const LABEL_COLOURS: readonly Colour[] = ['cyan', 'magenta', 'blue', 'yellow', 'green'];

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const LONGEST_LABEL = 24;
const MOST_LIVE_ROWS = 8;

export function paint(style: TerminalStyle, colour: Colour, text: string): string {
  return style.colour ? `\u001B[${SGR[colour]}m${text}\u001B[0m` : text;
}

/** The sign and colour of a state; the sign alone tells it too. */
export function statusSign(status: StepStatus | RunStatus, style: TerminalStyle): string {
  switch (status) {
    case 'succeeded':
      return paint(style, 'green', style.unicode ? '✓' : '+');
    case 'failed':
    case 'timed_out':
    case 'lost':
      return paint(style, 'red', style.unicode ? '✗' : 'x');
    case 'cancelled':
      return paint(style, 'yellow', style.unicode ? '◼' : '!');
    case 'skipped':
      return paint(style, 'dim', style.unicode ? '○' : '-');
    case 'running':
      return paint(style, 'blue', style.unicode ? '▶' : '>');
    case 'pending':
    case 'queued':
    case 'backoff':
    case 'waiting':
      return paint(style, 'dim', style.unicode ? '·' : '.');
  }
}

/** What a fact says to someone who watches: no line or a few. `state` has it folded in already. */
export function eventLines(event: RunEvent, state: RunState, style: TerminalStyle): string[] {
  switch (event.type) {
    case 'run-started':
      return [startLine(state, style)];
    case 'run-adopted':
      return [paint(style, 'yellow', adoptedWords(state))];
    case 'run-parked':
      return [paint(style, 'yellow', 'The run waits for an answer, and goes on when it has one.')];
    case 'run-queued':
      return [paint(style, 'dim', `Waiting for a place in the concurrency group "${event.group}".`)];
    case 'attempt-ended':
    case 'gate-answered':
      return endLines(state, event.step, style, event.at);
    case 'step-reused':
      return [
        `${statusSign('succeeded', style)} ${paint(style, 'bold', event.step)}  ${paint(style, 'dim', `taken over from run ${event.from}`)}`,
      ];
    case 'items-expanded':
      return [
        insideLine(event.step, `${event.items.length} ${event.items.length === 1 ? 'item' : 'items'}`, style),
      ];
    case 'round-started':
      return [insideLine(event.step, `round ${event.round}`, style)];
    case 'step-waiting':
      return waitLines(event, state, style);
    case 'step-rewound':
      return [rewindLine(event, state, style)];
    case 'step-stop-requested':
      return [
        paint(
          style,
          'yellow',
          event.by === 'timeout'
            ? `The time of ${event.step} is up; stopping it.`
            : `Stopping ${event.step}.`,
        ),
      ];
    case 'step-skipped':
      return skipLines(state.steps[event.step], style);
    case 'stop-requested':
      return [paint(style, 'yellow', stopWords(event))];
    case 'run-ended':
      return summaryLines(state, style);
    case 'attempt-started':
      return event.attempt > 1
        ? [`${label(event.step, state, style)} ${paint(style, 'dim', `attempt ${event.attempt}`)}`]
        : [];
    case 'group-entered':
    case 'step-resumed':
    case 'run-admitted':
      return [];
    default:
      return [];
  }
}

function startLine(state: RunState, style: TerminalStyle): string {
  const count = state.workflow.steps.length + state.workflow.finally.length;
  const detail = `${count} ${count === 1 ? 'step' : 'steps'}, ${state.parallel} at once, run ${state.run}`;
  return `${statusSign('running', style)} ${paint(style, 'bold', state.workflow.name)}  ${paint(style, 'dim', detail)}`;
}

function adoptedWords({ counts }: RunState): string {
  return counts.waiting > 0
    ? 'Taken up again.'
    : 'Taken over after its runner died; what was running is tried again.';
}

function endLines(state: RunState, address: string, style: TerminalStyle, at: number): string[] {
  const step = state.steps[address];
  if (step === undefined) return [];
  const bad = step.status === 'backoff' || step.awaitsRewind === true;
  const details = [stepDetail(step, at), progressInside(step) ?? ''].filter((detail) => detail !== '');
  const sign = statusSign(bad ? 'failed' : step.status, style);
  return [`${sign} ${paint(style, 'bold', step.id)}  ${paint(style, 'dim', details.join(', '))}`];
}

function insideLine(step: string, words: string, style: TerminalStyle): string {
  return `${statusSign('running', style)} ${paint(style, 'bold', step)}  ${paint(style, 'dim', words)}`;
}

function waitLines({ step, wait }: StepWaiting, state: RunState, style: TerminalStyle): string[] {
  if (wait.for !== 'answer') {
    const words = wordsOfWait(wait, state.steps[step]?.attempts.at(-1)?.child);
    return [`${statusSign('waiting', style)} ${step}  ${paint(style, 'dim', words)}`];
  }
  return [
    `${paint(style, 'yellow', '?')} ${paint(style, 'bold', step)}  ${wait.question}`,
    paint(style, 'dim', `  baton answer ${state.run} ${quoted(step)} approve   or   reject`),
  ];
}

/** As a person types it into a shell. */
function quoted(address: string): string {
  return /^[\w.-]+$/.test(address) ? address : `'${address}'`;
}

function rewindLine({ gate, to }: StepRewound, state: RunState, style: TerminalStyle): string {
  const { step, rewinds } = state.steps[gate] ?? {};
  const most = step?.kind === 'gate' ? step.with.max : 0;
  const sign = paint(style, 'yellow', style.unicode ? '↺' : '<');
  return `${sign} ${paint(style, 'bold', gate)}  ${paint(style, 'dim', `sends the run back to ${to}, ${rewinds ?? 1} of ${most}`)}`;
}

function skipLines(step: StepState | undefined, style: TerminalStyle): string[] {
  if (step === undefined) return [];
  const why = reasonWords(step);
  return [
    `${statusSign(step.status, style)} ${step.id}  ${paint(style, 'dim', `${step.status}: ${why ?? ''}`)}`,
  ];
}

function stopWords(event: { readonly by: string; readonly force: boolean }): string {
  if (event.by === 'timeout') return 'The run reached its time limit; stopping what is running.';
  return event.force
    ? 'Stopping now, without waiting.'
    : 'Stopping: waiting for running steps to end. Stop again to force.';
}

/** The last lines of a run: how it ended, what failed, and what to do next. */
export function summaryLines(state: RunState, style: TerminalStyle): string[] {
  const status = state.ended ?? 'lost';
  const took = formatDuration((state.endedAt ?? state.startedAt) - state.startedAt);
  const warnings = state.warnings === 0 ? '' : `, ${state.warnings} allowed to fail`;
  const lines = [
    '',
    `${statusSign(status, style)} ${paint(style, 'bold', state.workflow.name)} ${statusWords(status)} in ${took}  ${paint(style, 'dim', counts(state) + warnings)}`,
  ];
  for (const step of Object.values(state.steps))
    if (deservesMention(state, step) && !isSuperseded(state, step)) lines.push(...failureLines(step, style));
  if (status !== 'succeeded')
    lines.push(paint(style, 'dim', `  Logs: baton logs ${state.run}   Again: baton rerun ${state.run}`));
  return lines;
}

/** Of what ran itself: a fan-out counts as its items, a loop as its last round. */
function countsOf(state: RunState): Readonly<Record<StepStatus, number>> {
  const all = Object.fromEntries(STEP_STATUSES.map((status) => [status, 0])) as Record<StepStatus, number>;
  for (const step of Object.values(state.steps)) {
    if (step.inside === undefined && !isSuperseded(state, step)) all[step.status]++;
  }
  return all;
}

/** It belongs to a round after which there was another one. */
function isSuperseded(state: RunState, step: StepState): boolean {
  for (let each = step; each.parent !== undefined;) {
    const outer = state.steps[each.parent];
    if (outer === undefined) return false;
    if (outer.round !== undefined && each.level !== `${outer.id}[${outer.round}].`) return true;
    each = outer;
  }
  return false;
}

function counts(state: RunState): string {
  const all = countsOf(state);
  const shown: readonly StepStatus[] = ['succeeded', 'failed', 'timed_out', 'cancelled', 'skipped', 'lost'];
  return shown
    .filter((status) => all[status] > 0)
    .map((status) => `${all[status]} ${statusWords(status)}`)
    .join(', ');
}

/** What failed, and was not forgiven: neither by itself, nor with a loop around it. */
function deservesMention(state: RunState, step: StepState): boolean {
  const isBad = step.result === 'failed' || step.result === 'timed_out' || step.result === 'lost';
  if (!isBad || step.inside !== undefined) return false;
  for (let outer = step.parent; outer !== undefined; outer = state.steps[outer]?.parent) {
    if (state.steps[outer]?.result === 'succeeded') return false;
  }
  return true;
}

function failureLines(step: StepState, style: TerminalStyle): string[] {
  const outcome = step.attempts.at(-1)?.outcome;
  const why = outcome?.ok === false ? describeFailure(outcome.failure) : statusWords(step.status);
  return [`  ${statusSign('failed', style)} ${step.id}: ${why}`];
}

/** One line that a step printed, behind its name. */
export function outputLines(
  step: string,
  lines: readonly string[],
  state: RunState,
  style: TerminalStyle,
): string[] {
  const before = `${label(step, state, style)} `;
  return lines.map((line) => before + line);
}

function label(step: string, state: RunState, style: TerminalStyle): string {
  const width = widthOf(state.workflow);
  const colour = LABEL_COLOURS[textChecksum(step) % LABEL_COLOURS.length] ?? 'cyan';
  return paint(style, colour, `${short(step, width).padEnd(width)} ${style.unicode ? '│' : '|'}`);
}

const widths = new WeakMap<Workflow, number>();

/** Room for every id of the file; for what is inside of a step, as much as there may be. */
function widthOf(workflow: Workflow): number {
  const known = widths.get(workflow);
  if (known !== undefined) return known;
  const steps = [...workflow.steps, ...workflow.finally];
  const inside = steps.some(({ kind, fanOut }) => kind === 'loop' || fanOut !== undefined);
  const width = inside
    ? LONGEST_LABEL
    : steps.reduce((most, { id }) => Math.max(most, Math.min(LONGEST_LABEL, id.length)), 0);
  widths.set(workflow, width);
  return width;
}

/** What stands below the scrolling lines while a run goes on: its running steps, and how far it is. */
export function liveRows(
  state: RunState,
  now: number,
  screen: { columns: number; style: TerminalStyle },
): string[] {
  if (state.ended !== undefined) return [];
  const active = Object.values(state.steps).filter(
    (step) => (step.status === 'running' || step.status === 'backoff') && step.inside === undefined,
  );
  const rows = active.slice(0, MOST_LIVE_ROWS).map((step) => liveRow(step, now, screen));
  if (active.length > MOST_LIVE_ROWS) rows.push(`  and ${active.length - MOST_LIVE_ROWS} more`);
  const all = countsOf(state);
  const total = Object.values(all).reduce((sum, count) => sum + count, 0);
  const done = total - all.pending - all.queued - all.running - all.backoff - all.waiting;
  const waiting = all.waiting === 0 ? '' : `${all.waiting} waiting, `;
  const line = `${done} of ${total} done, ${waiting}${formatDuration(now - state.startedAt)}`;
  return [...rows, paint(screen.style, 'dim', short(line, screen.columns - 1))];
}

function liveRow(
  step: StepState,
  now: number,
  { columns, style }: { columns: number; style: TerminalStyle },
): string {
  const durationMs = attemptDurationMs(step.attempts.at(-1), now) ?? 0;
  const frame = style.unicode ? (SPINNER[Math.floor(now / 80) % SPINNER.length] ?? '') : '>';
  const text = `${step.id}  ${step.status === 'backoff' ? stepDetail(step, now) : formatDuration(durationMs)}`;
  return `${paint(style, 'blue', frame)} ${short(text, columns - 4)}`;
}

function short(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(1, width - 1))}…`;
}

/** Keeps the live rows below the lines: answers what to write to a terminal to bring it up to date. */
export class LiveScreen {
  #rows = 0;

  /** Takes the live rows away, writes the lines, puts the new rows below. */
  update(lines: readonly string[], rows: readonly string[]): string {
    const clear = this.#rows === 0 ? '' : `\u001B[${this.#rows}A\r\u001B[J`;
    this.#rows = rows.length;
    return clear + [...lines, ...rows].map((line) => `${line}\r\n`).join('');
  }
}
