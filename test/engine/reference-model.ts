import type { SkipReason } from '../../src/model/run-event.ts';
import type { FinalStatus } from '../../src/model/run-state.ts';

/** A step of the model: what it needs, its condition, and how its attempts end, one after the other. */
export interface ModelStep {
  readonly id: string;
  readonly needs: readonly { readonly step: string; readonly allowSkipped: boolean }[];
  readonly when?: 'always()' | 'failure()' | 'success()' | 'none_failed()' | 'false' | 'true';
  readonly allowedToFail: boolean;
  /** One truth a possible attempt: the first true one ends the step well. */
  readonly attempts: readonly boolean[];
}

export interface ModelEnd {
  readonly status: FinalStatus;
  readonly result: FinalStatus;
  readonly reason?: SkipReason;
  readonly attempts: number;
}

interface Judged extends ModelEnd {
  readonly failedUpstream: boolean;
}

/**
 * Rules S2, S4 and S5 written down a second time, as plainly as possible: every step in file order (needs come
 * before), no queues, no time. What the engine does in whatever order must end like this.
 */
export function modelRun(steps: readonly ModelStep[]): ReadonlyMap<string, ModelEnd> {
  const ends = new Map<string, Judged>();
  for (const step of steps) ends.set(step.id, judge(step, ends));
  return ends;
}

function judge(step: ModelStep, ends: ReadonlyMap<string, Judged>): Judged {
  const needs = step.needs.map((need) => ({ ...need, end: ends.get(need.step) }));
  const failedUpstream = needs.some(({ end }) => end?.failedUpstream === true || isBad(end?.result));
  const hold = needs.every(
    ({ end, allowSkipped }) =>
      end?.result === 'succeeded' ||
      (allowSkipped && end?.result === 'skipped' && end.reason !== 'upstream_failed'),
  );
  const skip = (reason: SkipReason): Judged => {
    return { status: 'skipped', result: 'skipped', reason, attempts: 0, failedUpstream };
  };
  const runs: Record<NonNullable<ModelStep['when']>, boolean> = {
    'always()': true,
    'failure()': failedUpstream,
    'success()': hold,
    'none_failed()': !failedUpstream,
    true: true,
    false: false,
  };
  const asksForStatus = step.when?.endsWith('()') === true;
  if (!asksForStatus && !hold) {
    const failed = needs.some(({ end }) => isBad(end?.result) || end?.reason === 'upstream_failed');
    return skip(failed ? 'upstream_failed' : 'upstream_skipped');
  }
  if (step.when !== undefined && !runs[step.when]) return skip('condition');
  const good = step.attempts.indexOf(true);
  if (good >= 0) return { status: 'succeeded', result: 'succeeded', attempts: good + 1, failedUpstream };
  const result = step.allowedToFail ? 'succeeded' : 'failed';
  return { status: 'failed', result, attempts: step.attempts.length, failedUpstream };
}

function isBad(result: FinalStatus | undefined): boolean {
  return result === 'failed' || result === 'timed_out' || result === 'lost' || result === 'cancelled';
}
