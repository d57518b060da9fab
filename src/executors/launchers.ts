import { startLauncher, type Launcher } from './launcher.ts';
import type { ProcessRequest } from './process-request.ts';

/** When a run's steps have a launcher. */
export interface Launchers {
  /** For the step that begins now; undefined: start it without. */
  next(): Launcher | undefined;
  /** The run is over, and nothing of it is left. */
  close(): void;
}

/** A launcher takes some milliseconds to come up: a run of so few steps has ended before it would have paid. */
export const LAUNCH_AFTER_STEPS = 2;
/** One that was killed has a successor; who is killed again and again is not wanted on this machine. */
const MOST_LAUNCHERS = 3;

/** Launchers for programs that have this environment as their base, from a certain number of steps on. */
export function launchersFor(env: ProcessRequest['env'], afterSteps: number): Launchers {
  let steps = 0;
  let started = 0;
  let current: Launcher | undefined;
  return {
    next() {
      if (steps++ < afterSteps) return undefined;
      if (started === 0 || (current?.isGone() === true && started < MOST_LAUNCHERS)) {
        started++;
        current = startLauncher(env);
      }
      return current;
    },
    close: () => current?.close(),
  };
}
