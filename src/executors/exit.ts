import os from 'node:os';

/** How a process ended, as far as anybody knows. */
export type Exit =
  | { readonly kind: 'exited'; readonly code: number }
  /** `signal` is a name such as `SIGKILL`. */
  | { readonly kind: 'killed'; readonly signal: string; readonly number: number }
  | { readonly kind: 'not-started'; readonly error: StartError }
  /** Whoever could have told us is gone. */
  | { readonly kind: 'lost' };

/** Why the system did not make a program of it: a code such as `ENOENT`, and its words for it. */
export interface StartError {
  readonly code?: string | undefined;
  readonly message?: string;
}

/** As Node tells it. */
export function exitOf(code: number | null, signal: NodeJS.Signals | null): Exit {
  if (signal === null) return { kind: 'exited', code: code ?? 125 };
  return { kind: 'killed', signal, number: os.constants.signals[signal] };
}

/** As `waitpid` tells it: the signal in the lower seven bits, the exit code in the second byte. */
export function exitOfStatus(status: number): Exit {
  const number = status & 0x7f;
  if (number === 0) return { kind: 'exited', code: status >> 8 };
  return { kind: 'killed', signal: SIGNAL_NAMES.get(number) ?? `SIG${number}`, number };
}

/** Of several names for one number the first counts: SIGABRT, not SIGIOT. */
const SIGNAL_NAMES = new Map(
  Object.entries(os.constants.signals)
    .toReversed()
    .map(([name, number]) => [number, name]),
);
