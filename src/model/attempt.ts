import type { Json } from '../base/json.ts';
import type { Shell, StepKind } from './step-kind.ts';
import type { StopPolicy } from './workflow.ts';

/** Names one run; ids sort by the time of their start. */
export type RunId = string;

/** Where a step stands in a run: its id, or a path such as `tdd[2].test` or `scan{src/a.ts}`. */
export type StepAddress = string;

/** How an attempt ended. `stdout` is there only when some expression reads it (rule V5: its last 256 KiB). */
export type Outcome =
  | {
      readonly ok: true;
      readonly outputs: Readonly<Record<string, string>>;
      /** Outputs that are too large for the journal, by name (rule V5). */
      readonly large?: Readonly<Record<string, LargeValue>>;
      readonly stdout?: string;
      /** Nothing ran: the step's end was taken from the cache, where this run left it. */
      readonly reused?: RunId;
    }
  | { readonly ok: false; readonly failure: Failure; readonly stdout?: string };

/** A value kept as a file of the run. */
export interface LargeValue {
  /** Its name in the run's folder `values`. */
  readonly file: string;
  readonly bytes: number;
}

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
  /** Of a fan-out or a loop: steps inside of it ended like this. `count` of `of` items, or steps of the last round. */
  | { readonly kind: 'inner'; readonly status: InnerEnd; readonly count: number; readonly of: number }
  /** A loop did as many rounds as it may, and `until` was never true (rule E6). */
  | { readonly kind: 'exhausted'; readonly rounds: number }
  /** A gate said no. */
  | { readonly kind: 'rejected'; readonly message: string }
  /** Its concurrency group was full, and `when_full` is `reject`. */
  | { readonly kind: 'refused'; readonly message: string }
  /** The child run of a `workflow` step ended like this, or could not begin. */
  | { readonly kind: 'child'; readonly run: RunId; readonly status: ChildEnd }
  /** A mistake of ours: the executor itself threw. */
  | { readonly kind: 'crashed'; readonly message: string };

export type InnerEnd = 'failed' | 'timed_out' | 'cancelled' | 'lost';
export type ChildEnd = 'failed' | 'timed_out' | 'cancelled' | 'lost';

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
  /** Of `run` and `script` steps that need not do again what they did before. */
  readonly cache?: ResolvedCache;
}

/** What the end of a step depends on besides the step itself, and which files it makes. */
export interface ResolvedCache {
  readonly key?: string;
  /** Globs, from the project's folder. */
  readonly inputs: readonly string[];
  /** Globs, from the project's folder. */
  readonly outputs: readonly string[];
}

export type AssignmentOfKind =
  | { readonly kind: 'run'; readonly with: ResolvedRun }
  | { readonly kind: 'script'; readonly with: ResolvedScript }
  | { readonly kind: 'workflow'; readonly with: ResolvedChild };

export type ResolvedRun =
  { readonly argv: readonly string[] } | { readonly text: string; readonly shell?: Shell };

export interface ResolvedScript {
  readonly text: string;
  readonly language: string;
}

/** Another workflow, to be run as a child of this run. */
export interface ResolvedChild {
  /** From the project's folder. */
  readonly path: string;
  readonly inputs: Readonly<Record<string, Json>>;
  /** The child's run id, chosen when the attempt was written down, so that a new owner finds it again. */
  readonly child: RunId;
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
    case 'refused':
      return 75;
    case 'inner':
    case 'exhausted':
    case 'rejected':
    case 'child':
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
    case 'bad-output':
    case 'rejected':
    case 'refused':
      return failure.message;
    case 'inner':
      return `${failure.count} of ${failure.of} ${INNER_WORDS[failure.status]}`;
    case 'exhausted':
      return `\`until\` was not true after ${failure.rounds} ${failure.rounds === 1 ? 'round' : 'rounds'}`;
    case 'child':
      return `its run ${failure.run} ${CHILD_WORDS[failure.status]}`;
    case 'crashed':
      return `Baton itself failed: ${failure.message}`;
  }
}

const INNER_WORDS: Readonly<Record<InnerEnd, string>> = {
  failed: 'failed',
  timed_out: 'timed out',
  cancelled: 'cancelled',
  lost: 'lost',
};

const CHILD_WORDS: Readonly<Record<ChildEnd, string>> = {
  failed: 'failed',
  timed_out: 'timed out',
  cancelled: 'was cancelled',
  lost: 'was lost',
};
