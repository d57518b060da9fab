/** A kind of error that is worth another try: a class, or a function that says so. */
export type RetryOn = (abstract new (...args: never[]) => Error) | ((error: unknown) => boolean);

/** How often something is tried again, and after how long. All times in seconds, as in the seed's module. */
export interface RetryPolicyOptions {
  /** Tries beyond the first. */
  readonly maxRetries?: number;
  /** Before the first of them. */
  readonly backoffSeconds?: number;
  /** Each wait is so many times the one before. */
  readonly backoffFactor?: number;
  readonly maxDelaySeconds?: number;
  /** The wait is multiplied by a uniform number from `[1-jitter, 1+jitter]`; `full` is uniform from 0. */
  readonly jitter?: number | 'full';
  /** Only these kinds; absent means any. */
  readonly retryOn?: readonly RetryOn[];
  /** Never these, stronger than `retryOn`. */
  readonly neverOn?: readonly RetryOn[];
}

/** `new RetryPolicy({ maxRetries: 3 })`: by itself 2 tries beyond the first, after 1 s and 2 s, at most 60 s apart. */
export class RetryPolicy {
  readonly maxRetries: number;
  readonly backoffSeconds: number;
  readonly backoffFactor: number;
  readonly maxDelaySeconds: number;
  readonly jitter: number | 'full';
  readonly retryOn: readonly RetryOn[] | undefined;
  readonly neverOn: readonly RetryOn[];

  constructor(options: RetryPolicyOptions = {}) {
    this.maxRetries = options.maxRetries ?? 2;
    this.backoffSeconds = options.backoffSeconds ?? 1;
    this.backoffFactor = options.backoffFactor ?? 2;
    this.maxDelaySeconds = options.maxDelaySeconds ?? 60;
    this.jitter = options.jitter ?? 0;
    this.retryOn = options.retryOn;
    this.neverOn = options.neverOn ?? [];
    if (!Number.isInteger(this.maxRetries) || this.maxRetries < 0)
      throw new RangeError(`maxRetries is a whole number from 0; it is ${this.maxRetries}.`);
    for (const name of ['backoffSeconds', 'backoffFactor', 'maxDelaySeconds'] as const)
      if (!(this[name] >= 0)) throw new RangeError(`${name} is a number from 0; it is ${this[name]}.`);
  }

  /** Seconds before try k = 1, 2, … beyond the first, without jitter: `min(maxDelay, backoff · factor^(k-1))`. */
  delaySeconds(k: number): number {
    return Math.min(this.maxDelaySeconds, this.backoffSeconds * this.backoffFactor ** (k - 1));
  }

  /** Whether an error is worth another try. */
  wants(error: unknown): boolean {
    if (this.neverOn.some((kind) => isOf(error, kind))) return false;
    return this.retryOn === undefined || this.retryOn.some((kind) => isOf(error, kind));
  }
}

/** Classes are told from functions by what they make: every error class inherits from `Error`. */
function isOf(error: unknown, kind: RetryOn): boolean {
  if (kind === Error || kind.prototype instanceof Error) return error instanceof (kind as new () => Error);
  return (kind as (error: unknown) => boolean)(error);
}

/** What `withRetry` makes of a function: the same, tried again. */
type Retried<F> = F;

type AnyFunction = (...args: never[]) => unknown;

/**
 * Wraps a function so that it is tried again, or, as a decorator, a method. What the last try threw is thrown. The promise
 * rejects early when `signal` aborts while it waits.
 */
export function withRetry(
  policy: RetryPolicy | RetryPolicyOptions = {},
  { signal, sleep = sleepFor }: { readonly signal?: AbortSignal; readonly sleep?: Sleep } = {},
): <F extends AnyFunction>(fn: F, context?: ClassMethodDecoratorContext) => Retried<F> {
  const rules = policy instanceof RetryPolicy ? policy : new RetryPolicy(policy);
  return <F extends AnyFunction>(fn: F): F => {
    const retried = async function (this: unknown, ...args: never[]): Promise<unknown> {
      for (let k = 1; ; k++) {
        try {
          return await fn.apply(this, args);
        } catch (error) {
          if (k > rules.maxRetries || !rules.wants(error)) throw error;
          await sleep(jittered(rules, k) * 1000, signal);
        }
      }
    };
    // The caller sees the function it gave, which answers with a promise in any case.
    return retried as unknown as F;
  };
}

function jittered(policy: RetryPolicy, k: number): number {
  const delay = policy.delaySeconds(k);
  if (policy.jitter === 'full') return delay * Math.random();
  return delay * (1 + policy.jitter * (2 * Math.random() - 1));
}

/** Waits; rejects with the signal's reason when it aborts. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

export const sleepFor: Sleep = (ms, signal) =>
  new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(reasonOf(signal));
    const done = () => {
      signal?.removeEventListener('abort', stop);
      resolve();
    };
    const timer = setTimeout(done, ms);
    const stop = () => {
      clearTimeout(timer);
      reject(signal === undefined ? new Error('aborted') : reasonOf(signal));
    };
    signal?.addEventListener('abort', stop, { once: true });
  });

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason));
}
