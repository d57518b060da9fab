import type { Clock } from '../base/clock.ts';

/** setTimeout cannot count further; a longer wait is made of several. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's own clocks. */
export const systemClock: Clock = {
  now: Date.now,
  // Not `performance.now()`: the first touch of `performance` loads some milliseconds of modules.
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
  wake(delayMs, callback) {
    let timer: NodeJS.Timeout;
    const wait = (leftMs: number) => {
      const partMs = Math.min(leftMs, LONGEST_TIMER_MS);
      timer = setTimeout(() => (leftMs > partMs ? wait(leftMs - partMs) : callback()), partMs);
    };
    wait(delayMs);
    return () => clearTimeout(timer);
  },
};
