import type { Clock } from '../base/clock.ts';
import type { AttemptIo, Backend } from '../backends/backend.ts';
import type { JournalWriter, Reopened, Request } from '../journal/journal.ts';
import { replay, applyEvent } from '../model/apply-event.ts';
import type { Assignment, Outcome, RunId, StepAddress } from '../model/attempt.ts';
import type { AttemptEnded, Fact, RunEvent } from '../model/run-event.ts';
import { parentOf } from '../model/inside.ts';
import { isFinal, roleOf, type RunState, type StepState } from '../model/run-state.ts';
import { agendaOf, noteEvent, type Agenda } from './agenda.ts';
import { assign } from './assign.ts';
import { AttemptControl } from './attempt-control.ts';
import { decide, waitsForPeople, type Decision, type Moment } from './decide.ts';
import { endAtOnce, isStopping, type GroupOrder } from './judge.ts';
import { nextAttemptAt } from './retry.ts';
import { NO_SOURCES, type Sources } from './scope.ts';

/** When to leave a run that only waits for people: always, or only where no time limit has to be watched. */
export type Park = 'always' | 'without-deadline';

/** What a run needs of the world. */
export interface RunWorld {
  readonly backend: Backend;
  readonly clock: Clock;
  /** Uniform from 0 to 1, for jitter. */
  readonly random: () => number;
  /** Told of every event once it is written, the past of an adopted run first. */
  readonly onEvents?: (events: readonly RunEvent[]) => void;
  /** What expressions may ask of the world. */
  readonly sources?: Sources;
  /** Carries out a `workflow` step: begins its child run, or goes on with it. Never rejects. */
  readonly runChild?: (assignment: ChildAssignment, io: AttemptIo, watch: ChildWatch) => Promise<Outcome>;
  /** Asks for a place in a concurrency group; rejects never. Without it every group has room. */
  readonly enterGroup?: EnterGroup;
  /** Leave the run when only people can go on with it, for whoever answers to carry on. */
  readonly park?: Park;
}

export interface ChildWatch {
  /** Told when nothing in the child goes on but waiting for people, and when it goes on again. */
  readonly onPause: (paused: boolean) => void;
  /** That time counts against the limit of the step all the same: in `finally` (rule S6). */
  readonly countsPauses: boolean;
}

export type ChildAssignment = Extract<Assignment, { readonly kind: 'workflow' }>;

export type EnterGroup = (
  order: GroupOrder & { readonly run: RunId },
  signal: AbortSignal,
) => Promise<GroupLease | 'full' | 'aborted' | { readonly trouble: string }>;

/** A place in a concurrency group, held until it is given back. */
export interface GroupLease {
  release(): void;
}

/** Takes over what a dead owner left: attempts that nobody saw end are lost, and tried again (unless the step says it must not). */
export function adopt({ writer, record }: Reopened, world: RunWorld): Promise<RunState> {
  const state = replay(record.events);
  if (state === undefined) throw new Error(`Run ${record.run} has no first fact.`);
  const now = world.clock.now();
  const facts: Fact[] = [{ type: 'run-adopted' }];
  for (const step of Object.values(state.steps)) {
    const attempt = step.attempts.at(-1);
    if (step.status !== 'running' || attempt === undefined || !diedWithItsOwner(step)) continue;
    facts.push({
      type: 'attempt-ended',
      step: step.id,
      attempt: attempt.number,
      outcome: { ok: false, failure: { kind: 'lost' } },
      durationMs: Math.max(0, now - attempt.startedAt),
      ...(step.step.idempotent === false ? {} : { retryAt: now }),
    });
  }
  // Places in groups died with their owner, too: whoever goes on asks for its place again first.
  for (const step of Object.values(state.steps)) {
    const { id, admitted, status } = step;
    if (admitted === undefined || isFinal(status) || step.wait?.for === 'answer') continue;
    const isLost = status === 'running' && diedWithItsOwner(step) && step.step.idempotent === false;
    if (!isLost) facts.push({ type: 'step-waiting', step: id, wait: { for: 'group', group: admitted } });
  }
  return carryOn({ writer, events: [...record.events, ...writer.append(facts)], world });
}

/** Fan-outs and loops go on where they stand, and so does the run of a `workflow` step, which has a journal of its own. */
function diedWithItsOwner(step: StepState): boolean {
  return roleOf(step) === 'leaf' && step.step.kind !== 'workflow';
}

/**
 * Carries a run on to its end: asks what is next, writes it down, does it, until `run-ended` is written, or until the
 * run is parked. Rejects only when the journal cannot be written any more; then every running step has been ended.
 */
export async function carryOn(run: {
  readonly writer: JournalWriter;
  readonly events: readonly RunEvent[];
  readonly world: RunWorld;
}): Promise<RunState> {
  const state = replay(run.events);
  if (state === undefined) throw new Error(`Run ${run.writer.run} has no first fact.`);
  run.world.onEvents?.(run.events);
  const loop = new RunLoop(run.writer, state, run.world);
  try {
    return await loop.ended;
  } finally {
    await run.world.backend.close();
    await run.writer.close();
  }
}

class RunLoop {
  readonly ended: Promise<RunState>;
  readonly #writer: JournalWriter;
  readonly #world: RunWorld;
  readonly #sources: Sources;
  readonly #state: RunState;
  readonly #agenda: Agenda;
  readonly #running = new Map<StepAddress, AttemptControl>();
  /** Places asked for in concurrency groups, and held. */
  readonly #asking = new Map<StepAddress, AbortController>();
  readonly #leases = new Map<StepAddress, GroupLease>();
  readonly #requests: Disposable | undefined;
  readonly #startedAt: { readonly wall: number; readonly monotonic: number };
  #moment: Moment;
  /** Attempts that have ended since the last turn: one turn takes them all. */
  #ends: AttemptEnded[] = [];
  #resolve: (state: RunState) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #callOff: (() => void) | undefined;
  #over = false;
  /** The journal failed: nothing is decided any more, only the running steps are waited for. */
  #broken: { readonly error: unknown } | undefined;

  constructor(writer: JournalWriter, state: RunState, world: RunWorld) {
    this.#writer = writer;
    this.#world = world;
    this.#sources = world.sources ?? NO_SOURCES;
    this.#state = state;
    this.#agenda = agendaOf(state);
    this.#startedAt = { wall: world.clock.now(), monotonic: world.clock.monotonic() };
    this.#moment = { now: Math.round(this.#startedAt.wall), wall: this.#startedAt.wall };
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#goOn();
    // What was asked for before anybody listened is told at once, and may end the run.
    this.#requests = writer.onRequest((request) => this.#onRequest(request));
    if (this.#over || this.#broken !== undefined) this.#requests[Symbol.dispose]();
    else this.#turn();
  }

  /** Takes up again what a former owner had begun and what did not die with it. */
  #goOn(): void {
    if (this.#state.seq === 1) return;
    for (const address of this.#agenda.running) this.#start(address);
    for (const step of Object.values(this.#state.steps)) {
      const { concurrency } = step.step;
      if (concurrency === undefined || isFinal(step.status)) continue;
      const { limit, whenFull } = concurrency;
      if (step.wait?.for === 'group') this.#enter({ step: step.id, group: step.wait.group, limit, whenFull });
    }
  }

  #onRequest(request: Request): void {
    switch (request.type) {
      case 'stop': {
        const { stop } = this.#state;
        // Asked twice means now: the second request skips the grace (rule E4).
        const force = request.force || (stop !== undefined && stop.by !== 'timeout');
        return this.#happened(() => this.#write([{ type: 'stop-requested', by: request.by, force }]));
      }
      case 'answer': {
        const { step, answer, who, note } = request;
        const wait = this.#state.steps[step]?.wait;
        if (wait?.for !== 'answer') return;
        this.#look();
        // Too late: what `on_timeout` says holds.
        if (wait.until !== undefined && wait.until <= this.#moment.wall)
          return this.#happened(() => undefined);
        const fact = { type: 'gate-answered', step, answer, by: 'person' } as const;
        return this.#happened(() =>
          this.#write([{ ...fact, ...(who !== undefined && { who }), ...(note !== undefined && { note }) }]),
        );
      }
      case 'stop-step': {
        const { step, by } = request;
        const found = this.#state.steps[step];
        if (found === undefined || isFinal(found.status)) return;
        return this.#happened(() => this.#write([{ type: 'step-stop-requested', step, by }]));
      }
    }
  }

  /** Something happened: write it down and see what is next. */
  #happened(write: () => void): void {
    if (this.#broken !== undefined || this.#over) return;
    this.#look();
    try {
      write();
    } catch (error) {
      this.#break(error);
      return;
    }
    this.#turn();
  }

  #turn(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    try {
      for (;;) {
        const decision = decide(this.#agenda, this.#state, this.#moment, this.#sources);
        if (decision.facts.length > 0) this.#write(decision.facts.map(this.#orAgain));
        this.#carryOut(decision);
        if (decision.facts.length === 0) return this.#rest(decision.wakeAt);
        if (this.#state.ended !== undefined) return this.#finish();
      }
    } catch (error) {
      this.#break(error);
    }
  }

  /** Looks at the clocks: once for all that follows from one happening. */
  #look(): void {
    const { clock } = this.#world;
    const { wall, monotonic } = this.#startedAt;
    this.#moment = { now: Math.round(wall + clock.monotonic() - monotonic), wall: clock.now() };
  }

  #write(facts: readonly Fact[]): void {
    const events = this.#writer.append(facts, this.#moment.now);
    for (const event of events) {
      applyEvent(this.#state, event);
      noteEvent(this.#agenda, this.#state, event);
      if (this.#leases.size + this.#asking.size > 0) this.#letGo(event);
    }
    this.#world.onEvents?.(events);
  }

  #carryOut({ start, stop, enter }: Decision): void {
    for (const step of start) this.#start(step);
    for (const order of enter) this.#enter(order);
    for (const { step, force } of stop) {
      const attempt = this.#running.get(step);
      attempt?.askToEnd();
      if (force) attempt?.forceToEnd();
    }
  }

  #start(address: StepAddress): void {
    const { clock } = this.#world;
    const startedAt = clock.monotonic();
    const attempt = this.#state.steps[address]?.attempts.at(-1)?.number ?? 1;
    const control = new AttemptControl(this.#writer, address, attempt);
    this.#running.set(address, control);
    const ended = (outcome: Outcome) => {
      this.#running.delete(address);
      const durationMs = Math.round(clock.monotonic() - startedAt);
      if (this.#broken !== undefined) return this.#giveUpWhenQuiet();
      this.#ends.push(this.#endOf(address, outcome, durationMs));
      // Whatever ends in the same breath is written down, and looked at, together.
      if (this.#ends.length === 1) queueMicrotask(this.#takeEnds);
    };
    this.#execute(address, control).then(ended, (error: unknown) => ended(crashed(error)));
  }

  #execute(address: StepAddress, io: AttemptIo): Promise<Outcome> {
    const { backend, runChild } = this.#world;
    const assignment = assign(this.#state, address, this.#moment.now, this.#sources);
    if (!assignment.ok) return Promise.resolve({ ok: false, failure: assignment.error });
    const { value } = assignment;
    try {
      if (value.kind !== 'workflow') return backend.execute(value, io);
      if (runChild !== undefined) return runChild(value, io, this.#watch(address));
      const message = 'No other workflow can be run from here.';
      return Promise.resolve({ ok: false, failure: { kind: 'not-started', code: 125, message } });
    } catch (error) {
      return Promise.resolve(crashed(error));
    }
  }

  #watch(address: StepAddress): ChildWatch {
    const attempt = this.#state.steps[address]?.attempts.at(-1)?.number;
    return {
      countsPauses: this.#state.steps[address]?.place === 'finally',
      onPause: (paused) => {
        const step = this.#state.steps[address];
        if (step === undefined || isFinal(step.status) || step.attempts.at(-1)?.number !== attempt) return;
        if (paused === (step.wait?.for === 'child')) return;
        const fact: Fact = paused
          ? { type: 'step-waiting', step: address, wait: { for: 'child' } }
          : { type: 'step-resumed', step: address };
        this.#happened(() => this.#write([fact]));
      },
    };
  }

  /** A loop that ended badly is tried again where its `retry` says so, like any other step. */
  readonly #orAgain = (fact: Fact): Fact => {
    if (fact.type !== 'attempt-ended' || fact.outcome.ok) return fact;
    const step = this.#state.steps[fact.step];
    if (step === undefined || step.step.retry.max === 0 || roleOf(step) !== 'loop') return fact;
    return this.#withRetry(step, fact);
  };

  readonly #takeEnds = (): void => {
    const ends = this.#ends;
    this.#ends = [];
    this.#happened(() => this.#write(ends));
  };

  #endOf(address: StepAddress, outcome: Outcome, durationMs: number): AttemptEnded {
    const step = this.#state.steps[address];
    const attempt = step?.attempts.at(-1)?.number ?? 1;
    const ended: AttemptEnded = { type: 'attempt-ended', step: address, attempt, outcome, durationMs };
    if (outcome.ok || step === undefined) return ended;
    if (isAnsweredByTime(step, outcome)) return { ...ended, outcome: APPROVED_BY_TIME };
    this.#look();
    return this.#withRetry(step, ended);
  }

  #withRetry(step: StepState, ended: AttemptEnded): AttemptEnded {
    const { random } = this.#world;
    // A loop whose own time is up was told to end; that is its end, and no reason against another attempt.
    const stopped = step.stopping === 'timeout' ? parentOf(this.#state, step) : step;
    if (stopped !== undefined && isStopping(this.#state, stopped)) return ended;
    const retryAt = nextAttemptAt({ step, outcome: ended.outcome, now: this.#moment.now, random });
    return retryAt === undefined ? ended : { ...ended, retryAt };
  }

  #enter(order: GroupOrder): void {
    const { step } = order;
    const asking = new AbortController();
    this.#asking.set(step, asking);
    const { enterGroup } = this.#world;
    const entered =
      enterGroup?.({ ...order, run: this.#state.run }, asking.signal) ?? Promise.resolve(NO_LEASE);
    void entered.then((answer) => {
      // Asked for anew in the meantime: this answer is for nobody any more.
      const isOld = this.#asking.get(step) !== asking;
      if (!isOld) this.#asking.delete(step);
      const waits =
        !isOld && this.#state.steps[step]?.wait?.for === 'group' && !this.#over && this.#broken === undefined;
      if (typeof answer === 'object' && 'release' in answer) {
        if (!waits) return answer.release();
        this.#leases.set(step, answer);
        this.#happened(() => {
          this.#write([{ type: 'group-entered', step }]);
          // A child run that its former owner had begun.
          if (this.#agenda.running.has(step) && !this.#running.has(step)) this.#start(step);
        });
      } else if (answer !== 'aborted' && waits) {
        const full = `the concurrency group "${order.group}" is full`;
        this.#happened(() => this.#refuse(step, answer === 'full' ? full : answer.trouble));
      }
    });
  }

  #refuse(address: StepAddress, message: string): void {
    const step = this.#state.steps[address];
    if (step === undefined) return;
    const facts: Fact[] = [];
    endAtOnce({ facts }, step, { ok: false, failure: { kind: 'refused', message } });
    this.#write(facts);
  }

  /** A step that has ended, begins anew, or is held back, needs its place no longer. */
  #letGo(event: RunEvent): void {
    const isRewind = event.type === 'step-rewound';
    const steps = isRewind
      ? [...this.#asking.keys(), ...this.#leases.keys()]
      : 'step' in event
        ? [event.step]
        : [];
    for (const address of steps) {
      const step = this.#state.steps[address];
      if (step !== undefined && !isFinal(step.status) && !isRewind) continue;
      if (step?.wait?.for !== 'group') this.#asking.get(address)?.abort();
      if (step?.admitted !== undefined && !isFinal(step.status)) continue;
      this.#leases.get(address)?.release();
      this.#leases.delete(address);
    }
  }

  /** Nothing is to be done now. */
  #rest(wakeAt: number | undefined): void {
    const { clock, park } = this.#world;
    const mayLeave = park === 'always' || (park === 'without-deadline' && wakeAt === undefined);
    if (mayLeave && waitsForPeople(this.#agenda, this.#state)) {
      this.#write([{ type: 'run-parked' }]);
      return this.#finish();
    }
    if (wakeAt === undefined) return;
    this.#look(); // starting many processes takes a while
    const delayMs = Math.max(0, wakeAt - this.#moment.now);
    this.#callOff = clock.wake(delayMs, () => this.#happened(() => undefined));
  }

  #finish(): void {
    this.#over = true;
    this.#requests?.[Symbol.dispose]();
    for (const lease of this.#leases.values()) lease.release();
    this.#resolve(this.#state);
  }

  #break(error: unknown): void {
    this.#broken = { error };
    this.#callOff?.();
    this.#requests?.[Symbol.dispose]();
    for (const asking of this.#asking.values()) asking.abort();
    for (const lease of this.#leases.values()) lease.release();
    for (const control of this.#running.values()) control.forceToEnd();
    this.#giveUpWhenQuiet();
  }

  #giveUpWhenQuiet(): void {
    if (this.#running.size === 0) this.#reject(this.#broken?.error);
  }
}

/** `on_timeout: approve` is the answer of a check that nobody waits for any longer, too. */
function isAnsweredByTime({ step }: StepState, outcome: Outcome): boolean {
  if (step.kind !== 'gate' || !('check' in step.with.by) || step.with.onTimeout !== 'approve') return false;
  return !outcome.ok && outcome.failure.kind === 'timed-out';
}

const APPROVED_BY_TIME: Outcome = { ok: true, outputs: { answer: 'approve', by: 'timeout' } };

const NO_LEASE: GroupLease = { release: () => undefined };

/** Backends never reject; one that does has a mistake in it, and the run shows it. */
function crashed(error: unknown): Outcome {
  return {
    ok: false,
    failure: { kind: 'crashed', message: error instanceof Error ? error.message : String(error) },
  };
}
