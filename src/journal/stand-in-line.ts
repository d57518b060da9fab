import { hasRoomFor, standingOf, victimsOf, type Member, type Standing } from './group-places.ts';
import type { Entered, GroupRequest, Holder, Lease } from './groups.ts';

/** One group's members in the order of their tickets, wherever they are kept. `join` and `members` may throw what a disk throws. */
export interface Line {
  /** Takes a ticket behind everybody else's; the answer names it. */
  join(holder: Holder, limit: number): string;
  /** Those whose process lives, in order. */
  members(): readonly Member[];
  /** Never throws. */
  leave(id: string): void;
  /** Tells when somebody may have come or gone. */
  onChange(listener: () => void): Disposable;
}

/** Who died tells nobody: the line is looked at this often without news. */
const LOOK_AGAIN_MS = 400;
/** Somebody is just finding their place. */
const SETTLING_MS = 10;
/** Changes come in bursts. */
const BURST_MS = 5;

/** What every implementation does with a request, once it has a line. */
export async function standInLine(line: Line, request: GroupRequest, signal: AbortSignal): Promise<Entered> {
  try {
    return await waitFor(line, request, signal);
  } catch (error) {
    return { trouble: `The group "${request.group}" cannot be kept: ${(error as Error).message}` };
  }
}

async function waitFor(line: Line, request: GroupRequest, signal: AbortSignal): Promise<Entered> {
  if (signal.aborted) return 'aborted';
  const { holder, limit, whenFull } = request;
  if (whenFull === 'reject' && !hasRoomFor(line.members(), holder, limit)) return 'full';
  const waiting = new Waiting(line, request, signal);
  try {
    return await waiting.end();
  } finally {
    waiting.close();
  }
}

class Waiting {
  readonly #line: Line;
  readonly #request: GroupRequest;
  readonly #signal: AbortSignal;
  readonly #bell = new Bell();
  readonly #ring = () => this.#bell.ring();
  readonly #asked = new Set<string>();
  readonly #watching: Disposable;
  #id: string;
  #lease: Lease | undefined;
  #told = '';

  constructor(line: Line, request: GroupRequest, signal: AbortSignal) {
    this.#line = line;
    this.#request = request;
    this.#signal = signal;
    this.#id = line.join(request.holder, request.limit);
    this.#watching = line.onChange(this.#ring);
    signal.addEventListener('abort', this.#ring);
  }

  async end(): Promise<Lease | 'full' | 'aborted'> {
    for (;;) {
      const answer = this.#signal.aborted ? 'aborted' : this.#look();
      if (typeof answer === 'number') await this.#bell.next(answer);
      else if (answer !== 'held') return answer;
      else return (this.#lease = leaseOf(this.#line, this.#id));
    }
  }

  /** A number is how long to wait for news, in milliseconds. */
  #look(): 'held' | 'full' | number {
    const standing = standingOf(this.#line.members(), this.#id);
    if (standing === undefined) {
      // Somebody emptied the folder, or took a machine that slept for dead: behind the others again.
      this.#id = this.#line.join(this.#request.holder, this.#request.limit);
      return 0;
    }
    if (standing.held) return 'held';
    if (standing.unsure) return SETTLING_MS;
    if (this.#request.whenFull === 'reject') return 'full';
    if (this.#request.whenFull === 'cancel_oldest') this.#makeRoom(standing);
    this.#tell(standing);
    return LOOK_AGAIN_MS;
  }

  #makeRoom(standing: Standing): void {
    for (const { id, holder } of victimsOf(standing, this.#request.limit, this.#asked)) {
      this.#asked.add(id);
      const askAgain = () => this.#asked.delete(id);
      this.#request.evict(holder).then((heard) => heard || askAgain(), askAgain);
    }
  }

  #tell({ holders, waiting }: Standing): void {
    const now = [waiting.length, ...holders.map(({ id }) => id)].join(' ');
    if (now === this.#told) return;
    this.#told = now;
    this.#request.onWait?.(
      waiting.length + 1,
      holders.map(({ holder }) => holder),
    );
  }

  /** However it ended, even with a thrown error: who holds no place leaves no ticket. */
  close(): void {
    if (this.#lease === undefined) this.#line.leave(this.#id);
    this.#watching[Symbol.dispose]();
    this.#signal.removeEventListener('abort', this.#ring);
  }
}

function leaseOf(line: Line, id: string): Lease {
  let held = true;
  const release = () => {
    if (held) line.leave(id);
    held = false;
  };
  return { release, [Symbol.dispose]: release };
}

/** Lets one wait for the next ring; rings while nobody waits are kept, as one. */
class Bell {
  #rung = false;
  #wake: () => void = () => undefined;

  ring(): void {
    this.#rung = true;
    this.#wake();
  }

  async next(limitMs: number): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limitMs);
        this.#wake = () => {
          this.#wake = () => undefined;
          clearTimeout(timer);
          setTimeout(resolve, BURST_MS);
        };
      });
    }
    this.#wake = () => undefined;
    this.#rung = false;
  }
}
