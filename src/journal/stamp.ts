import type { RunId } from '../model/attempt.ts';
import type { Fact, RunEvent } from '../model/run-event.ts';

/** Gives facts their numbers and times. */
export class Stamper {
  readonly #run: RunId;
  readonly #now: () => number;
  #seq: number;

  constructor(run: RunId, now: () => number, lastSeq: number) {
    this.#run = run;
    this.#now = now;
    this.#seq = lastSeq;
  }

  stamp(facts: readonly Fact[], at: number = this.#now()): RunEvent[] {
    return facts.map((fact) => ({ seq: ++this.#seq, at, run: this.#run, ...fact }));
  }
}
