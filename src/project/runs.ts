import os from 'node:os';
import { recordFrom, type Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Asked, Journal, Request } from '../journal/journal.ts';
import { blockers } from '../language/analyze.ts';
import { nearest } from '../base/nearest.ts';
import { replay } from '../model/apply-event.ts';
import type { RunId } from '../model/attempt.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { CacheMode, Cause, RunStarted, StopAsker } from '../model/run-event.ts';
import { resolveInputs, tooShort, type InputProblem } from './inputs.ts';
import type { StepId, Workflow } from '../model/workflow.ts';
import { reuseFrom, type Part } from './reuse.ts';
import { isRunId } from './run-id.ts';
import { partSecrets, secretsGivenTo, type Secrets } from './secrets.ts';
import type { LoadedWorkflow, Workflows } from './workflows.ts';

/** What a run is to be: a workflow, and what it is given. */
export interface RunRequest {
  readonly workflow: LoadedWorkflow;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly cause: Cause;
  /** Laid over the steps' own variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Steps at once; stronger than the file's own limit. */
  readonly parallel?: number;
  /** Cancel the rest when a step fails (`--fail-fast`). */
  readonly failFast?: boolean;
  /** The steps that run, where not all do. */
  readonly only?: readonly StepId[];
  /** Ends that are taken over from an earlier run. */
  readonly reuse?: NonNullable<RunStarted['reuse']>;
  /** What steps do with the cache; `use` unless said otherwise. */
  readonly cache?: CacheMode;
}

/** What a person says to a gate. */
export type Answer = Omit<Extract<Request, { readonly type: 'answer' }>, 'type'>;

/** Why a run did not begin. Nothing has been written then. */
export type Refusal =
  | { readonly kind: 'diagnostics'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'inputs'; readonly problems: readonly InputProblem[] }
  | { readonly kind: 'taken'; readonly message: string }
  /** By the workflow's `concurrency`. */
  | { readonly kind: 'full'; readonly message: string }
  | { readonly kind: 'unknown'; readonly message: string };

/** The runs of a project, for everybody: reading and asking. Owning one is `own-runs.ts`, for runners only. */
export interface Runs {
  readonly journal: Journal;
  /** What it would take to begin the same run again: the same file as it is now, the same inputs. */
  again(run: RunId, part?: Part): Promise<Result<RunRequest, Refusal>>;
  /** The ends that a new run may take over from the last one of the same workflow. */
  reusable(workflow: LoadedWorkflow, part: Part): Promise<RunRequest['reuse']>;
  /** Asks the owner to stop; asked again, without the grace. */
  stop(run: RunId, how?: { readonly force?: boolean; readonly by?: StopAsker }): Promise<Asked>;
  /** Answers a gate that waits for people. `left`: the run was parked or lost, and somebody has to go on with it. */
  answer(run: RunId, answer: Answer): Promise<Asked>;
}

export function runsOf(journal: Journal, workflows: Workflows): Runs {
  return {
    journal,
    again: (run, part) => again({ journal, workflows }, run, part),
    reusable: (workflow, part) => reusable(journal, workflow, part),
    stop: (run, how = {}) =>
      ask(journal, run, { type: 'stop', force: how.force ?? false, by: how.by ?? 'request' }),
    answer: (run, answer) => ask(journal, run, { type: 'answer', ...answer }),
  };
}

async function reusable(
  journal: Journal,
  workflow: LoadedWorkflow,
  part: Part,
): Promise<RunRequest['reuse']> {
  const last = (await journal.list()).find(
    (run) => run.workflow === workflow.ref && run.status !== 'running',
  );
  const record = last && (await journal.read(last.run));
  const past = record && replay(record.events);
  return past && reuseFrom(past, workflow.analysis.workflow, part);
}

async function ask(journal: Journal, run: RunId, request: Request): Promise<Asked> {
  return isRunId(run) ? journal.request(run, request) : 'gone';
}

async function again(
  { journal, workflows }: { readonly journal: Journal; readonly workflows: Workflows },
  run: RunId,
  part: Part | undefined,
): Promise<Result<RunRequest, Refusal>> {
  const record = isRunId(run) ? await journal.read(run) : undefined;
  const first = record?.events[0];
  if (first?.type !== 'run-started') return err(unknownRun(run));
  const workflow = await workflows.load(first.workflow.ref);
  if (!workflow.ok) {
    const message = `Run ${run} was of "${first.workflow.ref}". ${workflow.error}`;
    return err({ kind: 'unknown', message });
  }
  const { env } = first;
  // What is secret is not in the journal, and has to be given anew.
  const hidden = new Set(secretsGivenTo(first).map(({ name }) => name));
  const inputs = recordFrom(Object.entries(first.inputs).filter(([name]) => !hidden.has(name)));
  const request: RunRequest = { workflow: workflow.value, inputs, env, cause: { kind: 'rerun', of: run } };
  if (part === undefined) return ok(request);
  const past = replay(record?.events ?? []);
  const now = workflow.value.analysis.workflow;
  if (part.kind === 'from' && !now.steps.some(({ id }) => id === part.step)) {
    return err({ kind: 'unknown', message: unknownStep(part.step, now) });
  }
  return ok(past === undefined ? request : { ...request, reuse: reuseFrom(past, now, part) });
}

/** Says that a step is not in the file, and which one was meant. */
export function unknownStep(step: string, { steps }: Pick<Workflow, 'steps'>): string {
  const meant = nearest(
    step,
    steps.map(({ id }) => id),
  );
  return `The workflow has no step "${step}".${meant === undefined ? '' : ` Did you mean "${meant}"?`}`;
}

/** What a run begins with: its first fact, and what may not be written into it. */
export interface Beginning {
  readonly first: RunStarted;
  readonly secrets: Secrets;
}

/** Checks what was asked for. */
export function beginningOf(request: RunRequest): Result<Beginning, Refusal> {
  const { analysis } = request.workflow;
  const diagnostics = blockers(analysis);
  if (diagnostics.length > 0) return err({ kind: 'diagnostics', diagnostics });
  const { workflow } = analysis;
  const inputs = resolveInputs(workflow, request.inputs);
  if (!inputs.ok) return err({ kind: 'inputs', problems: inputs.error });
  const { shown, secrets } = partSecrets(workflow, inputs.value);
  const short = tooShort(secrets);
  if (short.length > 0) return err({ kind: 'inputs', problems: short });
  const first: RunStarted = {
    type: 'run-started',
    version: 1,
    workflow,
    inputs: shown,
    env: request.env ?? {},
    cause: request.cause,
    parallel: request.parallel ?? workflow.limits.parallel ?? os.availableParallelism(),
    onFailure: request.failFast === true ? 'kill' : workflow.limits.onFailure,
    ...(request.only !== undefined && { only: request.only }),
    ...(request.reuse !== undefined && { reuse: request.reuse }),
    ...(request.cache !== undefined && request.cache !== 'use' && { cache: request.cache }),
  };
  return ok({ first, secrets });
}

export function unknownRun(run: RunId): Refusal {
  return { kind: 'unknown', message: `There is no run "${run}". \`baton runs\` shows what there is.` };
}
