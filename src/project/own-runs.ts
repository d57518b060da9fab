import fs from 'node:fs';
import path from 'node:path';
import { localBackend } from '../backends/local.ts';
import { err, ok, type Result } from '../base/result.ts';
import { adopt, carryOn, type RunWorld } from '../engine/run.ts';
import type { JournalWriter } from '../journal/journal.ts';
import { replay } from '../model/apply-event.ts';
import type { RunId } from '../model/attempt.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { RunState } from '../model/run-state.ts';
import { childRunner, type ChildDoor } from './child-runs.ts';
import { hashFiles } from './hash-files.ts';
import type { Project } from './project.ts';
import { isRunId, newRunId } from './run-id.ts';
import { firstFact, unknownRun, type Refusal, type RunRequest } from './runs.ts';
import { systemClock } from './system-clock.ts';
import { valueFiles } from './value-files.ts';

/** A run that this process owns. */
export interface OwnRun {
  readonly run: RunId;
  /**
   * Settles when the run has ended, or was parked. Rejects with JournalFailure when the journal cannot be written.
   */
  readonly ended: Promise<RunState>;
}

export interface OwnOptions {
  /** A name chosen in advance, so that whoever asked can follow the run from its first moment. */
  readonly run?: RunId;
  /** Told of every event once it is written. */
  readonly onEvents?: (events: readonly RunEvent[]) => void;
  /** Leave the run when only people can go on with it. */
  readonly park?: boolean;
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
  if (request.reuse !== undefined) copyValues(writer.values, request.reuse.run);
  const events = (await journal.read(run))?.events ?? [];
  const { cause } = first.value;
  const world = worldOf(project, writer, options, cause.kind === 'workflow' ? cause.depth : 0);
  return ok({ run, ended: carryOn({ writer, events, world }) });
}

/** Values that are taken over from an earlier run become values of this one, which may outlive it. */
function copyValues(values: string, from: RunId): void {
  const source = valuesBeside(values, from);
  if (fs.existsSync(source)) fs.cpSync(source, values, { recursive: true });
}

function valuesBeside(values: string, run: RunId): string {
  return path.join(path.dirname(path.dirname(values)), run, 'values');
}

/** Goes on with a run whose owner died, or that was parked. */
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
    default: {
      const [first] = reopened.record.events;
      const depth = first?.type === 'run-started' && first.cause.kind === 'workflow' ? first.cause.depth : 0;
      return ok({ run, ended: adopt(reopened, worldOf(project, reopened.writer, options, depth)) });
    }
  }
}

function worldOf(project: Project, writer: JournalWriter, options: OwnOptions, depth: number): RunWorld {
  const { folder, env } = project;
  const { onEvents, park } = options;
  const values = valueFiles(writer.values);
  return {
    backend: localBackend({ run: writer.run, folder, scratch: writer.scratch, values: writer.values, env }),
    clock: systemClock,
    random: Math.random,
    sources: {
      hashFiles: (patterns) => hashFiles(folder, patterns),
      readLarge: values.read,
      fileOf: values.fileOf,
    },
    runChild: childRunner(childDoor(project, writer, depth)),
    ...(onEvents && { onEvents }),
    ...(park !== undefined && { park }),
  };
}

function childDoor(project: Project, writer: JournalWriter, depth: number): ChildDoor {
  const { journal } = project.runs;
  return {
    depth,
    valuesOf: (run) => valuesBeside(writer.values, run),
    async begin({ run, ref, inputs, cause, onEvents }) {
      const past = await journal.read(run);
      if (past?.presence === 'ended') {
        const state = replay(past.events);
        return state === undefined ? err(`its run ${run} cannot be read`) : ok({ kind: 'over', state });
      }
      const workflow = past === undefined ? project.workflows.read(ref) : undefined;
      if (workflow?.ok === false) return workflow;
      const begun =
        workflow === undefined
          ? await resumeRun(project, run, { onEvents })
          : await startRun(project, { workflow: workflow.value, inputs, cause }, { run, onEvents });
      if (!begun.ok) return err(refusalWords(begun.error));
      const { ended } = begun.value;
      return ok({ kind: 'running', child: { ended, stop: (how) => project.runs.stop(run, how) } });
    },
  };
}

function refusalWords(refusal: Refusal): string {
  switch (refusal.kind) {
    case 'diagnostics':
      return `it has errors: ${refusal.diagnostics.map(({ message }) => message).join(' ')}`;
    case 'inputs':
      return refusal.problems.map(({ message }) => message).join(' ');
    case 'taken':
    case 'unknown':
      return refusal.message;
  }
}
