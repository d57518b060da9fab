import { Heap } from '../base/heap.ts';
import type { StepAddress } from '../model/attempt.ts';
import { insideOf, parentOf } from '../model/inside.ts';
import type { RunEvent } from '../model/run-event.ts';
import { isFinal, roleOf, type RunState, type StepState } from '../model/run-state.ts';

/**
 * What `decide` has to look at next: a second fold of the same facts beside `RunState`, kept so that a turn costs
 * what changed and not the size of the graph. An agenda made afresh from a state leads to the same decisions.
 */
export interface Agenda {
  /** All their needs are final; whether they run at all is still to be judged. */
  toJudge: StepAddress[];
  /** Fan-outs and loops in which everything is final. */
  toClose: StepAddress[];
  /** Gates that send the run back. */
  toRewind: StepAddress[];
  /** Told to end by themselves, and not final yet. */
  readonly stopping: Set<StepAddress>;
  /** Judged and good to go; the one with the longest remaining path first (rule G5), then file order. */
  readonly ready: Heap<Ready>;
  /** Waiting for their next attempt, the earliest first. */
  readonly retries: Heap<Timed>;
  /** Loops with a time limit. */
  readonly deadlines: Heap<Timed>;
  /** Gates that somebody has to answer in time, by the wall clock. */
  readonly questions: Heap<Timed>;
  /** Programs that run. */
  readonly running: Set<StepAddress>;
  /** By fan-out: which of its items may begin (`max_parallel`). */
  readonly lanes: Map<StepAddress, Lane>;
  /** By the index of a step: the longest path from it to an end of the graph. */
  readonly ranks: (Ready | undefined)[];
}

export interface Ready {
  readonly step: StepAddress;
  /** Longest path from here to an end of the graph, itself included: milliseconds, or a number of steps. */
  readonly remaining: number;
  readonly index: number;
}

export interface Timed {
  readonly step: StepAddress;
  readonly at: number;
}

/** Items that have begun and not ended, and those that wait for them. */
export interface Lane {
  readonly limit: number;
  readonly begun: Set<StepAddress>;
  readonly parked: StepAddress[];
}

/** An agenda for a state from anywhere: fresh, or read back from a journal. Linear in steps and edges. */
export function agendaOf(state: RunState): Agenda {
  const agenda: Agenda = {
    toJudge: [],
    toClose: [],
    toRewind: [],
    stopping: new Set(),
    ready: new Heap<Ready>(
      (a, b) => a.remaining > b.remaining || (a.remaining === b.remaining && a.index < b.index),
    ),
    retries: new Heap<Timed>((a, b) => a.at < b.at),
    deadlines: new Heap<Timed>((a, b) => a.at < b.at),
    questions: new Heap<Timed>((a, b) => a.at < b.at),
    running: new Set(),
    lanes: new Map(),
    ranks: [],
  };
  fill(agenda, state);
  return agenda;
}

function fill(agenda: Agenda, state: RunState): void {
  rankTop(agenda, state);
  if (state.seq === 1) {
    // Nothing has happened yet: only steps without needs have anything to say.
    for (const { id, needs } of state.workflow.steps) if (needs.length === 0) agenda.toJudge.push(id);
    if (state.openMain > 0) return;
    for (const { id, needs } of state.workflow.finally) if (needs.length === 0) agenda.toJudge.push(id);
    return;
  }
  for (const step of Object.values(state.steps)) {
    if (step.parent !== undefined && agenda.ranks[step.index] === undefined)
      rankInside(agenda, state, step.parent);
    place(agenda, state, step);
  }
}

/** A rewind puts many steps back at once: everything is looked at anew. */
function refill(agenda: Agenda, state: RunState): void {
  const fresh = agendaOf(state);
  const { toJudge, toClose, toRewind, ...kept } = fresh;
  Object.assign(agenda, { toJudge, toClose, toRewind });
  Object.assign(agenda, kept);
}

/** Folds one event in, after `applyEvent` has. */
export function noteEvent(agenda: Agenda, state: RunState, event: RunEvent): void {
  switch (event.type) {
    case 'attempt-started': {
      agenda.running.add(event.step);
      const step = state.steps[event.step];
      if (step?.parent !== undefined) noteDeadlines(agenda, state, step);
      return;
    }
    case 'attempt-ended':
    case 'step-skipped':
    case 'step-reused':
    case 'gate-answered':
      return noteEnd(agenda, state, event.step);
    case 'items-expanded':
    case 'round-started':
      return noteInside(agenda, state, event.step);
    case 'step-waiting':
    case 'group-entered':
    case 'step-resumed':
    case 'step-stop-requested': {
      const step = state.steps[event.step];
      if (step === undefined) return;
      // What it holds waited with it.
      if (event.type === 'group-entered' && step.inside !== undefined) return refill(agenda, state);
      place(agenda, state, step);
      noteDeadlines(agenda, state, step);
      return;
    }
    case 'step-rewound':
      return refill(agenda, state);
    case 'run-started':
    case 'run-adopted':
    case 'run-parked':
    case 'run-queued':
    case 'run-admitted':
    case 'stop-requested':
    case 'run-ended':
      return;
  }
}

function noteEnd(agenda: Agenda, state: RunState, address: StepAddress): void {
  agenda.running.delete(address);
  const step = state.steps[address];
  if (step === undefined) return;
  if (step.parent !== undefined) noteDeadlines(agenda, state, step);
  if (agenda.stopping.size > 0 && (step.stopping === undefined || isFinal(step.status)))
    agenda.stopping.delete(address);
  if (!isFinal(step.status)) return place(agenda, state, step);
  let released = false;
  for (const id of step.dependents) {
    const dependent = state.steps[id];
    // The need that ended last is the one that finds it queued.
    if (dependent?.status === 'queued') agenda.toJudge.push(id);
    else if (isReleased(dependent)) released = true;
  }
  if (released) return refill(agenda, state);
  if (step.parent !== undefined) leave(agenda, state, { step, parent: step.parent });
  else if (step.place === 'steps' && state.openMain === 0) {
    for (const { id } of state.workflow.finally)
      if (state.steps[id]?.status === 'queued') agenda.toJudge.push(id);
  }
}

/** What was under way when a rewind took what it needs, and has all of it again. */
function isReleased(step: StepState | undefined): boolean {
  if (step === undefined || step.openNeeds > 0) return false;
  return step.status === 'running' || step.status === 'backoff' || step.status === 'waiting';
}

/** Loops whose time went on after a pause: they end that much later. */
function noteDeadlines(agenda: Agenda, state: RunState, step: StepState): void {
  for (let outer = parentOf(state, step); outer !== undefined; outer = parentOf(state, outer)) {
    if (outer.load === undefined || outer.attempts.at(-1)?.pausedMs === undefined) continue;
    const at = deadlineOf(outer);
    if (at !== undefined) agenda.deadlines.push({ step: outer.id, at });
  }
}

/** A step inside has ended: the next item may begin, and whoever held it may be done. */
function leave(
  agenda: Agenda,
  state: RunState,
  { step, parent }: { readonly step: StepState; readonly parent: StepAddress },
): void {
  const lane = agenda.lanes.get(parent);
  if (lane !== undefined && lane.begun.delete(step.id)) {
    const next = lane.parked.shift();
    if (next !== undefined) agenda.toJudge.push(next);
  }
  if (state.steps[parent]?.openInside === 0) agenda.toClose.push(parent);
}

function noteInside(agenda: Agenda, state: RunState, address: StepAddress): void {
  const holder = state.steps[address];
  if (holder === undefined) return;
  rankInside(agenda, state, address);
  if (holder.round === undefined || holder.round === 1) place(agenda, state, holder);
  else if (holder.openInside === 0) agenda.toClose.push(address);
  for (const step of insideOf(state, holder)) place(agenda, state, step);
}

function place(agenda: Agenda, state: RunState, step: StepState): void {
  const { id, status } = step;
  if (step.stopping !== undefined && !isFinal(status)) agenda.stopping.add(id);
  switch (status) {
    case 'queued':
      if (step.awaitsRewind === true) agenda.toRewind.push(id);
      else agenda.toJudge.push(id);
      return;
    case 'running':
      if (roleOf(step) === 'leaf') agenda.running.add(id);
      else placeHolder(agenda, step);
      break;
    case 'backoff':
      agenda.retries.push({ step: id, at: step.retryAt ?? 0 });
      break;
    case 'waiting':
      if (step.wait?.for === 'answer' && step.wait.until !== undefined) {
        agenda.questions.push({ step: id, at: step.wait.until });
      }
      // The run that it started goes on to be carried here, and a stop still has to reach it.
      if (step.wait?.for === 'child') agenda.running.add(id);
      break;
    default:
      return;
  }
  laneOf(agenda, state, step)?.begun.add(id);
}

function placeHolder(agenda: Agenda, step: StepState): void {
  const at = deadlineOf(step);
  if (at !== undefined) agenda.deadlines.push({ step: step.id, at });
  if (step.openInside === 0) agenda.toClose.push(step.id);
}

/**
 * When the time of what holds other steps is up (rule E3): of a loop by its own limits, without the time in which it only
 * waited for people; of all of `finally` by its budget (rule S6). The limits of a fan-out are those of each of its items.
 */
export function deadlineOf(step: StepState): number | undefined {
  const first = step.attempts[step.earlier];
  const last = step.attempts.at(-1);
  const role = roleOf(step);
  if (role === 'leaf' || first === undefined || last === undefined) return undefined;
  const { timeoutMs = Infinity, totalTimeoutMs = Infinity, budgetMs = Infinity } = step.step;
  let at = step.item === undefined ? first.startedAt + budgetMs : Infinity;
  if (role === 'loop' && step.pausedSince === undefined) {
    const before = step.attempts.slice(step.earlier, -1).reduce((sum, each) => sum + (each.pausedMs ?? 0), 0);
    const paused = last.pausedMs ?? 0;
    at = Math.min(
      at,
      last.startedAt + timeoutMs + paused,
      first.startedAt + totalTimeoutMs + before + paused,
    );
  }
  return at === Infinity ? undefined : at;
}

/**
 * The lane of an item, where one is needed: for `max_parallel`, and for items that are loops and hold no slot
 * themselves, so that `limits.parallel` (the default width, rule V6) would not hold them back.
 */
export function laneOf(agenda: Agenda, state: RunState, step: StepState): Lane | undefined {
  if (step.item === undefined || step.parent === undefined) return undefined;
  const known = agenda.lanes.get(step.parent);
  if (known !== undefined) return known;
  const limit = step.step.fanOut?.maxParallel ?? (roleOf(step) === 'loop' ? state.parallel : undefined);
  if (limit === undefined) return undefined;
  const lane: Lane = { limit, begun: new Set(), parked: [] };
  agenda.lanes.set(step.parent, lane);
  return lane;
}

/** Remaining path lengths, by past durations where history has them, in one pass against the edges, without recursion. */
function rankTop(agenda: Agenda, state: RunState): void {
  const { steps, finally: last } = state.workflow;
  rankLevel(agenda, state, { ids: steps.map(({ id }) => id), weight: weightOf(state), after: 0 });
  rankLevel(agenda, state, { ids: last.map(({ id }) => id), weight: weightOf(state), after: 0 });
}

function weightOf({ expectedMs }: RunState): (step: StepState) => number {
  const known = Object.values(expectedMs ?? {});
  if (expectedMs === undefined || known.length === 0) return () => 1;
  // A step nobody has seen yet counts as much as the others do.
  const usual = known.reduce((sum, each) => sum + each, 0) / known.length;
  return ({ step }) => expectedMs[step.id] ?? usual;
}

function rankInside(agenda: Agenda, state: RunState, address: StepAddress): void {
  const holder = state.steps[address];
  if (holder === undefined) return;
  const after = agenda.ranks[holder.index]?.remaining ?? 0;
  if (roleOf(holder) === 'fan-out') {
    for (const { id, index } of insideOf(state, holder))
      agenda.ranks[index] = { step: id, remaining: after, index };
  } else rankLevel(agenda, state, { ids: holder.inside ?? [], weight: () => 1, after });
}

interface RankedLevel {
  readonly ids: readonly StepAddress[];
  readonly weight: (step: StepState) => number;
  /** What comes after all of them. */
  readonly after: number;
}

/** Most files name a step before those that need it: then one pass from the end is enough. */
function rankLevel(agenda: Agenda, state: RunState, level: RankedLevel): void {
  const { ids, weight, after } = level;
  // Room first: an array that is filled from its end is a slow one.
  while (agenda.ranks.length < state.known) agenda.ranks.push(undefined);
  for (let i = ids.length - 1; i >= 0; i--) {
    const step = state.steps[ids[i] ?? ''];
    if (step === undefined) continue;
    let ahead = after;
    for (const id of step.dependents) {
      const known = agenda.ranks[state.steps[id]?.index ?? -1];
      if (known === undefined) return rankInAnyOrder(agenda, state, level);
      if (known.remaining > ahead) ahead = known.remaining;
    }
    agenda.ranks[step.index] = { step: step.id, remaining: ahead + weight(step), index: step.index };
  }
}

/** Kahn's algorithm (1962) from the ends of the graph. Steps on a cycle, which no run has, would count as ends. */
function rankInAnyOrder(agenda: Agenda, state: RunState, { ids, weight, after }: RankedLevel): void {
  const open = new Map<StepAddress, number>();
  const ahead = new Map<StepAddress, number>();
  const settled: StepState[] = [];
  for (const id of ids) {
    const step = state.steps[id];
    if (step === undefined) continue;
    open.set(id, step.dependents.length);
    if (step.dependents.length === 0) settled.push(step);
  }
  for (let step = settled.pop(); step !== undefined; step = settled.pop()) {
    const remaining = (ahead.get(step.id) ?? after) + weight(step);
    ahead.set(step.id, remaining);
    for (const need of step.step.needs) {
      const needed = state.steps[step.level + need.step];
      const left = needed === undefined ? undefined : open.get(needed.id);
      if (needed === undefined || left === undefined) continue;
      ahead.set(needed.id, Math.max(ahead.get(needed.id) ?? after, remaining));
      open.set(needed.id, left - 1);
      if (left === 1) settled.push(needed);
    }
  }
  for (const id of ids) {
    const step = state.steps[id];
    if (step === undefined) continue;
    agenda.ranks[step.index] = { step: id, remaining: ahead.get(id) ?? after, index: step.index };
  }
}
