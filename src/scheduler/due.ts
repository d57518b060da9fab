import type { Schedule } from '../model/workflow.ts';
import { nextOf } from './schedule-times.ts';

/** A schedule as far as its times go: no file, no workflow. */
export interface Timing extends Pick<Schedule, 'when' | 'timezone' | 'catchUp' | 'windowMs' | 'jitterMs'> {
  /** What `H` and jitter are made of, the same in every process. */
  readonly seed: string;
}

/** Where a schedule stands. Milliseconds since the epoch. */
export interface Standing {
  /** Its times count from here, and `every` too. */
  readonly enabledAt: number;
  /** Every time up to this one is dealt with. */
  readonly handledUntil: number;
}

/** What is to be done about the times that have come. */
export interface Due {
  /** Runs to begin, the oldest first. */
  readonly start: readonly { readonly nominal: number; readonly isCatchUp: boolean }[];
  /** Times, all before those, that are not made up for. */
  readonly missed?: { readonly first: number; readonly last: number; readonly count: number };
  /** The last time that has come. */
  readonly until: number;
}

/** What comes later than this was missed, whether the machine slept or its clock was set (rule T5). */
const LATE_MS = 120_000;
/** T4. */
const MOST_CATCH_UPS = 100;
/** So many missed times are counted one by one, before the window and in it; then the rest is left out of the count. */
const MOST_COUNTED = { before: 1000, inside: 100_000 };
/** A clock that was this far ahead was wrong: what was dealt with by it must not hold a schedule up for months. */
const CLOCK_WRONG_MS = 24 * 3_600_000;

/**
 * What has come due since the last look (rules T3 to T5), or undefined. The newest time is on time when it is at most two
 * minutes old. All others were missed, and `catch_up` says what is done about them: nothing, one run for the newest of
 * them (none where a newer one is on time), or a run for each inside of the window, at most 100.
 */
export function dueNow(timing: Timing, standing: Standing, now: number): Due | undefined {
  const since = sinceWhen(standing, now);
  const windowStart = now - timing.windowMs;
  const before = timesBetween(timing, standing, {
    after: since,
    upTo: Math.min(now, windowStart),
    now,
    most: MOST_COUNTED.before,
  });
  const inside = timesBetween(timing, standing, {
    after: Math.max(since, windowStart),
    upTo: now,
    now,
    most: MOST_COUNTED.inside,
  });
  const all = { first: before.first ?? inside.first, last: inside.last.at(-1) ?? before.last.at(-1) };
  if (all.first === undefined || all.last === undefined) return undefined;
  const newest = inside.last.at(-1);
  const isOnTime = newest !== undefined && now - newest - jitterOf(timing, newest) <= LATE_MS;
  const late = isOnTime ? inside.last.slice(0, -1) : inside.last;
  const made = madeUp(late, { catchUp: timing.catchUp, isOnTime });
  const start = [
    ...made.map((nominal) => ({ nominal, isCatchUp: true })),
    ...(isOnTime ? [{ nominal: newest, isCatchUp: false }] : []),
  ];
  const count = before.count + inside.count - start.length;
  const [begin] = start;
  const lost = begin === undefined ? all.last : late.findLast((nominal) => nominal < begin.nominal);
  const missed = { first: all.first, last: lost ?? before.last.at(-1) ?? all.first, count };
  return { start, ...(count > 0 && { missed }), until: all.last };
}

/** When something has to be done next: a time and its jitter; undefined where it never is again. */
export function nextDue(timing: Timing, standing: Standing, now: number): number | undefined {
  const nominal = nextNominal(timing, standing, now);
  return nominal === undefined ? undefined : nominal + jitterOf(timing, nominal);
}

/** The next time that is not dealt with. */
export function nextNominal(timing: Timing, standing: Standing, now: number): number | undefined {
  return nextOf(timing, {
    after: sinceWhen(standing, now),
    enabledAt: standing.enabledAt,
    seed: timing.seed,
  });
}

/** How much later than its time a run begins, from 0 to `jitter`: the same for the same time, wherever it is asked. */
export function jitterOf({ jitterMs = 0, seed }: Timing, nominal: number): number {
  return jitterMs === 0 ? 0 : hash(`${seed} ${nominal}`) % (jitterMs + 1);
}

function sinceWhen({ enabledAt, handledUntil }: Standing, now: number): number {
  const since = Math.max(enabledAt, handledUntil);
  return since > now + CLOCK_WRONG_MS ? now : since;
}

function madeUp(
  late: readonly number[],
  { catchUp, isOnTime }: { readonly catchUp: Timing['catchUp']; readonly isOnTime: boolean },
): readonly number[] {
  if (catchUp === 'none' || (catchUp === 'last' && isOnTime)) return [];
  return late.slice(catchUp === 'last' ? -1 : -MOST_CATCH_UPS);
}

interface Times {
  readonly first: number | undefined;
  readonly count: number;
  /** The newest ones, as many as may be needed. */
  readonly last: readonly number[];
}

interface Stretch {
  readonly after: number;
  readonly upTo: number;
  readonly now: number;
  readonly most: number;
}

/** The times after one instant and up to another that have come with their jitter. */
function timesBetween(timing: Timing, { enabledAt }: Standing, { after, upTo, now, most }: Stretch): Times {
  const last: number[] = [];
  let first: number | undefined;
  let count = 0;
  let from = after;
  for (let jumped = false; ;) {
    const nominal = nextOf(timing, { after: from, enabledAt, seed: timing.seed });
    if (nominal === undefined || nominal > upTo || nominal + jitterOf(timing, nominal) > now) break;
    first ??= nominal;
    count++;
    last.push((from = nominal));
    if (last.length > 2 * MOST_CATCH_UPS) last.splice(0, MOST_CATCH_UPS - 2);
    if (count === most && !jumped) {
      // Every second over a long weekend: only the newest ones matter.
      jumped = true;
      const step = nominal - (last.at(-2) ?? nominal - 1000);
      from = Math.max(from, upTo - step * (MOST_CATCH_UPS + 2));
    }
  }
  return { first, count, last };
}

/** FNV-1a over UTF-16 code units, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
