// Which times cron libraries find around changes of the clocks, held against a model that walks minute by minute: 12 zones, 40
// forms, every change in three years. And what a next time costs.
//
//   npm install (in bench/); node bench/calendar.js
//
// Prints for each library how many of the stretches it gets wholly right, of fixed times and of those that keep their beat, and
// microseconds for a next time.
import { parseCron } from '../src/scheduler/cron.ts';
import { nextTime } from '../src/scheduler/next-times.ts';
import { zoneOf } from '../src/scheduler/zone.ts';
import { clocksOf, dueMinutes, FORMS, ZONES } from '../test/scheduler/slow-model.ts';

/** A package that only this script needs, and that may not be there. @param {string} name @returns {Promise<any>} */
const other = (name) => import(name);

const HOUR = 3_600_000;

/** @typedef {(form: string, zone: string, from: number, to: number) => number[]} Times */
/** @type {Record<string, Times>} */
const libraries = {
  baton(form, name, from, to) {
    const cron = parseCron(form);
    const zone = zoneOf(name);
    const times = [];
    for (let last = from; cron.ok && zone !== undefined;) {
      const next = nextTime(cron.value, zone, last);
      if (next === undefined || next > to) break;
      times.push((last = next));
    }
    return times;
  },
};

try {
  const { Cron } = await other('croner');
  libraries['croner'] = (form, zone, from, to) => {
    const cron = new Cron(form, { timezone: zone, paused: true });
    const times = [];
    for (let last = from; ;) {
      const next = cron.nextRun(new Date(last))?.getTime();
      if (next === undefined || next > to) return times;
      times.push((last = next));
    }
  };
} catch {
  console.log('croner is not installed.');
}
try {
  const { CronExpressionParser } = await other('cron-parser');
  libraries['cron-parser'] = (form, tz, from, to) => {
    const cron = CronExpressionParser.parse(form, { tz, currentDate: new Date(from) });
    const times = [];
    try {
      for (;;) {
        const next = cron.next().getTime();
        if (next > to) return times;
        times.push(next);
      }
    } catch {
      return times; // It looks only so far, and throws where nothing comes.
    }
  };
} catch {
  console.log('cron-parser is not installed.');
}
try {
  const cron = (await other('node-cron')).default;
  const fake = fakeNow();
  const getNext = (/** @type {any} */ task) => task.getNextRun()?.getTime();
  const probe = cron.createTask('0 0 * * *', () => undefined, { timezone: 'UTC' });
  if (typeof probe.getNextRun !== 'function') throw new Error('no getNextRun');
  libraries['node-cron'] = (form, timezone, from, to) => {
    const times = [];
    for (let last = from; ;) {
      fake.setSystemTime(last + 1000);
      const task = cron.createTask(form, () => undefined, { timezone });
      /** @type {number | undefined} */
      let next;
      try {
        task.start();
        next = getNext(task);
      } catch {
        // It looks only so far ahead, and throws where nothing comes.
      }
      task.destroy();
      fake.restore();
      if (next === undefined || next > to || next <= last) return times;
      times.push((last = next));
    }
  };
} catch {
  console.log('node-cron is not installed, or does not say what comes next.');
}

/** Sets what `Date` says now. */
function fakeNow() {
  const Real = Date;
  return {
    /** @param {number} now */
    setSystemTime(now) {
      const Fake = class extends Real {
        /** @param {any[]} args */
        constructor(...args) {
          if (args.length === 0) super(now);
          else super(.../** @type {[any]} */ (args));
        }
      };
      Fake.now = () => now;
      globalThis.Date = /** @type {any} */ (Fake);
    },
    restore() {
      globalThis.Date = Real;
    },
  };
}

/** @param {string} zone */
function changesIn(zone) {
  const found = zoneOf(zone);
  const edges = [];
  if (found === undefined) return [];
  for (let at = Date.UTC(2025, 0, 1); at < Date.UTC(2028, 0, 1); at += HOUR / 2)
    if (found.offsetAt(at) !== found.offsetAt(at - HOUR / 2)) edges.push(at);
  return edges;
}

const wholly = (/** @type {string} */ form) => /[*/]/.test(form.split(' ').slice(0, 2).join(' '));
/** @type {Record<string, { fixed: number, beat: number, took: number, times: number }>} */
const results = {};
const all = { fixed: 0, beat: 0 };
for (const zone of ZONES) {
  for (const edge of changesIn(zone)) {
    const [from, to] = [edge - 30 * HOUR, edge + 30 * HOUR];
    const clocks = clocksOf(zone, from, to);
    for (const form of FORMS) {
      const expected = dueMinutes(form, clocks).join();
      const kind = wholly(form) ? 'beat' : 'fixed';
      all[kind]++;
      for (const [name, times] of Object.entries(libraries)) {
        const result = (results[name] ??= { fixed: 0, beat: 0, took: 0, times: 0 });
        const began = performance.now();
        const found = times(form, zone, from, to);
        result.took += performance.now() - began;
        result.times += found.length + 1;
        if (found.join() === expected) result[kind]++;
      }
    }
  }
}
console.log(`${all.fixed} stretches of fixed times, ${all.beat} of those that keep their beat`);
for (const [name, { fixed, beat, took, times }] of Object.entries(results)) {
  const part = (/** @type {number} */ n, /** @type {number} */ of) =>
    `${((100 * n) / of).toFixed(1)} %`.padStart(8);
  console.log(
    `  ${name.padEnd(12)} fixed ${part(fixed, all.fixed)}  beat ${part(beat, all.beat)}  ${((1000 * took) / times).toFixed(1).padStart(8)} µs`,
  );
}
