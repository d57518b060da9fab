import type { Json } from '../base/json.ts';
import type { FinalStatus } from './run-state.ts';
import type { StepKind } from './step-kind.ts';
import type { Concurrency, InputType, StepId } from './workflow.ts';

/** What earlier runs tell about a step. */
export interface StepPast {
  /** How many durations were looked at. */
  readonly runs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** How it ended the last time, skipped or failed included. */
  readonly lastStatus?: FinalStatus;
}

/** What a run of a workflow would do, worked out without running anything. JSON-safe; the shape of `baton plan --json`. */
export interface RunPlan extends PlanPart {
  readonly name: string;
  /** The workflow's path. */
  readonly workflow: string;
  /** Steps at once. */
  readonly parallel: number;
  /** What comes after everything else, whatever happened; its times are its own. Absent where there is nothing. */
  readonly finally?: PlanPart;
  readonly inputs: readonly PlannedInput[];
  /** Names of the inputs whose values are secret. */
  readonly secrets: readonly string[];
  /** Its group as it will be where that is known already, else as it is written. */
  readonly concurrency?: Concurrency;
  /** Gates that would ask a person; `tdd.sign_off` is one inside a loop. */
  readonly approvals: readonly string[];
  /** Why Baton would refuse to run this today, in sentences; empty when it would not. */
  readonly refusals: readonly string[];
}

/** Steps that see each other: a workflow's own, those of its `finally`, or those inside a loop. */
export interface PlanPart {
  /** In file order. */
  readonly steps: readonly PlannedStep[];
  /** What could run at once if there were room for all. Every step is in one wave, those that would be skipped too. */
  readonly waves: readonly (readonly StepId[])[];
  /** The steps that decide how long it takes: by past durations, then by their number. None that would be skipped. */
  readonly criticalPath: readonly StepId[];
  /** The durations of the critical path. */
  readonly criticalMs: number;
  /** With so many slots as there are, if everything that may run does. An unknown duration counts 0. */
  readonly expectedMs: number;
  /** False when some step that may run has no past, so that it will take longer. */
  readonly complete: boolean;
}

/** `run` means: if nothing before it fails. `maybe` means: even then nobody can tell yet. */
export type Prospect = 'run' | 'skip' | 'maybe';

export interface PlannedStep {
  readonly id: StepId;
  readonly name?: string;
  readonly kind: StepKind;
  /** Its place in `waves`, from 0. */
  readonly wave: number;
  readonly will: Prospect;
  /** Why it would not run, or why nobody can tell. */
  readonly reason?: PlanReason;
  /** Of one run of it, by its past; absent where it has none. */
  readonly expectedMs?: number;
  /** What it runs, as it is written. */
  readonly command?: string;
  readonly fanOut?: {
    /** How many, where that is known already. */
    readonly items?: number;
    readonly maxParallel?: number;
  };
  /** One round of it, if the loop runs. */
  readonly loop?: { readonly max: number; readonly steps: PlanPart };
  readonly gate?: 'check' | 'when' | 'approval';
  /** Extra attempts. */
  readonly retryMax: number;
  readonly timeoutMs?: number;
  readonly needs: readonly StepId[];
  /** On the critical path. */
  readonly critical: boolean;
}

export interface PlanReason {
  readonly code: PlanReasonCode;
  /** Goes on after "it would be skipped:" or "nobody can tell:". */
  readonly message: string;
  /** The step that it comes from. */
  readonly because?: StepId;
}

export type PlanReasonCode =
  /** Skipped: its condition is false, whatever happens. */
  | 'condition'
  /** Skipped: a step it needs would be skipped. */
  | 'upstream_skipped'
  | 'not_selected'
  /** Nobody can tell: its condition reads what only the run will show. */
  | 'open_condition'
  /** Nobody can tell: its condition reads an input that has no value yet. */
  | 'open_input'
  /** Nobody can tell: a step it needs may be skipped. */
  | 'open_upstream'
  /** Its condition cannot be worked out, so the step would fail. */
  | 'bad_condition';

export interface PlannedInput {
  readonly name: string;
  readonly type: InputType;
  readonly required: boolean;
  readonly secret: boolean;
  /** Somebody gave a value; whether it is a good one, `problem` says. */
  readonly given: boolean;
  /** What steps would read: given, or the default. Never that of a secret. */
  readonly value?: Json;
  readonly default?: string | number | boolean;
  /** Why a run would not begin like this. */
  readonly problem?: string;
}
