import fs from 'node:fs';
import path from 'node:path';
import { localBackend } from '../backends/local.ts';
import { recordFrom, type Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import { adopt, carryOn, type EnterGroup, type RunWorld, type Park } from '../engine/run.ts';
import type { Lease } from '../journal/groups.ts';
import type { JournalWriter } from '../journal/journal.ts';
import { untilCleared } from '../executors/guard.ts';
import { maskerOf, type Masker } from '../journal/mask.ts';
import type { Workflow } from '../model/workflow.ts';
import { maskedWriter } from '../journal/masked-writer.ts';
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
import { expectedMs, pastDurations } from './history.ts';
import type { Project } from './project.ts';
import { isRunId, newRunId } from './run-id.ts';
import { beginningOf, unknownRun, type Refusal, type RunRequest } from './runs.ts';
import { secretInputs, secretsGivenTo, secretsIn, secretVariable, type Secrets } from './secrets.ts';
import { systemClock } from './system-clock.ts';
import { valueFiles } from './value-files.ts';

/** A run that this process owns. */
export interface OwnRun {
  readonly run: RunId;
  /** What was wrong with the journal that the run was taken over with. */
  readonly notices: readonly string[];
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
  readonly park?: Park;
  /** For going on with a run: values of its secret inputs, which no journal keeps. */
  readonly secrets?: Secrets;
  /** Texts to keep out of logs and facts, beside the run's own secrets. */
  readonly hide?: readonly string[];
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
  const beginning = beginningOf(request);
  if (!beginning.ok) return beginning;
  const { secrets } = beginning.value;
  const first = await withPast(project, beginning.value.first);
  const { journal } = project.runs;
  const run = options.run ?? newRunId(Date.now());
  if (!isRunId(run)) return err({ kind: 'unknown', message: `"${run}" cannot be the name of a run.` });
  const order = orderOf(first, run);
  if (!order.ok) return order;
  const atOnce = await admitAtOnce(project, order.value);
  if (!atOnce.ok) return atOnce;
  const plain = await journal.create(run, first).catch(givingBack(atOnce.value));
  if (plain === 'exists') {
    atOnce.value?.release();
    return err({ kind: 'taken', message: `There is a run ${run} already.` });
  }
  const masker = maskerOf([...Object.values(secrets), ...(options.hide ?? [])]);
  const writer = maskedWriter(plain, masker);
  if (request.reuse !== undefined) copyValues(writer.values, request.reuse.run);
  const world = worldOf(project, writer, { options, orders: first, secrets, masker });
  const place = { project, order: order.value, lease: atOnce.value, writer, onWait: options.onWait };
  return ok({
    run,
    notices: [],
    ended: inItsPlace(place, (since) => carryOn({ writer, events: [...writer.first, ...since], world })),
  });
}

/** A look at so many runs tells enough to order steps by, and is over at once. */
const RUNS_TO_LEARN_FROM = 5;

/** What steps took in the past decides who goes first; where nobody has to wait for a slot, nobody asks. */
async function withPast({ runs }: Project, first: RunStarted): Promise<RunStarted> {
  if (first.workflow.steps.length <= first.parallel) return first;
  const past = await pastDurations(runs.journal, first.workflow.ref, { lastRuns: RUNS_TO_LEARN_FROM });
  const expected = expectedMs(past);
  return Object.keys(expected).length === 0 ? first : { ...first, expectedMs: expected };
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
  const secrets = await secretsAgain(project, run, options);
  if (!secrets.ok) return secrets;
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
    case 'unreadable': {
      const message = `Run ${run} cannot be resumed: nothing of its journal can be read any more.`;
      return err({ kind: 'unknown', message });
    }
    case 'ended':
      return err({ kind: 'taken', message: `Run ${run} has ended; \`baton rerun ${run}\` runs it again.` });
    default: {
      const { record } = reopened;
      const [began] = record.events;
      const orders = began?.type === 'run-started' ? began : UNKNOWN;
      const masker = maskerOf([...Object.values(secrets.value), ...(options.hide ?? [])]);
      const writer = maskedWriter(reopened.writer, masker);
      const world = worldOf(project, writer, { options, orders, secrets: secrets.value, masker });
      const place = { project, order: order.value, lease: atOnce.value, writer, onWait: options.onWait };
      const go = async (since: readonly RunEvent[]) => {
        await untilCleared(run);
        return adopt({ writer, record: { ...record, events: [...record.events, ...since] } }, world);
      };
      return ok({ run, notices: record.notices, ended: inItsPlace(place, go) });
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

/** The secrets that a run was given when it began, given again; the refusal names those that are missing. */
async function secretsAgain(
  project: Project,
  run: RunId,
  options: OwnOptions,
): Promise<Result<Secrets, Refusal>> {
  const record = isRunId(run) ? await project.runs.journal.read(run) : undefined;
  const first = record?.events[0];
  if (first?.type !== 'run-started') return ok({});
  const needed = secretsGivenTo(first);
  const secrets = { ...secretsIn(project.env, needed), ...options.secrets };
  const missing = needed.filter(({ name }) => secrets[name] === undefined);
  if (missing.length === 0) return ok(secrets);
  return err({
    kind: 'inputs',
    problems: missing.map(({ name }) => ({
      input: name,
      message: `Input "${name}" is secret, so it was not kept: give it again, for instance by the variable ${secretVariable(name)}.`,
    })),
  });
}

interface WorldParts {
  readonly options: OwnOptions;
  readonly orders: Orders;
  readonly secrets: Secrets;
  readonly masker: Masker | undefined;
}

function worldOf(
  project: Project,
  writer: JournalWriter,
  { options, orders, secrets, masker }: WorldParts,
): RunWorld {
  const { folder, env, runs } = project;
  const { onEvents, park } = options;
  const values = valueFiles(writer.values);
  return {
    backend: cachedBackend(
      localBackend({
        run: writer.run,
        folder,
        scratch: writer.scratch,
        values: writer.values,
        env: withoutSecrets(env),
        ...(masker !== undefined && { mask: (text: string) => masker.text(text) }),
      }),
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
      ...(Object.keys(secrets).length > 0 && { secrets }),
      hashFiles: (patterns) => hashFiles(folder, patterns),
      readLarge: values.read,
      fileOf: values.fileOf,
    },
    runChild: childRunner(
      childDoor(project, writer, { orders, hide: [...Object.values(secrets), ...(options.hide ?? [])] }),
    ),
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

function childDoor(
  project: Project,
  writer: JournalWriter,
  { orders, hide }: { readonly orders: Orders; readonly hide: readonly string[] },
): ChildDoor {
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
      const open = workflow && openSecret(workflow.value.analysis.workflow, inputs, hide);
      if (open !== undefined)
        return err(`its input "${open}" is given a secret, but not declared \`secret: true\``);
      const begun =
        workflow === undefined
          ? await resumeRun(project, run, { onEvents, hide, secrets: textsIn(inputs) })
          : await startRun(
              project,
              { workflow: workflow.value, inputs, cause, ...(orders.cache && { cache: orders.cache }) },
              { run, onEvents, hide },
            );
      if (!begun.ok) return err(refusalWords(begun.error));
      const { ended } = begun.value;
      return ok({ kind: 'running', child: { ended, stop: (how) => project.runs.stop(run, how) } });
    },
  };
}

/** An input that would write a secret of its caller down. */
function openSecret(
  workflow: Pick<Workflow, 'inputs'>,
  inputs: Readonly<Record<string, Json>>,
  hide: readonly string[],
): string | undefined {
  const masker = maskerOf(hide);
  if (masker === undefined) return undefined;
  const declared = new Set(secretInputs(workflow).map(({ name }) => name));
  return Object.keys(inputs).find((name) => {
    const text = JSON.stringify(inputs[name] ?? null);
    return !declared.has(name) && masker.text(text) !== text;
  });
}

/** Inputs as whoever goes on with a child gives them again. */
function textsIn(inputs: Readonly<Record<string, Json>>): Secrets {
  return recordFrom(
    Object.entries(inputs).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

/** The variables that give secrets are for Baton; what a step is to know of them, the file says. */
function withoutSecrets(env: Project['env']): Project['env'] {
  const names = Object.keys(env).filter((name) => name.startsWith('BATON_SECRET_'));
  if (names.length === 0) return env;
  return recordFrom(Object.entries(env).filter(([name]) => !names.includes(name)));
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
