import { localBackend } from '../backends/local.ts';
import { err, ok, type Result } from '../base/result.ts';
import { adopt, carryOn, type RunWorld } from '../engine/run.ts';
import type { Lease } from '../journal/groups.ts';
import type { JournalWriter } from '../journal/journal.ts';
import type { RunId } from '../model/attempt.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { RunState } from '../model/run-state.ts';
import { admitAtOnce, inItsPlace, orderOf, type GroupOrder, type Queued } from './admission.ts';
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
  /** Told when the run has to wait for a place in its workflow's group, and whenever that changes. */
  readonly onWait?: (queued: Queued) => void;
}

/**
 * Begins a run and carries it to its end in this process. Where its workflow has a `concurrency` that waits, the run is
 * there before it waits: it can be seen and stopped, and whoever asked for it knows its name.
 */
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
  const order = orderOf(first.value, run);
  if (!order.ok) return order;
  const atOnce = await admitAtOnce(project, order.value);
  if (!atOnce.ok) return atOnce;
  const writer = await journal.create(run, first.value).catch(givingBack(atOnce.value));
  if (writer === 'exists') {
    atOnce.value?.release();
    return err({ kind: 'taken', message: `There is a run ${run} already.` });
  }
  const events = (await journal.read(run))?.events ?? [];
  const world = worldOf(project, writer, options);
  const place = { project, order: order.value, lease: atOnce.value, writer, onWait: options.onWait };
  return ok({
    run,
    ended: inItsPlace(place, (stops) => carryOn({ writer, events: [...events, ...stops], world })),
  });
}

/** Goes on with a run whose owner died. */
export async function resumeRun(
  project: Project,
  run: RunId,
  options: OwnOptions = {},
): Promise<Result<OwnRun, Refusal>> {
  const order = await orderAgain(project, run);
  if (!order.ok) return order;
  const atOnce = await admitAtOnce(project, order.value);
  if (!atOnce.ok) return atOnce;
  const reopened = isRunId(run)
    ? await project.runs.journal.reopen(run).catch(givingBack(atOnce.value))
    : 'unknown';
  if (typeof reopened === 'string') atOnce.value?.release();
  switch (reopened) {
    case 'unknown':
      return err(unknownRun(run));
    case 'owned':
      return err({ kind: 'taken', message: `Run ${run} is still going on; it needs no resume.` });
    case 'ended':
      return err({ kind: 'taken', message: `Run ${run} has ended; \`baton rerun ${run}\` runs it again.` });
    default: {
      const { writer, record } = reopened;
      const world = worldOf(project, writer, options);
      const place = { project, order: order.value, lease: atOnce.value, writer, onWait: options.onWait };
      const go = (stops: readonly RunEvent[]) =>
        adopt({ writer, record: { ...record, events: [...record.events, ...stops] } }, world);
      return ok({ run, ended: inItsPlace(place, go) });
    }
  }
}

/** What throws on the way must not keep a place. */
function givingBack(lease: Lease | undefined): (error: unknown) => never {
  return (error) => {
    lease?.release();
    throw error;
  };
}

/** The place that a run asked for when it began; nothing where nobody may go on with it anyway. */
async function orderAgain(project: Project, run: RunId): Promise<Result<GroupOrder | undefined, Refusal>> {
  const record = isRunId(run) ? await project.runs.journal.read(run) : undefined;
  const first = record?.events[0];
  return record?.presence === 'lost' && first?.type === 'run-started' ? orderOf(first, run) : ok(undefined);
}

function worldOf({ folder, env }: Project, writer: JournalWriter, { onEvents }: OwnOptions): RunWorld {
  return {
    backend: localBackend({ run: writer.run, folder, scratch: writer.scratch, env }),
    clock: systemClock,
    random: Math.random,
    ...(onEvents && { onEvents }),
  };
}
