import type { Shell, StepKind } from './step-kind.ts';
import type { StopPolicy } from './workflow.ts';

/** Names one run; ids sort by the time of their start. */
export type RunId = string;

/** Where a step stands in a run: its id, or a path such as `tdd[2].test` or `scan{src/a.ts}`. */
export type StepAddress = string;

/** How an attempt ended. `stdout` is there only when some expression reads it (rule V5: its last 256 KiB). */
export type Outcome =
  | { readonly ok: true; readonly outputs: Readonly<Record<string, string>>; readonly stdout?: string }
  | { readonly ok: false; readonly failure: Failure; readonly stdout?: string };

/** Why an attempt did not end well, each cause with its own fields. */
export type Failure =
  | { readonly kind: 'exited'; readonly code: number }
  /** `signal` is a name such as `SIGKILL`; `number` is the platform's number for it. */
  | { readonly kind: 'killed'; readonly signal: string; readonly number: number }
  | { readonly kind: 'not-started'; readonly message: string; readonly code: 125 | 126 | 127 }
  | { readonly kind: 'timed-out'; readonly afterMs: number }
  | { readonly kind: 'cancelled' }
  /** Its owner died, so nobody knows how it ended. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'bad-expression'; readonly message: string }
  /** The program ended well, but what it wrote to `$BATON_OUTPUT` cannot be read. */
  | { readonly kind: 'bad-output'; readonly message: string }
  /** A mistake of ours: the executor itself threw. */
  | { readonly kind: 'crashed'; readonly message: string };

/** An attempt with every expression resolved: all a backend needs to know to carry it out, wherever it is. */
export type Assignment = AssignmentCommon & AssignmentOfKind;

export interface AssignmentCommon {
  readonly run: RunId;
  readonly step: StepAddress;
  /** From 1. */
  readonly attempt: number;
  /** What is laid over the backend's own environment, `BATON_*` included. */
  readonly env: Readonly<Record<string, string>>;
  /** Dotenv files, read by the backend when the step starts; they never override its own environment (V4). */
  readonly dotenv: readonly string[];
  /** From the project's folder; absent means that folder itself. */
  readonly cwd?: string;
  readonly timeoutMs?: number;
  readonly stop: StopPolicy;
  readonly keepStdout: boolean;
}

export type AssignmentOfKind =
  | { readonly kind: 'run'; readonly with: ResolvedRun }
  | { readonly kind: 'script'; readonly with: ResolvedScript };

export type ResolvedRun =
  { readonly argv: readonly string[] } | { readonly text: string; readonly shell?: Shell };

export interface ResolvedScript {
  readonly text: string;
  readonly language: string;
}

/** The kinds an assignment can have today: the others are refused when the file is loaded. */
export type AssignedKind = AssignmentOfKind['kind'] & StepKind;

/** E1: an attempt's exit code as a shell would show it; undefined when it never ran or nobody knows. */
export function exitCodeOf(outcome: Outcome): number | undefined {
  if (outcome.ok) return 0;
  const failure = outcome.failure;
  switch (failure.kind) {
    case 'exited':
    case 'not-started':
      return failure.code;
    case 'killed':
      return 128 + failure.number;
    case 'timed-out':
      return 124;
    case 'bad-expression':
    case 'bad-output':
    case 'crashed':
      return 125;
    case 'cancelled':
    case 'lost':
      return undefined;
  }
}

/** One line a person understands. */
export function describeFailure(failure: Failure): string {
  switch (failure.kind) {
    case 'exited':
      return `exit ${failure.code}`;
    case 'killed':
      return `killed by ${failure.signal}`;
    case 'not-started':
      return `could not be started: ${failure.message}`;
    case 'timed-out':
      return `timed out after ${failure.afterMs} ms`;
    case 'cancelled':
      return 'cancelled';
    case 'lost':
      return 'lost: the process that ran it is gone';
    case 'bad-expression':
      return failure.message;
    case 'bad-output':
      return failure.message;
    case 'crashed':
      return `Baton itself failed: ${failure.message}`;
  }
}
