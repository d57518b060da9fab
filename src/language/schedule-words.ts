import type { Schedule } from '../model/workflow.ts';
import { nextClockChange, nextsOf, zoneFor, type ClockChange } from '../scheduler/schedule-times.ts';
import type { Zone } from '../scheduler/zone.ts';
import { cronWords } from './cron-words.ts';

/** How far ahead a change of the clocks is told. */
const DAYS_AHEAD = 21;

/** When a schedule is due next; of one that counts from when it is enabled, nobody knows that yet. */
export function nextDue(schedule: Pick<Schedule, 'when' | 'timezone'>, now: number): number | undefined {
  return 'everyMs' in schedule.when ? undefined : nextsOf(schedule, { after: now }, 1)[0];
}

/** When a schedule is due, as a person says it: its words, its next three times, and what a change of the clocks does to it. */
export function scheduleWords(schedule: Pick<Schedule, 'when' | 'timezone'>, now: number): string {
  const zone = zoneFor(schedule);
  const { when } = schedule;
  const said = 'cron' in when ? cronWords(when.cron) : undefined;
  if (zone === undefined) return said ?? '';
  const times = nextsOf(schedule, { after: now }, 3).map((time) => `- ${timeIn(zone, time)}`);
  const isInterval = 'everyMs' in when;
  const next = isInterval
    ? 'Counted from when the schedule is enabled.'
    : times.length === 0
      ? 'Never again: no day fits.'
      : `Next, in ${zone.name}:\n\n${times.join('\n')}`;
  const change = nextClockChange(schedule, now, DAYS_AHEAD);
  return [said, next, change && changeWords(change)].filter((each) => each !== undefined).join('\n\n');
}

function timeIn(zone: Zone, time: number): string {
  return new Date(time + zone.offsetAt(time)).toLocaleString('en-GB', {
    timeZone: 'UTC',
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
}

function changeWords({ from, to, effect }: ClockChange): string {
  const day = new Date(from).toLocaleString('en-GB', {
    timeZone: 'UTC',
    weekday: 'long',
    day: 'numeric',
    month: 'long',
  });
  const clock = (time: number) => new Date(time).toISOString().slice(11, 16);
  return `On ${day} the clocks go from ${clock(from)} to ${clock(to)}: ${EFFECTS[effect](clock(to))}.`;
}

const EFFECTS: Readonly<Record<ClockChange['effect'], (then: string) => string>> = {
  late: (then) => `what would be due in between runs at ${then}`,
  'left-out': () => 'it keeps its beat, so nothing runs twice or late',
  once: () => 'what is shown twice runs once, the first time',
  twice: () => 'it keeps its beat, so times that are shown twice come twice',
};
