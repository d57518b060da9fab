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
  const page = new Page(door);
  return {
    onEvents: (events) => page.add(events.map((event) => `${JSON.stringify(event)}\n`).join('')),
    say: () => undefined,
    close: () => page.turn(),
  };
}

/** Lines as things happen; on a terminal, what is running stands below them and moves. */
export function textPrinter(door: Door): RunPrinter {
  const { style, live, columns } = door;
  const screen = new RunScreen({ style, live, columns, now: Date.now });
  const page = new Page(door);
  const timer = live ? setInterval(() => page.add(screen.redraw()), REDRAW_EVERY_MS) : undefined;
  return {
    onEvents: (events) => page.add(screen.events(events)),
    onOutput(step, lines) {
      page.add(screen.output(step, lines));
      // No more is read from the log than is read from us: whoever reads slowly must not fill our memory.
      page.turn();
      return door.taken();
    },
    say: (line) => page.add(screen.say(line)),
    close() {
      clearInterval(timer);
      page.add(screen.close());
      page.turn();
    },
  };
}

/** What is said in one turn of the event loop is printed at once, after steps have been started. */
class Page {
  readonly #door: Door;
  #text = '';

  constructor(door: Door) {
    this.#door = door;
  }

  add(text: string): void {
    if (this.#text === '' && text !== '') setImmediate(() => this.turn());
    this.#text += text;
  }

  turn(): void {
    if (this.#text !== '') this.#door.print(this.#text);
    this.#text = '';
  }
}
