import type { StepAddress } from '../model/attempt.ts';
import type { RunEvent } from '../model/run-event.ts';
import { applyEvent, type RunState } from '../model/run-state.ts';
import type { RunWatcher } from '../project/run-follower.ts';
import { eventLines, LiveScreen, liveRows, outputLine } from '../views/terminal.ts';
import type { Door } from './door.ts';

/** Shows a run to someone who watches, until it is closed. */
export interface RunPrinter extends RunWatcher {
  close(): void;
}

const REDRAW_EVERY_MS = 80;

/** `--json`: the facts themselves, one a line, and nothing else. */
export function jsonPrinter(door: Door): RunPrinter {
  return {
    onEvents: (events) => door.print(events.map((event) => `${JSON.stringify(event)}\n`).join('')),
    onOutput: () => undefined,
    close: () => undefined,
  };
}

/** Lines as things happen; on a terminal, what is running stands below them and moves. */
export function textPrinter(door: Door): RunPrinter {
  const screen = new LiveScreen();
  let state: RunState | undefined;
  const rows = () => {
    if (!door.live || state === undefined) return [];
    return liveRows(state, Date.now(), { columns: door.columns(), style: door.style });
  };
  const show = (lines: readonly string[]) => {
    if (door.live) door.print(screen.update(lines, rows()));
    else if (lines.length > 0) door.print(lines.map((line) => `${line}\n`).join(''));
  };
  const timer = door.live ? setInterval(() => show([]), REDRAW_EVERY_MS) : undefined;
  return {
    onEvents(events: readonly RunEvent[]) {
      const lines: string[] = [];
      for (const event of events) {
        state = applyEvent(state, event);
        if (state !== undefined) lines.push(...eventLines(event, state, door.style));
      }
      show(lines);
    },
    onOutput(step: StepAddress, texts: readonly string[]) {
      const now = state;
      if (now !== undefined) show(texts.map((text) => outputLine(step, text, now, door.style)));
    },
    close() {
      clearInterval(timer);
      if (door.live) door.print(screen.update([], []));
    },
  };
}
