import type { StepAddress } from '../model/attempt.ts';
import type { RunEvent } from '../model/run-event.ts';
import { applyEvent } from '../model/apply-event.ts';
import type { RunState } from '../model/run-state.ts';
import { eventLines, LiveScreen, liveRows, outputLines, type TerminalStyle } from './terminal.ts';

export interface RunScreenOptions {
  readonly style: TerminalStyle;
  /** What is running stands below the lines, and moves; otherwise lines only. */
  readonly live: boolean;
  readonly columns: () => number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** One run on one terminal: takes facts and output as they come, answers what to write. */
export class RunScreen {
  readonly #options: RunScreenOptions;
  readonly #screen = new LiveScreen();
  #state: RunState | undefined;

  constructor(options: RunScreenOptions) {
    this.#options = options;
  }

  get state(): RunState | undefined {
    return this.#state;
  }

  events(events: readonly RunEvent[]): string {
    const lines: string[] = [];
    for (const event of events) {
      this.#state = applyEvent(this.#state, event);
      if (this.#state !== undefined) lines.push(...eventLines(event, this.#state, this.#options.style));
    }
    return this.#write(lines);
  }

  output(step: StepAddress, lines: readonly string[]): string {
    const state = this.#state;
    if (state === undefined) return '';
    return this.#write(outputLines(step, lines, state, this.#options.style));
  }

  say(line: string): string {
    return this.#write([line]);
  }

  /** Moves what is live on. */
  redraw(): string {
    return this.#options.live ? this.#write([]) : '';
  }

  /** Takes the live rows away and leaves the last lines. */
  close(lines: readonly string[] = []): string {
    return this.#options.live ? this.#screen.update(lines, []) : plain(lines);
  }

  #write(lines: readonly string[]): string {
    const { live, columns, now, style } = this.#options;
    if (!live) return plain(lines);
    const rows = this.#state === undefined ? [] : liveRows(this.#state, now(), { columns: columns(), style });
    return this.#screen.update(lines, rows);
  }
}

function plain(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
