import type { Json } from '../base/json.ts';
import type { Outcome, RunId, StepAddress } from './attempt.ts';
import type { OnFailure, Workflow } from './workflow.ts';

/** Why a run began. */
export type Cause =
  | { readonly kind: 'person'; readonly door: 'cli' | 'editor' | 'library' }
  | { readonly kind: 'rerun'; readonly of: RunId }
  | { readonly kind: 'schedule'; readonly nominalTime: string };

/** How a whole run ended (rule S7). */
export type RunEnd = 'succeeded' | 'failed' | 'cancelled' | 'timed_out';

export type SkipReason = 'condition' | 'upstream_failed' | 'upstream_skipped' | 'cancelled' | 'not_selected';

/** Who asked for a stop: a person or program, a signal to the process, or the workflow's own `timeout`. */
export type StopAsker = 'request' | 'SIGINT' | 'SIGTERM' | 'timeout';

/** Something that happened in a run. Every view is a fold over these, and nothing else is true. */
export type Fact =
  RunStarted | RunAdopted | AttemptStarted | AttemptEnded | StepSkipped | StopRequested | RunEnded;

/** Carries the whole workflow, so that a run can be read, shown and finished without its file. */
export interface RunStarted {
  readonly type: 'run-started';
  /** Of the journal's format. */
  readonly version: 1;
  readonly workflow: Workflow;
  readonly inputs: Readonly<Record<string, Json>>;
  /** Given with `--env`. */
  readonly env: Readonly<Record<string, string>>;
  readonly cause: Cause;
  /** Steps at once. */
  readonly parallel: number;
  readonly onFailure: OnFailure;
}

/** Another process took the run over after its owner died. */
export interface RunAdopted {
  readonly type: 'run-adopted';
}

export interface AttemptStarted {
  readonly type: 'attempt-started';
  readonly step: StepAddress;
  /** From 1. */
  readonly attempt: number;
}

export interface AttemptEnded {
  readonly type: 'attempt-ended';
  readonly step: StepAddress;
  readonly attempt: number;
  readonly outcome: Outcome;
  /** By the monotonic clock. */
  readonly durationMs: number;
  /** Milliseconds since the epoch: the next attempt starts then, also after a crash (E5). Absent: this was the last. */
  readonly retryAt?: number;
}

/** The step will not run. A step that waited for its next attempt ends as cancelled. */
export interface StepSkipped {
  readonly type: 'step-skipped';
  readonly step: StepAddress;
  readonly reason: SkipReason;
  /** The need that the reason was handed on from. */
  readonly because?: StepAddress;
}

export interface StopRequested {
  readonly type: 'stop-requested';
  readonly by: StopAsker;
  /** Skips the grace that steps have to end. */
  readonly force: boolean;
}

export interface RunEnded {
  readonly type: 'run-ended';
  readonly status: RunEnd;
  /** Failures that `continue_on_error` let pass (S5). */
  readonly warnings: number;
}

/** Number, time and run: what turns a fact into an event. */
export interface Stamp {
  /** From 1, without gaps. */
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly run: RunId;
}

/** A fact with its number, time and run: one line of a journal, and of `baton run --json`. */
export type RunEvent = Stamp & Fact;
