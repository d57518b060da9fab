import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { dueNow, jitterOf, nextDue, type Standing, type Timing } from '../../src/scheduler/due.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Monday, 5 January 2026, 00:00 UTC. */
const MONDAY = Date.UTC(2026, 0, 5);

const HOURLY: Timing = {
  when: { cron: '0 * * * *' },
  timezone: 'UTC',
  catchUp: 'last',
  windowMs: 24 * HOUR,
  seed: 's',
};
const at = (handledUntil: number, enabledAt = MONDAY): Standing => ({ enabledAt, handledUntil });

suite('What is due', () => {
  test('is nothing before its time, and one run at it', () => {
    equal(dueNow(HOURLY, at(MONDAY), MONDAY + HOUR - 1), undefined);
    deepEqual(dueNow(HOURLY, at(MONDAY), MONDAY + HOUR), {
      start: [{ nominal: MONDAY + HOUR, isCatchUp: false }],
      until: MONDAY + HOUR,
    });
    equal(nextDue(HOURLY, at(MONDAY), MONDAY), MONDAY + HOUR);
  });

  test('is on time for two minutes, and missed from then on', () => {
    equal(dueNow(HOURLY, at(MONDAY), MONDAY + HOUR + 2 * MINUTE)?.start[0]?.isCatchUp, false);
    equal(dueNow(HOURLY, at(MONDAY), MONDAY + HOUR + 2 * MINUTE + 1)?.start[0]?.isCatchUp, true);
  });

  test('is the last of what was missed, or all, or nothing, as `catch_up` says', () => {
    const now = MONDAY + 5.5 * HOUR;
    const starts = (catchUp: Timing['catchUp'], when = now) => {
      const due = dueNow({ ...HOURLY, catchUp }, at(MONDAY), when);
      return [due?.start.map(({ nominal }) => (nominal - MONDAY) / HOUR), due?.missed?.count ?? 0];
    };
    deepEqual(starts('last'), [[5], 4]);
    deepEqual(starts('all'), [[1, 2, 3, 4, 5], 0]);
    deepEqual(starts('none'), [[], 5]);
    // The newest is on time: it makes up for the others, unless all of them count.
    deepEqual(starts('last', MONDAY + 5 * HOUR), [[5], 4]);
    deepEqual(starts('none', MONDAY + 5 * HOUR), [[5], 4]);
    deepEqual(starts('all', MONDAY + 5 * HOUR), [[1, 2, 3, 4, 5], 0]);
  });

  test('goes back no further than the window, and at most a hundred times', () => {
    const week = dueNow(
      { ...HOURLY, catchUp: 'all', windowMs: 3 * HOUR },
      at(MONDAY),
      MONDAY + 168 * HOUR + 10 * MINUTE,
    );
    equal(week?.start.length, 3);
    equal(week?.missed?.count, 165);
    equal(week?.missed?.last, MONDAY + 165 * HOUR);
    const minutes: Timing = { ...HOURLY, when: { cron: '* * * * *' }, catchUp: 'all' };
    const day = dueNow(minutes, at(MONDAY), MONDAY + 20 * HOUR + 30_000);
    equal(day?.start.length, 101); // a hundred, and the one that is on time
    equal(day?.missed?.count, 20 * 60 - 101);
  });

  test('is nothing any more of what lies outside of the window', () => {
    const daily: Timing = { ...HOURLY, when: { cron: '0 8 * * *' } };
    const due = dueNow({ ...daily, windowMs: HOUR }, at(MONDAY), MONDAY + 20 * HOUR);
    deepEqual(due, {
      start: [],
      missed: { first: MONDAY + 8 * HOUR, last: MONDAY + 8 * HOUR, count: 1 },
      until: MONDAY + 8 * HOUR,
    });
  });

  test('counts `every` from when it was enabled, and never fires at once', () => {
    const every: Timing = { ...HOURLY, when: { everyMs: HOUR } };
    equal(dueNow(every, at(MONDAY + 7, MONDAY + 7), MONDAY + 7), undefined);
    equal(nextDue(every, at(MONDAY + 7, MONDAY + 7), MONDAY + 8), MONDAY + 7 + HOUR);
  });

  test('is one moment once, for ever', () => {
    const once: Timing = { ...HOURLY, when: { at: '2026-01-05T08:00:00Z' } };
    deepEqual(dueNow(once, at(MONDAY), MONDAY + 8 * HOUR)?.start, [
      { nominal: MONDAY + 8 * HOUR, isCatchUp: false },
    ]);
    equal(dueNow(once, at(MONDAY + 8 * HOUR), MONDAY + 9 * HOUR), undefined);
    equal(nextDue(once, at(MONDAY + 8 * HOUR), MONDAY + 9 * HOUR), undefined);
  });

  test('never comes twice when the clock is set back, and comes again when it was far wrong', () => {
    // Dealt with up to 6 o'clock; it is 3 o'clock again.
    equal(dueNow(HOURLY, at(MONDAY + 6 * HOUR), MONDAY + 3 * HOUR), undefined);
    equal(nextDue(HOURLY, at(MONDAY + 6 * HOUR), MONDAY + 3 * HOUR), MONDAY + 7 * HOUR);
    const year = MONDAY + 365 * 24 * HOUR;
    equal(nextDue(HOURLY, at(year), MONDAY + 3 * HOUR), MONDAY + 4 * HOUR);
  });

  test('comes up to its jitter later, the same time wherever it is asked, with its own time', () => {
    const jittery: Timing = { ...HOURLY, jitterMs: 10 * MINUTE };
    const late = jitterOf(jittery, MONDAY + HOUR);
    ok(late > 0 && late <= 10 * MINUTE);
    equal(nextDue(jittery, at(MONDAY), MONDAY), MONDAY + HOUR + late);
    equal(dueNow(jittery, at(MONDAY), MONDAY + HOUR + late - 1), undefined);
    deepEqual(dueNow(jittery, at(MONDAY), MONDAY + HOUR + late)?.start, [
      { nominal: MONDAY + HOUR, isCatchUp: false },
    ]);
    ok(
      new Set(Array.from({ length: 20 }, (_, i) => jitterOf({ ...jittery, seed: `${i}` }, MONDAY))).size > 15,
    );
  });

  test('never is a time that was dealt with, and never is a time lost without a word, however one looks', () => {
    const timing = fc.record({
      when: fc.oneof(
        fc.constantFrom({ cron: '*/7 * * * *' }, { cron: '0 3 * * *' }, { cron: '30 */2 * * mon' }),
        fc.integer({ min: 30_000, max: 5 * HOUR }).map((everyMs) => ({ everyMs })),
      ),
      timezone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York'),
      catchUp: fc.constantFrom('last' as const, 'none' as const, 'all' as const),
      windowMs: fc.integer({ min: 0, max: 48 * HOUR }),
      seed: fc.constant('s'),
    });
    const waits = fc.array(fc.integer({ min: 1, max: 6 * HOUR }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(timing, waits, (of, steps) => {
        let now = Date.UTC(2026, 2, 28); // before clocks go forward
        let standing: Standing = { enabledAt: now, handledUntil: now };
        const started: number[] = [];
        let lost = 0;
        for (const step of steps) {
          now += step;
          const due = dueNow(of, standing, now);
          if (due === undefined) continue;
          for (const { nominal } of due.start) {
            ok(nominal > standing.handledUntil && nominal <= now);
            started.push(nominal);
          }
          lost += due.missed?.count ?? 0;
          ok(due.missed === undefined || due.start.every(({ nominal }) => nominal > (due.missed?.last ?? 0)));
          standing = { ...standing, handledUntil: due.until };
        }
        equal(new Set(started).size, started.length);
        deepEqual(
          started,
          started.toSorted((a, b) => a - b),
        );
        let all = 0;
        for (let t = standing.enabledAt; ; all++) {
          const next = nextDue(of, { enabledAt: standing.enabledAt, handledUntil: t }, t);
          if (next === undefined || next > now) break;
          t = next;
        }
        if (all < 900) equal(started.length + lost, all);
      }),
      { numRuns: 200 },
    );
  });

  test('is found in a moment, after months of every second', () => {
    const seconds: Timing = { ...HOURLY, when: { everyMs: 1000 }, catchUp: 'all' };
    const due = dueNow(seconds, at(MONDAY), MONDAY + 100 * 24 * HOUR);
    equal(due?.start.length, 101);
    equal(due.start.at(-1)?.nominal, MONDAY + 100 * 24 * HOUR);
  });
});
