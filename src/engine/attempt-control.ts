import type { AttemptIo } from '../backends/backend.ts';
import type { JournalWriter } from '../journal/journal.ts';
import type { StepAddress } from '../model/attempt.ts';
import type { LogSink } from '../model/log-sink.ts';

/** One running attempt as its run holds it. What the executor does not ask for is never made: most attempts are short. */
export class AttemptControl implements AttemptIo {
  readonly #writer: Pick<JournalWriter, 'log'>;
  readonly #step: StepAddress;
  readonly #attempt: number;
  #log: LogSink | undefined;
  #cancel: AbortController | undefined;
  #kill: AbortController | undefined;
  #asked = false;
  #forced = false;

  constructor(writer: Pick<JournalWriter, 'log'>, step: StepAddress, attempt: number) {
    this.#writer = writer;
    this.#step = step;
    this.#attempt = attempt;
  }

  get log(): LogSink {
    return (this.#log ??= this.#writer.log(this.#step, this.#attempt));
  }

  get cancel(): AbortSignal {
    this.#cancel ??= controller(this.#asked);
    return this.#cancel.signal;
  }

  get kill(): AbortSignal {
    this.#kill ??= controller(this.#forced);
    return this.#kill.signal;
  }

  /** The step is to end, with its own signal and grace. */
  askToEnd(): void {
    this.#asked = true;
    this.#cancel?.abort();
  }

  /** The step is to end at once. */
  forceToEnd(): void {
    this.askToEnd();
    this.#forced = true;
    this.#kill?.abort();
  }
}

function controller(aborted: boolean): AbortController {
  const made = new AbortController();
  if (aborted) made.abort();
  return made;
}
