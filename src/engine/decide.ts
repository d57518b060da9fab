import type { StepAddress } from '../model/attempt.ts';
import { allInside } from '../model/inside.ts';
import type { Fact, RunEnd } from '../model/run-event.ts';
import { isFinal, isHeld, isPaused, roleOf, type RunState, type StepState } from '../model/run-state.ts';
import { deadlineOf, type Agenda } from './agenda.ts';
import { close } from './close.ts';
import { ask, judge, nextAttempt, type Court, type GroupOrder } from './judge.ts';
import { rewindOf } from './rewind.ts';
import { NO_SOURCES, type Sources } from './scope.ts';

/** What is next. The facts are to be written and folded before anything else is done, and then `decide` is asked again. */
export interface Decision {
  readonly facts: readonly Fact[];
  /** Attempts to start, once their `attempt-started` is written. */
  readonly start: readonly StepAddress[];
  /** Running steps to end; saying it again does no harm. */
  readonly stop: readonly StopOrder[];
  /** Places in concurrency groups to ask for, once their `step-waiting` is written. */
  readonly enter: readonly GroupOrder[];
  /** When to ask again even if nothing happens, by the clock that nobody sets. */
  readonly wakeAt?: number;
}

export interface StopOrder {
  readonly step: StepAddress;
  /** Skip the grace. */
  readonly force: boolean;
}

/** The time, as two clocks tell it. */
export interface Moment {
  /** Milliseconds since the epoch when this process took the run, carried on by the monotonic clock (rule E3). */
  readonly now: number;
  /** Milliseconds since the epoch as people's clocks say it: for questions, that wait while the machine sleeps, too. */
  readonly wall: number;
}

const NOTHING: Decision = { facts: [], start: [], stop: [], enter: [] };

/**
 * Chooses what happens next in a run, from nothing but the facts so far (as `state` and `agenda`) and the time.
 * Takes from the agenda what it decides on; folding the decision's facts puts back what has to come again.
 */
export function decide(
  agenda: Agenda,
  state: RunState,
  moment: Moment,
  sources: Sources = NO_SOURCES,
): Decision {
  if (state.ended !== undefined) return NOTHING;
  const timeoutAt = runTimeoutAt(state);
  if (timeoutAt !== undefined && moment.now >= timeoutAt) {
    return { ...NOTHING, facts: [{ type: 'stop-requested', by: 'timeout', force: false }] };
  }
  const court: Court = { agenda, state, ...moment, sources, facts: [], enter: [] };
  if (agenda.deadlines.size > 0) callTime(court, agenda.deadlines, moment.now);
  if (agenda.questions.size > 0) callTime(court, agenda.questions, moment.wall);
  const halted = isHalted(state);
  if (!halted && agenda.toRewind.length > 0) {
    // What is about to begin anew is not looked at before it has.
    for (const address of taken(agenda, 'toRewind')) rewind(court, address);
    if (court.facts.length > 0) return { ...NOTHING, facts: court.facts };
  }
  const stop = halted || agenda.stopping.size > 0 ? ending(court, halted) : NOBODY;
  for (const address of taken(agenda, 'toClose')) close(court, address, halted);
  if (!halted) for (const address of taken(agenda, 'toJudge')) judge(court, address);
  const start = halted ? NOBODY : fillSlots(court);
  const { facts, enter } = court;
  if (facts.length === 0 && isOver(state)) facts.push(endOf(state));
  const wakeAt = alarm(agenda, timeoutAt, moment);
  return wakeAt === Infinity ? { facts, start, stop, enter } : { facts, start, stop, enter, wakeAt };
}

const NOBODY: readonly never[] = [];

/** Calls off what has not begun and ends what runs: all of it, or what was told to end by itself. */
function ending(court: Court, halted: boolean): readonly StopOrder[] {
  const stop: StopOrder[] = [];
  if (halted) halt(court, stop);
  if (court.agenda.stopping.size > 0) stopSingly(court, stop);
  return stop;
}

function taken(agenda: Agenda, list: 'toClose' | 'toRewind' | 'toJudge'): readonly StepAddress[] {
  const addresses = agenda[list];
  if (addresses.length === 0) return NOBODY;
  agenda[list] = [];
  return addresses;
}

/** E3: the run without `finally`, and without the time in which it waited for people. */
function runTimeoutAt(state: RunState): number | undefined {
  const { timeoutMs } = state.workflow;
  if (timeoutMs === undefined || state.stop !== undefined || state.openMain === 0) return undefined;
  return isPaused(state) ? undefined : state.startedAt + timeoutMs + state.pausedMs;
}

/** Nothing new starts any more: somebody asked, or a step failed where that ends the run (rule S3). Then comes `finally`. */
function isHalted(state: RunState): boolean {
  if (state.openMain === 0) return state.stop?.all === true;
  return state.stop !== undefined || (state.onFailure !== 'continue' && state.failed > 0);
}

/** Calls off all that has not begun, and ends what runs where it has to end. */
function halt({ agenda, state, facts }: Court, stop: StopOrder[]): void {
  const all = state.openMain === 0;
  agenda.toJudge = agenda.toJudge.filter((id) => !all && state.steps[id]?.place === 'finally');
  if (hasWaiting(state)) {
    for (const step of Object.values(state.steps)) {
      if ((all || step.place === 'steps') && isWaitingForItsTurn(step)) facts.push(calledOff(step));
    }
  }
  if (state.stop === undefined && state.onFailure !== 'kill') return;
  const force = state.stop?.force ?? false;
  for (const step of agenda.running) stop.push({ step, force });
}

function hasWaiting({ counts, openMain, openFinally }: RunState): boolean {
  const finallyWaits = openMain > 0 ? openFinally : 0;
  return counts.pending + counts.queued + counts.backoff + counts.waiting > finallyWaits;
}

function isWaitingForItsTurn({ status, wait }: StepState): boolean {
  return !isFinal(status) && status !== 'running' && wait?.for !== 'child';
}

function calledOff({ id }: StepState): Fact {
  return { type: 'step-skipped', step: id, reason: 'cancelled' };
}

/** Steps that are told to end by themselves, with all that is in them. */
function stopSingly({ agenda, state, facts }: Court, stop: StopOrder[]): void {
  const skipped = new Set(facts.flatMap((fact) => (fact.type === 'step-skipped' ? [fact.step] : [])));
  for (const address of agenda.stopping) {
    const step = state.steps[address];
    if (step === undefined) continue;
    for (const each of [step, ...allInside(state, step)]) {
      if (agenda.running.has(each.id)) stop.push({ step: each.id, force: false });
      else if (isWaitingForItsTurn(each) && !skipped.has(each.id)) {
        skipped.add(each.id);
        facts.push(calledOff(each));
      }
    }
  }
}

/** Time is up: for answers, and for loops. */
function callTime({ state, facts }: Court, deadlines: Agenda['deadlines'], now: number): void {
  for (let next = deadlines.peek(); next !== undefined; next = deadlines.peek()) {
    const step = state.steps[next.step];
    const stands = step !== undefined && deadlineNow(step) === next.at;
    if (stands && next.at > now) return;
    deadlines.pop();
    if (stands) facts.push(timeIsUp(step));
  }
}

function deadlineNow(step: StepState): number | undefined {
  if (step.status === 'waiting') return step.wait?.for === 'answer' ? step.wait.until : undefined;
  return step.status === 'running' && step.stopping === undefined ? deadlineOf(step) : undefined;
}

function timeIsUp({ id, status, step }: StepState): Fact {
  return status === 'waiting' && step.kind === 'gate'
    ? { type: 'gate-answered', step: id, answer: step.with.onTimeout, by: 'timeout' }
    : { type: 'step-stop-requested', step: id, by: 'timeout' };
}

function rewind({ state, facts }: Court, gate: StepAddress): void {
  if (state.steps[gate]?.awaitsRewind !== true) return;
  const back = rewindOf(state, gate);
  if (back !== undefined) facts.push({ type: 'step-rewound', gate, ...back });
}

function isOver({ openMain, openFinally }: RunState): boolean {
  return openMain + openFinally === 0;
}

function endOf(state: RunState): Fact {
  return { type: 'run-ended', status: runEndOf(state), warnings: state.warnings };
}

/** S7, in its order. */
function runEndOf(state: RunState): RunEnd {
  if (state.failed > 0) return 'failed';
  if (state.stop === undefined) return state.cancelled > 0 ? 'cancelled' : 'succeeded';
  return state.stop.by === 'timeout' ? 'timed_out' : 'cancelled';
}

/** Hands the free slots out: to retries that are due, then to ready steps in their order. */
function fillSlots(court: Court): readonly StepAddress[] {
  const { agenda, state, now, facts } = court;
  let free = state.parallel - agenda.running.size;
  if (free <= 0 || (agenda.ready.size === 0 && agenda.retries.size === 0)) return NOBODY;
  const start: StepAddress[] = [];
  let children = state.children;
  while (free > 0) {
    const address = nextRetry(agenda, now) ?? agenda.ready.pop()?.step;
    if (address === undefined) break;
    const step = state.steps[address];
    if (step === undefined || (step.status !== 'queued' && step.status !== 'backoff')) continue;
    // What is held comes back when it is let go.
    if (isHeld(state, step)) continue;
    if (step.status === 'backoff') {
      const { concurrency } = step.step;
      if (concurrency !== undefined && step.admitted === undefined) {
        ask(court, step, concurrency);
        continue;
      }
      if (roleOf(step) === 'loop') {
        facts.push({ type: 'round-started', step: address, attempt: nextAttempt(step), round: 1 });
        continue;
      }
    }
    const child = step.step.kind === 'workflow' ? `${state.run}-c${++children}` : undefined;
    const begun = { type: 'attempt-started', step: address, attempt: nextAttempt(step) } as const;
    facts.push(child === undefined ? begun : { ...begun, child });
    start.push(address);
    free--;
  }
  return start;
}

function nextRetry(agenda: Agenda, now: number): StepAddress | undefined {
  const next = agenda.retries.peek();
  if (next === undefined || next.at > now) return undefined;
  return agenda.retries.pop()?.step;
}

/** A retry that is due but has no slot needs no alarm: the attempt that frees one asks again anyway. */
function alarm(agenda: Agenda, timeoutAt: number | undefined, { now, wall }: Moment): number {
  const retryAt = agenda.retries.peek()?.at ?? Infinity;
  const deadline = agenda.deadlines.peek()?.at ?? Infinity;
  const question = (agenda.questions.peek()?.at ?? Infinity) - wall + now;
  return Math.min(retryAt > now ? retryAt : Infinity, deadline, question, timeoutAt ?? Infinity);
}

/** True where only people can go on: nothing runs or is about to, and some gate waits for its answer. */
export function waitsForPeople(agenda: Agenda, state: RunState): boolean {
  return (
    isPaused(state) &&
    agenda.ready.size === 0 &&
    agenda.running.size === 0 &&
    Object.values(state.steps).every(({ status, wait }) => status !== 'waiting' || wait?.for === 'answer')
  );
}
