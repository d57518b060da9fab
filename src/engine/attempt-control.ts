import type { AttemptIo } from '../backends/backend.ts';
import type { LogSink } from '../model/log-sink.ts';

/** One running attempt as its run holds it. What the executor does not ask for is never made: most attempts are short. */
export class AttemptControl implements AttemptIo {
  readonly #openLog: () => LogSink;
  #log: LogSink | undefined;
  #cancel: AbortController | undefined;
  #kill: AbortController | undefined;
  #asked = false;
  #forced = false;

  constructor(openLog: () => LogSink) {
    this.#openLog = openLog;
  }

  get log(): LogSink {
    return (this.#log ??= this.#openLog());
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
