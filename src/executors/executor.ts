import type { Assignment, Outcome } from '../model/attempt.ts';
import type { LogSink } from '../model/log-sink.ts';

/** What the world gives an attempt while it runs. */
export interface AttemptIo {
  readonly log: LogSink;
  /** Aborted: end, with the step's own signal and grace. */
  readonly cancel: AbortSignal;
  /** Aborted: end at once. */
  readonly kill: AbortSignal;
}

/**
 * Carries out one attempt. Executor, local backend, remote backend and the tests' fake all have this one signature.
 * It never rejects: whatever goes wrong is an outcome.
 */
export type Execute = (assignment: Assignment, io: AttemptIo) => Promise<Outcome>;
