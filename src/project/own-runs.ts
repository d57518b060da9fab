import fs from 'node:fs';
import path from 'node:path';
import { localBackend } from '../backends/local.ts';
import { err, ok, type Result } from '../base/result.ts';
import { adopt, carryOn, type EnterGroup, type RunWorld } from '../engine/run.ts';
import type { Lease } from '../journal/groups.ts';
import type { JournalWriter } from '../journal/journal.ts';
import { replay } from '../model/apply-event.ts';
import type { RunId } from '../model/attempt.ts';
import type { Cause, RunEvent, RunStarted } from '../model/run-event.ts';
import type { RunState } from '../model/run-state.ts';
import {
  admitAtOnce,
  callersOf,
  holderAbove,
  inItsPlace,
  makeRoom,
  orderOf,
  type GroupOrder,
  type Queued,
} from './admission.ts';
import { cachedBackend } from './cache/cached-backend.ts';
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
  if (request.reuse !== undefined) copyValues(writer.values, request.reuse.run);
  const events = (await journal.read(run))?.events ?? [];
  const world = worldOf(project, writer, options, first.value);
  const place = { project, order: order.value, lease: atOnce.value, writer, onWait: options.onWait };
  return ok({
    run,
    ended: inItsPlace(place, (since) => carryOn({ writer, events: [...events, ...since], world })),
  });
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
      const [began] = record.events;
      const first = began?.type === 'run-started' ? began : UNKNOWN;
      const world = worldOf(project, writer, options, first);
      const place = { project, order: order.value, lease: atOnce.value, writer, onWait: options.onWait };
      const go = (since: readonly RunEvent[]) =>
        adopt({ writer, record: { ...record, events: [...record.events, ...since] } }, world);
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
  const open = record?.presence === 'lost' || record?.presence === 'parked';
  return open && first?.type === 'run-started' ? orderOf(first, run) : ok(undefined);
}

/** What a run was told when it began, and hands on to what it runs. */
type Orders = Pick<RunStarted, 'cause' | 'cache'>;

const UNKNOWN: Orders = { cause: { kind: 'person', door: 'library' } };

function worldOf(project: Project, writer: JournalWriter, options: OwnOptions, orders: Orders): RunWorld {
  const { folder, env, runs } = project;
  const { onEvents, park } = options;
  const values = valueFiles(writer.values);
  return {
    backend: cachedBackend(
      localBackend({ run: writer.run, folder, scratch: writer.scratch, values: writer.values, env }),
      {
        folder,
        root: project.cache,
        values: writer.values,
        mode: orders.cache ?? 'use',
        journal: runs.journal,
      },
    ),
    clock: systemClock,
    random: Math.random,
    sources: {
      hashFiles: (patterns) => hashFiles(folder, patterns),
      readLarge: values.read,
      fileOf: values.fileOf,
    },
    runChild: childRunner(childDoor(project, writer, orders)),
    enterGroup: groupDoor(project, orders.cause),
    ...(onEvents && { onEvents }),
    ...(park !== undefined && { park }),
  };
}

/** Places for steps; a step of a child run may share that of the step which runs it. */
function groupDoor(project: Project, cause: Cause): EnterGroup {
  const within = holderAbove(cause);
  return ({ run, step, group, limit, whenFull }, signal) =>
    project.groups.enter(
      {
        group,
        limit,
        whenFull,
        holder: { run, step, ...(within !== undefined && { within }) },
        evict: async (holder) => (await makeRoom(project, holder)) !== 'gone',
      },
      signal,
    );
}

function childDoor(project: Project, writer: JournalWriter, orders: Orders): ChildDoor {
  const { journal } = project.runs;
  return {
    above: callersOf(orders.cause),
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
          : await startRun(
              project,
              { workflow: workflow.value, inputs, cause, ...(orders.cache && { cache: orders.cache }) },
              { run, onEvents },
            );
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
    case 'full':
    case 'unknown':
      return refusal.message;
  }
}
