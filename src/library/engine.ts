import os from 'node:os';
import type { Backend } from '../backends/backend.ts';
import { recordFrom } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import { carryOn } from '../engine/run.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import type { Journal } from '../journal/journal.ts';
import type { Assignment, Outcome } from '../model/attempt.ts';
import type { RunEvent, RunStarted } from '../model/run-event.ts';
import type { RunState, StepState } from '../model/run-state.ts';
import { DEFAULT_STOP, NO_RETRY, type RetryPolicy as EngineRetry, type Step } from '../model/workflow.ts';
import { newRunId } from '../project/run-id.ts';
import { systemClock } from '../project/system-clock.ts';
import { messageOf, TaskFailedError, TaskTimeoutError } from './errors.ts';
import type { Task, TaskResult, TaskStatus } from './task.ts';
import { Workflow } from './workflow.ts';

/** What happens in a run, in the order in which it does. */
export type WorkflowEvent =
  | { readonly type: 'workflow-started'; readonly workflow: string }
  | { readonly type: 'task'; readonly task: string; readonly status: TaskStatus; readonly attempt: number }
  | { readonly type: 'workflow-ended'; readonly workflow: string; readonly status: WorkflowStatus };

export type WorkflowStatus = 'completed' | 'failed' | 'cancelled';

export interface ExecuteOptions {
  /** Cancels the run: running tasks are told, and what has not begun never does. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: WorkflowEvent) => void;
  /** Where the facts of the run are kept; in memory unless told. */
  readonly journal?: Journal;
  /** Tasks at once; the number of processors unless told. */
  readonly concurrency?: number;
  /** What a failure does to the rest: true, by itself, cancels running tasks too; false lets unaffected ones go on. */
  readonly failFast?: boolean;
  /** Of the whole run; 0 means no limit. */
  readonly timeoutMs?: number;
  /** Throw `TaskFailedError` where the run does not complete. */
  readonly throwOnFailure?: boolean;
}

/** How a run ended, as data. */
export interface WorkflowResult<R extends object = Readonly<Record<string, unknown>>> {
  readonly status: WorkflowStatus;
  readonly success: boolean;
  /** By task, in the order in which they were added. */
  readonly tasks: Readonly<Record<string, TaskResult>>;
  /** Of the tasks that completed, what they ended with. */
  readonly results: Partial<R>;
  readonly summary: {
    readonly total: number;
    readonly completed: number;
    readonly failed: number;
    readonly skipped: number;
    readonly cancelled: number;
    readonly pending: number;
  };
  /** In the order in which they began. */
  readonly startOrder: readonly string[];
  readonly durationMs: number;
}

const NOWHERE = { start: 0, end: 0 };

/** Runs workflows of functions on the engine that runs files: the same decisions, the same facts, the same states. */
export class WorkflowEngine {
  createWorkflow(name: string): Workflow {
    return new Workflow(name);
  }

  /** Throws before anything runs where the workflow is not one: a cycle, an unknown dependency. */
  async execute<R extends object>(
    workflow: Workflow<R>,
    options: ExecuteOptions = {},
  ): Promise<WorkflowResult<R>> {
    workflow.validate();
    const run = new FunctionRun(workflow.name, workflow.tasks, options);
    const result = (await run.execute()) as WorkflowResult<R>; // by the types of its steps
    if (options.throwOnFailure === true && result.status === 'failed') {
      const failed = Object.values(result.tasks).find(({ status }) => status === 'failed');
      throw new TaskFailedError(failed?.id ?? workflow.name, failed?.error);
    }
    return result;
  }
}

/** One run of functions. What they end with stays beside the facts, which hold texts only. */
class FunctionRun {
  readonly #name: string;
  readonly #tasks: ReadonlyMap<string, Task>;
  readonly #options: ExecuteOptions;
  readonly #values = new Map<string, unknown>();
  readonly #errors = new Map<string, unknown>();
  readonly #delays = new Map<string, number[]>();
  readonly #startOrder: string[] = [];

  constructor(name: string, tasks: readonly Task[], options: ExecuteOptions) {
    this.#name = name;
    this.#tasks = new Map(tasks.map((task) => [task.id, task]));
    this.#options = options;
  }

  async execute(): Promise<WorkflowResult> {
    const { journal = new MemoryJournal(), signal, onEvent, timeoutMs = 0 } = this.#options;
    const began = performance.now();
    const run = newRunId(Date.now());
    const writer = await journal.create(run, this.#first());
    if (writer === 'exists') throw new Error(`There is a run ${run} already.`);
    const stop = () => void journal.request(run, { type: 'stop', force: false, by: 'request' });
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true });
    const timer = timeoutMs > 0 ? setTimeout(stop, timeoutMs) : undefined;
    onEvent?.({ type: 'workflow-started', workflow: this.#name });
    const state = await carryOn({
      writer,
      events: [...writer.first],
      world: {
        backend: this.#backend(),
        clock: systemClock,
        random: Math.random,
        sources: { hashFiles: ([task = '']) => this.#condition(task) },
        onEvents: (events) => this.#tell(events),
      },
    });
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
    const result = this.#result(state, performance.now() - began);
    onEvent?.({ type: 'workflow-ended', workflow: this.#name, status: result.status });
    return result;
  }

  #first(): RunStarted {
    const { concurrency = os.availableParallelism(), failFast = true } = this.#options;
    const onFailure = failFast ? 'kill' : 'continue';
    return {
      type: 'run-started',
      version: 1,
      workflow: {
        ref: '',
        name: this.#name,
        digest: '',
        inputs: [],
        env: {},
        dotenv: [],
        steps: [...this.#tasks.values()].map(stepOf),
        finally: [],
        schedules: [],
        limits: { onFailure },
      },
      inputs: {},
      env: {},
      cause: { kind: 'person', door: 'library' },
      parallel: concurrency,
      onFailure,
    };
  }

  /** The expression of a step with `when` asks here, once its dependencies have ended well. */
  #condition(id: string): Result<string, string> {
    const task = this.#tasks.get(id);
    if (task?.when === undefined) return ok('yes');
    try {
      return ok(task.when({ results: this.#resultsFor(task) }) ? 'yes' : 'no');
    } catch (error) {
      this.#errors.set(id, error);
      return err(messageOf(error));
    }
  }

  #backend(): Backend {
    return {
      execute: (assignment, io) => this.#attempt(assignment, io),
      close: () => Promise.resolve(),
    };
  }

  async #attempt(
    { step: id, attempt }: Assignment,
    { cancel, kill }: { readonly cancel: AbortSignal; readonly kill: AbortSignal },
  ): Promise<Outcome> {
    const task = this.#tasks.get(id);
    if (task === undefined) return failed(125);
    const end = new AbortController();
    const stop = () => end.abort(new Error('The run is cancelled.'));
    if (cancel.aborted || kill.aborted) stop();
    for (const signal of [cancel, kill]) signal.addEventListener('abort', stop, { once: true });
    const { timeoutMs } = task;
    const late =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => end.abort(new TaskTimeoutError(timeoutMs)), timeoutMs);
    try {
      const value = await untilAborted(this.#call(task, attempt, end.signal), end.signal);
      this.#values.set(id, value);
      this.#errors.delete(id);
      return { ok: true, outputs: {} };
    } catch (error) {
      const reason: unknown = end.signal.aborted ? end.signal.reason : error;
      this.#errors.set(id, reason);
      if (reason instanceof TaskTimeoutError)
        return { ok: false, failure: { kind: 'timed-out', afterMs: reason.afterMs } };
      if (end.signal.aborted) return { ok: false, failure: { kind: 'cancelled' } };
      // 126: nothing that another try would change.
      return failed(task.retryPolicy?.wants(reason) === false ? 126 : 1);
    } finally {
      clearTimeout(late);
      for (const signal of [cancel, kill]) signal.removeEventListener('abort', stop);
    }
  }

  async #call(task: Task, attempt: number, signal: AbortSignal): Promise<unknown> {
    const results = this.#resultsFor(task);
    const value = await task.func?.({ results, signal, attempt, params: task.params });
    return task.transform === undefined ? value : task.transform(value as never);
  }

  #resultsFor({ dependsOn }: Task): Record<string, unknown> {
    return recordFrom(dependsOn.map((id) => [id, this.#values.get(id)] as const));
  }

  #tell(events: readonly RunEvent[]): void {
    for (const event of events) {
      if (event.type === 'attempt-started') {
        if (event.attempt === 1) this.#startOrder.push(event.step);
        this.#say(event.step, 'running', event.attempt);
      } else if (event.type === 'attempt-ended') {
        if (event.retryAt !== undefined) {
          this.#delays.set(event.step, [...(this.#delays.get(event.step) ?? []), event.retryAt - event.at]);
          this.#say(event.step, 'retrying', event.attempt);
        } else this.#say(event.step, endOf(event.outcome), event.attempt);
      } else if (event.type === 'step-skipped') {
        this.#say(event.step, event.reason === 'cancelled' ? 'cancelled' : 'skipped', 0);
      }
    }
  }

  #say(task: string, status: TaskStatus, attempt: number): void {
    this.#options.onEvent?.({ type: 'task', task, status, attempt });
  }

  #result(state: RunState, durationMs: number): WorkflowResult {
    const tasks = recordFrom(
      [...this.#tasks.keys()].map((id) => [id, this.#taskResult(id, state.steps[id])] as const),
    );
    const all = Object.values(tasks);
    const count = (status: TaskStatus) => all.filter((each) => each.status === status).length;
    const status: WorkflowStatus =
      state.ended === 'succeeded' ? 'completed' : state.ended === 'cancelled' ? 'cancelled' : 'failed';
    return {
      status,
      success: status === 'completed',
      tasks,
      results: recordFrom(
        all.flatMap(({ id, status: of, value }) => (of === 'completed' ? [[id, value] as const] : [])),
      ),
      summary: {
        total: all.length,
        completed: count('completed'),
        failed: count('failed'),
        skipped: count('skipped'),
        cancelled: count('cancelled'),
        pending: count('pending'),
      },
      startOrder: this.#startOrder,
      durationMs,
    };
  }

  #taskResult(id: string, step: StepState | undefined): TaskResult {
    const status = statusOf(step);
    const last = step?.attempts.at(-1);
    return {
      id,
      status,
      value: status === 'completed' ? this.#values.get(id) : undefined,
      error: status === 'failed' ? this.#errors.get(id) : undefined,
      attempts: step?.attempts.length ?? 0,
      retryDelaysMs: this.#delays.get(id) ?? [],
      startedAt: step?.attempts[0]?.startedAt,
      endedAt: last?.endedAt,
      reason: reasonOf(step),
    };
  }
}

function stepOf(task: Task): Step {
  const { id, dependsOn, when, retryPolicy, timeoutMs } = task;
  return {
    id,
    kind: 'run',
    with: { command: ['function'] },
    needs: [...new Set(dependsOn)].map((step) => ({
      step,
      allowSkipped: false,
      kind: 'needs',
      range: NOWHERE,
    })),
    ...(when !== undefined && { when: `hashFiles(${quoted(id)}) == 'yes'` }),
    env: {},
    retry: retryPolicy === undefined ? NO_RETRY : engineRetry(retryPolicy),
    ...(timeoutMs !== undefined && { timeoutMs }),
    continueOn: 'nothing',
    stop: DEFAULT_STOP,
    keepStdout: false,
    range: NOWHERE,
    idRange: NOWHERE,
  };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function engineRetry(policy: NonNullable<Task['retryPolicy']>): EngineRetry {
  return {
    max: policy.maxRetries,
    delayMs: policy.backoffSeconds * 1000,
    factor: policy.backoffFactor,
    maxDelayMs: policy.maxDelaySeconds * 1000,
    jitter: policy.jitter,
    onTimeout: policy.wants(new TaskTimeoutError(0)),
  };
}

function failed(code: number): Outcome {
  return { ok: false, failure: { kind: 'exited', code } };
}

/** Rejects when the signal aborts, whether the work heeds it or not. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw signal.reason;
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function endOf(outcome: Outcome): TaskStatus {
  if (outcome.ok) return 'completed';
  return outcome.failure.kind === 'cancelled' ? 'cancelled' : 'failed';
}

function statusOf(step: StepState | undefined): TaskStatus {
  switch (step?.status) {
    case 'succeeded':
      return 'completed';
    case 'failed':
    case 'timed_out':
    case 'lost':
      return 'failed';
    case 'cancelled':
      return 'cancelled';
    case 'skipped':
      return step.reason === 'cancelled' ? 'cancelled' : 'skipped';
    case 'running':
    case 'waiting':
      return 'running';
    case 'backoff':
      return 'retrying';
    case 'pending':
    case 'queued':
    case undefined:
      return 'pending';
  }
}

function reasonOf(step: StepState | undefined): TaskResult['reason'] {
  switch (step?.reason) {
    case 'condition':
    case 'cancelled':
      return step.reason;
    case 'upstream_failed':
      return 'dependency_failed';
    case 'upstream_skipped':
      return 'dependency_skipped';
    case 'not_selected':
    case undefined:
      return undefined;
  }
}
