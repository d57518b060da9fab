import { err, ok, type Result } from '../base/result.ts';
import { evaluateCondition, renderTemplate } from '../expression/evaluate.ts';
import { parseExpression, usesStatusFunction } from '../expression/parse.ts';
import { bareExpression } from '../expression/template.ts';
import type { Outcome, StepAddress } from '../model/attempt.ts';
import { parentOf } from '../model/inside.ts';
import type { Fact, SkipReason } from '../model/run-event.ts';
import { isFailure, isHeld, roleOf, type RunState, type StepState } from '../model/run-state.ts';
import { FINALLY_BUDGET_MS, type Concurrency } from '../model/workflow.ts';
import { laneOf, type Agenda } from './agenda.ts';
import { itemsFor } from './fan-out.ts';
import { environmentOf, needsHold, scopeOf, standpointOf, type Sources } from './scope.ts';

/** A place in a concurrency group that a step asks for before it begins. */
export interface GroupOrder {
  readonly step: StepAddress;
  readonly group: string;
  readonly limit: number;
  readonly whenFull: Concurrency['whenFull'];
}

/** What there is to judge by, and where the judgements go. */
export interface Court {
  readonly agenda: Agenda;
  readonly state: RunState;
  readonly now: number;
  readonly wall: number;
  readonly sources: Sources;
  readonly facts: Fact[];
  readonly enter: GroupOrder[];
}

/** Whether a step whose needs are final runs at all (rule S2); what runs without a program begins at once. */
export function judge(court: Court, address: StepAddress): void {
  const { agenda, state, facts } = court;
  const step = state.steps[address];
  // What is held comes back when it is let go.
  if (step?.status !== 'queued' || isHeld(state, step)) return;
  const reused = step.parent === undefined ? state.reuse?.steps[address] : undefined;
  if (reused !== undefined && state.reuse !== undefined) {
    facts.push({ type: 'step-reused', step: address, from: state.reuse.run, ...reused });
    return;
  }
  const verdict = step.admitted !== undefined ? RUN : verdictOn(court, step);
  if (verdict.kind === 'skip') {
    const because = verdict.because === undefined ? {} : { because: verdict.because };
    facts.push({ type: 'step-skipped', step: address, reason: verdict.reason, ...because });
  } else if (verdict.kind === 'fail') {
    endAtOnce(court, step, badExpression(verdict.message));
  } else if (mayBegin(agenda, state, step)) begin(court, step);
}

/** An item beyond `max_parallel` waits until another one has ended. */
function mayBegin(agenda: Agenda, state: RunState, step: StepState): boolean {
  const lane = laneOf(agenda, state, step);
  if (lane === undefined || lane.begun.has(step.id)) return true;
  if (lane.begun.size >= lane.limit) {
    lane.parked.push(step.id);
    return false;
  }
  lane.begun.add(step.id);
  return true;
}

function begin(court: Court, step: StepState): void {
  const role = roleOf(step);
  if (role === 'fan-out') return expand(court, step);
  if (step.step.concurrency !== undefined && step.admitted === undefined)
    return ask(court, step, step.step.concurrency);
  if (role === 'loop') {
    court.facts.push({ type: 'round-started', step: step.id, attempt: nextAttempt(step), round: 1 });
    return;
  }
  if (step.step.kind === 'gate' && !('check' in step.step.with.by)) return openGate(court, step);
  const { agenda } = court;
  agenda.ready.push(agenda.ranks[step.index] ?? { step: step.id, remaining: 0, index: step.index });
}

function expand(court: Court, step: StepState): void {
  const { fanOut } = step.step;
  const items = inScope(court, step, (scope) => (fanOut === undefined ? ok([]) : itemsFor(fanOut, scope)));
  if (!items.ok) return endAtOnce(court, step, badExpression(items.error));
  const secret = secretIn(items.value, court.sources.secrets);
  if (secret !== undefined) {
    const message = `An item holds the secret input "${secret}". Items are names that everybody sees: read \`inputs.${secret}\` in the step instead.`;
    return endAtOnce(court, step, badExpression(message));
  }
  court.facts.push({ type: 'items-expanded', step: step.id, attempt: nextAttempt(step), items: items.value });
}

/** The name of a secret that stands in some values. */
function secretIn(values: unknown, secrets: Sources['secrets']): string | undefined {
  if (secrets === undefined) return undefined;
  const text = JSON.stringify(values);
  const isThere = (secret: string) => secret !== '' && text.includes(JSON.stringify(secret).slice(1, -1));
  return Object.keys(secrets).find((name) => isThere(secrets[name] ?? ''));
}

/** Asks for a place in a concurrency group. */
export function ask(court: Court, step: StepState, concurrency: Concurrency): void {
  const group = inScope(court, step, (scope) => renderTemplate(concurrency.group, scope));
  if (!group.ok) return endAtOnce(court, step, badExpression(group.error));
  const { limit, whenFull } = concurrency;
  court.facts.push({ type: 'step-waiting', step: step.id, wait: { for: 'group', group: group.value } });
  court.enter.push({ step: step.id, group: group.value, limit, whenFull });
}

/** A gate that asks no program: a condition, or a person. */
function openGate(court: Court, step: StepState): void {
  if (step.step.kind !== 'gate') return;
  const { by, timeoutMs } = step.step.with;
  if ('when' in by) {
    const holds = inScope(court, step, (scope) => evaluateCondition(by.when, scope));
    if (!holds.ok) return endAtOnce(court, step, badExpression(holds.error));
    const message = `\`${bareExpression(by.when).source.trim()}\` is not true`;
    return endAtOnce(
      court,
      step,
      holds.value ? { ok: true, outputs: {} } : { ok: false, failure: { kind: 'rejected', message } },
    );
  }
  if (!('approval' in by)) return;
  const question = inScope(court, step, (scope) => renderTemplate(by.approval, scope));
  if (!question.ok) return endAtOnce(court, step, badExpression(question.error));
  const inFinally = step.place === 'finally' ? (step.step.timeoutMs ?? FINALLY_BUDGET_MS) : undefined;
  const limitMs = timeoutMs ?? inFinally;
  const until = limitMs === undefined ? {} : { until: court.wall + limitMs };
  const wait = { for: 'answer', attempt: nextAttempt(step), question: question.value, ...until } as const;
  court.facts.push({ type: 'step-waiting', step: step.id, wait });
}

function inScope<T>(
  { state, sources }: Court,
  step: StepState,
  read: (scope: ReturnType<typeof scopeOf>) => Result<T, string>,
): Result<T, string> {
  const standpoint = standpointOf(state, step);
  const env = environmentOf(state, standpoint, sources);
  return env.ok ? read(scopeOf(state, standpoint, env.value, sources)) : err(env.error);
}

export function nextAttempt(step: StepState): number {
  return (step.attempts.at(-1)?.number ?? 0) + 1;
}

export function endAtOnce({ facts }: Pick<Court, 'facts'>, step: StepState, outcome: Outcome): void {
  const attempt = nextAttempt(step);
  facts.push({ type: 'attempt-started', step: step.id, attempt });
  facts.push({ type: 'attempt-ended', step: step.id, attempt, outcome, durationMs: 0 });
}

function badExpression(message: string): Outcome {
  return { ok: false, failure: { kind: 'bad-expression', message } };
}

type Verdict =
  | { readonly kind: 'run' }
  | { readonly kind: 'skip'; readonly reason: SkipReason; readonly because?: StepAddress }
  | { readonly kind: 'fail'; readonly message: string };

const RUN: Verdict = { kind: 'run' };

function verdictOn(court: Court, step: StepState): Verdict {
  const { state } = court;
  const { when } = step.step;
  if (
    step.parent === undefined &&
    step.place === 'steps' &&
    state.only !== undefined &&
    !state.only.includes(step.id)
  ) {
    return { kind: 'skip', reason: 'not_selected' };
  }
  const asks = when === undefined ? NOTHING_ASKED : asksOf(when);
  if (!asks.status && !needsHold(state, step)) return skipByNeeds(state, step);
  // Of a fan-out, a condition that reads the item is asked of each item, any other once.
  const asked =
    when !== undefined && (step.step.fanOut === undefined || asks.item === (step.item !== undefined));
  if (!asked) return RUN;
  const holds = inScope(court, step, (scope) => evaluateCondition(when, scope));
  if (!holds.ok) return { kind: 'fail', message: holds.error };
  return holds.value ? RUN : { kind: 'skip', reason: 'condition' };
}

interface Asks {
  /** It uses a status function, so that `success()` is not implied. */
  readonly status: boolean;
  /** It reads `item` or `matrix`. */
  readonly item: boolean;
}

const NOTHING_ASKED: Asks = { status: false, item: false };
const asksKnown = new Map<string, Asks>();

function asksOf(when: string): Asks {
  const known = asksKnown.get(when);
  if (known !== undefined) return known;
  const parsed = parseExpression(bareExpression(when).source);
  const asks = !parsed.ok
    ? NOTHING_ASKED
    : {
        status: usesStatusFunction(parsed.value),
        item: parsed.value.references.some(({ path: [root = ''] }) => ITEM_CONTEXTS.has(root)),
      };
  asksKnown.set(when, asks);
  return asks;
}

const ITEM_CONTEXTS: ReadonlySet<string> = new Set(['item', 'item_index', 'matrix']);

/** The reason that is handed on: a failure anywhere among the needs weighs more than a skip. */
function skipByNeeds(state: RunState, step: StepState): Verdict {
  const needs = step.step.needs.flatMap((need) => state.steps[step.level + need.step] ?? []);
  const failed = needs.find(
    (need) =>
      isFailure(need.result ?? 'pending') || need.result === 'cancelled' || need.reason === 'upstream_failed',
  );
  const skipped = needs.find((need) => need.result === 'skipped');
  const because = (failed ?? skipped)?.id;
  const reason = failed !== undefined ? 'upstream_failed' : 'upstream_skipped';
  return { kind: 'skip', reason, ...(because !== undefined && { because }) };
}

/** True inside of something that was told to end. */
export function isStopping(state: RunState, step: StepState): boolean {
  for (let each: StepState | undefined = step; each !== undefined; each = parentOf(state, each)) {
    if (each.stopping !== undefined) return true;
  }
  return false;
}
