import type { RunWatcher } from '../project/run-follower.ts';
import { RunScreen } from '../views/run-screen.ts';
import type { Door } from './door.ts';

/** Shows a run to someone who watches, until it is closed. */
export interface RunPrinter extends RunWatcher {
  /** A line of ours, among those of the run. */
  say(line: string): void;
  close(): void;
}

const REDRAW_EVERY_MS = 80;

/** `--json`: the facts themselves, one a line, and nothing else. */
export function jsonPrinter(door: Door): RunPrinter {
  return {
    onEvents: (events) => door.print(events.map((event) => `${JSON.stringify(event)}\n`).join('')),
    onOutput: () => undefined,
    say: () => undefined,
    close: () => undefined,
  };
}

/** Lines as things happen; on a terminal, what is running stands below them and moves. */
export function textPrinter(door: Door): RunPrinter {
  const { style, live, columns } = door;
  const screen = new RunScreen({ style, live, columns, now: Date.now });
  const timer = live ? setInterval(() => door.print(screen.redraw()), REDRAW_EVERY_MS) : undefined;
  return {
    onEvents: (events) => door.print(screen.events(events)),
    onOutput: (step, lines) => door.print(screen.output(step, lines)),
    say: (line) => door.print(screen.say(line)),
    close() {
      clearInterval(timer);
      door.print(screen.close());
    },
  };
}
