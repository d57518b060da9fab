import { emptyRecord, type Json } from '../base/json.ts';
import type { Outcome, RunId, StepAddress } from './attempt.ts';
import type { AttemptEnded, Cause, RunEnd, RunEvent, SkipReason, StopAsker } from './run-event.ts';
import type { ContinueOn, OnFailure, Step, Workflow } from './workflow.ts';

/**
 * S1.
 * ```
 * pending → queued → running → succeeded | failed | timed_out | cancelled | lost
 *    │         │        ↑ ↓
 *    │         │      backoff → cancelled
 *    └─────────┴→ skipped
 * ```
 */
export type StepStatus = 'pending' | 'queued' | 'running' | 'backoff' | 'waiting' | FinalStatus;
export type FinalStatus = 'succeeded' | 'failed' | 'timed_out' | 'cancelled' | 'skipped' | 'lost';

export const STEP_STATUSES: readonly StepStatus[] = [
  'pending',
  'queued',
  'running',
  'backoff',
  'waiting',
  'succeeded',
  'failed',
  'timed_out',
  'cancelled',
  'skipped',
  'lost',
];

/** What a reader sees: a run without an end whose owner is gone is lost. The journal itself never says so. */
export type RunStatus = 'running' | RunEnd | 'lost';

/** One try of a step. Times in milliseconds since the epoch. */
export interface Attempt {
  readonly number: number;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly durationMs?: number;
  readonly outcome?: Outcome;
}

/** One step in one run, as the facts so far leave it. */
export interface StepState {
  readonly id: StepAddress;
  readonly step: Step;
  readonly status: StepStatus;
  /** The effective end (S5): `succeeded` where `continue_on_error` lets a failure pass. Set with a final status. */
  readonly result?: FinalStatus;
  readonly reason?: SkipReason;
  readonly because?: StepAddress;
  /** In order; the last one may be running. */
  readonly attempts: readonly Attempt[];
  readonly retryAt?: number;
  /** When it reached a final status. */
  readonly endedAt?: number;
  /** Needs that are not final yet. */
  readonly openNeeds: number;
  readonly dependents: readonly StepAddress[];
  /** What happened to any step it needs, however far up (S4). */
  readonly upstream: Upstream;
}

export interface Upstream {
  readonly failed: boolean;
  readonly cancelled: boolean;
}

/** One run, as the facts so far leave it. Made only by `applyEvent`; whoever folds owns it, everybody else reads. */
export interface RunState {
  readonly run: RunId;
  readonly workflow: Workflow;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly env: Readonly<Record<string, string>>;
  readonly cause: Cause;
  readonly parallel: number;
  readonly onFailure: OnFailure;
  readonly startedAt: number;
  readonly endedAt?: number;
  /** Absent while the run goes on. */
  readonly ended?: RunEnd;
  readonly stop?: { readonly by: StopAsker; readonly force: boolean };
  /** Number of the last event folded in. */
  readonly seq: number;
  /** Keys in file order. */
  readonly steps: Readonly<Record<StepAddress, StepState>>;
  readonly counts: Readonly<Record<StepStatus, number>>;
  /** Failures that `continue_on_error` let pass. */
  readonly warnings: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type WritableStep = Writable<Omit<StepState, 'attempts' | 'upstream'>> & {
  attempts: Writable<Attempt>[];
  upstream: Writable<Upstream>;
};
type WritableRun = Writable<Omit<RunState, 'steps' | 'counts'>> & {
  steps: Record<StepAddress, WritableStep>;
  counts: Record<StepStatus, number>;
};

export function isFinal(status: StepStatus): status is FinalStatus {
  switch (status) {
    case 'succeeded':
    case 'failed':
    case 'timed_out':
    case 'cancelled':
    case 'skipped':
    case 'lost':
      return true;
    case 'pending':
    case 'queued':
    case 'running':
    case 'backoff':
    case 'waiting':
      return false;
  }
}

/** Folds a journal from its first event. Undefined when there is none. */
export function replay(events: Iterable<RunEvent>): RunState | undefined {
  let state: RunState | undefined;
  for (const event of events) state = applyEvent(state, event);
  return state;
}

/**
 * The one fold. Takes over the state it is given (a copy of 100,000 steps for each event would cost more than the
 * run) and returns it; the first event, `run-started`, makes it. An event that does not fit changes nothing:
 * a journal from a newer Baton is shown as far as it is understood.
 */
export function applyEvent(given: RunState | undefined, event: RunEvent): RunState | undefined {
  if (event.type === 'run-started') return given ?? startOf(event);
  if (given === undefined) return undefined;
  // Only this function writes to a RunState; the types keep everybody else from it.
  const state = given as WritableRun;
  state.seq = event.seq;
  switch (event.type) {
    case 'attempt-started':
      return startAttempt(state, event.step, event.attempt, event.at);
    case 'attempt-ended':
      return endAttempt(state, event);
    case 'step-skipped':
      return skip(state, event);
    case 'stop-requested':
      state.stop = { by: state.stop?.by ?? event.by, force: event.force || (state.stop?.force ?? false) };
      return state;
    case 'run-ended':
      state.ended = event.status;
      state.endedAt = event.at;
      return state;
    case 'run-adopted':
      return state;
    default:
      return state;
  }
}

function startOf(event: RunEvent & { readonly type: 'run-started' }): RunState {
  const state: WritableRun = {
    run: event.run,
    workflow: event.workflow,
    inputs: event.inputs,
    env: event.env,
    cause: event.cause,
    parallel: event.parallel,
    onFailure: event.onFailure,
    startedAt: event.at,
    seq: event.seq,
    steps: emptyRecord(),
    counts: Object.fromEntries(STEP_STATUSES.map((status) => [status, 0])) as Record<StepStatus, number>,
    warnings: 0,
  };
  const dependents = dependentsOf(event.workflow.steps);
  for (const step of event.workflow.steps) {
    const status = step.needs.length === 0 ? 'queued' : 'pending';
    state.counts[status]++;
    state.steps[step.id] = {
      id: step.id,
      step,
      status,
      attempts: [],
      openNeeds: step.needs.length,
      dependents: dependents[step.id] ?? [],
      upstream: { failed: false, cancelled: false },
    };
  }
  return state;
}

function dependentsOf(steps: readonly Step[]): Record<StepAddress, StepAddress[]> {
  const dependents = emptyRecord<StepAddress[]>();
  for (const step of steps) {
    for (const need of step.needs) (dependents[need.step] ??= []).push(step.id);
  }
  return dependents;
}

function startAttempt(state: WritableRun, id: StepAddress, number: number, at: number): RunState {
  const step = state.steps[id];
  if (step === undefined) return state;
  step.attempts.push({ number, startedAt: at });
  delete step.retryAt;
  setStatus(state, step, 'running');
  return state;
}

function endAttempt(state: WritableRun, event: AttemptEnded & { readonly at: number }): RunState {
  const step = state.steps[event.step];
  if (step === undefined) return state;
  const attempt = step.attempts.at(-1);
  if (attempt !== undefined && attempt.number === event.attempt) {
    attempt.endedAt = event.at;
    attempt.durationMs = event.durationMs;
    attempt.outcome = event.outcome;
  }
  if (event.retryAt !== undefined) {
    step.retryAt = event.retryAt;
    setStatus(state, step, 'backoff');
    return state;
  }
  const status = statusOf(event.outcome);
  const forgiven = isForgiven(event.outcome, step.step.continueOn);
  if (forgiven) state.warnings++;
  finish(state, step, { status, result: forgiven ? 'succeeded' : status, at: event.at });
  return state;
}

function skip(
  state: WritableRun,
  event: {
    readonly step: StepAddress;
    readonly reason: SkipReason;
    readonly because?: StepAddress;
    at: number;
  },
): RunState {
  const step = state.steps[event.step];
  if (step === undefined) return state;
  const status = step.status === 'backoff' ? 'cancelled' : 'skipped';
  step.reason = event.reason;
  if (event.because !== undefined) step.because = event.because;
  delete step.retryAt;
  finish(state, step, { status, result: status, at: event.at });
  return state;
}

function finish(
  state: WritableRun,
  step: WritableStep,
  end: { readonly status: FinalStatus; readonly result: FinalStatus; readonly at: number },
): void {
  setStatus(state, step, end.status);
  step.result = end.result;
  step.endedAt = end.at;
  const failed = step.upstream.failed || isFailure(end.result);
  const cancelled = step.upstream.cancelled || end.result === 'cancelled' || step.reason === 'cancelled';
  for (const id of step.dependents) {
    const dependent = state.steps[id];
    if (dependent === undefined) continue;
    dependent.openNeeds--;
    if (failed) dependent.upstream.failed = true;
    if (cancelled) dependent.upstream.cancelled = true;
    if (dependent.openNeeds === 0 && dependent.status === 'pending') setStatus(state, dependent, 'queued');
  }
}

function setStatus(state: WritableRun, step: WritableStep, status: StepStatus): void {
  state.counts[step.status]--;
  state.counts[status]++;
  step.status = status;
}

/** The ends that make a run fail (S7). */
export function isFailure(status: StepStatus): boolean {
  return status === 'failed' || status === 'timed_out' || status === 'lost';
}

/** The state an outcome leaves its step in, before `continue_on_error` has its say. */
export function statusOf(outcome: Outcome): FinalStatus {
  if (outcome.ok) return 'succeeded';
  switch (outcome.failure.kind) {
    case 'timed-out':
      return 'timed_out';
    case 'cancelled':
      return 'cancelled';
    case 'lost':
      return 'lost';
    case 'exited':
    case 'killed':
    case 'not-started':
    case 'bad-expression':
    case 'bad-output':
    case 'crashed':
      return 'failed';
  }
}

function isForgiven(outcome: Outcome, continueOn: ContinueOn): boolean {
  if (outcome.ok || continueOn === 'nothing') return false;
  const { failure } = outcome;
  if (continueOn === 'any-failure') return failure.kind !== 'cancelled' && failure.kind !== 'lost';
  return failure.kind === 'exited' && continueOn.exitCodes.includes(failure.code);
}
