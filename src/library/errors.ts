/** What a program can be told about a workflow before anything of it runs, and of a run where it asked for exceptions. */

/** Tasks that wait for each other. `cycle` names them in order, the first not repeated. */
export class CycleError extends Error {
  override readonly name = 'CycleError';
  readonly cycle: readonly string[];

  constructor(cycle: readonly string[]) {
    super(`These tasks wait for each other: ${[...cycle, cycle[0] ?? ''].join(' → ')}.`);
    this.cycle = cycle;
  }
}

/** A task depends on one that is not there. */
export class MissingDependencyError extends Error {
  override readonly name = 'MissingDependencyError';
  readonly task: string;
  readonly dependency: string;

  constructor(task: string, dependency: string) {
    super(`Task "${task}" depends on "${dependency}", and there is no task of that name.`);
    this.task = task;
    this.dependency = dependency;
  }
}

/** Two tasks of one name. */
export class DuplicateTaskError extends Error {
  override readonly name = 'DuplicateTaskError';
  readonly task: string;

  constructor(task: string) {
    super(`There is a task "${task}" already; names are unique in a workflow.`);
    this.task = task;
  }
}

/** A run that was asked for by exception did not succeed. `cause` is what the first task that failed threw. */
export class TaskFailedError extends Error {
  override readonly name = 'TaskFailedError';
  readonly task: string;

  constructor(task: string, reason: unknown) {
    super(`Task "${task}" failed: ${messageOf(reason)}`, { cause: reason });
    this.task = task;
  }
}

/** An attempt took longer than it may. */
export class TaskTimeoutError extends Error {
  override readonly name = 'TaskTimeoutError';
  /** Milliseconds. */
  readonly afterMs: number;

  constructor(afterMs: number) {
    super(`It took longer than ${afterMs} ms.`);
    this.afterMs = afterMs;
  }
}

/** The words of whatever was thrown. */
export function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
