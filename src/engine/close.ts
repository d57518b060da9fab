import { evaluateCondition } from '../expression/evaluate.ts';
import type { Failure, InnerEnd, Outcome, StepAddress } from '../model/attempt.ts';
import { insideOf } from '../model/inside.ts';
import { isHeld, roleOf, type RunState, type StepState } from '../model/run-state.ts';
import type { Court } from './judge.ts';
import { environmentOf, scopeOf } from './scope.ts';

/** Everything inside of a fan-out or loop is final: it ends, or its next round begins. */
export function close(court: Court, address: StepAddress, halted: boolean): void {
  const { state, now, facts } = court;
  const step = state.steps[address];
  // What is held comes back when it is let go.
  if (step?.status !== 'running' || step.openInside > 0 || isHeld(state, step)) return;
  const next =
    step.step.kind === 'loop' && roleOf(step) === 'loop' ? afterRound(court, step, halted) : undefined;
  if (next === 'again') {
    facts.push({
      type: 'round-started',
      step: address,
      attempt: step.attempts.at(-1)?.number ?? 1,
      round: (step.round ?? 0) + 1,
    });
    return;
  }
  const begun = step.attempts.at(-1);
  facts.push({
    type: 'attempt-ended',
    step: address,
    attempt: begun?.number ?? 1,
    outcome: next ?? outcomeInside(state, step),
    durationMs: Math.max(0, now - (begun?.startedAt ?? now)),
  });
}

const DONE: Outcome = { ok: true, outputs: {} };

/** E6. A step that failed, and was not allowed to, ends its loop; else `until` decides, after the last round for good. */
function afterRound(court: Court, loop: StepState, halted: boolean): Outcome | 'again' {
  if (loop.step.kind !== 'loop') return DONE;
  const { max, until } = loop.step.with;
  const outcome = outcomeInside(court.state, loop);
  if (!outcome.ok) return outcome;
  const round = loop.round ?? 1;
  if (until !== undefined) {
    const holds = isMet(court, loop, until);
    if (!holds.ok) return { ok: false, failure: { kind: 'bad-expression', message: holds.error } };
    if (holds.value) return DONE;
    if (round >= max) return { ok: false, failure: { kind: 'exhausted', rounds: round } };
  } else if (round >= max) return DONE;
  return halted ? { ok: false, failure: { kind: 'cancelled' } } : 'again';
}

/** `until` sees the steps of the round that just ended. */
function isMet(
  { state, sources }: Court,
  loop: StepState,
  until: string,
): ReturnType<typeof evaluateCondition> {
  const standpoint = { step: loop, level: `${loop.id}[${loop.round ?? 1}].`, holder: loop };
  const env = environmentOf(state, standpoint, sources);
  return env.ok ? evaluateCondition(until, scopeOf(state, standpoint, env.value, sources)) : env;
}

const WORST_FIRST: readonly InnerEnd[] = ['failed', 'timed_out', 'lost', 'cancelled'];

/** The worst end of what is inside, where `continue_on_error` let nothing worse pass. */
function outcomeInside(state: RunState, step: StepState): Outcome {
  const inside = insideOf(state, step);
  const worst = WORST_FIRST.find((status) => inside.some((each) => endOf(each) === status));
  if (step.stopping !== undefined) return { ok: false, failure: stopped(step, worst) };
  if (worst === undefined) return DONE;
  const count = inside.filter((each) => endOf(each) === worst).length;
  return { ok: false, failure: { kind: 'inner', status: worst, count, of: inside.length } };
}

/** First cause wins: what was told to end did not fail by itself (rule E4). */
function stopped(step: StepState, worst: InnerEnd | undefined): Failure {
  if (step.stopping !== 'timeout') return { kind: 'cancelled' };
  const { timeoutMs, totalTimeoutMs, budgetMs } = step.step;
  const limits = [timeoutMs, totalTimeoutMs, budgetMs].filter((limit) => limit !== undefined);
  return worst === undefined && limits.length === 0
    ? { kind: 'cancelled' }
    : { kind: 'timed-out', afterMs: Math.min(...limits) };
}

/** What was called off before it began counts as cancelled. */
function endOf({ result, reason }: StepState): StepState['result'] {
  return reason === 'cancelled' ? 'cancelled' : result;
}
