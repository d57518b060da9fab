import { emptyRecord } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import { renderTemplate, type Scope } from '../expression/evaluate.ts';
import { hasExpression } from '../expression/template.ts';
import type { GroupRequest, Holder, Lease } from '../journal/groups.ts';
import { JournalFailure, type Asked, type JournalWriter, type Request } from '../journal/journal.ts';
import { scheduleValue } from '../engine/scope.ts';
import type { RunId } from '../model/attempt.ts';
import type { Caller, Cause, Fact, RunEvent, RunStarted } from '../model/run-event.ts';
import type { RunState } from '../model/run-state.ts';
import type { Project } from './project.ts';
import type { Refusal } from './runs.ts';

/** The place that a run needs before it begins: its workflow's `concurrency`, worked out. */
export type GroupOrder = Pick<GroupRequest, 'group' | 'limit' | 'whenFull' | 'holder'>;

/** Asks whoever holds a place to give it back: a step ends alone, its run goes on. */
export function makeRoom({ runs }: Pick<Project, 'runs'>, { run, step }: Holder): Promise<Asked> {
  return step === undefined
    ? runs.stop(run)
    : runs.journal.request(run, { type: 'stop-step', step, by: 'group' });
}

/** The steps that a run is a child of, the nearest first. */
export function callersOf(cause: Cause): readonly Caller[] {
  return cause.kind === 'workflow' ? [{ run: cause.run, step: cause.step }, ...cause.above] : [];
}

/** The same as the groups know them: each within the next. */
export function holderAbove(cause: Cause): Holder | undefined {
  return callersOf(cause).reduceRight<Holder | undefined>(
    (within, caller) => ({ ...caller, ...(within !== undefined && { within }) }),
    undefined,
  );
}

/** What a run that waits for its place can say of it. */
export interface Queued {
  readonly run: RunId;
  readonly group: string;
  /** From 1: the next. */
  readonly position: number;
  readonly holders: readonly Holder[];
}

/** The place a run will ask for; undefined where its workflow has no `concurrency`. */
export function orderOf(first: RunStarted, run: RunId): Result<GroupOrder | undefined, Refusal> {
  const { concurrency } = first.workflow;
  if (concurrency === undefined) return ok(undefined);
  const group = groupOf(concurrency.group, first, run);
  if (!group.ok) return refusal(`The concurrency group cannot be worked out: ${group.error}`);
  if (group.value === '') return refusal('The concurrency group is empty text: give it a name.');
  const { limit, whenFull } = concurrency;
  const within = holderAbove(first.cause);
  return ok({
    group: group.value,
    limit,
    whenFull,
    holder: { run, ...(within !== undefined && { within }) },
  });
}

function refusal(message: string): Result<never, Refusal> {
  return err({ kind: 'unknown', message });
}

function groupOf(template: string, first: RunStarted, run: RunId): Result<string, string> {
  if (!hasExpression(template)) return ok(template);
  const env = emptyRecord<string>();
  const scope = scopeOf(first, run, env);
  for (const [name, value] of Object.entries(first.workflow.env)) {
    const rendered = renderTemplate(value, scope);
    if (!rendered.ok) return rendered;
    env[name] = rendered.value;
  }
  Object.assign(env, first.env);
  return renderTemplate(template, scope);
}

/** What there is before any step: no `steps`, no `item`. */
function scopeOf({ inputs, workflow, cause }: RunStarted, run: RunId, env: Record<string, string>): Scope {
  return {
    context: (name) => {
      if (name === 'inputs') return inputs;
      if (name === 'env') return env;
      if (name === 'run') return { id: run, workflow: workflow.name, attempt: 1 };
      if (name === 'schedule') return scheduleValue(cause);
      return undefined;
    },
    step: () => undefined,
  };
}

/**
 * Waits for the place. `full`: `when_full` is `reject` and there is none. `aborted`: the signal came first. Else the
 * group itself cannot be kept, and the text says why.
 */
async function admit(
  project: Pick<Project, 'groups' | 'runs'>,
  order: GroupOrder,
  { signal, onWait }: { readonly signal?: AbortSignal; readonly onWait?: (queued: Queued) => void },
): Promise<Result<Lease, 'full' | 'aborted' | { readonly trouble: string }>> {
  const { group, holder } = order;
  const request: GroupRequest = {
    ...order,
    // Journal and groups are of one project, so whoever holds a place can be asked once its run is there.
    evict: async (holder) => (await makeRoom(project, holder)) !== 'gone',
    onWait: (position, holders) => onWait?.({ run: holder.run, group, position, holders }),
  };
  const entered = await project.groups.enter(request, signal ?? NEVER);
  return typeof entered === 'object' && 'release' in entered ? ok(entered) : err(entered);
}

const NEVER = new AbortController().signal;

/**
 * For whom `when_full` is `reject`: the place at once, or the refusal, before anything is written. Nothing for all
 * others: they wait once their run is there to be seen and stopped.
 */
export async function admitAtOnce(
  project: Pick<Project, 'groups' | 'runs'>,
  order: GroupOrder | undefined,
): Promise<Result<Lease | undefined, Refusal>> {
  if (order?.whenFull !== 'reject') return ok(undefined);
  const admitted = await admit(project, order, {});
  if (admitted.ok) return admitted;
  if (typeof admitted.error === 'object') return refusal(admitted.error.trouble);
  const { holders } = await project.groups.look(order.group);
  const names = holders.map(({ run }) => run);
  const held = names.length === 0 ? '' : ` Held by ${names.join(', ')}.`;
  return err({ kind: 'full', message: `The concurrency group "${order.group}" is full.${held}` });
}

/** A run that is written down, and what it still needs to go on. */
export interface Place {
  readonly project: Pick<Project, 'groups' | 'runs'>;
  readonly order: GroupOrder | undefined;
  /** Held already. */
  readonly lease: Lease | undefined;
  readonly writer: JournalWriter;
  readonly onWait?: ((queued: Queued) => void) | undefined;
}

/**
 * Goes on once the run has its place, and gives it back when the run has ended. A run that is stopped before goes on
 * without one, to end as stopped: the facts say that it was. Rejects with JournalFailure.
 */
export async function inItsPlace(
  place: Place,
  go: (since: readonly RunEvent[]) => Promise<RunState>,
): Promise<RunState> {
  // A run that waits for a person, or for a child that does, has nothing else that would keep its process.
  const alive = setInterval(() => undefined, LONG_MS);
  try {
    const { lease, since } = await comeIn(place);
    try {
      return await go(since);
    } finally {
      lease?.release();
    }
  } finally {
    clearInterval(alive);
  }
}

const LONG_MS = 60 * 60 * 1000;

interface CameIn {
  readonly lease: Lease | undefined;
  /** What happened while it waited. */
  readonly since: readonly RunEvent[];
}

async function comeIn({ project, order, lease, writer, onWait }: Place): Promise<CameIn> {
  if (order === undefined || lease !== undefined) return { lease, since: [] };
  const since: RunEvent[] = [];
  const write = (fact: Fact) => since.push(...writer.append([fact]));
  const others: Request[] = [];
  const stopped = new AbortController();
  const listening = writer.onRequest((request) => {
    if (request.type !== 'stop') return void others.push(request);
    write({ type: 'stop-requested', by: request.by, force: request.force });
    stopped.abort();
  });
  const waiting = (queued: Queued) => {
    if (since.length === 0) write({ type: 'run-queued', group: queued.group });
    onWait?.(queued);
  };
  const admitted = await admit(project, order, { signal: stopped.signal, onWait: waiting });
  listening[Symbol.dispose]();
  try {
    if (!admitted.ok && typeof admitted.error === 'object') throw new JournalFailure(admitted.error.trouble);
    if (admitted.ok && since.some(({ type }) => type === 'run-queued')) write({ type: 'run-admitted' });
    // What was asked for meanwhile is for the run itself, which listens from now on.
    for (const request of others) await project.runs.journal.request(writer.run, request);
    return { lease: admitted.ok ? admitted.value : undefined, since };
  } catch (error) {
    if (admitted.ok) admitted.value.release();
    await writer.close();
    throw error;
  }
}
