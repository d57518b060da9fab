import { percentile } from '../base/percentile.ts';
import type { Cause } from '../model/run-event.ts';
import type { RunStatus } from '../model/run-state.ts';
import type { ScheduleRecord } from '../model/schedule-record.ts';
import { isFailedRun } from './run-groups.ts';

/** How a project's runs and schedules went, from its journal alone, so that it is true in any process. Times in milliseconds. */
export interface SchedulerMetrics extends Counts {
  /** By the workflow's path. */
  readonly byWorkflow: Readonly<Record<string, Counts>>;
  /** What is due next, earliest first. */
  readonly nextRuns: readonly NextDue[];
}

export interface NextDue {
  readonly workflow: string;
  readonly schedule: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface Counts {
  /** Runs that a schedule began. */
  readonly scheduled: number;
  /** Runs that succeeded. */
  readonly completed: number;
  /** Runs that failed, timed out or were lost. */
  readonly failed: number;
  readonly cancelled: number;
  /** Runs that go on now. */
  readonly active: number;
  /** Runs that wait: for a person, or for their place in a group. */
  readonly queued: number;
  /** Times left out because the run before still went on. */
  readonly skippedForOverlap: number;
  /** Times that nobody was awake for. */
  readonly missed: number;
  /** Times at which no run could begin. */
  readonly refused: number;
  /** Completed of completed and failed, from 0 to 1; absent where there are none. */
  readonly completionRate?: number;
  /** Of all runs that ended. */
  readonly totalMs: number;
  /** Of runs that succeeded; absent where none did. */
  readonly p50Ms?: number;
  readonly p95Ms?: number;
}

/** What is known of a run without its journal. Milliseconds since the epoch. */
export interface CountedRun {
  /** The workflow's path. */
  readonly workflow: string;
  readonly status: RunStatus;
  readonly cause: Cause;
  readonly startedAt: number;
  readonly endedAt?: number;
}

export interface MetricSources {
  readonly runs: readonly CountedRun[];
  readonly records: Iterable<ScheduleRecord>;
  readonly nextRuns?: readonly NextDue[];
}

export function schedulerMetrics({ runs, records, nextRuns = [] }: MetricSources): SchedulerMetrics {
  const all = new Tally();
  const each = new Map<string, Tally>();
  const of = (workflow: string) => {
    let tally = each.get(workflow);
    if (tally === undefined) each.set(workflow, (tally = new Tally()));
    return tally;
  };
  for (const run of runs) {
    all.run(run);
    of(run.workflow).run(run);
  }
  for (const record of records) {
    all.schedule(record);
    of(record.workflow).schedule(record);
  }
  const names = [...each.keys()].sort();
  const byWorkflow = Object.fromEntries(names.map((name) => [name, of(name).counts()]));
  return { ...all.counts(), byWorkflow, nextRuns: nextRuns.toSorted((a, b) => a.at - b.at) };
}

class Tally {
  #scheduled = 0;
  #completed = 0;
  #failed = 0;
  #cancelled = 0;
  #active = 0;
  #queued = 0;
  #skipped = 0;
  #missed = 0;
  #refused = 0;
  #totalMs = 0;
  readonly #took: number[] = [];

  run({ status, cause, startedAt, endedAt }: CountedRun): void {
    if (cause.kind === 'schedule') this.#scheduled++;
    if (status === 'running') this.#active++;
    else if (status === 'waiting') this.#queued++;
    else if (status === 'succeeded') this.#completed++;
    else if (isFailedRun(status)) this.#failed++;
    else this.#cancelled++;
    if (endedAt === undefined || status === 'running' || status === 'waiting') return;
    const tookMs = Math.max(0, endedAt - startedAt);
    this.#totalMs += tookMs;
    if (status === 'succeeded') this.#took.push(tookMs);
  }

  schedule({ skipped, missed, refused }: ScheduleRecord): void {
    this.#skipped += skipped;
    this.#missed += missed;
    this.#refused += refused;
  }

  counts(): Counts {
    const took = this.#took.toSorted((a, b) => a - b);
    const counted = this.#completed + this.#failed;
    return {
      scheduled: this.#scheduled,
      completed: this.#completed,
      failed: this.#failed,
      cancelled: this.#cancelled,
      active: this.#active,
      queued: this.#queued,
      skippedForOverlap: this.#skipped,
      missed: this.#missed,
      refused: this.#refused,
      ...(counted > 0 && { completionRate: this.#completed / counted }),
      totalMs: this.#totalMs,
      ...(took.length > 0 && { p50Ms: percentile(took, 0.5), p95Ms: percentile(took, 0.95) }),
    };
  }
}

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly of: (counts: Counts) => number | undefined;
}

const seconds = (ms: number | undefined) => (ms === undefined ? undefined : ms / 1000);

/** All are gauges where pruning can make them fall. */
const METRICS: readonly Metric[] = [
  {
    name: 'baton_runs_scheduled',
    help: 'Runs that a schedule began.',
    type: 'gauge',
    of: (c) => c.scheduled,
  },
  { name: 'baton_runs_completed', help: 'Runs that succeeded.', type: 'gauge', of: (c) => c.completed },
  {
    name: 'baton_runs_failed',
    help: 'Runs that failed, timed out or were lost.',
    type: 'gauge',
    of: (c) => c.failed,
  },
  { name: 'baton_runs_cancelled', help: 'Runs that were cancelled.', type: 'gauge', of: (c) => c.cancelled },
  { name: 'baton_runs_active', help: 'Runs that go on now.', type: 'gauge', of: (c) => c.active },
  {
    name: 'baton_runs_queued',
    help: 'Runs that wait for a person or a place.',
    type: 'gauge',
    of: (c) => c.queued,
  },
  {
    name: 'baton_times_skipped_total',
    help: 'Times left out because the run before still went on.',
    type: 'counter',
    of: (c) => c.skippedForOverlap,
  },
  {
    name: 'baton_times_missed_total',
    help: 'Times that nobody was awake for.',
    type: 'counter',
    of: (c) => c.missed,
  },
  {
    name: 'baton_times_refused_total',
    help: 'Times at which no run could begin.',
    type: 'counter',
    of: (c) => c.refused,
  },
  {
    name: 'baton_run_seconds',
    help: 'Time of all runs that ended.',
    type: 'gauge',
    of: (c) => seconds(c.totalMs),
  },
  {
    name: 'baton_run_seconds_p50',
    help: 'Median time of runs that succeeded.',
    type: 'gauge',
    of: (c) => seconds(c.p50Ms),
  },
  {
    name: 'baton_run_seconds_p95',
    help: '95th percentile of the time of runs that succeeded.',
    type: 'gauge',
    of: (c) => seconds(c.p95Ms),
  },
];

/** The Prometheus text format, version 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function metricsAsPrometheus(metrics: SchedulerMetrics): string {
  const lines: string[] = [];
  const workflows = Object.entries(metrics.byWorkflow);
  for (const { name, help, type, of } of METRICS) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const [workflow, counts] of workflows) {
      const value = of(counts);
      if (value !== undefined) lines.push(`${name}{workflow="${escaped(workflow)}"} ${value}`);
    }
  }
  const next = 'baton_next_run_timestamp_seconds';
  lines.push(`# HELP ${next} When a schedule is due next.`, `# TYPE ${next} gauge`);
  for (const { workflow, schedule, at } of metrics.nextRuns) {
    lines.push(`${next}{workflow="${escaped(workflow)}",schedule="${escaped(schedule)}"} ${at / 1000}`);
  }
  return `${lines.join('\n')}\n`;
}

function escaped(label: string): string {
  return label
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`);
}

/** The metrics as the MCP tool and other programs read them: names with underscores, durations in seconds. */
export function metricsAsJson(metrics: SchedulerMetrics): Record<string, unknown> {
  return {
    ...countsAsJson(metrics),
    by_workflow: Object.fromEntries(
      Object.entries(metrics.byWorkflow).map(([name, counts]) => [name, countsAsJson(counts)]),
    ),
    next_runs: metrics.nextRuns.map(({ workflow, schedule, at }) => ({
      workflow,
      schedule,
      at: new Date(at).toISOString(),
    })),
  };
}

function countsAsJson(counts: Counts): Record<string, unknown> {
  const { completionRate, p50Ms, p95Ms } = counts;
  return {
    jobs_scheduled: counts.scheduled,
    jobs_completed: counts.completed,
    jobs_failed: counts.failed,
    jobs_cancelled: counts.cancelled,
    active_jobs: counts.active,
    queued_jobs: counts.queued,
    skipped_for_overlap: counts.skippedForOverlap,
    missed: counts.missed,
    refused: counts.refused,
    completion_rate: completionRate ?? null,
    total_execution_time: counts.totalMs / 1000,
    p50_execution_time: p50Ms === undefined ? null : p50Ms / 1000,
    p95_execution_time: p95Ms === undefined ? null : p95Ms / 1000,
  };
}
