import { percentile } from '../base/percentile.ts';
import type { RunId, StepAddress } from '../model/attempt.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { RunStatus } from '../model/run-state.ts';
import { isFailedRun } from './run-groups.ts';

/** How the runs of a workflow went. JSON-safe. Times in milliseconds. */
export interface Trend {
  /** Oldest first; those that go on are left out. */
  readonly runs: readonly TrendRun[];
  /** Of those that succeeded or failed, from 0 to 1; absent where there are none. */
  readonly successRate?: number;
  /** Of runs that succeeded. */
  readonly p50Ms?: number;
  readonly p95Ms?: number;
  /** Steps that failed and succeeded without any change of the workflow, most often first. */
  readonly flaky: readonly FlakyStep[];
}

export interface TrendRun {
  readonly run: RunId;
  readonly status: RunStatus;
  readonly startedAt: number;
  readonly durationMs: number;
}

export interface FlakyStep {
  readonly step: StepAddress;
  /** Attempts that failed before another one of the same run succeeded. */
  readonly retried: number;
  /** How often a run of the same text ended otherwise for this step than the run before. */
  readonly flips: number;
}

/** A run that ended, and of which facts the flaky steps are found: `run-started`, `attempt-ended`. */
export interface PastRun extends TrendRun {
  readonly events: readonly RunEvent[];
}

export function trendOf(newestFirst: readonly PastRun[]): Trend {
  const runs = newestFirst.toReversed();
  const good = runs.filter(({ status }) => status === 'succeeded');
  const bad = runs.filter(({ status }) => isFailedRun(status));
  const took = good.map(({ durationMs }) => durationMs).toSorted((a, b) => a - b);
  const counted = good.length + bad.length;
  return {
    runs: runs.map(({ run, status, startedAt, durationMs }) => ({ run, status, startedAt, durationMs })),
    ...(counted > 0 && { successRate: good.length / counted }),
    ...(took.length > 0 && { p50Ms: percentile(took, 0.5), p95Ms: percentile(took, 0.95) }),
    flaky: flakySteps(runs),
  };
}

function flakySteps(runs: readonly PastRun[]): readonly FlakyStep[] {
  const found = new Map<StepAddress, { step: StepAddress; retried: number; flips: number }>();
  const of = (step: StepAddress) => {
    let one = found.get(step);
    if (one === undefined) found.set(step, (one = { step, retried: 0, flips: 0 }));
    return one;
  };
  let before: { readonly digest: string; readonly ends: ReadonlyMap<StepAddress, boolean> } | undefined;
  for (const { events } of runs) {
    const failures = new Map<StepAddress, number>();
    const ends = new Map<StepAddress, boolean>();
    let digest = '';
    for (const event of events) {
      if (event.type === 'run-started') digest = event.workflow.digest;
      if (event.type !== 'attempt-ended') continue;
      const { step, outcome } = event;
      // Somebody's decision is nobody's flakiness.
      if (!outcome.ok && (outcome.failure.kind === 'cancelled' || outcome.failure.kind === 'rejected'))
        continue;
      if (!outcome.ok) failures.set(step, (failures.get(step) ?? 0) + 1);
      else if ((failures.get(step) ?? 0) > 0) of(step).retried += failures.get(step) ?? 0;
      ends.set(step, outcome.ok);
    }
    for (const [step, isGood] of ends) {
      const was = before?.digest === digest ? before.ends.get(step) : undefined;
      if (was !== undefined && was !== isGood) of(step).flips++;
    }
    before = { digest, ends };
  }
  return [...found.values()]
    .filter(({ retried, flips }) => retried > 0 || flips > 1)
    .toSorted((a, b) => b.retried + b.flips - (a.retried + a.flips) || (a.step < b.step ? -1 : 1));
}
