import { emptyRecord } from '../base/json.ts';
import type { Outcome, RunId, StepAddress } from './attempt.ts';
import type {
  AttemptEnded,
  GateAnswered,
  ItemsExpanded,
  RoundStarted,
  RunEvent,
  Stamp,
  StepReused,
  StepRewound,
  StepSkipped,
  StepWaiting,
  StopRequested,
} from './run-event.ts';
import {
  isFailure,
  isFinal,
  isForgiven,
  isPaused,
  roleOf,
  statusOf,
  STEP_STATUSES,
  type Attempt,
  type FinalStatus,
  type Item,
  type RunState,
  type StepState,
  type StepStatus,
  type Upstream,
} from './run-state.ts';
import type { Step } from './workflow.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type WritableStep = Writable<Omit<StepState, 'attempts'>> & { attempts: Writable<Attempt>[] };
type WritableRun = Writable<Omit<RunState, 'steps' | 'counts'>> & {
  steps: Record<StepAddress, WritableStep>;
  counts: Record<StepStatus, number>;
  /** Attempts of steps inside fan-outs and loops that began anew: when such a step comes again, it counts on. */
  retired: Record<StepAddress, Writable<Attempt>[]>;
};

/** Folds a journal from its first event. Undefined when there is none. */
export function replay(events: Iterable<RunEvent>): RunState | undefined {
  let state: RunState | undefined;
  for (const event of events) state = applyEvent(state, event);
  return state;
}

/**
 * The one fold. Takes over the state it is given (a copy of 100,000 steps for each event would cost more than the
 * run) and returns it; the first event, `run-started`, makes it. An event that does not fit changes nothing:
 * a journal from a newer Baton is shown as far as it is understood.
 */
export function applyEvent(given: RunState | undefined, event: RunEvent): RunState | undefined {
  if (event.type === 'run-started') return given ?? startOf(event);
  if (given === undefined) return undefined;
  // Only this file writes to a RunState; the types keep everybody else from it.
  const state = given as WritableRun;
  const waits = state.queuedIn !== undefined || isPaused(state);
  if (waits) state.pausedMs += Math.max(0, event.at - state.at);
  state.seq = event.seq;
  state.at = event.at;
  switch (event.type) {
    case 'run-adopted':
      state.parked = false;
      state.starts++;
      return state;
    case 'run-parked':
      state.parked = true;
      return state;
    case 'run-queued':
      state.queuedIn = event.group;
      return state;
    case 'run-admitted':
      delete state.queuedIn;
      return state;
    case 'stop-requested':
      return noteStop(state, event);
    case 'run-ended':
      state.ended = event.status;
      state.endedAt = event.at;
      return state;
    default:
      applyToStep(state, event);
      return state;
  }
}

type StepEvent = Exclude<
  RunEvent,
  {
    readonly type:
      | 'run-started'
      | 'run-adopted'
      | 'run-parked'
      | 'run-queued'
      | 'run-admitted'
      | 'stop-requested'
      | 'run-ended';
  }
>;

function applyToStep(state: WritableRun, event: StepEvent): void {
  const step = state.steps[event.type === 'step-rewound' ? event.gate : event.step];
  // Final states never change (rule S1).
  if (step === undefined || isFinal(step.status)) return;
  switch (event.type) {
    case 'attempt-started':
      if (event.child !== undefined) state.children++;
      return beginAttempt(state, step, { ...event, status: 'running' });
    case 'attempt-ended':
      return endAttempt(state, step, event);
    case 'step-skipped':
      return skip(state, step, event);
    case 'step-reused':
      return reuse(state, step, event);
    case 'items-expanded':
      return expand(state, step, event);
    case 'round-started':
      return startRound(state, step, event);
    case 'step-waiting':
      return wait(state, step, event);
    case 'group-entered':
      return enter(state, step);
    case 'step-resumed':
      if (step.wait?.for === 'child') setStatus(state, step, 'running');
      delete step.wait;
      return;
    case 'gate-answered':
      return answer(state, step, event);
    case 'step-rewound':
      return rewind(state, step, event);
    case 'step-stop-requested':
      step.stopping ??= event.by;
      return;
    default:
      return;
  }
}

function startOf(event: RunEvent & { readonly type: 'run-started' }): RunState {
  const { workflow, only, reuse, expectedMs } = event;
  const state: WritableRun = {
    run: event.run,
    workflow,
    inputs: event.inputs,
    env: event.env,
    cause: event.cause,
    parallel: event.parallel,
    onFailure: event.onFailure,
    ...(only !== undefined && { only }),
    ...(reuse !== undefined && { reuse }),
    ...(expectedMs !== undefined && { expectedMs }),
    startedAt: event.at,
    parked: false,
    starts: 1,
    known: 0,
    children: 0,
    seq: event.seq,
    at: event.at,
    steps: emptyRecord(),
    counts: Object.fromEntries(STEP_STATUSES.map((status) => [status, 0])) as Record<StepStatus, number>,
    openMain: workflow.steps.length,
    openFinally: workflow.finally.length,
    failed: 0,
    warnings: 0,
    cancelled: 0,
    busy: 0,
    asking: 0,
    pausedMs: 0,
    retired: emptyRecord(),
  };
  addLevel(state, workflow.steps, { level: '', place: 'steps' });
  addLevel(state, workflow.finally, { level: '', place: 'finally' });
  if (state.openMain === 0) releaseFinally(state);
  return state;
}

interface Level {
  readonly level: string;
  readonly place: StepState['place'];
  readonly parent?: WritableStep | undefined;
}

/** Adds steps that stand beside each other. Those of `finally` need, besides, that everything else is final. */
function addLevel(state: WritableRun, steps: readonly Step[], where: Level): StepAddress[] {
  const { level, place, parent } = where;
  const more = place === 'finally' && parent === undefined ? 1 : 0;
  const added = steps.map((step) =>
    add(state, { level, place, parent, id: level + step.id, step, openNeeds: step.needs.length + more }),
  );
  for (const { id, step } of added) {
    for (const need of step.needs) addDependent(state.steps[level + need.step], id);
  }
  // Exactly as long as they are: most lists are short, and stay for the whole run.
  for (const step of added) if (step.dependents.length > 1) step.dependents = step.dependents.slice();
  return added.map(({ id }) => id);
}

/** Steps that nobody needs share one list. */
const NOBODY: readonly StepAddress[] = Object.freeze([]);

function addDependent(step: WritableStep | undefined, dependent: StepAddress): void {
  if (step === undefined) return;
  if (step.dependents === NOBODY) step.dependents = [dependent];
  else (step.dependents as StepAddress[]).push(dependent); // made by the line above
}

/** Steps that have not begun share one list. */
const NO_ATTEMPTS: Writable<Attempt>[] = [];

/** Nothing bad happened: what most steps can say of those they need. */
const CLEAN: Upstream = Object.freeze({ failed: false, cancelled: false });

interface NewStep extends Level {
  readonly id: StepAddress;
  readonly step: Step;
  readonly item?: Item;
  readonly openNeeds: number;
}

function add(state: WritableRun, { id, step, level, place, parent, item, openNeeds }: NewStep): WritableStep {
  const status = openNeeds === 0 ? 'queued' : 'pending';
  const attempts = state.retired[id] ?? NO_ATTEMPTS;
  state.counts[status]++;
  const made: WritableStep = {
    id,
    index: state.known++,
    step,
    level,
    place,
    status,
    result: undefined,
    attempts,
    earlier: attempts.length,
    openNeeds,
    dependents: NOBODY,
    upstream: parent === undefined ? CLEAN : parent.upstream,
    openInside: 0,
    rewinds: 0,
    endedAt: undefined,
  };
  if (parent !== undefined) made.parent = parent.id;
  if (item !== undefined) made.item = item;
  state.steps[id] = made;
  return made;
}

function beginAttempt(
  state: WritableRun,
  step: WritableStep,
  {
    attempt,
    at,
    status,
    child,
  }: {
    readonly attempt: number;
    readonly at: number;
    readonly status: StepStatus;
    readonly child?: RunId;
  },
): void {
  const begun: Writable<Attempt> = {
    number: attempt,
    startedAt: at,
    endedAt: undefined,
    durationMs: undefined,
    outcome: undefined,
  };
  if (child !== undefined) begun.child = child;
  // One place is enough for most steps; `push` would make room for seventeen.
  step.attempts = step.attempts.length === 0 ? [begun] : [...step.attempts, begun];
  if (step.retryAt !== undefined) delete step.retryAt;
  setStatus(state, step, status);
}

function endAttempt(state: WritableRun, step: WritableStep, event: AttemptEnded & Stamp): void {
  const attempt = step.attempts.at(-1);
  if (attempt !== undefined && attempt.number === event.attempt) {
    attempt.endedAt = event.at;
    attempt.durationMs = event.durationMs;
    attempt.outcome = event.outcome;
  }
  if (event.retryAt === undefined) return settle(state, step, event.outcome, event.at);
  step.retryAt = event.retryAt;
  // The time of that attempt was up, not that of the step.
  if (step.stopping !== undefined) delete step.stopping;
  setStatus(state, step, 'backoff');
}

/** The last attempt has ended: the step has, unless its gate sends the run back. */
function settle(state: WritableRun, step: WritableStep, outcome: Outcome, at: number): void {
  if (sendsBack(state, step, outcome)) {
    step.awaitsRewind = true;
    setStatus(state, step, 'queued');
    return;
  }
  end(state, step, outcome, at);
}

function end(state: WritableRun, step: WritableStep, outcome: Outcome, at: number): void {
  const status = statusOf(outcome);
  const forgiven = isForgiven(outcome, step.step.continueOn);
  finish(state, step, { status, result: forgiven ? 'succeeded' : status, at });
}

/** E6: a gate that says no sends the run back, at most `max` times, unless the run is to end. */
function sendsBack(state: WritableRun, { step, rewinds, stopping }: WritableStep, outcome: Outcome): boolean {
  if (step.kind !== 'gate' || step.with.rewindTo === undefined || outcome.ok) return false;
  if (state.stop !== undefined || stopping !== undefined || rewinds >= step.with.max) return false;
  switch (outcome.failure.kind) {
    case 'exited':
    case 'killed':
    case 'timed-out':
    case 'rejected':
      return true;
    default:
      return false;
  }
}

function skip(state: WritableRun, step: WritableStep, event: StepSkipped & Stamp): void {
  const said = step.awaitsRewind === true ? step.attempts.at(-1)?.outcome : undefined;
  // A gate that cannot send the run back any more has failed.
  if (said !== undefined) return end(state, step, said, event.at);
  const begun = step.status !== 'pending' && step.status !== 'queued';
  const status = begun ? 'cancelled' : 'skipped';
  step.reason = event.reason;
  if (event.because !== undefined) step.because = event.because;
  finish(state, step, { status, result: status, at: event.at });
}

function reuse(state: WritableRun, step: WritableStep, event: StepReused & Stamp): void {
  const { from, outcome, items, outputs } = event;
  step.reused = {
    from,
    outcome,
    ...(items !== undefined && { items }),
    ...(outputs !== undefined && { outputs }),
  };
  finish(state, step, { status: 'succeeded', result: 'succeeded', at: event.at });
}

function expand(state: WritableRun, step: WritableStep, event: ItemsExpanded & Stamp): void {
  beginAttempt(state, step, { attempt: event.attempt, at: event.at, status: 'running' });
  step.inside = event.items.map(({ key, value }, index) => {
    const id = `${step.id}{${key}}`;
    add(state, {
      id,
      step: step.step,
      level: step.level,
      place: step.place,
      parent: step,
      item: { key, index, value },
      openNeeds: 0,
    });
    return id;
  });
  step.openInside = step.inside.length;
}

function startRound(state: WritableRun, step: WritableStep, event: RoundStarted & Stamp): void {
  if (step.step.kind !== 'loop') return;
  if (event.round === 1) {
    // What an earlier attempt held is not there any more: its steps begin anew, and their attempts count on.
    if (step.inside !== undefined) retireInside(state, step);
    if (step.step.timeoutMs !== undefined || step.step.totalTimeoutMs !== undefined)
      step.load = { busy: 0, asking: 0 };
    beginAttempt(state, step, { ...event, status: 'running' });
  }
  // What an earlier round was forgiven is no news any more: the last round counts.
  else state.warnings -= warningsInside(state, step);
  const level = `${step.id}[${event.round}].`;
  step.round = event.round;
  step.inside = addLevel(state, step.step.with.steps, { level, place: step.place, parent: step });
  step.openInside = step.inside.length;
}

function warningsOf(step: WritableStep | undefined): number {
  return step !== undefined && step.result === 'succeeded' && isFailure(step.status) ? 1 : 0;
}

/** Of the items, or of the last round, however deep. */
function warningsInside(state: WritableRun, outer: WritableStep): number {
  let warnings = 0;
  const open = [outer];
  for (let holder = open.pop(); holder !== undefined; holder = open.pop()) {
    for (const step of holder.inside?.flatMap((id) => state.steps[id] ?? []) ?? []) {
      warnings += warningsOf(step);
      open.push(step);
    }
  }
  return warnings;
}

/** Whether a step makes the run fail (S7): not where a loop around it is forgiven its failures, or tried again. */
function isFatal(state: WritableRun, step: WritableStep): boolean {
  if (!isFailure(step.result ?? 'pending')) return false;
  for (let outer = parentOf(state, step); outer !== undefined; outer = parentOf(state, outer)) {
    if (roleOf(outer) !== 'loop') continue;
    if (outer.step.continueOn === 'any-failure' || outer.step.retry.max > 0) return false;
  }
  return true;
}

function parentOf(state: WritableRun, { parent }: StepState): WritableStep | undefined {
  return parent === undefined ? undefined : state.steps[parent];
}

function wait(state: WritableRun, step: WritableStep, event: StepWaiting & Stamp): void {
  const { wait } = event;
  step.wait = wait;
  if (wait.for === 'group') delete step.admitted;
  if (wait.for === 'answer') beginAttempt(state, step, { ...wait, at: event.at, status: 'waiting' });
  else setStatus(state, step, 'waiting');
}

/** It has its place in the group: it begins, or goes on with what it had begun when it lost its place with its owner. */
function enter(state: WritableRun, step: WritableStep): void {
  if (step.wait?.for === 'group') step.admitted = step.wait.group;
  const last = step.attempts.at(-1);
  const goesOn = last !== undefined && last.outcome === undefined;
  setStatus(state, step, goesOn ? 'running' : step.retryAt !== undefined ? 'backoff' : 'queued');
  delete step.wait;
}

function answer(state: WritableRun, step: WritableStep, event: GateAnswered & Stamp): void {
  const attempt = step.attempts.at(-1);
  if (step.wait?.for !== 'answer' || attempt === undefined) return;
  attempt.endedAt = event.at;
  attempt.durationMs = Math.max(0, event.at - attempt.startedAt);
  attempt.outcome = outcomeOfAnswer(event);
  settle(state, step, attempt.outcome, event.at);
  delete step.wait;
}

function outcomeOfAnswer({ answer, by, who, note }: GateAnswered): Outcome {
  if (answer === 'reject') {
    const reason =
      by === 'timeout' ? 'nobody answered in time' : `rejected${who === undefined ? '' : ` by ${who}`}`;
    return {
      ok: false,
      failure: { kind: 'rejected', message: note === undefined ? reason : `${reason}: ${note}` },
    };
  }
  const outputs = emptyRecord<string>();
  outputs['answer'] = answer;
  outputs['by'] = who ?? by;
  if (note !== undefined) outputs['note'] = note;
  return { ok: true, outputs };
}

function rewind(state: WritableRun, gate: WritableStep, event: StepRewound & Stamp): void {
  gate.rewinds++;
  const steps = event.steps.flatMap((id) => state.steps[id] ?? []);
  for (const step of steps) reset(state, step);
  // Steps that had not started yet wait again for those that begin anew; what is under way is held until they are final.
  const beside = steps.flatMap((step) => step.dependents.flatMap((id) => state.steps[id] ?? []));
  for (const step of new Set([...steps, ...beside])) {
    if (isFinal(step.status)) continue;
    for (const each of [step, ...deepInside(state, step)]) giveUpPlace(state, each);
    recount(state, step);
  }
}

/** Whoever is held back must not hold back others: it gives its place in a group back, and asks again later. */
function giveUpPlace(state: WritableRun, step: WritableStep): void {
  if (step.status === 'waiting' && step.wait?.for === 'group') {
    setStatus(state, step, step.retryAt === undefined ? 'queued' : 'backoff');
    delete step.wait;
  }
  if (step.status === 'queued' || step.status === 'backoff') delete step.admitted;
}

function reset(state: WritableRun, step: WritableStep): void {
  if (isFinal(step.status)) {
    if (isFatal(state, step)) state.failed--;
    if (step.parent === undefined && isCancelled(step)) state.cancelled--;
    state.warnings -= warningsOf(step);
    const parent = parentOf(state, step);
    if (parent !== undefined) parent.openInside++;
    else if (step.place === 'steps') state.openMain++;
    else state.openFinally++;
  }
  if (roleOf(step) !== 'leaf') retireInside(state, step);
  step.earlier = step.attempts.length;
  step.result = undefined;
  step.endedAt = undefined;
  setStatus(state, step, 'pending');
  for (const key of ['reason', 'because', 'retryAt', 'wait', 'admitted', 'load', 'pausedSince'] as const)
    delete step[key];
  for (const key of ['inside', 'round', 'awaitsRewind', 'stopping', 'reused'] as const) delete step[key];
}

/** Takes out all that a fan-out or loop held, every round of it. */
function retireInside(state: WritableRun, outer: WritableStep): void {
  state.warnings -= warningsInside(state, outer);
  const inside = deepInside(state, outer);
  for (const step of inside) if (isFatal(state, step)) state.failed--;
  for (const step of inside) {
    setStatus(state, step, 'pending');
    state.counts.pending--;
    state.retired[step.id] = step.attempts;
    delete state.steps[step.id];
  }
}

/** Iterative: items and loops may be nested. */
function deepInside(state: WritableRun, outer: WritableStep): WritableStep[] {
  const found: WritableStep[] = [];
  const open = [outer];
  for (let holder = open.pop(); holder !== undefined; holder = open.pop()) {
    const inside = everInside(state, holder).flatMap((id) => state.steps[id] ?? []);
    found.push(...inside);
    open.push(...inside);
  }
  return found;
}

/** The items of a fan-out, or the steps of every round of a loop. */
export function everInside(
  state: Pick<RunState, 'steps'>,
  { id, step, round, inside, item }: StepState,
): readonly StepAddress[] {
  if (round === undefined || step.kind !== 'loop' || roleOf({ step, ...(item && { item }) }) !== 'loop')
    return inside ?? NOBODY;
  const rounds = Array.from({ length: round }, (_, i) => `${id}[${i + 1}].`);
  return rounds.flatMap((level) =>
    step.with.steps.map((each) => level + each.id).filter((each) => state.steps[each] !== undefined),
  );
}

/** Counts anew what a step waits for, and what happened to what it needs. */
function recount(state: WritableRun, step: WritableStep): void {
  const parent = parentOf(state, step);
  step.openNeeds =
    step.item === undefined && step.place === 'finally' && parent === undefined && state.openMain > 0 ? 1 : 0;
  step.upstream = parent?.upstream ?? CLEAN;
  for (const need of step.item === undefined ? step.step.needs : []) {
    const needed = state.steps[step.level + need.step];
    if (needed === undefined) continue;
    if (!isFinal(needed.status)) step.openNeeds++;
    else passOn(needed, step);
  }
  if (step.status !== 'pending' && step.status !== 'queued') return;
  setStatus(state, step, step.openNeeds === 0 ? 'queued' : 'pending');
}

function passOn(needed: WritableStep, dependent: WritableStep): void {
  const before = dependent.upstream;
  const failed = before.failed || needed.upstream.failed || isFailure(needed.result ?? 'pending');
  const cancelled = before.cancelled || needed.upstream.cancelled || isCancelled(needed);
  if (failed !== before.failed || cancelled !== before.cancelled) dependent.upstream = { failed, cancelled };
}

function isCancelled({ result, reason }: StepState): boolean {
  return result === 'cancelled' || reason === 'cancelled';
}

function noteStop(state: WritableRun, event: StopRequested): RunState {
  const { stop } = state;
  state.stop = {
    by: stop?.by ?? event.by,
    force: event.force || (stop?.force ?? false),
    all: (stop?.all ?? false) || (state.openMain === 0 && (stop !== undefined || event.force)),
  };
  return state;
}

function finish(
  state: WritableRun,
  step: WritableStep,
  end: { readonly status: FinalStatus; readonly result: FinalStatus; readonly at: number },
): void {
  setStatus(state, step, end.status);
  step.result = end.result;
  step.endedAt = end.at;
  if (step.wait !== undefined) delete step.wait;
  if (step.retryAt !== undefined) delete step.retryAt;
  if (step.awaitsRewind !== undefined) delete step.awaitsRewind;
  if (isFatal(state, step)) state.failed++;
  if (step.parent === undefined && isCancelled(step)) state.cancelled++;
  state.warnings += warningsOf(step);
  for (const id of step.dependents) {
    const dependent = state.steps[id];
    if (dependent === undefined) continue;
    passOn(step, dependent);
    needEnded(state, dependent);
  }
  if (step.parent !== undefined) {
    const parent = state.steps[step.parent];
    if (parent !== undefined) parent.openInside--;
  } else if (step.place === 'finally') state.openFinally--;
  else if (--state.openMain === 0) releaseFinally(state);
}

function needEnded(state: WritableRun, step: WritableStep): void {
  step.openNeeds--;
  if (step.openNeeds === 0 && step.status === 'pending') setStatus(state, step, 'queued');
}

/** S6: everything else is final. Status functions look at the whole run now (S4). */
function releaseFinally(state: WritableRun): void {
  const failed = state.failed > 0;
  const cancelled = state.stop !== undefined || state.counts.cancelled > 0;
  for (const { id } of state.workflow.finally) {
    const step = state.steps[id];
    if (step === undefined) continue;
    step.upstream = { failed, cancelled };
    needEnded(state, step);
  }
}

function setStatus(state: WritableRun, step: WritableStep, status: StepStatus): void {
  const { counts } = state;
  counts[step.status]--;
  counts[status]++;
  const before = loadOf(step, step.status);
  const after = loadOf(step, status);
  step.status = status;
  if (before !== after) noteLoad(state, step, before, after);
}

/** What a step is for the clocks (rule E3): something that goes on, something that waits for people, or neither. */
function loadOf(step: WritableStep, status: StepStatus): 'busy' | 'asking' | undefined {
  switch (status) {
    case 'running':
      return roleOf(step) === 'leaf' ? 'busy' : undefined;
    case 'backoff':
      return 'busy';
    case 'waiting':
      return step.wait?.for === 'group' ? 'busy' : 'asking';
    default:
      return undefined;
  }
}

function noteLoad(
  state: WritableRun,
  step: WritableStep,
  before: 'busy' | 'asking' | undefined,
  after: 'busy' | 'asking' | undefined,
): void {
  const busy = (after === 'busy' ? 1 : 0) - (before === 'busy' ? 1 : 0);
  const asking = (after === 'asking' ? 1 : 0) - (before === 'asking' ? 1 : 0);
  state.busy += busy;
  state.asking += asking;
  if (step.parent === undefined) return;
  for (let outer = parentOf(state, step); outer !== undefined; outer = parentOf(state, outer)) {
    if (outer.load === undefined) continue;
    outer.load = { busy: outer.load.busy + busy, asking: outer.load.asking + asking };
    noteLoopPause(state, outer, isPaused(outer.load));
  }
}

function noteLoopPause(state: WritableRun, loop: WritableStep, paused: boolean): void {
  if (paused === (loop.pausedSince !== undefined)) return;
  if (paused) {
    loop.pausedSince = state.at;
    return;
  }
  const attempt = loop.attempts.at(-1);
  if (attempt !== undefined)
    attempt.pausedMs = (attempt.pausedMs ?? 0) + Math.max(0, state.at - (loop.pausedSince ?? state.at));
  delete loop.pausedSince;
}
