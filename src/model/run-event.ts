import type { Json } from '../base/json.ts';
import type { Outcome, RunId, StepAddress } from './attempt.ts';
import type { ScheduleId } from './schedule-record.ts';
import type { OnFailure, StepId, Workflow } from './workflow.ts';

/** Why a run began. */
export type Cause =
  | { readonly kind: 'person'; readonly door: 'cli' | 'editor' | 'library' }
  | { readonly kind: 'rerun'; readonly of: RunId }
  /** A `workflow` step of another run; `above` are those that this one is a child of in turn, the nearest first. */
  | {
      readonly kind: 'workflow';
      readonly run: RunId;
      readonly step: StepAddress;
      readonly above: readonly Caller[];
    }
  /** `nominalTime`: when it was due, RFC 3339. `isCatchUp`: it makes up for a time that was missed. */
  | {
      readonly kind: 'schedule';
      readonly nominalTime: string;
      readonly schedule?: ScheduleId;
      readonly isCatchUp?: boolean;
    }
  /** Files changed that the workflow watches: the first of them, from the project's folder, and how many. */
  | { readonly kind: 'files'; readonly files: readonly string[]; readonly count: number };

/** A step that runs another workflow. */
export interface Caller {
  readonly run: RunId;
  readonly step: StepAddress;
}

/** How a whole run ended (rule S7). */
export type RunEnd = 'succeeded' | 'failed' | 'cancelled' | 'timed_out';

export type SkipReason = 'condition' | 'upstream_failed' | 'upstream_skipped' | 'cancelled' | 'not_selected';

/** Who asked for a stop: a person or program, a signal to the process, or the workflow's own `timeout`. */
export type StopAsker = 'request' | 'SIGINT' | 'SIGTERM' | 'timeout';

/** Something that happened in a run. Every view is a fold over these, and nothing else is true. */
export type Fact =
  | RunStarted
  | RunAdopted
  | RunParked
  | RunQueued
  | RunAdmitted
  | AttemptStarted
  | AttemptEnded
  | StepSkipped
  | StepReused
  | ItemsExpanded
  | RoundStarted
  | StepWaiting
  | GroupEntered
  | StepResumed
  | GateAnswered
  | StepRewound
  | StepStopRequested
  | StopRequested
  | RunEnded;

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
  /** The steps that run, where not all do (`--only`, `--from`); the others are skipped. */
  readonly only?: readonly StepId[];
  /** Ends that are taken over from an earlier run instead of being worked for again. */
  readonly reuse?: { readonly run: RunId; readonly steps: Readonly<Record<StepId, Reused>> };
  /** What a step took in the past, in milliseconds, where that is known (rule G5). */
  readonly expectedMs?: Readonly<Record<StepId, number>>;
  /** What steps do with the cache; absent means `use`. */
  readonly cache?: CacheMode;
}

/** `use`: take from the cache and keep there. `refresh`: run all the same, and keep anew. `off`: neither. */
export type CacheMode = 'use' | 'off' | 'refresh';

/**
 * How a step ended in an earlier run, as far as others may read it. What steps publish are texts and lists of them; an
 * object `{ file, bytes }` (`LargeValue`) in their place is a value kept as a file of the run.
 */
export interface Reused {
  readonly outcome: Outcome & { readonly ok: true };
  /** Of a fan-out: its items. */
  readonly items?: Json;
  /** Of a loop, whose outputs are made from those of the steps inside. */
  readonly outputs?: Json;
}

/** Another process took the run over after its owner died, or after it was parked. */
export interface RunAdopted {
  readonly type: 'run-adopted';
}

/** Only people can go on with the run: its owner left, and whoever answers carries it on. */
export interface RunParked {
  readonly type: 'run-parked';
}

/** The run waits for a place in its workflow's concurrency group. */
export interface RunQueued {
  readonly type: 'run-queued';
  readonly group: string;
}

/** The run has its place. */
export interface RunAdmitted {
  readonly type: 'run-admitted';
}

export interface AttemptStarted {
  readonly type: 'attempt-started';
  readonly step: StepAddress;
  /** From 1. */
  readonly attempt: number;
  /** Of a `workflow` step: the run that it starts. */
  readonly child?: RunId;
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

/** The step ended well in an earlier run, and need not run again. */
export interface StepReused extends Reused {
  readonly type: 'step-reused';
  readonly step: StepAddress;
  readonly from: RunId;
}

/** A fan-out begins its attempt: its items are known, each a step `scan{key}` of its own. */
export interface ItemsExpanded {
  readonly type: 'items-expanded';
  readonly step: StepAddress;
  readonly attempt: number;
  readonly items: readonly { readonly key: string; readonly value: Json }[];
}

/** A loop begins a round, whose steps are `tdd[2].test`; the first one begins its attempt. */
export interface RoundStarted {
  readonly type: 'round-started';
  readonly step: StepAddress;
  readonly attempt: number;
  /** From 1. */
  readonly round: number;
}

/** The step waits, and holds no slot. */
export interface StepWaiting {
  readonly type: 'step-waiting';
  readonly step: StepAddress;
  readonly wait: Wait;
}

/**
 * What a step waits for: an answer, which is an attempt of its gate; a place in a concurrency group; or that people
 * answer in the run that it started.
 */
export type Wait =
  | {
      readonly for: 'answer';
      readonly attempt: number;
      readonly question: string;
      /** Milliseconds since the epoch: then `on_timeout` answers. */
      readonly until?: number;
    }
  | { readonly for: 'group'; readonly group: string }
  | { readonly for: 'child' };

/** The step has a place in its concurrency group. */
export interface GroupEntered {
  readonly type: 'group-entered';
  readonly step: StepAddress;
}

/** People have answered in the run that the step started: it goes on. */
export interface StepResumed {
  readonly type: 'step-resumed';
  readonly step: StepAddress;
}

export type GateAnswer = 'approve' | 'reject';

/** Ends the attempt of a gate that waited. */
export interface GateAnswered {
  readonly type: 'gate-answered';
  readonly step: StepAddress;
  readonly answer: GateAnswer;
  readonly by: 'person' | 'timeout';
  /** Who it was, where that is known. */
  readonly who?: string;
  readonly note?: string;
}

/** A gate sends the run back: every step named begins anew, as if it had not run. */
export interface StepRewound {
  readonly type: 'step-rewound';
  readonly gate: StepAddress;
  readonly to: StepAddress;
  /** All that is reset, the gate itself included. */
  readonly steps: readonly StepAddress[];
}

/** One step is to end: its own time is up, or somebody asked. A fan-out or loop ends with all that is in it. */
export interface StepStopRequested {
  readonly type: 'step-stop-requested';
  readonly step: StepAddress;
  readonly by: 'timeout' | 'request' | 'group';
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
