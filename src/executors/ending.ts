import type { AttemptIo } from './executor.ts';
import type { ProcessRequest } from './process-request.ts';
import { isGroupAlive, livingGroupOf, markedProcesses, signalGroup, signalProcess } from './process-tree.ts';

/** Why a process had to end. */
export type Cause = { readonly kind: 'cancelled' } | { readonly kind: 'timed-out'; readonly afterMs: number };

/** After SIGKILL nothing can stay for long but a zombie that nobody reaps; do not wait for that. */
const AFTER_KILL_MS = 800;
const LOOK_AGAIN_MS = 20;
/** setTimeout cannot count further. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Ends a process group when it has to end: asks, waits for the grace, then kills. The first cause wins (E4). */
export class Ending {
  readonly #request: ProcessRequest;
  readonly #io: AttemptIo;
  readonly #group: number;
  #cause: Cause | undefined;
  #killed = false;
  #timers: NodeJS.Timeout[] = [];

  constructor(request: ProcessRequest, io: AttemptIo, group: number) {
    this.#request = request;
    this.#io = io;
    this.#group = group;
    const { timeoutMs } = request;
    if (timeoutMs !== undefined) {
      const timeOut = () => this.#ask({ kind: 'timed-out', afterMs: timeoutMs });
      this.#timers.push(setTimeout(timeOut, Math.min(timeoutMs, LONGEST_TIMER_MS)));
    }
    io.cancel.addEventListener('abort', this.#onCancel);
    io.kill.addEventListener('abort', this.#onKill);
    // Asked while the process was being started.
    if (io.cancel.aborted) this.#onCancel();
    if (io.kill.aborted) this.#onKill();
  }

  readonly #onCancel = () => this.#ask({ kind: 'cancelled' });
  readonly #onKill = () => {
    this.#cause ??= { kind: 'cancelled' };
    this.#kill();
  };

  #ask(cause: Cause): void {
    if (this.#cause !== undefined) return;
    this.#cause = cause;
    const { signal, graceMs } = this.#request.stop;
    this.#signal(signal as NodeJS.Signals); // analysis let only known signals through
    // A stopped process hears nothing but SIGKILL until it is continued.
    this.#signal('SIGCONT');
    this.#timers.push(setTimeout(() => this.#kill(), Math.min(graceMs, LONGEST_TIMER_MS)));
  }

  #kill(): void {
    this.#killed = true;
    this.#signal('SIGKILL');
  }

  #signal(signal: NodeJS.Signals): void {
    signalGroup(this.#group, signal);
    // Those that left the group; one that is told twice takes the second time for "now".
    for (const pid of markedProcesses(this.#request.marker)) {
      if (livingGroupOf(pid) !== this.#group) signalProcess(pid, signal);
    }
  }

  /** After the process itself ended: waits until its whole family is gone, if somebody asked it to go. */
  async settle(): Promise<Cause | undefined> {
    if (this.#cause !== undefined) await this.#untilGone();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#io.cancel.removeEventListener('abort', this.#onCancel);
    this.#io.kill.removeEventListener('abort', this.#onKill);
    return this.#cause;
  }

  async #untilGone(): Promise<void> {
    let leftMs = AFTER_KILL_MS;
    while (this.#someoneIsLeft() && leftMs > 0) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      if (!this.#killed) continue;
      leftMs -= LOOK_AGAIN_MS;
      this.#signal('SIGKILL'); // one that forked just as the first signal came
    }
  }

  #someoneIsLeft(): boolean {
    return isGroupAlive(this.#group) || markedProcesses(this.#request.marker).length > 0;
  }
}
