import type { Json } from '../base/json.ts';
import type { Range } from '../base/lines.ts';
import type { Shell } from './step-kind.ts';

/** A step's name inside its workflow: `[A-Za-z_][A-Za-z0-9_-]*`, at most 100 characters. */
export type StepId = string;

/** Text that may hold `${{ expressions }}`, not evaluated yet. */
export type Template = string;

/** An expression without its braces, not evaluated yet. */
export type Expression = string;

/** A checked YAML file. JSON-safe, so that a run can carry the whole of it in its first fact. */
export interface Workflow {
  /** Path from the project's folder, with `/`; empty for text that was never saved. */
  readonly ref: string;
  readonly name: string;
  readonly description?: string;
  /** Names this text; two texts with one digest are one text. */
  readonly digest: string;
  readonly inputs: readonly InputDeclaration[];
  /** Workflow `env` with `defaults.env` laid over it (rule V4: nothing stands between the two). */
  readonly env: Readonly<Record<string, Template>>;
  /** Files of `NAME=value` lines, read when a step starts. */
  readonly dotenv: readonly Template[];
  /** In file order; `defaults` are already laid under each step's own fields. */
  readonly steps: readonly Step[];
  readonly finally: readonly Step[];
  readonly schedules: readonly Schedule[];
  readonly fileTriggers?: FileTrigger;
  readonly limits: Limits;
  readonly timeoutMs?: number;
  readonly concurrency?: Concurrency;
}

export type InputType = 'string' | 'number' | 'boolean' | 'path';

export interface InputDeclaration {
  readonly name: string;
  readonly type: InputType;
  readonly default?: string | number | boolean;
  readonly description?: string;
  readonly enum?: readonly (string | number)[];
  readonly required: boolean;
  readonly secret: boolean;
  readonly range: Range;
}

export interface Limits {
  /** Steps at once; absent means the number of processors. */
  readonly parallel?: number;
  readonly onFailure: OnFailure;
}

/** S3: let unaffected branches go on, start nothing new, or cancel the rest. */
export type OnFailure = 'continue' | 'finish' | 'kill';

export interface Concurrency {
  readonly group: Template;
  readonly limit: number;
  readonly whenFull: 'queue' | 'cancel_oldest' | 'reject';
}

export interface Schedule {
  readonly when:
    | { readonly cron: string }
    | { readonly everyMs: number }
    /** RFC 3339. */
    | { readonly at: string };
  readonly timezone?: string;
  readonly overlap: 'skip' | 'queue' | 'cancel_running' | 'allow';
  readonly catchUp: 'last' | 'none' | 'all';
  /** How far back missed times count. */
  readonly windowMs: number;
  /** A run begins up to so much later than its time, the same for the same time. */
  readonly jitterMs?: number;
  readonly range: Range;
}

export interface FileTrigger {
  readonly paths: readonly string[];
  readonly debounceMs: number;
}

/** A node of the graph: what all kinds share, and the unevaluated fields of its own kind in `with`. */
export type Step = StepCommon & StepOfKind;

export type StepOfKind =
  | { readonly kind: 'run'; readonly with: RunFields }
  | { readonly kind: 'script'; readonly with: ScriptFields }
  | { readonly kind: 'agent'; readonly with: AgentFields }
  | { readonly kind: 'workflow'; readonly with: WorkflowFields }
  | { readonly kind: 'gate'; readonly with: GateFields }
  | { readonly kind: 'loop'; readonly with: LoopFields };

export interface StepCommon {
  readonly id: StepId;
  readonly name?: string;
  /** Every edge into this step, drawn by `needs` or by an expression (rule G1), each step once. */
  readonly needs: readonly Need[];
  /** The step's `if`. */
  readonly when?: Expression;
  readonly env: Readonly<Record<string, Template>>;
  readonly cwd?: Template;
  readonly retry: RetryPolicy;
  /** Bounds one attempt. */
  readonly timeoutMs?: number;
  /** Bounds all attempts with their waits. */
  readonly totalTimeoutMs?: number;
  /** Of a step of `finally` that sets no limit itself: bounds all of it, its items, rounds, attempts and questions (rule S6). */
  readonly budgetMs?: number;
  readonly continueOn: ContinueOn;
  readonly fanOut?: FanOut;
  readonly stop: StopPolicy;
  readonly concurrency?: Concurrency;
  /** Of `run` and `script` steps: what they need not do again. */
  readonly cache?: CachePolicy;
  readonly problemMatcher?: Json;
  readonly idempotent?: boolean;
  /** Some expression reads this step's `stdout`, so the engine must keep it. */
  readonly keepStdout: boolean;
  /** The whole step in the file. */
  readonly range: Range;
  /** Its id in the file. */
  readonly idRange: Range;
}

/** What a step's end depends on besides the step itself, and which files it makes. Globs, from the project's folder. */
export interface CachePolicy {
  readonly key?: Template;
  readonly inputs: readonly Template[];
  readonly outputs: readonly Template[];
}

export interface Need {
  readonly step: StepId;
  /** `needs: [{ step: x, allow: skipped }]` accepts a skipped need (rule S2). */
  readonly allowSkipped: boolean;
  /** `needs` was written by a person; `data` is drawn by an expression that reads the step. */
  readonly kind: 'needs' | 'data';
  /** The `needs` entry or the reference in the expression that draws the edge. */
  readonly range: Range;
}

export interface RunFields {
  /** A command line for the shell, or an argument list that runs without one. */
  readonly command: Template | readonly Template[];
  /** Absent means bash, or sh where there is no bash. */
  readonly shell?: Shell;
}

export interface ScriptFields {
  readonly text: Template;
  /** A known name (`node`, `python`, …) or any interpreter on the PATH. */
  readonly language: string;
}

export interface AgentFields {
  readonly prompt: Template;
  readonly by:
    | { readonly command: readonly Template[] }
    | { readonly acp: readonly Template[] }
    | { readonly model: string }
    | { readonly profile: string };
  readonly output: 'text' | 'json';
  readonly schema?: Json;
}

export interface WorkflowFields {
  readonly path: string;
  readonly inputs: Readonly<Record<string, Template>>;
}

export interface GateFields {
  readonly by: { readonly check: Template } | { readonly when: Expression } | { readonly approval: Template };
  /** Of `check`; absent means bash, or sh where there is no bash. */
  readonly shell?: Shell;
  readonly rewindTo?: StepId;
  readonly max: number;
  readonly timeoutMs?: number;
  readonly onTimeout: 'reject' | 'approve';
}

export interface LoopFields {
  readonly steps: readonly Step[];
  readonly until?: Expression;
  readonly max: number;
}

export type ContinueOn = 'nothing' | 'any-failure' | { readonly exitCodes: readonly number[] };

export interface FanOut {
  readonly over:
    | { readonly forEach: Expression | readonly Json[] }
    | {
        readonly matrix: Readonly<Record<string, readonly Json[] | Expression>>;
        readonly include: readonly Json[];
        readonly exclude: readonly Json[];
      };
  readonly maxParallel?: number;
}

/** E5. `max` counts extra attempts; the wait before retry k is `min(maxDelay, delay · factor^(k-1))`. */
export interface RetryPolicy {
  readonly max: number;
  readonly delayMs: number;
  readonly factor: number;
  readonly maxDelayMs: number;
  /** The wait is multiplied by a uniform number from `[1-jitter, 1+jitter]`; `full` is uniform from 0. */
  readonly jitter: number | 'full';
  /** Retry only after these exit codes; absent means after any. */
  readonly exitCodes?: readonly number[];
  readonly onTimeout: boolean;
  /** Retry only after these signals (`SIGSEGV`); absent means after any. */
  readonly signals?: readonly string[];
}

/** E4: the signal sent first, and how long the step has to end before it is killed. */
export interface StopPolicy {
  readonly signal: string;
  readonly graceMs: number;
}

export const NO_RETRY: RetryPolicy = {
  max: 0,
  delayMs: 1000,
  factor: 2,
  maxDelayMs: 300_000,
  jitter: 0,
  onTimeout: true,
};
export const DEFAULT_STOP: StopPolicy = { signal: 'SIGTERM', graceMs: 10_000 };
export const DEFAULT_LOOP_MAX = 10;
/** S6: what a step of `finally` has, unless it says otherwise. */
export const FINALLY_BUDGET_MS = 60_000;
