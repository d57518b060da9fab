import { RetryPolicy, type RetryPolicyOptions } from './retry-policy.ts';

/** The seed's words for where a task stands. */
export const TaskStatus = {
  pending: 'pending',
  running: 'running',
  retrying: 'retrying',
  completed: 'completed',
  failed: 'failed',
  skipped: 'skipped',
  cancelled: 'cancelled',
} as const;
export type TaskStatus = (typeof TaskStatus)[keyof typeof TaskStatus];

/** Why a task did not run. */
export type SkipReason = 'condition' | 'dependency_failed' | 'dependency_skipped' | 'cancelled';

/** How one task ended, as data. Times in milliseconds since the epoch, durations in milliseconds. */
export interface TaskResult<T = unknown> {
  readonly id: string;
  readonly status: TaskStatus;
  /** What it ended with; undefined unless it completed. */
  readonly value: T | undefined;
  /** What its last attempt threw; undefined unless it failed. */
  readonly error: unknown;
  readonly attempts: number;
  /** Of the waits before further attempts. */
  readonly retryDelaysMs: readonly number[];
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly reason: SkipReason | undefined;
}

/** What a task is given while it runs. */
export interface TaskContext<R = Readonly<Record<string, unknown>>> {
  /** What the tasks it depends on ended with, by name. */
  readonly results: R;
  /** Aborted when the task is to end: its time is up, or the run is cancelled. */
  readonly signal: AbortSignal;
  /** From 1. */
  readonly attempt: number;
  /** What the task was given when it was added. */
  readonly params: Readonly<Record<string, unknown>>;
}

export type Handler<R, T> = (context: TaskContext<R>) => T | Promise<T>;

export interface TaskOptions<R, T, D extends readonly string[] = readonly string[]> {
  readonly dependsOn?: D;
  readonly handler?: Handler<R, T>;
  /** Asked when all dependencies have ended well. Throws: the task fails. */
  readonly when?: (context: { readonly results: R }) => boolean;
  /** Makes something else of what the handler ended with. */
  readonly transform?: (value: Awaited<T>) => unknown;
  readonly retry?: RetryPolicy | RetryPolicyOptions;
  /** Bounds one attempt; 0 means no limit. */
  readonly timeoutMs?: number;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly tags?: readonly string[];
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export interface TaskInit<T = unknown> extends Omit<
  TaskOptions<Readonly<Record<string, unknown>>, T>,
  'retry' | 'handler'
> {
  readonly id: string;
  readonly func?: Handler<Readonly<Record<string, unknown>>, T>;
  readonly retryPolicy?: RetryPolicy | RetryPolicyOptions;
}

/** One piece of work, for programs that make their workflows at run time. `addStep` knows the types of results; this does not. */
export class Task<T = unknown> {
  readonly id: string;
  readonly dependsOn: readonly string[];
  readonly func: Handler<Readonly<Record<string, unknown>>, T> | undefined;
  readonly when: TaskInit<T>['when'];
  readonly transform: ((value: never) => unknown) | undefined;
  readonly retryPolicy: RetryPolicy | undefined;
  readonly timeoutMs: number | undefined;
  readonly params: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;

  constructor(init: TaskInit<T>) {
    if (init.id === '') throw new RangeError('A task needs a name.');
    this.id = init.id;
    this.dependsOn = init.dependsOn ?? [];
    this.func = init.func;
    this.when = init.when;
    this.transform = init.transform;
    const { retryPolicy } = init;
    this.retryPolicy =
      retryPolicy === undefined || retryPolicy instanceof RetryPolicy
        ? retryPolicy
        : new RetryPolicy(retryPolicy);
    this.timeoutMs = init.timeoutMs === 0 ? undefined : init.timeoutMs;
    this.params = init.params ?? {};
    this.tags = init.tags ?? [];
    this.metadata = init.metadata ?? {};
  }
}
