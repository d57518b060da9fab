import { localBackend } from '../backends/local.ts';
import { err, ok, type Result } from '../base/result.ts';
import { adopt, carryOn, type RunWorld } from '../engine/run.ts';
import type { JournalWriter } from '../journal/journal.ts';
import type { RunId } from '../model/attempt.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { RunState } from '../model/run-state.ts';
import type { Project } from './project.ts';
import { isRunId, newRunId } from './run-id.ts';
import { firstFact, unknownRun, type Refusal, type RunRequest } from './runs.ts';
import { systemClock } from './system-clock.ts';

/** A run that this process owns. */
export interface OwnRun {
  readonly run: RunId;
  /** Settles when the run has ended. Rejects with JournalFailure when the journal cannot be written. */
  readonly ended: Promise<RunState>;
}

export interface OwnOptions {
  /** A name chosen in advance, so that whoever asked can follow the run from its first moment. */
  readonly run?: RunId;
  /** Told of every event once it is written. */
  readonly onEvents?: (events: readonly RunEvent[]) => void;
}

/** Begins a run and carries it to its end in this process. */
export async function startRun(
  project: Project,
  request: RunRequest,
  options: OwnOptions = {},
): Promise<Result<OwnRun, Refusal>> {
  const first = firstFact(request);
  if (!first.ok) return first;
  const { journal } = project.runs;
  const run = options.run ?? newRunId(Date.now());
  if (!isRunId(run)) return err({ kind: 'unknown', message: `"${run}" cannot be the name of a run.` });
  const writer = await journal.create(run, first.value);
  if (writer === 'exists') return err({ kind: 'taken', message: `There is a run ${run} already.` });
  const world = worldOf(project, writer, options);
  return ok({ run, ended: carryOn({ writer, events: writer.first, world }) });
}

/** Goes on with a run whose owner died. */
export async function resumeRun(
  project: Project,
  run: RunId,
  options: OwnOptions = {},
): Promise<Result<OwnRun, Refusal>> {
  const reopened = isRunId(run) ? await project.runs.journal.reopen(run) : 'unknown';
  switch (reopened) {
    case 'unknown':
      return err(unknownRun(run));
    case 'owned':
      return err({ kind: 'taken', message: `Run ${run} is still going on; it needs no resume.` });
    case 'ended':
      return err({ kind: 'taken', message: `Run ${run} has ended; \`baton rerun ${run}\` runs it again.` });
    default:
      return ok({ run, ended: adopt(reopened, worldOf(project, reopened.writer, options)) });
  }
}

function worldOf({ folder, env }: Project, writer: JournalWriter, { onEvents }: OwnOptions): RunWorld {
  return {
    backend: localBackend({ run: writer.run, folder, scratch: writer.scratch, env }),
    clock: systemClock,
    random: Math.random,
    ...(onEvents && { onEvents }),
  };
}
