import { formatDuration } from '../base/duration.ts';
import { describeFailure, type RunId } from '../model/attempt.ts';
import type { SkipReason, Wait } from '../model/run-event.ts';
import type { Attempt, RunStatus, StepState, StepStatus } from '../model/run-state.ts';

const STATUS_WORDS: Readonly<Record<StepStatus | RunStatus, string>> = {
  pending: 'waiting for its needs',
  queued: 'queued',
  running: 'running',
  backoff: 'waiting to try again',
  waiting: 'waiting',
  succeeded: 'succeeded',
  failed: 'failed',
  timed_out: 'timed out',
  cancelled: 'cancelled',
  skipped: 'skipped',
  lost: 'lost',
};

const REASON_WORDS: Readonly<Record<SkipReason, string>> = {
  condition: 'its condition is false',
  upstream_failed: 'a step it needs failed',
  upstream_skipped: 'a step it needs was skipped',
  cancelled: 'the run was stopped',
  not_selected: 'not selected',
};

/** A state as a person says it. */
export function statusWords(status: StepStatus | RunStatus): string {
  return STATUS_WORDS[status];
}

/** Why a step was skipped, with the step that is to blame where there is one. */
export function reasonWords(step: Pick<StepState, 'reason' | 'because'>): string | undefined {
  if (step.reason === undefined) return undefined;
  const words = REASON_WORDS[step.reason];
  return step.because === undefined ? words : `${words}: ${step.because}`;
}

/** How long the latest attempt took, or has been running. */
export function attemptDurationMs(attempt: Attempt | undefined, now: number): number | undefined {
  if (attempt === undefined) return undefined;
  return attempt.durationMs ?? Math.max(0, now - attempt.startedAt);
}

/** The run from which the cache took the end of the last attempt. */
export function reusedIn({ attempts }: Pick<StepState, 'attempts'>): RunId | undefined {
  const outcome = attempts.at(-1)?.outcome;
  return outcome?.ok === true ? outcome.reused : undefined;
}

/** What a step waits for: a question, a place in a group, or people in the run that it started. */
export function wordsOfWait(wait: Wait, child?: RunId): string {
  switch (wait.for) {
    case 'answer':
      return wait.question;
    case 'group':
      return `waits for a place in the group "${wait.group}"`;
    case 'child':
      return child === undefined
        ? 'waits for an answer in its run'
        : `waits for an answer in its run ${child}`;
  }
}

/** The step's row in words, after its name: `2.1 s`, `attempt 2, 340 ms`, `exit 1, 2.1 s`, `skipped: …`. */
export function stepDetail(step: StepState, now: number): string {
  const parts: string[] = [];
  const attempt = step.attempts.at(-1);
  if (step.attempts.length > 1) parts.push(`attempt ${step.attempts.length}`);
  if (attempt?.outcome?.ok === false && step.status !== 'cancelled') {
    parts.push(describeFailure(attempt.outcome.failure));
  }
  if (step.status === 'backoff' && step.retryAt !== undefined) {
    parts.push(`again in ${formatDuration(step.retryAt - now)}`);
  }
  if (step.status === 'waiting' && step.wait !== undefined) {
    parts.push(wordsOfWait(step.wait, attempt?.child));
  }
  if (step.reused !== undefined) parts.push(`taken over from run ${step.reused.from}`);
  else if (reusedIn(step) !== undefined) parts.push(`reused from run ${reusedIn(step)}`);
  const reason = reasonWords(step);
  if (reason !== undefined) parts.push(reason);
  const durationMs = attemptDurationMs(attempt, now);
  if (durationMs !== undefined && step.status !== 'backoff' && step.status !== 'waiting')
    parts.push(formatDuration(durationMs));
  if (step.status === 'failed' && step.result === 'succeeded') parts.push('allowed to fail');
  return parts.join(', ');
}
