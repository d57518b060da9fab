import { applyEvent } from '../model/apply-event.ts';
import type { GateAnswer, RunEvent } from '../model/run-event.ts';
import type { RunState } from '../model/run-state.ts';

/** Keys that answer a gate on a terminal: one at a time, the one that has waited longest first. */
export interface GateKeys {
  take(events: readonly RunEvent[]): void;
  close(): void;
}

/** Listens for `y` and `n` while a gate waits, and lets the terminal be while none does. */
export function gateKeys(
  stdin: NodeJS.ReadStream,
  {
    ask,
    answer,
  }: { readonly ask: (line: string) => void; readonly answer: (step: string, answer: GateAnswer) => void },
): GateKeys {
  let state: RunState | undefined;
  let asked: string | undefined;
  const onKey = (bytes: Buffer) => {
    const key = bytes.toString().toLowerCase();
    // In raw mode Ctrl-C is a key like any other.
    if (key === '\u0003') process.kill(process.pid, 'SIGINT');
    const said = key === 'y' ? 'approve' : key === 'n' ? 'reject' : undefined;
    if (said === undefined || asked === undefined) return;
    const step = asked;
    asked = undefined;
    answer(step, said);
  };
  const listen = (on: boolean) => {
    if (on === stdin.isRaw) return;
    stdin.setRawMode(on);
    if (on) stdin.on('data', onKey).resume();
    else stdin.off('data', onKey).pause();
  };
  return {
    take(events) {
      for (const event of events) state = applyEvent(state, event);
      const waiting = Object.values(state?.steps ?? {}).find(({ wait }) => wait?.for === 'answer');
      listen(waiting !== undefined && state?.ended === undefined);
      if (waiting?.id === asked || waiting === undefined) return;
      asked = waiting.id;
      ask(`  Press y to approve ${waiting.id}, n to reject it.`);
    },
    close: () => listen(false),
  };
}
