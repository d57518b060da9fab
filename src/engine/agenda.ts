import { Heap } from '../base/heap.ts';
import { emptyRecord } from '../base/json.ts';
import type { StepAddress } from '../model/attempt.ts';
import type { RunEvent } from '../model/run-event.ts';
import { isFinal, type RunState, type StepState } from '../model/run-state.ts';

/**
 * What `decide` has to look at next: a second fold of the same facts beside `RunState`, kept so that a turn costs
 * what changed and not the size of the graph. An agenda made afresh from a state leads to the same decisions.
 */
export interface Agenda {
  /** All their needs are final; whether they run at all is still to be judged. */
  readonly toJudge: StepAddress[];
  /** Judged and good to go; the one with the longest remaining path first (rule G5), then file order. */
  readonly ready: Heap<Ready>;
  /** Waiting for their next attempt, the earliest first. */
  readonly retries: Heap<Retry>;
  readonly running: Set<StepAddress>;
  /** Longest path from a step to an end of the graph, itself included; and its place in the file. */
  readonly ranks: Readonly<Record<StepAddress, Rank>>;
}

export interface Ready extends Rank {
  readonly step: StepAddress;
}

export interface Retry {
  readonly step: StepAddress;
  readonly at: number;
}

interface Rank {
  readonly remaining: number;
  readonly index: number;
}

/** An agenda for a state from anywhere: fresh, or read back from a journal. Linear in steps and edges. */
export function agendaOf(state: RunState): Agenda {
  const agenda: Agenda = {
    toJudge: [],
    ready: new Heap<Ready>(
      (a, b) => a.remaining > b.remaining || (a.remaining === b.remaining && a.index < b.index),
    ),
    retries: new Heap<Retry>((a, b) => a.at < b.at),
    running: new Set(),
    ranks: ranksOf(state),
  };
  for (const step of Object.values(state.steps)) place(agenda, step);
  return agenda;
}

/** Folds one event in, after `applyEvent` has. */
export function noteEvent(agenda: Agenda, state: RunState, event: RunEvent): void {
  switch (event.type) {
    case 'attempt-started':
      agenda.running.add(event.step);
      return;
    case 'attempt-ended':
    case 'step-skipped':
      return noteEnd(agenda, state, event.step);
    case 'run-started':
    case 'run-adopted':
    case 'stop-requested':
    case 'run-ended':
      return;
  }
}

function noteEnd(agenda: Agenda, state: RunState, address: StepAddress): void {
  agenda.running.delete(address);
  const step = state.steps[address];
  if (step === undefined) return;
  if (!isFinal(step.status)) return place(agenda, step);
  for (const dependent of step.dependents) {
    // The need that ended last is the one that finds it queued.
    if (state.steps[dependent]?.status === 'queued') agenda.toJudge.push(dependent);
  }
}

function place(agenda: Agenda, step: StepState): void {
  if (step.status === 'queued') agenda.toJudge.push(step.id);
  else if (step.status === 'running') agenda.running.add(step.id);
  else if (step.status === 'backoff') agenda.retries.push({ step: step.id, at: step.retryAt ?? 0 });
}

/** Remaining path lengths in one pass against the direction of the edges, without recursion. */
function ranksOf(state: RunState): Record<StepAddress, Rank> {
  const steps = Object.values(state.steps);
  const open = new Map(steps.map((step) => [step.id, step.dependents.length]));
  const remaining = new Map(steps.map((step) => [step.id, 1]));
  const settled = steps.filter((step) => step.dependents.length === 0);
  for (let step = settled.pop(); step !== undefined; step = settled.pop()) {
    const above = (remaining.get(step.id) ?? 1) + 1;
    for (const need of step.step.needs) {
      remaining.set(need.step, Math.max(remaining.get(need.step) ?? 1, above));
      const left = (open.get(need.step) ?? 0) - 1;
      open.set(need.step, left);
      const needed = state.steps[need.step];
      if (left === 0 && needed !== undefined) settled.push(needed);
    }
  }
  const ranks = emptyRecord<Rank>();
  for (const [index, { id }] of steps.entries()) ranks[id] = { remaining: remaining.get(id) ?? 1, index };
  return ranks;
}
