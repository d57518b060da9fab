import { nextNominal } from '../scheduler/due.ts';
import {
  metricsAsJson,
  metricsAsPrometheus,
  schedulerMetrics,
  type SchedulerMetrics,
} from '../views/metrics.ts';
import type { Project } from '../project/project.ts';
import { printJson, type Door } from './door.ts';
import { EXIT } from './run.ts';

/** `baton metrics`: how runs and schedules went, read from what is kept. */
export async function metrics(
  door: Door,
  { format }: { readonly format: 'json' | 'prometheus' },
): Promise<number> {
  const read = await metricsOf(door.project);
  if (format === 'json') printJson(door, metricsAsJson(read));
  else door.print(metricsAsPrometheus(read));
  return EXIT.succeeded;
}

async function metricsOf({ runs, schedules }: Project): Promise<SchedulerMetrics> {
  const now = Date.now();
  const listed = (await schedules.list()).schedules;
  const nextRuns = listed.flatMap(({ workflow, text, timing, record, broken }) => {
    if (broken !== undefined || record?.paused === true) return [];
    const { enabledAt = now, handledUntil = now } = record ?? {};
    const at = nextNominal(timing, { enabledAt, handledUntil: Math.max(handledUntil, now) }, now);
    return at === undefined ? [] : [{ workflow, schedule: text, at }];
  });
  return schedulerMetrics({
    runs: await runs.journal.list(),
    records: schedules.ledger.read().values(),
    nextRuns,
  });
}
