import type { Clock } from '../base/clock.ts';
import type { Backend } from '../backends/backend.ts';
import type { JournalWriter, Reopened, Request } from '../journal/journal.ts';
import type { Outcome, StepAddress } from '../model/attempt.ts';
import type { AttemptEnded, Fact, RunEvent } from '../model/run-event.ts';
import { applyEvent, replay, type RunState } from '../model/run-state.ts';
import { agendaOf, noteEvent, type Agenda } from './agenda.ts';
import { assign } from './assign.ts';
import { decide, type Decision } from './decide.ts';
import { nextAttemptAt } from './retry.ts';

/** What a run needs of the world. */
export interface RunWorld {
  readonly backend: Backend;
  readonly clock: Clock;
  /** Uniform from 0 to 1, for jitter. */
  readonly random: () => number;
  /** Told of every event once it is written, the past of an adopted run first. */
  readonly onEvents?: (events: readonly RunEvent[]) => void;
}

/** Takes over what a dead owner left: attempts that nobody saw end are lost, and tried again (unless the step says it must not). */
export function adopt({ writer, record }: Reopened, world: RunWorld): Promise<RunState> {
  const state = replay(record.events);
  if (state === undefined) throw new Error(`Run ${record.run} has no first fact.`);
  const now = world.clock.now();
  const facts: Fact[] = [{ type: 'run-adopted' }];
  for (const step of Object.values(state.steps)) {
    const attempt = step.attempts.at(-1);
    if (step.status !== 'running' || attempt === undefined) continue;
    facts.push({
      type: 'attempt-ended',
      step: step.id,
      attempt: attempt.number,
      outcome: { ok: false, failure: { kind: 'lost' } },
      durationMs: Math.max(0, now - attempt.startedAt),
      ...(step.step.idempotent === false ? {} : { retryAt: now }),
    });
  }
  return carryOn({ writer, events: [...record.events, ...writer.append(facts)], world });
}

/**
 * Carries a run on to its end: asks what is next, writes it down, does it, until `run-ended` is written. Rejects only
 * when the journal cannot be written any more; then every running step has been ended.
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

interface RunningAttempt {
  readonly cancel: AbortController;
  readonly kill: AbortController;
}

class RunLoop {
  readonly ended: Promise<RunState>;
  readonly #writer: JournalWriter;
  readonly #world: RunWorld;
  readonly #state: RunState;
  readonly #agenda: Agenda;
  readonly #running = new Map<StepAddress, RunningAttempt>();
  readonly #requests: Disposable;
  #resolve: (state: RunState) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #callOff: () => void = () => undefined;
  /** The journal failed: nothing is decided any more, only the running steps are waited for. */
  #broken: { readonly error: unknown } | undefined;

  constructor(writer: JournalWriter, state: RunState, world: RunWorld) {
    this.#writer = writer;
    this.#world = world;
    this.#state = state;
    this.#agenda = agendaOf(state);
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#requests = writer.onRequest((request) => this.#onRequest(request));
    this.#turn();
  }

  #onRequest(request: Request): void {
    const { stop } = this.#state;
    // Asked twice means now: the second request skips the grace (rule E4).
    const force = request.force || (stop !== undefined && stop.by !== 'timeout');
    this.#happened(() => this.#write([{ type: 'stop-requested', by: request.by, force }]));
  }

  /** Something happened: write it down and see what is next. */
  #happened(write: () => void): void {
    if (this.#broken !== undefined || this.#state.ended !== undefined) return;
    try {
      write();
    } catch (error) {
      this.#break(error);
      return;
    }
    this.#turn();
  }

  #turn(): void {
    this.#callOff();
    try {
      for (;;) {
        const decision = decide(this.#agenda, this.#state, this.#world.clock.now());
        this.#write(decision.facts);
        this.#carryOut(decision);
        if (decision.facts.length === 0) return this.#sleep(decision.wakeAt);
        if (this.#state.ended !== undefined) return this.#finish();
      }
    } catch (error) {
      this.#break(error);
    }
  }

  #write(facts: readonly Fact[]): void {
    if (facts.length === 0) return;
    const events = this.#writer.append(facts);
    for (const event of events) {
      applyEvent(this.#state, event);
      noteEvent(this.#agenda, this.#state, event);
    }
    this.#world.onEvents?.(events);
  }

  #carryOut(decision: Decision): void {
    for (const step of decision.start) this.#start(step);
    for (const { step, force } of decision.stop) {
      const attempt = this.#running.get(step);
      attempt?.cancel.abort();
      if (force) attempt?.kill.abort();
    }
  }

  #start(address: StepAddress): void {
    const { clock, backend } = this.#world;
    const startedAt = clock.monotonic();
    const attempt = this.#state.steps[address]?.attempts.at(-1)?.number ?? 1;
    const running = { cancel: new AbortController(), kill: new AbortController() };
    this.#running.set(address, running);
    const assignment = assign(this.#state, address, clock.now());
    const outcome: Promise<Outcome> = assignment.ok
      ? backend.execute(assignment.value, {
          log: this.#writer.log(address, attempt),
          cancel: running.cancel.signal,
          kill: running.kill.signal,
        })
      : Promise.resolve({ ok: false, failure: assignment.error });
    void outcome.catch(crashed).then((ended) => {
      this.#running.delete(address);
      const durationMs = Math.round(clock.monotonic() - startedAt);
      if (this.#broken === undefined)
        this.#happened(() => this.#write([this.#endOf(address, ended, durationMs)]));
      else this.#giveUpWhenQuiet();
    });
  }

  #endOf(address: StepAddress, outcome: Outcome, durationMs: number): AttemptEnded {
    const step = this.#state.steps[address];
    const attempt = step?.attempts.at(-1)?.number ?? 1;
    const { clock, random } = this.#world;
    const retryAt = step && nextAttemptAt({ step, outcome, now: clock.now(), random });
    return {
      type: 'attempt-ended',
      step: address,
      attempt,
      outcome,
      durationMs,
      ...(retryAt === undefined ? {} : { retryAt }),
    };
  }

  #sleep(wakeAt: number | undefined): void {
    if (wakeAt === undefined) return;
    const delayMs = Math.max(0, wakeAt - this.#world.clock.now());
    this.#callOff = this.#world.clock.wake(delayMs, () => this.#happened(() => undefined));
  }

  #finish(): void {
    this.#requests[Symbol.dispose]();
    this.#resolve(this.#state);
  }

  #break(error: unknown): void {
    this.#broken = { error };
    this.#callOff();
    this.#requests[Symbol.dispose]();
    for (const { cancel, kill } of this.#running.values()) {
      cancel.abort();
      kill.abort();
    }
    this.#giveUpWhenQuiet();
  }

  #giveUpWhenQuiet(): void {
    if (this.#running.size === 0) this.#reject(this.#broken?.error);
  }
}

/** Backends never reject; one that does has a mistake in it, and the run shows it. */
function crashed(error: unknown): Outcome {
  return {
    ok: false,
    failure: { kind: 'crashed', message: error instanceof Error ? error.message : String(error) },
  };
}
