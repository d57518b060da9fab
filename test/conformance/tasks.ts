import { Task, type TaskContext, type TaskResult } from '../../src/library/task.ts';
import {
  CycleError,
  DuplicateTaskError,
  MissingDependencyError,
  messageOf,
} from '../../src/library/errors.ts';
import { RetryPolicy, sleepFor, type RetryOn } from '../../src/library/retry-policy.ts';
import { Workflow } from '../../src/library/workflow.ts';
import {
  WorkflowEngine,
  type ExecuteOptions,
  type WorkflowEvent,
  type WorkflowResult,
} from '../../src/library/engine.ts';
import type { Expected, Given } from './case.ts';

/** The kinds of errors that cases name. */
class NamedError extends Error {
  readonly kind: string;
  constructor(kind: string, message: string) {
    super(message);
    this.kind = kind;
  }
}

export function errorOf(kind = 'value_error', message = 'boom'): Error {
  if (kind === 'type_error') return new TypeError(message);
  return new NamedError(kind, message);
}

export function kindOf(name: string): RetryOn {
  return (error: unknown) =>
    name === 'type_error' ? error instanceof TypeError : error instanceof NamedError && error.kind === name;
}

interface Do {
  readonly kind: string;
  readonly value?: unknown;
  readonly message?: string;
  readonly error?: string;
  readonly times?: number;
  readonly seconds?: number;
  readonly task?: string;
  readonly key?: string;
  readonly name?: string;
  readonly add?: number;
}

interface When {
  readonly kind: string;
  readonly value?: boolean;
  readonly task?: string;
  readonly key?: string;
  readonly than?: number;
}

interface GivenTask {
  readonly id: string;
  readonly deps?: readonly string[];
  readonly do?: Do;
  readonly when?: When | string;
  readonly retry?: GivenPolicy;
  readonly timeout_s?: number;
  readonly transform?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly tags?: readonly string[];
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export interface GivenPolicy {
  readonly max_attempts?: number;
  readonly initial_delay?: number;
  readonly max_delay?: number;
  readonly exponential_base?: number;
  readonly retry_on?: readonly string[];
}

/** The seed counts attempts, ours counts retries; its own defaults are 3 attempts, 1 s, twice as long, at most 60 s. */
export function policyOf(given: GivenPolicy): RetryPolicy {
  return new RetryPolicy({
    maxRetries: (given.max_attempts ?? 3) - 1,
    backoffSeconds: given.initial_delay ?? 1,
    backoffFactor: given.exponential_base ?? 2,
    maxDelaySeconds: given.max_delay ?? 60,
    ...(given.retry_on !== undefined && { retryOn: given.retry_on.map(kindOf) }),
  });
}

/** Counts of calls, which outlive a run. */
type Calls = Map<string, number>;

async function carryOut(
  id: string,
  what: Do | undefined,
  { calls, context }: { calls: Calls; context: TaskContext },
) {
  const count = (calls.get(id) ?? 0) + 1;
  calls.set(id, count);
  switch (what?.kind) {
    case 'fail':
      throw errorOf(what.error, what.message);
    case 'fail_times':
      if (count <= (what.times ?? 1)) throw errorOf(what.error, what.message);
      return what.value;
    case 'sleep':
      await sleepFor((what.seconds ?? 0) * 1000, context.signal);
      return what.value;
    case 'read': {
      const value = context.results[what.task ?? ''];
      return what.key === undefined ? value : (value as Record<string, unknown>)[what.key];
    }
    case 'visible_results':
      return Object.keys(context.results).sort();
    case 'param':
      return context.params[what.name ?? ''];
    case 'count':
      return count;
    case 'ctx':
      return context.results[what.key ?? ''];
    case 'ctx_plus':
      return Number(context.results[what.key ?? '']) + (what.add ?? 0);
    default:
      return what?.value;
  }
}

function conditionOf(
  when: When | string,
): (given: { readonly results: Readonly<Record<string, unknown>> }) => boolean {
  const { kind, value, task = '', key, than = 0 } = typeof when === 'string' ? { kind: when } : when;
  return ({ results }) => {
    if (kind === 'throws') throw errorOf('value_error', 'The condition throws.');
    if (kind === 'const') return value === true;
    if (kind === 'value_gt') return Number((results[task] as Record<string, unknown>)[key ?? '']) > than;
    if (kind === 'succeeded') return task in results;
    return kind === 'true';
  };
}

export function tasksOf(given: Given, calls: Calls = new Map()): readonly Task[] {
  return ((given['tasks'] ?? []) as readonly GivenTask[]).map(
    (each) =>
      new Task({
        id: each.id,
        dependsOn: each.deps ?? [],
        func: (context) => carryOut(each.id, each.do, { calls, context }),
        ...(each.when !== undefined && { when: conditionOf(each.when) }),
        ...(each.retry !== undefined && { retryPolicy: policyOf(each.retry) }),
        ...(each.timeout_s !== undefined && { timeoutMs: each.timeout_s * 1000 }),
        ...(each.transform === 'double' && { transform: (value: unknown) => Number(value) * 2 }),
        ...(each.params !== undefined && { params: each.params }),
        ...(each.tags !== undefined && { tags: each.tags }),
        ...(each.metadata !== undefined && { metadata: each.metadata }),
      }),
  );
}

export function errorKind(error: unknown): string {
  if (error instanceof CycleError) return 'cycle';
  if (error instanceof MissingDependencyError) return 'unknown_dependency';
  if (error instanceof DuplicateTaskError) return 'duplicate_task';
  return messageOf(error);
}

/** One workflow of a case, run, and everything that some case may expect of it. */
export async function runTasks(given: Given, more: ExecuteOptions = {}): Promise<Expected> {
  const calls: Calls = new Map();
  const began = performance.now();
  try {
    const workflow = new Workflow('case');
    const tasks = tasksOf(given, calls);
    for (const task of tasks) workflow.addTask(task);
    const events: WorkflowEvent[] = [];
    const stop = new AbortController();
    const after = given['cancel_after_s'] as number | undefined;
    if (after !== undefined) setTimeout(() => stop.abort(), after * 1000);
    const engine = new WorkflowEngine();
    const options: ExecuteOptions = {
      signal: stop.signal,
      failFast: (given['fail_fast'] as boolean | undefined) ?? true,
      timeoutMs: ((given['timeout_s'] as number | undefined) ?? 0) * 1000,
      ...more,
    };
    const result = await engine.execute(workflow, { ...options, onEvent: (event) => events.push(event) });
    const second = given['run_twice'] === true ? await engine.execute(workflow, options) : undefined;
    return {
      ...answersOf(result),
      outcome: result.status === 'cancelled' ? 'cancelled' : 'finished',
      events: events.map(eventWords),
      elapsed_s: (performance.now() - began) / 1000,
      tags: tasks[0]?.tags,
      metadata: tasks[0]?.metadata,
      ...(second !== undefined && { second_run_results: valuesOf(second) }),
      dependencies_end_before_dependents_start: tasks.every(({ id, dependsOn }) =>
        dependsOn.every(
          (need) => (result.tasks[need]?.endedAt ?? 0) <= (result.tasks[id]?.startedAt ?? Infinity),
        ),
      ),
    };
  } catch (error) {
    return { outcome: 'error', error_kind: errorKind(error) };
  }
}

export function answersOf(result: WorkflowResult): Expected {
  const tasks = Object.values(result.tasks);
  const { total, completed, failed, skipped, pending } = result.summary;
  const by = <V>(read: (task: TaskResult) => V) =>
    Object.fromEntries(tasks.map((task) => [task.id, read(task)]));
  return {
    success: result.success,
    states: by(({ status }) => status),
    results: valuesOf(result),
    outputs: valuesOf(result),
    attempts: by(({ attempts }) => attempts),
    errors: by(({ error }) => messageOf(error)),
    skip_reasons: by(({ reason }) => reason),
    retry_delays_s: by(({ retryDelaysMs }) => retryDelaysMs.map((ms) => ms / 1000)),
    start_order: result.startOrder,
    order: result.startOrder,
    completed,
    failed,
    summary: { total_tasks: total, completed, failed, skipped, pending, success: result.success },
  };
}

function valuesOf(result: WorkflowResult): Expected {
  return Object.fromEntries(Object.values(result.tasks).map(({ id, value }) => [id, value ?? null]));
}

function eventWords(event: WorkflowEvent): string {
  if (event.type === 'workflow-started') return 'workflow:started';
  return event.type === 'workflow-ended' ? `workflow:${event.status}` : `${event.task}:${event.status}`;
}
