import type { Journal, Presence } from '../journal/journal.ts';
import type { RunId, StepAddress } from '../model/attempt.ts';
import type { RunEvent } from '../model/run-event.ts';

/** What someone who watches a run is told, in order. */
export interface RunWatcher {
  readonly onEvents: (events: readonly RunEvent[]) => void;
  /** Whole lines that a step printed, without their ends. What it returns is waited for before more is read. */
  readonly onOutput?: (step: StepAddress, lines: readonly string[]) => void | Promise<void>;
}

/** Logs of running steps are read this often. */
const TAIL_EVERY_MS = 100;
const CHUNK_BYTES = 64 * 1024;
/** A line longer than this is shown in pieces. */
const LONGEST_LINE = 16 * 1024;

interface Tail {
  readonly attempt: number;
  readonly decoder: InstanceType<typeof TextDecoder>;
  offset: number;
  rest: string;
}

/** Puts the output of steps between the facts of their start and end. Everything handed in comes out in order. */
export class RunFollower {
  readonly #journal: Journal;
  readonly #run: RunId;
  readonly #watcher: RunWatcher;
  readonly #tails = new Map<StepAddress, Tail>();
  readonly #timer: NodeJS.Timeout;
  #work: Promise<void> = Promise.resolve();
  #ticking = false;

  constructor(journal: Journal, run: RunId, watcher: RunWatcher) {
    this.#journal = journal;
    this.#run = run;
    this.#watcher = watcher;
    this.#timer = setInterval(() => this.#tick(), TAIL_EVERY_MS);
  }

  /** Hands in facts as they come. */
  take(events: readonly RunEvent[]): void {
    this.#work = this.#work.then(() => this.#pass(events));
  }

  async #pass(events: readonly RunEvent[]): Promise<void> {
    let from = 0;
    for (const [i, event] of events.entries()) {
      if (event.type === 'attempt-started' && this.#watcher.onOutput !== undefined)
        this.#open(event.step, event.attempt);
      if (event.type !== 'attempt-ended' || !this.#tails.has(event.step)) continue;
      this.#tell(events.slice(from, i));
      from = i;
      await this.#drain(event.step, true);
      this.#tails.delete(event.step);
    }
    this.#tell(events.slice(from));
  }

  #tell(events: readonly RunEvent[]): void {
    if (events.length > 0) this.#watcher.onEvents(events);
  }

  #open(step: StepAddress, attempt: number): void {
    this.#tails.set(step, { attempt, decoder: new TextDecoder(), offset: 0, rest: '' });
  }

  #tick(): void {
    if (this.#ticking) return;
    this.#ticking = true;
    this.#work = this.#work.then(async () => {
      for (const step of this.#tails.keys()) await this.#drain(step, false);
      this.#ticking = false;
    });
  }

  async #drain(step: StepAddress, ended: boolean): Promise<void> {
    const tail = this.#tails.get(step);
    if (tail === undefined) return;
    for (;;) {
      const query = {
        run: this.#run,
        step,
        attempt: tail.attempt,
        fromByte: tail.offset,
        maxBytes: CHUNK_BYTES,
      };
      const bytes = await this.#journal.readLog(query);
      if (bytes === undefined || bytes.length === 0) break;
      tail.offset += bytes.length;
      await this.#lines(step, tail, tail.decoder.decode(bytes, { stream: true }));
      // A step that floods must not keep this process from noticing what others do.
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (ended && tail.rest !== '') await this.#watcher.onOutput?.(step, [tail.rest]);
  }

  async #lines(step: StepAddress, tail: Tail, text: string): Promise<void> {
    const lines = (tail.rest + text).split('\n');
    tail.rest = lines.pop() ?? '';
    while (tail.rest.length > LONGEST_LINE) {
      lines.push(tail.rest.slice(0, LONGEST_LINE));
      tail.rest = tail.rest.slice(LONGEST_LINE);
    }
    if (lines.length > 0) await this.#watcher.onOutput?.(step, lines.map(withoutCarriageReturn));
  }

  /** Waits until everything handed in has come out, and stops looking at logs. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#work;
  }
}

function withoutCarriageReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

/** Follows any run, whoever owns it, until it ends, is lost or the signal aborts. */
export async function followRun(
  journal: Journal,
  run: RunId,
  watcher: RunWatcher & { readonly signal?: AbortSignal },
): Promise<'ended' | 'parked' | 'lost' | 'aborted' | 'unknown'> {
  const follower = new RunFollower(journal, run, watcher);
  let presence: Presence | undefined;
  try {
    for await (const news of journal.follow(run, watcher.signal)) {
      presence = news.presence;
      follower.take(news.events);
    }
  } finally {
    await follower.close();
  }
  if (presence === undefined) return 'unknown';
  return presence === 'live' ? 'aborted' : presence;
}
