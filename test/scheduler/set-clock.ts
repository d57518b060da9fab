import type { Clock } from '../../src/base/clock.ts';
import { settle } from '../engine/steered.ts';

/** Time that passes, a wall clock that somebody sets beside it, and a machine that sleeps while timers stand still. */
export class SetClock implements Clock {
  #passed = 0;
  #wall: number;
  #timers: { readonly at: number; readonly callback: () => void }[] = [];
  /** How often a timer was set. */
  alarms = 0;

  constructor(start: number) {
    this.#wall = start;
  }

  readonly now = (): number => this.#wall + this.#passed;
  readonly monotonic = (): number => this.#passed;
  readonly wake = (delayMs: number, callback: () => void): (() => void) => {
    this.alarms++;
    const timer = { at: this.#passed + delayMs, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  };

  get timers(): number {
    return this.#timers.length;
  }

  /** What a person, a time server or sleep does: the wall clock moves, and no timer notices. */
  set(byMs: number): void {
    this.#wall += byMs;
  }

  async pass(ms: number): Promise<void> {
    const end = this.#passed + ms;
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#passed = Math.max(this.#passed, next.at);
      this.#timers = this.#timers.filter((each) => each !== next);
      next.callback();
      await settle();
    }
    this.#passed = end;
    await settle();
  }
}
