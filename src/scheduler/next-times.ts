import type { Cron } from './cron.ts';
import type { Zone } from './zone.ts';

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;
/** The calendar repeats itself after 400 years, and every date that exists at all comes within 40 (29 February, 5th Monday). */
const MOST_MONTHS = 12 * 41;

/**
 * The first instant after another at which an expression is due, in milliseconds since the epoch; undefined where it
 * never is. A fixed time that the clocks leave out comes at the first instant after the gap, one that they show twice at
 * the first; what keeps its beat follows real time (rule T2). Costs some microseconds, however far away it is: months and
 * days are looked at as numbers, and the zone is asked only about days that fit.
 */
export function nextTime(cron: Cron, zone: Zone, after: number): number | undefined {
  const local = after + zone.offsetAt(after);
  const first = Math.floor(local / DAY_MS);
  const date = new Date(first * DAY_MS);
  let year = date.getUTCFullYear();
  let month = date.getUTCMonth() + 1;
  let from = date.getUTCDate();
  // Behind a clock that was set back, the day before goes on.
  for (const day of [first - 1, first]) {
    const found = fits(cron, day) ? inDay(cron, zone, { day, after }) : undefined;
    if (found !== undefined) return found;
  }
  from++;
  for (let count = 0; count < MOST_MONTHS; count++) {
    if (cron.months[month] === 1) {
      const start = Date.UTC(year, month - 1, 1) / DAY_MS;
      const length = daysIn(year, month);
      for (let d = from; d <= length; d++) {
        const day = start + d - 1;
        if (!isDay(cron, { day, d, length })) continue;
        const found = inDay(cron, zone, { day, after });
        if (found !== undefined) return found;
      }
    }
    from = 1;
    month = month === 12 ? 1 : month + 1;
    if (month === 1) year++;
  }
  return undefined;
}

/** The next instants, at most so many. */
export function nextTimes(
  cron: Cron,
  zone: Zone,
  { after, count }: { readonly after: number; readonly count: number },
): readonly number[] {
  const times: number[] = [];
  for (let last = after; times.length < count;) {
    const next = nextTime(cron, zone, last);
    if (next === undefined) break;
    times.push((last = next));
  }
  return times;
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function fits(cron: Cron, day: number): boolean {
  const date = new Date(day * DAY_MS);
  const month = date.getUTCMonth() + 1;
  if (cron.months[month] !== 1) return false;
  return isDay(cron, { day, d: date.getUTCDate(), length: daysIn(date.getUTCFullYear(), month) });
}

interface DayOfMonth {
  /** Since the epoch. */
  readonly day: number;
  /** In its month, from 1. */
  readonly d: number;
  readonly length: number;
}

function isDay(cron: Cron, of: DayOfMonth): boolean {
  if (cron.anyDay || cron.anyWeekday) return isDate(cron, of) && isWeekday(cron, of);
  return isDate(cron, of) || isWeekday(cron, of);
}

function isDate({ days, lastDays }: Cron, { d, length }: DayOfMonth): boolean {
  return days[d] === 1 || lastDays.includes(length - d);
}

function isWeekday({ weekdays, nthWeekdays, lastWeekdays }: Cron, { day, d, length }: DayOfMonth): boolean {
  const weekday = (((day + 4) % 7) + 7) % 7; // the epoch was a Thursday
  if (weekdays[weekday] === 1) return true;
  const nth = Math.ceil(d / 7);
  if (nthWeekdays.some((each) => each.weekday === weekday && each.nth === nth)) return true;
  return d + 7 > length && lastWeekdays.includes(weekday);
}

/** The first instant of a local day that is due after another one. */
function inDay(
  cron: Cron,
  zone: Zone,
  { day, after }: { readonly day: number; readonly after: number },
): number | undefined {
  const start = day * DAY_MS;
  // No clock is more than 14 hours before or 12 behind UTC.
  const [before, behind] = [zone.offsetAt(start - DAY_MS), zone.offsetAt(start + 2 * DAY_MS)];
  const timeFrom = (instant: number, offset: number) => timeAfter(cron, instant + offset - start);
  if (before === behind) {
    const time = timeFrom(after, before);
    return time === undefined ? undefined : start + time - before;
  }
  const edge = edgeBetween(zone, start - DAY_MS, start + 2 * DAY_MS);
  const first = timeFrom(after, before);
  if (first !== undefined && start + first - before < edge) return start + first - before;
  const gapStart = edge + before;
  const gapEnd = edge + behind;
  if (cron.keepsBeat) {
    const time = timeFrom(Math.max(after, edge - 1), behind);
    return time === undefined ? undefined : start + time - behind;
  }
  // What the clocks leave out comes when they go on.
  const left = gapEnd > gapStart && edge > after ? timeAfter(cron, gapStart - 1 - start) : undefined;
  if (left !== undefined && start + left < gapEnd) return edge;
  // What they show again has been.
  const time = timeAfter(cron, Math.max(after + behind, Math.max(gapStart, gapEnd) - 1) - start);
  return time === undefined ? undefined : start + time - behind;
}

/** When, between two instants, the offset changes: the first instant with the new one. */
export function edgeBetween(zone: Zone, from: number, to: number): number {
  const before = zone.offsetAt(from);
  let low = Math.floor(from / STEP_MS);
  let high = Math.ceil(to / STEP_MS);
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (zone.offsetAt(middle * STEP_MS) === before) low = middle;
    else high = middle;
  }
  return high * STEP_MS;
}

/** Clocks are changed at full quarters of an hour. */
const STEP_MS = 900_000;

/** The first time of a day after another one, in milliseconds since midnight as clocks show it. */
function timeAfter({ hours, minutes, seconds }: Cron, after: number): number | undefined {
  const from = Math.max(0, Math.floor(after / SECOND_MS) + 1);
  if (from >= DAY_MS / SECOND_MS) return undefined;
  const [hour, minute, second] = [Math.floor(from / 3600), Math.floor(from / 60) % 60, from % 60];
  for (const h of hours) {
    if (h < hour) continue;
    for (const m of minutes) {
      if (h === hour && m < minute) continue;
      for (const s of seconds) {
        if (h === hour && m === minute && s < second) continue;
        return (h * 3600 + m * 60 + s) * SECOND_MS;
      }
    }
  }
  return undefined;
}
