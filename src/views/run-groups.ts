import type { RunId } from '../model/attempt.ts';
import { isFailure, type RunStatus } from '../model/run-state.ts';

/** What a list says of a run. */
export interface ListedRun {
  readonly run: RunId;
  /** Path of the workflow. */
  readonly workflow: string;
  /** The workflow's own name; may be empty. */
  readonly name: string;
  readonly status: RunStatus;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

export type GroupBy = 'day' | 'workflow';

export interface RunGroup<R> {
  /** The same for as long as the group is there. */
  readonly key: string;
  /** In the order given. */
  readonly runs: readonly R[];
}

export interface GroupedRuns<R> {
  /** Those that need no heading: of today. */
  readonly loose: readonly R[];
  readonly groups: readonly RunGroup<R>[];
}

/**
 * Runs under headings: by day, those of today without one; or by workflow, the one that ran last first. `dayOf` names the
 * day of a time, which is a matter of the reader's time zone.
 */
export function groupRuns<R>(
  runs: readonly R[],
  by: GroupBy,
  of: {
    readonly summary: (run: R) => ListedRun;
    readonly dayOf: (at: number) => string;
    readonly now: number;
    /** Tells workflows of the same path in two folders apart. */
    readonly folder?: (run: R) => string;
  },
): GroupedRuns<R> {
  const today = of.dayOf(of.now);
  const loose: R[] = [];
  const groups = new Map<string, R[]>();
  for (const run of runs) {
    const { workflow, startedAt } = of.summary(run);
    const key = by === 'workflow' ? `${of.folder?.(run) ?? ''} ${workflow}` : of.dayOf(startedAt);
    if (by === 'day' && key === today) {
      loose.push(run);
      continue;
    }
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [run]);
    else group.push(run);
  }
  return { loose, groups: [...groups].map(([key, inside]) => ({ key, runs: inside })) };
}

/** What a person wants to see; a filter without anything in it lets all pass. */
export interface RunFilter {
  readonly only?: 'failed' | 'going-on' | 'waiting';
  /** Part of the name, the path or the id, whatever its case. */
  readonly text?: string;
}

export function passes({ only, text }: RunFilter, run: ListedRun): boolean {
  if (only === 'failed' && !isFailedRun(run.status)) return false;
  if (only === 'going-on' && run.status !== 'running') return false;
  if (only === 'waiting' && run.status !== 'waiting') return false;
  if (text === undefined || text.trim() === '') return true;
  const wanted = text.trim().toLowerCase();
  return [run.name, run.workflow, run.run].some((each) => each.toLowerCase().includes(wanted));
}

export function isFailedRun(status: RunStatus): boolean {
  return status !== 'waiting' && status !== 'running' && isFailure(status);
}

/** How the runs of a group went. Those that go on or were cancelled count for neither. */
export function tally(runs: readonly ListedRun[]): { readonly succeeded: number; readonly failed: number } {
  let succeeded = 0;
  let failed = 0;
  for (const { status } of runs) {
    if (status === 'succeeded') succeeded++;
    else if (isFailedRun(status)) failed++;
  }
  return { succeeded, failed };
}
