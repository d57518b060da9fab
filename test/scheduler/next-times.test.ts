import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { parseCron } from '../../src/scheduler/cron.ts';
import { nextTime, nextTimes } from '../../src/scheduler/next-times.ts';
import { nextClockChange, nextsOf } from '../../src/scheduler/schedule-times.ts';
import { nearestZone, zoneOf } from '../../src/scheduler/zone.ts';
import { clocksOf, dueMinutes, FORMS, ZONES } from './slow-model.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function cronOf(text: string, seed?: string) {
  const cron = parseCron(text, seed);
  assert.ok(cron.ok, cron.ok ? '' : `${text}: ${cron.error.message}`);
  return cron.value;
}

function zone(name: string) {
  const found = zoneOf(name);
  assert.ok(found, name);
  return found;
}

/** Times as clocks in a zone show them. */
function shown(
  text: string,
  at: { readonly zone: string; readonly after: string; readonly count: number },
): readonly string[] {
  const { offsetAt } = zone(at.zone);
  return nextTimes(cronOf(text), zone(at.zone), { after: Date.parse(at.after), count: at.count }).map(
    (time) => new Date(time + offsetAt(time)).toISOString().slice(0, 16),
  );
}

suite('The next times of a cron expression', () => {
  test('are those of a model that walks minute by minute, in 12 zones, 40 forms and every change of the clocks in three years', () => {
    for (const name of ZONES) {
      for (const edge of changesIn(name, 2025, 2028)) {
        const [from, to] = [edge - 30 * HOUR_MS, edge + 30 * HOUR_MS];
        const clocks = clocksOf(name, from, to);
        for (const form of FORMS) {
          const expected = dueMinutes(form, clocks);
          const found: number[] = [];
          const cron = cronOf(form);
          for (let last = from; ;) {
            const next = nextTime(cron, zone(name), last);
            if (next === undefined || next > to) break;
            found.push((last = next));
          }
          assert.deepEqual(
            found.map((time) => new Date(time).toISOString()),
            expected.map((time) => new Date(time).toISOString()),
            `${form} in ${name} around ${new Date(edge).toISOString()}`,
          );
        }
      }
    }
  }).timeout(180_000);

  test('know days of the month, of the week, and both: either is enough', () => {
    const at = { zone: 'UTC', after: '2026-11-01T00:00:00Z', count: 4 };
    assert.deepEqual(shown('0 0 13 * 5', at), [
      '2026-11-06T00:00',
      '2026-11-13T00:00',
      '2026-11-20T00:00',
      '2026-11-27T00:00',
    ]);
    assert.deepEqual(shown('0 9 L * *', { ...at, count: 2 }), ['2026-11-30T09:00', '2026-12-31T09:00']);
    assert.deepEqual(shown('0 9 L-2 * *', { ...at, count: 1 }), ['2026-11-28T09:00']);
    assert.deepEqual(shown('0 9 * * 5L', { ...at, count: 2 }), ['2026-11-27T09:00', '2026-12-25T09:00']);
    assert.deepEqual(shown('0 9 ? * mon#2', { ...at, count: 2 }), ['2026-11-09T09:00', '2026-12-14T09:00']);
    assert.deepEqual(shown('0 22-2/2 * * *', at), [
      '2026-11-01T02:00',
      '2026-11-01T22:00',
      '2026-11-02T00:00',
      '2026-11-02T02:00',
    ]);
    assert.deepEqual(shown('0 9 * * fri-mon', at), [
      '2026-11-01T09:00',
      '2026-11-02T09:00',
      '2026-11-06T09:00',
      '2026-11-07T09:00',
    ]);
    assert.deepEqual(shown('@weekly', { ...at, count: 2 }), ['2026-11-08T00:00', '2026-11-15T00:00']);
    assert.deepEqual(shown('0 0 29 2 1', { ...at, count: 2 }), ['2027-02-01T00:00', '2027-02-08T00:00']);
  });

  test('reach as far as the calendar does, and say never where no day fits', () => {
    const after = Date.parse('2026-11-23T00:00:00Z');
    const next = (text: string) => {
      const time = nextTime(cronOf(text), zone('UTC'), after);
      return time === undefined ? 'never' : new Date(time).toISOString().slice(0, 10);
    };
    assert.equal(next('0 0 29 2 *'), '2028-02-29');
    assert.equal(next('0 0 31 4 *'), 'never');
    assert.equal(next('0 0 30 2 *'), 'never');
    assert.equal(next('0 0 * 2 0#5'), '2032-02-29');
  });

  test('count seconds where there are six fields', () => {
    const times = nextTimes(cronOf('*/20 59 23 * * *'), zone('UTC'), {
      after: Date.parse('2026-01-01T00:00:00Z'),
      count: 4,
    });
    assert.deepEqual(
      times.map((time) => new Date(time).toISOString().slice(0, 19)),
      ['2026-01-01T23:59:00', '2026-01-01T23:59:20', '2026-01-01T23:59:40', '2026-01-02T23:59:00'],
    );
  });

  test('come when the clocks go on where a day was left out altogether', () => {
    assert.deepEqual(shown('0 9 * * *', { zone: 'Pacific/Apia', after: '2011-12-29T20:00:00Z', count: 2 }), [
      '2011-12-31T00:00',
      '2011-12-31T09:00',
    ]);
  });

  test('are the same each time for `H`, and spread over schedules', () => {
    const minutes = new Set<number>();
    for (let i = 0; i < 200; i++) {
      const { minutes: own } = cronOf('H H(1-4) * * *', `schedule ${i}`);
      assert.deepEqual(own, cronOf('H H(1-4) * * *', `schedule ${i}`).minutes);
      assert.equal(own.length, 1);
      minutes.add(own[0] ?? -1);
    }
    assert.ok(minutes.size > 40, `${minutes.size} minutes`);
    assert.equal(cronOf('H/15 * * * *', 'x').minutes.length, 4);
  });

  test('rise strictly, and one by one they are what they are in a row', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...FORMS),
        fc.constantFrom(...ZONES),
        fc.date({ min: new Date('2000-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
        (form, name, date) => {
          const times = nextTimes(cronOf(form), zone(name), { after: date.getTime(), count: 5 });
          for (const [i, time] of times.entries()) {
            assert.ok(time > (times[i - 1] ?? date.getTime()));
            assert.equal(nextTime(cronOf(form), zone(name), time - 1), time);
          }
        },
      ),
      { numRuns: 2_000 },
    )).timeout(60_000);

  test('are there for any expression that can be read, and any other is refused in words and with its place', () => {
    const field = fc.constantFrom(
      '*',
      '0',
      '5',
      '1-5',
      '5-1',
      '*/2',
      '3/4',
      'H',
      'L',
      '5L',
      'mon',
      'jan',
      '?',
      '5#2',
      '61',
      '-',
      ',',
      '1,',
      '*/0',
      'H(2-1)',
      'xyz',
      'H/7',
    );
    fc.assert(
      fc.property(fc.array(field, { maxLength: 7 }), (fields) => {
        const text = fields.join(' ');
        const cron = parseCron(text);
        if (cron.ok) return void nextTime(cron.value, zone('Europe/Berlin'), 1_800_000_000_000);
        assert.match(cron.error.message, /\.$/);
        assert.ok(
          cron.error.start >= 0 && cron.error.end <= Math.max(text.length, 1),
          JSON.stringify({ text, cron }),
        );
      }),
      { numRuns: 5_000 },
    );
  });
});

suite('A cron expression that cannot be read', () => {
  const CASES: readonly (readonly [string, RegExp, string, string?])[] = [
    ['0 9 * *', /five fields.*This one has 4 fields/, '0 9 * *'],
    ['61 * * * *', /The minute is a number from 0 to 59; here it is "61"/, '61'],
    ['0 9 * * mno', /"mno" is no day of week/, 'mno', 'mon'],
    ['0 9 * fbe *', /"fbe" is no month/, 'fbe', 'feb'],
    ['0 9 * * 1,', /nothing stands beside a comma/, ''],
    ['*/0 * * * *', /The step is a number from 1/, '0'],
    ['@dialy', /There is no "@dialy"/, '@dialy', '@daily'],
    ['? * * * *', /means any day/, '?', '*'],
  ];
  for (const [text, message, part, suggestion] of CASES) {
    test(`says what is wrong with \`${text}\`, and where`, () => {
      const cron = parseCron(text);
      assert.ok(!cron.ok);
      assert.match(cron.error.message, message);
      if (part !== '') assert.equal(text.slice(cron.error.start, cron.error.end), part);
      assert.equal(cron.error.suggestion, suggestion);
    });
  }
});

suite('A schedule', () => {
  test('of `every` counts from when it was enabled, and one of `at` comes once', () => {
    const after = Date.parse('2026-01-01T10:07:00Z');
    const enabledAt = Date.parse('2026-01-01T10:00:00Z');
    const every = nextsOf({ when: { everyMs: 900_000 } }, { after, enabledAt }, 2);
    assert.deepEqual(
      every.map((time) => (time - enabledAt) / 60_000),
      [15, 30],
    );
    assert.deepEqual(nextsOf({ when: { everyMs: 900_000 } }, { after: enabledAt, enabledAt }, 1), [
      enabledAt + 900_000,
    ]);
    const at = nextsOf({ when: { at: '2027-01-01T08:00:00Z' } }, { after }, 3);
    assert.deepEqual(at, [Date.parse('2027-01-01T08:00:00Z')]);
    assert.deepEqual(nextsOf({ when: { at: '2020-01-01T08:00:00Z' } }, { after }, 3), []);
  });

  test('says what a change of the clocks will do to it', () => {
    const effect = (cron: string, after: string) =>
      nextClockChange({ when: { cron }, timezone: 'Europe/Berlin' }, Date.parse(after), 14)?.effect;
    assert.equal(effect('30 2 * * *', '2027-03-20T00:00:00Z'), 'late');
    assert.equal(effect('30 * * * *', '2027-03-20T00:00:00Z'), 'left-out');
    assert.equal(effect('30 2 * * *', '2027-10-25T00:00:00Z'), 'once');
    assert.equal(effect('*/15 2 * * *', '2027-10-25T00:00:00Z'), 'twice');
    assert.equal(effect('30 9 * * *', '2027-10-25T00:00:00Z'), undefined);
    assert.equal(effect('30 2 * * *', '2027-06-01T00:00:00Z'), undefined);
  });

  test('in a zone that does not exist is told which one may have been meant', () => {
    assert.equal(zoneOf('Europe/Berln'), undefined);
    assert.equal(nearestZone('Europe/Berln'), 'Europe/Berlin');
    assert.equal(nearestZone('New York'), 'America/New_York');
    assert.equal(nearestZone('europe/berlin'), 'Europe/Berlin');
    assert.equal(zoneOf('UTC')?.offsetAt(0), 0);
  });
});

/** The instants at which clocks change, to the minute. */
function changesIn(name: string, from: number, to: number): readonly number[] {
  const { offsetAt } = zone(name);
  const changes: number[] = [];
  for (let at = Date.UTC(from, 0, 1); at < Date.UTC(to, 0, 1); at += DAY_MS) {
    if (offsetAt(at) === offsetAt(at + DAY_MS)) continue;
    for (let minute = at; ; minute += 900_000) {
      if (offsetAt(minute) === offsetAt(at)) continue;
      changes.push(minute);
      break;
    }
  }
  return changes;
}
