import type { Schedule } from '../model/workflow.ts';
import { parseCron } from './cron.ts';
import { edgeBetween, nextTime } from './next-times.ts';
import { localZone, zoneOf, type Zone } from './zone.ts';

/** From when on a schedule is asked. Times in milliseconds since the epoch. */
export interface ScheduleQuestion {
  readonly after: number;
  /** `every` counts from here (rule T1); `after` unless told. */
  readonly enabledAt?: number;
  /** What `H` is made of. */
  readonly seed?: string;
}

type When = Pick<Schedule, 'when' | 'timezone'>;

/** When a schedule is due next; undefined where it never is again, or cannot be read. */
export function nextOf(schedule: When, question: ScheduleQuestion): number | undefined {
  const { after, enabledAt = after, seed } = question;
  const { when } = schedule;
  if ('everyMs' in when) {
    const { everyMs } = when;
    if (everyMs <= 0) return undefined;
    return enabledAt + Math.max(1, Math.floor((after - enabledAt) / everyMs) + 1) * everyMs;
  }
  if ('at' in when) {
    const at = Date.parse(when.at);
    return at > after ? at : undefined;
  }
  const cron = parseCron(when.cron, seed);
  const zone = zoneFor(schedule);
  return cron.ok && zone !== undefined ? nextTime(cron.value, zone, after) : undefined;
}

/** The next times, at most so many. */
export function nextsOf(schedule: When, question: ScheduleQuestion, count: number): readonly number[] {
  const times: number[] = [];
  const { after, enabledAt = after } = question;
  for (let last = after; times.length < count;) {
    const next = nextOf(schedule, { ...question, enabledAt, after: last });
    if (next === undefined) break;
    times.push((last = next));
  }
  return times;
}

/** The zone that a schedule names, or that of the machine; undefined where there is none of that name. */
export function zoneFor({ timezone }: Pick<Schedule, 'timezone'>): Zone | undefined {
  return timezone === undefined ? localZone() : zoneOf(timezone);
}

/** What a change of the clocks does to a schedule. */
export interface ClockChange {
  /** The instant. */
  readonly at: number;
  /** What clocks show just before, and then; as if in UTC. */
  readonly from: number;
  readonly to: number;
  /**
   * Where clocks go forward: `late`, it comes when they have; `left-out`, it keeps its beat and misses nothing. Where they
   * go back: `once`, at the first of two; `twice`, as its beat says.
   */
  readonly effect: 'late' | 'left-out' | 'once' | 'twice';
}

const DAY_MS = 86_400_000;

/** The next change of the clocks within some days, where the schedule has times that it concerns. */
export function nextClockChange(schedule: When, after: number, days: number): ClockChange | undefined {
  const { when } = schedule;
  const zone = zoneFor(schedule);
  const cron = 'cron' in when ? parseCron(when.cron) : undefined;
  if (zone === undefined || cron?.ok !== true) return undefined;
  for (let day = 0; day < days; day++) {
    const [start, end] = [after + day * DAY_MS, after + (day + 1) * DAY_MS];
    const before = zone.offsetAt(start);
    const behind = zone.offsetAt(end);
    if (before === behind) continue;
    const at = edgeBetween(zone, start, end);
    const [from, to] = [at + before, at + behind];
    // As clocks would have shown without the change: does anything fall into what they skip, or show again?
    const still: Zone = { name: zone.name, offsetAt: () => 0 };
    const [low, high] = [Math.min(from, to), Math.max(from, to)];
    const concerned = nextTime(cron.value, still, low - 1);
    if (concerned === undefined || concerned >= high) continue;
    const { keepsBeat } = cron.value;
    const effect = to > from ? (keepsBeat ? 'left-out' : 'late') : keepsBeat ? 'twice' : 'once';
    return { at, from, to, effect };
  }
  return undefined;
}
