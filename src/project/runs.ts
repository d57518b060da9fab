import os from 'node:os';
import type { Clock } from '../base/clock.ts';
import type { Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import { localBackend } from '../backends/local.ts';
import { adopt, carryOn, type RunWorld } from '../engine/run.ts';
import type { Journal, JournalWriter } from '../journal/journal.ts';
import { blockers } from '../language/analyze.ts';
import type { RunId } from '../model/attempt.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Cause, RunEvent, RunStarted, StopAsker } from '../model/run-event.ts';
import type { RunState } from '../model/run-state.ts';
import { resolveInputs, type InputProblem } from './inputs.ts';
import { isRunId, newRunId } from './run-id.ts';
import { systemClock } from './system-clock.ts';
import type { LoadedWorkflow, Workflows } from './workflows.ts';

export interface StartRequest {
  readonly workflow: LoadedWorkflow;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly cause: Cause;
  /** Laid over the steps' own variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Steps at once; stronger than the file's own limit. */
  readonly parallel?: number;
  /** Cancel the rest when a step fails (`--fail-fast`). */
  readonly failFast?: boolean;
  /** A name claimed in advance, so that whoever asked can follow the run from its first moment. */
  readonly run?: RunId;
  /** Told of every event once it is written. */
  readonly onEvents?: (events: readonly RunEvent[]) => void;
}

/** Why a run did not begin. Nothing has been written then. */
export type Refusal =
  | { readonly kind: 'diagnostics'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'inputs'; readonly problems: readonly InputProblem[] }
  | { readonly kind: 'taken'; readonly message: string }
  | { readonly kind: 'unknown'; readonly message: string };

/** A run that this process owns. */
export interface OwnRun {
  readonly run: RunId;
  /** Settles when the run has ended. Rejects with JournalFailure when the journal cannot be written. */
  readonly ended: Promise<RunState>;
}

/** The runs of a project. Reading and asking is for everybody; `start` and `resume` make this process the owner. */
export interface Runs {
  readonly journal: Journal;
  start(request: StartRequest): Promise<Result<OwnRun, Refusal>>;
  /** What `start` would need to begin the same run again: same file as it is now, same inputs. */
  again(run: RunId): Promise<Result<StartRequest, Refusal>>;
  /** Goes on with a run whose owner died. */
  resume(run: RunId, onEvents?: OnEvents): Promise<Result<OwnRun, Refusal>>;
  /** Asks the owner to stop; asked again, without the grace. False when nobody owns the run. */
  stop(run: RunId, how?: { readonly force?: boolean; readonly by?: StopAsker }): Promise<boolean>;
}

type OnEvents = NonNullable<StartRequest['onEvents']>;

export interface RunsOptions {
  readonly folder: string;
  readonly journal: Journal;
  readonly workflows: Workflows;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
}

export function runsOf(options: RunsOptions): Runs {
  const { journal } = options;
  return {
    journal,
    start: (request) => start(options, request),
    again: (run) => again(options, run),
    resume: (run, onEvents) => resume(options, run, onEvents),
    stop: async (run, how = {}) =>
      isRunId(run) && journal.request(run, { type: 'stop', force: how.force ?? false, by: how.by ?? 'request' }),
  };
}

async function start(options: RunsOptions, request: StartRequest): Promise<Result<OwnRun, Refusal>> {
  const checked = firstFact(request);
  if (!checked.ok) return checked;
  const run = request.run ?? newRunId(Date.now());
  if (!isRunId(run)) return err({ kind: 'unknown', message: `"${run}" cannot be the name of a run.` });
  const writer = await options.journal.create(run, checked.value);
  if (writer === 'exists') return err({ kind: 'taken', message: `There is a run ${run} already.` });
  const record = await options.journal.read(run);
  const world = worldOf(options, writer, request.onEvents);
  return ok({ run, ended: carryOn({ writer, events: record?.events ?? [], world }) });
}

/** Checks what was asked for; the fact that a run of it would begin with. */
export function firstFact(request: StartRequest): Result<RunStarted, Refusal> {
  const { analysis } = request.workflow;
  const diagnostics = blockers(analysis);
  if (diagnostics.length > 0) return err({ kind: 'diagnostics', diagnostics });
  const { workflow } = analysis;
  const inputs = resolveInputs(workflow, request.inputs);
  if (!inputs.ok) return err({ kind: 'inputs', problems: inputs.error });
  return ok({
    type: 'run-started',
    version: 1,
    workflow,
    inputs: inputs.value,
    env: request.env ?? {},
    cause: request.cause,
    parallel: request.parallel ?? workflow.limits.parallel ?? os.availableParallelism(),
    onFailure: request.failFast === true ? 'kill' : workflow.limits.onFailure,
  });
}

function worldOf(options: RunsOptions, writer: JournalWriter, onEvents: OnEvents | undefined): RunWorld {
  const { folder, env } = options;
  return {
    backend: localBackend({ run: writer.run, folder, scratch: writer.scratch, env }),
    clock: options.clock ?? systemClock,
    random: Math.random,
    ...(onEvents && { onEvents }),
  };
}

async function again(options: RunsOptions, run: RunId): Promise<Result<StartRequest, Refusal>> {
  const record = isRunId(run) ? await options.journal.read(run) : undefined;
  const first = record?.events[0];
  if (first?.type !== 'run-started') return err(unknownRun(run));
  const workflow = await options.workflows.load(first.workflow.ref);
  if (!workflow.ok) return err({ kind: 'unknown', message: workflow.error });
  const { inputs, env } = first;
  return ok({ workflow: workflow.value, inputs, env, cause: { kind: 'rerun', of: run } });
}

async function resume(
  options: RunsOptions,
  run: RunId,
  onEvents: OnEvents | undefined,
): Promise<Result<OwnRun, Refusal>> {
  const reopened = isRunId(run) ? await options.journal.reopen(run) : 'unknown';
  switch (reopened) {
    case 'unknown':
      return err(unknownRun(run));
    case 'owned':
      return err({ kind: 'taken', message: `Run ${run} is still going on; it needs no resume.` });
    case 'ended':
      return err({ kind: 'taken', message: `Run ${run} has ended; \`baton rerun ${run}\` runs it again.` });
    default:
      return ok({ run, ended: adopt(reopened, worldOf(options, reopened.writer, onEvents)) });
  }
}

export function unknownRun(run: RunId): Refusal {
  return { kind: 'unknown', message: `There is no run "${run}". \`baton runs\` shows what there is.` };
}
