import type { Execute } from '../executors/executor.ts';

export type { AttemptIo, Execute } from '../executors/executor.ts';

/** A place where attempts run. */
export interface Backend {
  readonly execute: Execute;
  /** Ends whatever steps left in the background, and lets go of everything. Called once, when the run is over. */
  close(): Promise<void>;
}
