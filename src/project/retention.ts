import fs from 'node:fs';
import path from 'node:path';
import type { RunSummary } from '../journal/journal.ts';
import type { RunId } from '../model/attempt.ts';
import type { Project } from './project.ts';

/** How much of the past is kept. */
export interface Retention {
  /** Runs of each workflow, the newest. 0: all. */
  readonly runs: number;
  /** Bytes of all runs together, logs included. 0: no limit. */
  readonly bytes: number;
}

export const RETENTION: Retention = { runs: 200, bytes: 1024 ** 3 };

/**
 * Which runs to forget, oldest first: those beyond the newest of their workflow, then as many as it takes to be within the
 * bytes. What goes on, waits, or was lost is kept whatever its age, and so is a run that one of those belongs to.
 * `sizes`: bytes of a run; those not in it count for nothing. Pure.
 */
export function runsToForget(
  newestFirst: readonly RunSummary[],
  { runs, bytes }: Retention,
  sizes: ReadonlyMap<RunId, number> = new Map(),
): readonly RunId[] {
  const needed = new Set<RunId>();
  for (const run of newestFirst) {
    if (isOver(run) || run.cause.kind !== 'workflow') continue;
    for (const above of [run.cause, ...run.cause.above]) needed.add(above.run);
  }
  const seen = new Map<string, number>();
  const forgotten: RunSummary[] = [];
  const kept: RunSummary[] = [];
  for (const run of newestFirst) {
    const number = (seen.get(run.workflow) ?? 0) + 1;
    seen.set(run.workflow, number);
    const isTooMany = runs > 0 && number > runs;
    if (isTooMany && isOver(run) && !needed.has(run.run)) forgotten.push(run);
    else kept.push(run);
  }
  const sizeOf = ({ run }: RunSummary) => sizes.get(run) ?? 0;
  let total = kept.reduce((sum, run) => sum + sizeOf(run), 0);
  // The newest run of all stays: it is what people look at.
  for (const run of kept.slice(1).toReversed()) {
    if (bytes === 0 || total <= bytes) break;
    if (!isOver(run) || needed.has(run.run)) continue;
    forgotten.push(run);
    total -= sizeOf(run);
  }
  return forgotten.toSorted((a, b) => a.startedAt - b.startedAt).map(({ run }) => run);
}

/** One that was lost can be resumed. */
function isOver({ status }: RunSummary): boolean {
  return status !== 'running' && status !== 'waiting' && status !== 'lost';
}

/** Forgets what is too much, and answers what that was. What cannot be removed now is tried again another time. */
export async function prune(
  project: Project,
  limits: Retention,
  sizes = new SizesOfRuns(),
): Promise<RunId[]> {
  const { journal } = project.runs;
  const all = await journal.list();
  const known = limits.bytes === 0 ? new Map<RunId, number>() : await sizes.of(project, all);
  const removed: RunId[] = [];
  for (const run of runsToForget(all, limits, known))
    if ((await journal.remove(run).catch(() => 'unknown')) === 'removed') removed.push(run);
  return removed;
}

/** Bytes of runs: those of one that is over never change, and are counted once. */
export class SizesOfRuns {
  readonly #known = new Map<string, number>();

  async of({ folder }: Project, runs: readonly RunSummary[]): Promise<ReadonlyMap<RunId, number>> {
    const sizes = new Map<RunId, number>();
    for (const summary of runs) {
      const { run } = summary;
      const key = `${folder} ${run}`;
      const size = this.#known.get(key) ?? (await bytesIn(path.join(folder, '.baton/runs', run)));
      if (isOver(summary)) this.#known.set(key, size);
      sizes.set(run, size);
    }
    return sizes;
  }
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  try {
    for (const entry of await fs.promises.readdir(folder, { withFileTypes: true })) {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) bytes += await bytesIn(file);
      else if (entry.isFile()) bytes += (await fs.promises.lstat(file)).size;
    }
  } catch {
    // It goes away at this moment, or nobody may look into it.
  }
  return bytes;
}
