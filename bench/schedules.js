// What ten thousand schedules cost while nothing is due: memory, and processor time of half a minute.
//
//   node --expose-gc bench/schedules.js [schedules] [seconds]
import { MemoryLedger } from '../src/journal/schedule-ledger.ts';
import { systemClock } from '../src/project/system-clock.ts';
import { Scheduler } from '../src/scheduler/scheduler.ts';

const count = Number(process.argv[2] ?? 10_000);
const seconds = Number(process.argv[3] ?? 30);
const collect = /** @type {() => void} */ (/** @type {any} */ (globalThis).gc ?? (() => undefined));

const ledger = new MemoryLedger();
const nothing = () => Promise.reject(new Error('Nothing is due.'));
const scheduler = new Scheduler({
  clock: systemClock,
  records: () => ledger.read(),
  note: (facts) => ledger.append(facts),
  launch: nothing,
  hasBegun: nothing,
  running: nothing,
  stop: nothing,
  over: nothing,
  trouble: (error) => console.error(error),
});
collect();
const before = process.memoryUsage().heapUsed;
const hour = (new Date().getHours() + 12) % 24;
const began = performance.now();
scheduler.keep(
  Array.from({ length: count }, (_, i) => ({
    id: `s${i}`,
    workflow: `w${i}.yaml`,
    text: `${i % 60} ${hour} * * *`,
    overlap: /** @type {const} */ ('skip'),
    timing: {
      when: { cron: `${i % 60} ${hour} * * *` },
      timezone: 'Europe/Berlin',
      catchUp: /** @type {const} */ ('last'),
      windowMs: 86_400_000,
      seed: `s${i}`,
    },
  })),
);
const took = performance.now() - began;
collect();
const bytes = process.memoryUsage().heapUsed - before;
console.log(`${count} schedules kept in ${took.toFixed(0)} ms, ${(bytes / 1024 ** 2).toFixed(1)} MiB`);
const cpu = process.cpuUsage();
await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const { user, system } = process.cpuUsage(cpu);
console.log(`${((user + system) / 1000).toFixed(0)} ms of processor time in ${seconds} s`);
await scheduler.close();
