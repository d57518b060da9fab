import type { Json } from '../base/json.ts';
import { exitCodeOf, type Outcome, type RunId, type StepAddress } from './attempt.ts';
import type {
  Cause,
  Reused,
  RunEnd,
  RunStarted,
  SkipReason,
  StepStopRequested,
  StopAsker,
  Wait,
} from './run-event.ts';
import type { ContinueOn, OnFailure, Step, StepId, Workflow } from './workflow.ts';

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

export const FINAL_STATUSES: readonly FinalStatus[] = [
  'succeeded',
  'failed',
  'timed_out',
  'cancelled',
  'skipped',
  'lost',
];

export const STEP_STATUSES: readonly StepStatus[] = [
  'pending',
  'queued',
  'running',
  'backoff',
  'waiting',
  ...FINAL_STATUSES,
];

/**
 * What a reader sees: a run without an end whose owner is gone is lost, which the journal itself never says; one that
 * was parked waits for people.
 */
export type RunStatus = 'running' | 'waiting' | RunEnd | 'lost';

/** One try of a step. Times in milliseconds since the epoch. */
export interface Attempt {
  readonly number: number;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly durationMs: number | undefined;
  /** Undefined while it runs. */
  readonly outcome: Outcome | undefined;
  /** Of a loop with a time limit: how long nothing in it went on but waiting for people, which does not count (rule E3). */
  readonly pausedMs?: number;
  /** Of a `workflow` step: its run. */
  readonly child?: RunId;
}

/** One step in one run, as the facts so far leave it. The items of a fan-out and the steps of a loop's round are steps, too. */
export interface StepState {
  readonly id: StepAddress;
  /** Its number in the order in which steps came to be known: file order at first. From 0. */
  readonly index: number;
  readonly step: Step;
  /** What stands before the ids of the steps beside it: nothing at the top, `tdd[2].` in a round. */
  readonly level: string;
  readonly place: 'steps' | 'finally';
  /** The fan-out or loop that it belongs to. */
  readonly parent?: StepAddress;
  /** Of an item. */
  readonly item?: Item;
  readonly status: StepStatus;
  /** The effective end (S5): `succeeded` where `continue_on_error` lets a failure pass. Set with a final status. */
  readonly result: FinalStatus | undefined;
  readonly reason?: SkipReason;
  readonly because?: StepAddress;
  /** In order; the last one may be running. Those before a rewind are there, too. */
  readonly attempts: readonly Attempt[];
  /** How many attempts there were when the step last began anew (a rewind). */
  readonly earlier: number;
  readonly retryAt?: number;
  /** When it reached a final status. */
  readonly endedAt: number | undefined;
  /** Needs that are not final yet. */
  readonly openNeeds: number;
  readonly dependents: readonly StepAddress[];
  /** What happened to any step it needs, however far up (S4). */
  readonly upstream: Upstream;
  /** What a step with the status `waiting` waits for. */
  readonly wait?: Wait;
  /** The concurrency group in which it has a place. */
  readonly admitted?: string;
  /** Of a fan-out its items in order, of a loop the steps of the round that runs or ran last. */
  readonly inside?: readonly StepAddress[];
  /** How many of those are not final. */
  readonly openInside: number;
  /** Of a loop with a time limit: how many steps in it go on, and how many wait for people. */
  readonly load?: { readonly busy: number; readonly asking: number };
  /** Of a loop with a time limit: since when nothing in it goes on but waiting for people. */
  readonly pausedSince?: number;
  /** Of a loop, from 1. */
  readonly round?: number;
  /** Of a gate: how often it sent the run back. */
  readonly rewinds: number;
  /** Its gate said no, and is about to send the run back. */
  readonly awaitsRewind?: boolean;
  /** It was told to end by itself: its own time was up, or somebody asked. */
  readonly stopping?: StepStopRequested['by'];
  /** Its end was taken over from an earlier run. */
  readonly reused?: Reused & { readonly from: RunId };
}

/** One item of a fan-out. */
export interface Item {
  readonly key: string;
  /** From 0. */
  readonly index: number;
  /** The item of `for_each`, or the values of a combination of `matrix`. */
  readonly value: Json;
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
  readonly only?: readonly StepId[];
  readonly reuse?: RunStarted['reuse'];
  readonly expectedMs?: RunStarted['expectedMs'];
  readonly startedAt: number;
  readonly endedAt?: number;
  /** Absent while the run goes on. */
  readonly ended?: RunEnd;
  /** Only people can go on with it, and nobody owns it. */
  readonly parked: boolean;
  /** The concurrency group in which it waits for a place. */
  readonly queuedIn?: string;
  /** How many processes carried it on, from 1. */
  readonly starts: number;
  /** How many steps were ever known of. */
  readonly known: number;
  /** How many child runs it began. */
  readonly children: number;
  readonly stop?: {
    readonly by: StopAsker;
    readonly force: boolean;
    /** Asked for while `finally` ran: that ends, too. */
    readonly all: boolean;
  };
  /** Number and time of the last event folded in. */
  readonly seq: number;
  readonly at: number;
  /** In file order, those of `finally` last; items and rounds behind them as they come. */
  readonly steps: Readonly<Record<StepAddress, StepState>>;
  readonly counts: Readonly<Record<StepStatus, number>>;
  /** Steps at the top that are not final: those of `steps`, and those of `finally`. */
  readonly openMain: number;
  readonly openFinally: number;
  /** Steps whose effective result makes the run fail (S7). */
  readonly failed: number;
  /** Failures that `continue_on_error` let pass. */
  readonly warnings: number;
  /** Top-level steps that were cancelled, though nobody ended the run (S7). */
  readonly cancelled: number;
  /** Programs that run, or wait for their next attempt or for a place in a group. */
  readonly busy: number;
  /** Steps that wait for people. */
  readonly asking: number;
  /** How long the run did nothing but wait for people, in milliseconds (rule E3). */
  readonly pausedMs: number;
}

/** What a step is to the engine: something to run, or something that holds other steps. */
export type Role = 'leaf' | 'fan-out' | 'loop';

export function roleOf({ step, item }: Pick<StepState, 'step' | 'item'>): Role {
  if (step.fanOut !== undefined && item === undefined) return 'fan-out';
  return step.kind === 'loop' ? 'loop' : 'leaf';
}

/** Nothing goes on but waiting for people, which counts against no time limit (rule E3). */
export function isPaused({ busy, asking }: Pick<RunState, 'busy' | 'asking'>): boolean {
  return asking > 0 && busy === 0;
}

/**
 * Some step it needs, or that a loop or fan-out around it needs, began anew by a rewind and is not final yet; or what
 * holds it waits itself. It may not go on until then.
 */
export function isHeld(state: Pick<RunState, 'steps'>, step: StepState): boolean {
  if (step.openNeeds > 0) return true;
  for (let { parent } = step; parent !== undefined;) {
    const outer = state.steps[parent];
    if (outer === undefined) return false;
    if (outer.openNeeds > 0 || outer.status === 'waiting') return true;
    parent = outer.parent;
  }
  return false;
}

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

/** The ends that make a run fail (S7). */
export function isFailure(status: StepStatus): boolean {
  return status === 'failed' || status === 'timed_out' || status === 'lost';
}

/** The step that failed first, in time. */
export function firstFailure({ steps }: Pick<RunState, 'steps'>): StepState | undefined {
  let first: StepState | undefined;
  for (const step of Object.values(steps)) {
    if (step.result === undefined || !isFailure(step.result)) continue;
    if (first === undefined || (step.endedAt ?? 0) < (first.endedAt ?? 0)) first = step;
  }
  return first;
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
    case 'inner':
    case 'child':
      return outcome.failure.status;
    case 'exited':
    case 'killed':
    case 'not-started':
    case 'bad-expression':
    case 'bad-output':
    case 'exhausted':
    case 'rejected':
    case 'refused':
    case 'crashed':
      return 'failed';
  }
}

/** Whether `continue_on_error` lets an end pass (rule S5). */
export function isForgiven(outcome: Outcome, continueOn: ContinueOn): boolean {
  if (outcome.ok || continueOn === 'nothing') return false;
  const { failure } = outcome;
  if (continueOn === 'any-failure') return isFailure(statusOf(outcome)) && statusOf(outcome) !== 'lost';
  const isEnd = failure.kind === 'exited' || failure.kind === 'killed' || failure.kind === 'timed-out';
  return isEnd && continueOn.exitCodes.includes(exitCodeOf(outcome) ?? 0);
}
