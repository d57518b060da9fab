import { evaluateCondition } from '../expression/evaluate.ts';
import { parseExpression, usesStatusFunction } from '../expression/parse.ts';
import { bareExpression } from '../expression/template.ts';
import type { StepAddress } from '../model/attempt.ts';
import type { Fact, RunEnd, SkipReason } from '../model/run-event.ts';
import { isFailure, isFinal, type RunState, type StepState } from '../model/run-state.ts';
import type { Agenda } from './agenda.ts';
import { environmentOf, needsHold, scopeOf } from './scope.ts';

/** What is next. The facts are to be written and folded before anything else is done, and then `decide` is asked again. */
export interface Decision {
  readonly facts: readonly Fact[];
  /** Attempts to start, once their `attempt-started` is written. */
  readonly start: readonly StepAddress[];
  /** Running steps to end; saying it again does no harm. */
  readonly stop: readonly StopOrder[];
  /** When to ask again even if nothing happens, in milliseconds since the epoch. */
  readonly wakeAt?: number;
}

export interface StopOrder {
  readonly step: StepAddress;
  /** Skip the grace. */
  readonly force: boolean;
}

const NOTHING: Decision = { facts: [], start: [], stop: [] };

/**
 * Chooses what happens next in a run, from nothing but the facts so far (as `state` and `agenda`) and the time.
 * Takes from the agenda what it decides on; folding the decision's facts puts back what has to come again.
 */
export function decide(agenda: Agenda, state: RunState, now: number): Decision {
  if (state.ended !== undefined) return NOTHING;
  const timeoutAt = runTimeoutAt(state);
  if (timeoutAt !== undefined && now >= timeoutAt) {
    return { ...NOTHING, facts: [{ type: 'stop-requested', by: 'timeout', force: false }] };
  }
  if (isHalted(state)) return halt(agenda, state);
  const facts: Fact[] = [];
  for (const address of agenda.toJudge.splice(0)) judge(agenda, state, address, facts);
  const start = fillSlots(agenda, state, now, facts);
  if (facts.length === 0 && isOver(state)) facts.push(endOf(state));
  return { facts, start, stop: [], ...wake(agenda, timeoutAt, now) };
}

function runTimeoutAt(state: RunState): number | undefined {
  const { timeoutMs } = state.workflow;
  return timeoutMs === undefined || state.stop !== undefined ? undefined : state.startedAt + timeoutMs;
}

/** Nothing new starts any more: somebody asked, or a step failed where that ends the run (rule S3). */
function isHalted(state: RunState): boolean {
  return state.stop !== undefined || (state.onFailure !== 'continue' && failures(state) > 0);
}

/** Steps whose effective result makes the run fail. */
function failures({ counts, warnings }: RunState): number {
  return counts.failed + counts.timed_out + counts.lost - warnings;
}

function halt(agenda: Agenda, state: RunState): Decision {
  const waiting = isOver(state) ? [] : Object.values(state.steps).filter(isWaitingForItsTurn);
  const facts: Fact[] = waiting.map(({ id }) => ({ type: 'step-skipped', step: id, reason: 'cancelled' }));
  if (facts.length === 0 && isOver(state)) facts.push(endOf(state));
  const ends = state.stop !== undefined || state.onFailure === 'kill';
  const force = state.stop?.force ?? false;
  return { facts, start: [], stop: ends ? Array.from(agenda.running, (step) => ({ step, force })) : [] };
}

function isWaitingForItsTurn({ status }: StepState): boolean {
  return !isFinal(status) && status !== 'running';
}

function isOver({ counts }: RunState): boolean {
  return counts.pending + counts.queued + counts.running + counts.backoff + counts.waiting === 0;
}

function endOf(state: RunState): Fact {
  return { type: 'run-ended', status: runEndOf(state), warnings: state.warnings };
}

/** S7, in its order. */
function runEndOf(state: RunState): RunEnd {
  if (failures(state) > 0) return 'failed';
  if (state.stop === undefined) return 'succeeded';
  return state.stop.by === 'timeout' ? 'timed_out' : 'cancelled';
}

/** Whether a step whose needs are final runs at all (rule S2). */
function judge(agenda: Agenda, state: RunState, address: StepAddress, facts: Fact[]): void {
  const step = state.steps[address];
  if (step?.status !== 'queued') return;
  const verdict = verdictOn(state, step);
  if (verdict.kind === 'run') {
    agenda.ready.push({ step: address, ...(agenda.ranks[address] ?? { remaining: 0, index: 0 }) });
  } else if (verdict.kind === 'skip') {
    const because = verdict.because === undefined ? {} : { because: verdict.because };
    facts.push({ type: 'step-skipped', step: address, reason: verdict.reason, ...because });
  } else {
    const outcome = { ok: false, failure: { kind: 'bad-expression', message: verdict.message } } as const;
    facts.push({ type: 'attempt-started', step: address, attempt: 1 });
    facts.push({ type: 'attempt-ended', step: address, attempt: 1, outcome, durationMs: 0 });
  }
}

type Verdict =
  | { readonly kind: 'run' }
  | { readonly kind: 'skip'; readonly reason: SkipReason; readonly because?: StepAddress }
  | { readonly kind: 'fail'; readonly message: string };

function verdictOn(state: RunState, step: StepState): Verdict {
  const { when } = step.step;
  if ((when === undefined || !asksForStatus(when)) && !needsHold(state, step))
    return skipByNeeds(state, step);
  if (when === undefined) return { kind: 'run' };
  const env = environmentOf(state, step);
  if (!env.ok) return { kind: 'fail', message: env.error };
  const holds = evaluateCondition(when, scopeOf(state, step, env.value));
  if (!holds.ok) return { kind: 'fail', message: holds.error };
  return holds.value ? { kind: 'run' } : { kind: 'skip', reason: 'condition' };
}

function asksForStatus(when: string): boolean {
  const parsed = parseExpression(bareExpression(when).source);
  return parsed.ok && usesStatusFunction(parsed.value);
}

/** The reason that is handed on: a failure anywhere among the needs weighs more than a skip. */
function skipByNeeds(state: RunState, step: StepState): Verdict {
  const needs = step.step.needs.flatMap((need) => state.steps[need.step] ?? []);
  const failed = needs.find(
    (need) =>
      isFailure(need.result ?? 'pending') || need.result === 'cancelled' || need.reason === 'upstream_failed',
  );
  if (failed !== undefined) return { kind: 'skip', reason: 'upstream_failed', because: failed.id };
  const skipped = needs.find((need) => need.result === 'skipped');
  return { kind: 'skip', reason: 'upstream_skipped', ...(skipped && { because: skipped.id }) };
}

/** Hands the free slots out: to retries that are due, then to ready steps in their order. */
function fillSlots(agenda: Agenda, state: RunState, now: number, facts: Fact[]): StepAddress[] {
  const start: StepAddress[] = [];
  let free = state.parallel - agenda.running.size;
  while (free > 0) {
    const address = nextRetry(agenda, now) ?? agenda.ready.pop()?.step;
    if (address === undefined) break;
    const attempt = (state.steps[address]?.attempts.length ?? 0) + 1;
    facts.push({ type: 'attempt-started', step: address, attempt });
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
function wake(agenda: Agenda, timeoutAt: number | undefined, now: number): { readonly wakeAt?: number } {
  const retryAt = agenda.retries.peek()?.at ?? Infinity;
  const at = Math.min(retryAt > now ? retryAt : Infinity, timeoutAt ?? Infinity);
  return at === Infinity ? {} : { wakeAt: at };
}
