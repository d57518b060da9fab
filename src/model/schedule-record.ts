import type { RunId } from './attempt.ts';

/** Which schedule: made of its workflow's path and what it says, so that it stays the same as long as those do. */
export type ScheduleId = string;

/** What happened to a schedule. Several processes may tell the same of the same time. All times in milliseconds since the epoch. */
export type ScheduleFact =
  /** Somebody who keeps schedules saw it for the first time: its times count from here, and so does `every`. */
  | {
      readonly type: 'schedule-adopted';
      readonly schedule: ScheduleId;
      readonly at: number;
      readonly workflow: string;
      /** What it says, for people: `cron 0 2 * * *, Europe/Berlin`. */
      readonly text: string;
    }
  | { readonly type: 'schedule-paused'; readonly schedule: ScheduleId; readonly at: number }
  /** What would have been due in the meantime is not made up for. */
  | { readonly type: 'schedule-resumed'; readonly schedule: ScheduleId; readonly at: number }
  /** A run began for a time. */
  | {
      readonly type: 'schedule-fired';
      readonly schedule: ScheduleId;
      readonly at: number;
      readonly nominal: number;
      readonly run: RunId;
      readonly isCatchUp: boolean;
    }
  /** A run for this time was there already; whoever began it did not live to say so. */
  | {
      readonly type: 'schedule-settled';
      readonly schedule: ScheduleId;
      readonly at: number;
      readonly nominal: number;
    }
  /** The run before still went on. */
  | {
      readonly type: 'schedule-skipped';
      readonly schedule: ScheduleId;
      readonly at: number;
      readonly nominal: number;
    }
  /** Nobody was awake, and it is not made up for. */
  | {
      readonly type: 'schedule-missed';
      readonly schedule: ScheduleId;
      readonly at: number;
      readonly first: number;
      readonly last: number;
      readonly count: number;
    }
  /** No run could begin. */
  | {
      readonly type: 'schedule-refused';
      readonly schedule: ScheduleId;
      readonly at: number;
      readonly nominal: number;
      readonly message: string;
    };

/** One schedule as the facts so far leave it. */
export interface ScheduleRecord {
  readonly schedule: ScheduleId;
  readonly workflow: string;
  readonly text: string;
  /** `every` counts from here, and nothing before it was missed. */
  readonly enabledAt: number;
  readonly paused: boolean;
  /** Every time up to this one is dealt with. */
  readonly handledUntil: number;
  readonly fired: number;
  readonly skipped: number;
  readonly missed: number;
  readonly refused: number;
  /** The last run that began for it. */
  readonly last?: { readonly nominal: number; readonly run: RunId };
  /** The last times that came to nothing, newest last. */
  readonly lately: readonly ScheduleNote[];
}

export type ScheduleNote = Extract<
  ScheduleFact,
  { readonly type: 'schedule-skipped' | 'schedule-missed' | 'schedule-refused' }
>;

export type ScheduleRecords = ReadonlyMap<ScheduleId, ScheduleRecord>;

/** So many notes are kept of each schedule. */
const MOST_NOTES = 20;

/**
 * The one fold. What two processes say of the same time counts once: a time up to which all is dealt with cannot be
 * skipped, missed or refused any more.
 */
export function applyScheduleFact(
  record: ScheduleRecord | undefined,
  fact: ScheduleFact,
): ScheduleRecord | undefined {
  if (fact.type === 'schedule-adopted') {
    const { schedule, at, workflow, text } = fact;
    if (record !== undefined) return record;
    const none = { fired: 0, skipped: 0, missed: 0, refused: 0 };
    return { schedule, workflow, text, enabledAt: at, paused: false, handledUntil: at, ...none, lately: [] };
  }
  if (record === undefined) return undefined;
  const until = (time: number) => ({ handledUntil: Math.max(record.handledUntil, time) });
  switch (fact.type) {
    case 'schedule-paused':
      return { ...record, paused: true };
    case 'schedule-resumed':
      return record.paused ? { ...record, paused: false, enabledAt: fact.at, handledUntil: fact.at } : record;
    case 'schedule-fired': {
      const { nominal, run } = fact;
      const isNewer = nominal >= (record.last?.nominal ?? -Infinity);
      return {
        ...record,
        ...until(nominal),
        fired: record.fired + 1,
        ...(isNewer && { last: { nominal, run } }),
      };
    }
    case 'schedule-settled':
      return { ...record, ...until(fact.nominal) };
    case 'schedule-skipped':
      if (fact.nominal <= record.handledUntil) return record;
      return { ...record, ...until(fact.nominal), skipped: record.skipped + 1, lately: noted(record, fact) };
    case 'schedule-refused':
      if (fact.nominal <= record.handledUntil) return record;
      return { ...record, ...until(fact.nominal), refused: record.refused + 1, lately: noted(record, fact) };
    case 'schedule-missed':
      if (fact.last <= record.handledUntil) return record;
      return {
        ...record,
        ...until(fact.last),
        missed: record.missed + fact.count,
        lately: noted(record, fact),
      };
  }
}

function noted({ lately }: ScheduleRecord, note: ScheduleNote): readonly ScheduleNote[] {
  return [...lately.slice(1 - MOST_NOTES), note];
}
