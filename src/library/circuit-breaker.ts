/** `closed`: calls go through. `open`: none does. `half-open`: one does, to see how it goes. */
export type CircuitState = 'closed' | 'open' | 'half-open';

export interface CircuitOptions {
  /** So many failures in a row open the circuit. */
  readonly threshold?: number;
  /** Seconds after which one call may try again. */
  readonly resetSeconds?: number;
  /** Milliseconds; for tests. */
  readonly now?: () => number;
}

/** Calls were kept away from what failed too often. */
export class CircuitOpenError extends Error {
  override readonly name = 'CircuitOpenError';
  /** Milliseconds until one call may try again. */
  readonly retryInMs: number;

  constructor(retryInMs: number) {
    super(`It failed too often; the next try is in ${Math.ceil(retryInMs / 1000)} s.`);
    this.retryInMs = retryInMs;
  }
}

/** Keeps calls away from what fails again and again (Nygard, Release It!, 2007). */
export class CircuitBreaker {
  readonly #threshold: number;
  readonly #resetMs: number;
  readonly #now: () => number;
  #failures = 0;
  #openedAt: number | undefined;
  #isTrying = false;

  constructor({ threshold = 5, resetSeconds = 60, now = Date.now }: CircuitOptions = {}) {
    if (!Number.isInteger(threshold) || threshold < 1)
      throw new RangeError(`threshold is a whole number from 1; it is ${threshold}.`);
    this.#threshold = threshold;
    this.#resetMs = resetSeconds * 1000;
    this.#now = now;
  }

  get state(): CircuitState {
    if (this.#openedAt === undefined) return 'closed';
    return this.#now() - this.#openedAt >= this.#resetMs ? 'half-open' : 'open';
  }

  /** Whether a call may go through now. In `half-open` one may; the others wait for what comes of it. */
  allow(): boolean {
    const { state } = this;
    if (state === 'closed') return true;
    if (state === 'open' || this.#isTrying) return false;
    this.#isTrying = true;
    return true;
  }

  succeeded(): void {
    this.reset();
  }

  failed(): void {
    this.#isTrying = false;
    this.#failures++;
    if (this.#openedAt !== undefined || this.#failures >= this.#threshold) this.#openedAt = this.#now();
  }

  reset(): void {
    this.#failures = 0;
    this.#openedAt = undefined;
    this.#isTrying = false;
  }

  /** Calls a function, or throws `CircuitOpenError` without calling it. */
  async call<T>(fn: () => T | Promise<T>): Promise<T> {
    if (!this.allow()) throw new CircuitOpenError(this.#resetMs - (this.#now() - (this.#openedAt ?? 0)));
    try {
      const value = await fn();
      this.succeeded();
      return value;
    } catch (error) {
      this.failed();
      throw error;
    }
  }
}

/** Wraps a function in a circuit breaker of its own. */
export function circuitBreaker<A extends unknown[], T>(
  fn: (...args: A) => T | Promise<T>,
  options: CircuitOptions = {},
): ((...args: A) => Promise<T>) & { readonly breaker: CircuitBreaker } {
  const breaker = new CircuitBreaker(options);
  return Object.assign((...args: A) => breaker.call(() => fn(...args)), { breaker });
}
