/** Time as the engine is given it, so that a test can move it. */
export interface Clock {
  /** Milliseconds since the epoch, as the wall clock says. */
  now(): number;
  /** Milliseconds since some fixed moment; never jumps. */
  monotonic(): number;
  /** Calls back once, no earlier than `delayMs` from now; the answer calls it off. */
  wake(delayMs: number, callback: () => void): () => void;
}
