import { emptyRecord } from '../base/json.ts';
import { percentile } from '../base/percentile.ts';
import type { Journal, RunSummary } from '../journal/journal.ts';
import type { StepAddress } from '../model/attempt.ts';
import type { AttemptEnded, RunEvent } from '../model/run-event.ts';
import type { StepPast } from '../model/run-plan.ts';
import { statusOf, type FinalStatus } from '../model/run-state.ts';
import type { StepId } from '../model/workflow.ts';

/** How many runs are looked at unless told otherwise: enough for a median, few enough to be read at once. */
const LAST_RUNS = 20;

const ENDS: ReadonlySet<RunEvent['type']> = new Set(['attempt-ended', 'step-skipped']);

/** What the newest runs of a workflow (by its path) tell about each of its steps. Steps that never ended are not in it. */
export async function pastDurations(
  journal: Journal,
  ref: string,
  { lastRuns = LAST_RUNS }: { readonly lastRuns?: number } = {},
): Promise<Record<StepId, StepPast>> {
  const runs = (await journal.list()).filter((run) => run.workflow === ref).slice(0, lastRuns);
  const durations = new Map<StepId, number[]>();
  const last = new Map<StepId, FinalStatus>();
  for (const { run } of runs) {
    for (const [id, { status, durationMs }] of endsIn(await journal.readFacts(run, ENDS))) {
      // The newest run comes first.
      if (!last.has(id)) last.set(id, status);
      if (durationMs !== undefined) append(durations, id, durationMs);
    }
  }
  return pastsOf(durations, last);
}

/** How many runs that succeeded tell how long a workflow usually takes. */
const RUNS_FOR_USUAL = 10;

/** How long the newest runs of each workflow that succeeded took, the median in milliseconds; by the workflow's path. */
export function usualDurations(runs: readonly RunSummary[]): ReadonlyMap<string, number> {
  const durations = new Map<string, number[]>();
  for (const { workflow, status, startedAt, endedAt } of runs) {
    if (status !== 'succeeded' || endedAt === undefined) continue;
    if ((durations.get(workflow)?.length ?? 0) < RUNS_FOR_USUAL)
      append(durations, workflow, endedAt - startedAt);
  }
  return new Map(
    [...durations].map(
      ([workflow, all]) =>
        [
          workflow,
          percentile(
            all.toSorted((a, b) => a - b),
            0.5,
          ),
        ] as const,
    ),
  );
}

/** What to expect of each step that has a past: the median. What the engine orders ready steps by (rule G5). */
export function expectedMs(past: Readonly<Record<StepId, StepPast>>): Record<StepId, number> {
  const expected = emptyRecord<number>();
  for (const [id, { runs, p50Ms }] of Object.entries(past)) if (runs > 0) expected[id] = p50Ms;
  return expected;
}

/** How a step ended in one run. */
interface End {
  readonly status: FinalStatus;
  /** Absent when it did not succeed, or did not have to run. */
  readonly durationMs?: number;
}

/** Parts of a step are counted as one: the hook for whatever else addresses may come to say. */
function endsIn(events: readonly RunEvent[]): ReadonlyMap<StepId, End> {
  const ends = new Map<StepId, End>();
  const spans = new Map<StepId, Span>();
  for (const event of events) {
    if (event.type === 'step-skipped' && stepOf(event.step) === event.step) {
      ends.set(event.step, { status: 'skipped' });
    } else if (event.type === 'attempt-ended') {
      const id = stepOf(event.step);
      if (id !== event.step) spans.set(id, spanWith(spans.get(id), event));
      else if (event.retryAt === undefined) ends.set(id, endOf(event, event.durationMs));
    }
  }
  for (const [id, { since, last }] of spans) if (!ends.has(id)) ends.set(id, endOf(last, last.at - since));
  return ends;
}

type Ended = AttemptEnded & { readonly at: number };

/** Rounds come one after the other and items side by side: what both take is the time from first start to last end. */
interface Span {
  readonly since: number;
  readonly last: Ended;
}

function spanWith(span: Span | undefined, last: Ended): Span {
  const startedAt = last.at - last.durationMs;
  return { since: Math.min(span?.since ?? startedAt, startedAt), last };
}

function endOf({ outcome }: AttemptEnded, durationMs: number): End {
  return { status: statusOf(outcome), ...(outcome.ok && outcome.reused === undefined && { durationMs }) };
}

/** `tdd[2].test` and `scan{src/a.ts}` are parts of `tdd` and `scan`. */
function stepOf(address: StepAddress): StepId {
  const end = address.search(/[[{.]/);
  return end < 0 ? address : address.slice(0, end);
}

function append(lists: Map<StepId, number[]>, id: StepId, value: number): void {
  const list = lists.get(id);
  if (list === undefined) lists.set(id, [value]);
  else list.push(value);
}

function pastsOf(
  durations: ReadonlyMap<StepId, readonly number[]>,
  last: ReadonlyMap<StepId, FinalStatus>,
): Record<StepId, StepPast> {
  const pasts = emptyRecord<StepPast>();
  for (const [id, lastStatus] of last) {
    const sorted = (durations.get(id) ?? []).toSorted((a, b) => a - b);
    pasts[id] = {
      runs: sorted.length,
      p50Ms: percentile(sorted, 0.5),
      p95Ms: percentile(sorted, 0.95),
      lastStatus,
    };
  }
  return pasts;
}
