import { analyzeWorkflowDependencies, type DependencyAnalysis } from './dependencies.ts';
import { CycleError, DuplicateTaskError, MissingDependencyError } from './errors.ts';
import { Task, type TaskOptions } from './task.ts';

/** No result is known yet. */
export interface NoResults {
  readonly [noResult]?: never;
}
declare const noResult: unique symbol;

/** The results that a task with these dependencies sees. */
type Seen<R, D extends readonly string[]> = { readonly [K in D[number]]: K extends keyof R ? R[K] : unknown };

/**
 * Tasks that depend on each other. `addStep` answers with the same workflow, whose type knows what the step ends with, so
 * that later handlers see it: a wrong name in `dependsOn` is a compile error there.
 */
export class Workflow<R extends object = NoResults> {
  readonly name: string;
  readonly #tasks = new Map<string, Task>();

  constructor(name: string) {
    this.name = name;
  }

  get tasks(): readonly Task[] {
    return [...this.#tasks.values()];
  }

  task(id: string): Task | undefined {
    return this.#tasks.get(id);
  }

  /** Throws `DuplicateTaskError` where the name is taken. */
  addStep<const Id extends string, T = undefined, const D extends readonly (keyof R & string)[] = []>(
    id: Id,
    options: TaskOptions<Seen<R, D>, T, D> = {},
  ): Workflow<R & { readonly [K in Id]: Awaited<T> }> {
    const { handler, retry, ...rest } = options;
    // What the handler sees has the type that `dependsOn` gives it: the engine hands in those results and no others.
    const init = {
      ...rest,
      id,
      ...(retry !== undefined && { retryPolicy: retry }),
    } as unknown as ConstructorParameters<typeof Task>[0];
    this.addTask(
      new Task({ ...init, ...(handler !== undefined && { func: handler as NonNullable<Task['func']> }) }),
    );
    return this as unknown as Workflow<R & { readonly [K in Id]: Awaited<T> }>;
  }

  /** The same for a task made at run time. */
  addTask(task: Task): this {
    if (this.#tasks.has(task.id)) throw new DuplicateTaskError(task.id);
    this.#tasks.set(task.id, task);
    return this;
  }

  /** Order, layers, cycles, what is unknown. */
  analyze(): DependencyAnalysis {
    return analyzeWorkflowDependencies(
      this.tasks.map(({ id, dependsOn }) => ({ id, dependencies: dependsOn })),
    );
  }

  /** Throws `MissingDependencyError` or `CycleError`, before anything runs. */
  validate(): void {
    const { unknown, cycles } = this.analyze();
    const [missing] = unknown;
    if (missing !== undefined) throw new MissingDependencyError(missing.task, missing.dependency);
    const [cycle] = cycles;
    if (cycle !== undefined) throw new CycleError(cycle);
  }
}
