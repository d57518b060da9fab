import type { Failure, Outcome } from '../model/attempt.ts';
import { roleOf, type StepState } from '../model/run-state.ts';
import type { RetryPolicy } from '../model/workflow.ts';

/** Everything that bears on whether and when a step is tried again. Times in milliseconds since the epoch. */
export interface RetryQuestion {
  readonly step: StepState;
  readonly outcome: Outcome;
  readonly now: number;
  /** Uniform from 0 to 1. */
  readonly random: () => number;
}

/** When the next attempt starts, or undefined when this one was the last (rule E5). */
export function nextAttemptAt({ step, outcome, now, random }: RetryQuestion): number | undefined {
  // A fan-out is not tried again: its items are, each by itself.
  if (outcome.ok || roleOf(step) === 'fan-out') return undefined;
  const policy = step.step.retry;
  // An attempt that was lost with its owner was not the step's fault: it does not count.
  const spent =
    1 + step.attempts.slice(step.earlier, -1).filter((attempt) => !wasLost(attempt.outcome)).length;
  if (spent > policy.max || !isWorthRetrying(outcome.failure, policy)) return undefined;
  const at = now + retryDelayMs(policy, spent, random);
  return withinTotal(step, at) ? at : undefined;
}

/** The wait before retry k = 1, 2, …: `min(maxDelay, delay · factor^(k-1))`, spread by the jitter. */
export function retryDelayMs(policy: RetryPolicy, k: number, random: () => number): number {
  const delayMs = Math.min(policy.maxDelayMs, policy.delayMs * policy.factor ** (k - 1));
  if (policy.jitter === 'full') return Math.round(delayMs * random());
  return Math.round(delayMs * (1 + policy.jitter * (2 * random() - 1)));
}

function wasLost(outcome: Outcome | undefined): boolean {
  return outcome?.ok === false && outcome.failure.kind === 'lost';
}

function isWorthRetrying(failure: Failure, policy: RetryPolicy): boolean {
  switch (failure.kind) {
    case 'timed-out':
      return policy.onTimeout;
    case 'exited':
      if (failure.code === 126 || failure.code === 127) return false;
      return policy.exitCodes?.includes(failure.code) ?? policy.signals === undefined;
    case 'killed':
      // E1: who waits for a shell sees 128 and the number of the signal.
      if (policy.exitCodes?.includes(128 + failure.number) === true) return true;
      return policy.signals?.includes(failure.signal) ?? policy.exitCodes === undefined;
    case 'not-started':
      return failure.code === 125;
    case 'inner':
      if (failure.status === 'timed_out') return policy.onTimeout;
      return failure.status === 'failed' && anyEnd(policy);
    case 'exhausted':
      return anyEnd(policy);
    case 'cancelled':
    case 'lost':
    case 'bad-expression':
    case 'bad-output':
    case 'rejected':
    case 'refused':
    case 'crashed':
      return false;
    case 'child':
      return failure.status === 'failed' || (failure.status === 'timed_out' && policy.onTimeout);
  }
}

/** A loop ends with no exit code and no signal that a policy could ask for. */
function anyEnd({ exitCodes, signals }: RetryPolicy): boolean {
  return exitCodes === undefined && signals === undefined;
}

function withinTotal(step: StepState, at: number): boolean {
  const { totalTimeoutMs = Infinity, budgetMs = Infinity } = step.step;
  const limitMs = Math.min(totalTimeoutMs, step.item === undefined ? budgetMs : Infinity);
  return at < (step.attempts[step.earlier]?.startedAt ?? at) + limitMs;
}
