import type { Clock } from '../../src/base/clock.ts';
import type { Backend } from '../../src/backends/backend.ts';
import { carryOn, type RunWorld } from '../../src/engine/run.ts';
import type { AttemptIo } from '../../src/executors/executor.ts';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import type { Assignment, Outcome } from '../../src/model/attempt.ts';
import type { Fact, RunEvent, RunStarted } from '../../src/model/run-event.ts';
import { NO_SOURCES, type Sources } from '../../src/engine/scope.ts';
import { replay } from '../../src/model/apply-event.ts';
import type { RunState } from '../../src/model/run-state.ts';
import { SUCCEEDS } from '../model/sketches.ts';

/** A clock that only moves when told. */
export class SteeredClock implements Clock {
  #now = 1_000_000;
  #timers: { readonly at: number; readonly callback: () => void }[] = [];

  readonly now = () => this.#now;
  readonly monotonic = () => this.#now;
  readonly wake = (delayMs: number, callback: () => void) => {
    const timer = { at: this.#now + delayMs, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  };

  /** Moves on, ringing what is due on the way. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.at);
      this.#timers = this.#timers.filter((each) => each !== next);
      next.callback();
    }
    this.#now = end;
  }

  get pending(): number {
    return this.#timers.length;
  }

  get nextAlarmMs(): number | undefined {
    return this.#timers.length === 0 ? undefined : Math.min(...this.#timers.map(({ at }) => at)) - this.#now;
  }
}

/** A backend whose attempts end when the test says so. Keeps what it was asked to do. */
export class SteeredBackend implements Backend {
  readonly asked: Assignment[] = [];
  readonly #open = new Map<string, (outcome: Outcome) => void>();
  readonly #io = new Map<string, AttemptIo>();
  #changed: () => void = () => undefined;
  closed = false;

  readonly execute = (assignment: Assignment, io: AttemptIo): Promise<Outcome> => {
    this.asked.push(assignment);
    this.#io.set(assignment.step, io);
    const ended = new Promise<Outcome>((resolve) => this.#open.set(assignment.step, resolve));
    this.#changed();
    return ended;
  };

  get running(): readonly string[] {
    return [...this.#open.keys()];
  }

  io(step: string): AttemptIo | undefined {
    return this.#io.get(step);
  }

  /** Ends a running attempt. */
  end(step: string, outcome: Outcome): void {
    const end = this.#open.get(step);
    if (end === undefined) throw new Error(`"${step}" is not running; running: ${this.running.join(', ')}`);
    this.#open.delete(step);
    end(outcome);
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  onChange(changed: () => void): void {
    this.#changed = changed;
  }
}

/** Lets every promise that is ready run. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** A run that the test steers step by step. */
export class SteeredRun {
  readonly clock = new SteeredClock();
  readonly backend = new SteeredBackend();
  readonly journal = new MemoryJournal(this.clock.now);
  readonly events: RunEvent[] = [];
  readonly #sources: Sources;
  ended: Promise<RunState> | undefined;
  state: RunState | undefined;

  readonly #more: Partial<RunWorld>;

  constructor(sources: Sources = NO_SOURCES, more: Partial<RunWorld> = {}) {
    this.#sources = sources;
    this.#more = more;
  }

  async start(first: RunStarted, run = 'run'): Promise<void> {
    const writer = await this.journal.create(run, first);
    if (writer === 'exists') throw new Error('exists');
    const record = await this.journal.read(run);
    this.ended = carryOn({
      writer,
      events: record?.events ?? [],
      world: {
        backend: this.backend,
        clock: this.clock,
        random: () => 0.5,
        sources: this.#sources,
        ...this.#more,
        onEvents: (events) => this.events.push(...events),
      },
    });
    void this.ended.then((state) => (this.state = state));
    await settle();
  }

  async end(step: string, outcome: Outcome = SUCCEEDS): Promise<void> {
    this.backend.end(step, outcome);
    await settle();
  }

  async stop(force = false): Promise<void> {
    await this.journal.request('run', { type: 'stop', force, by: 'request' });
    await settle();
  }

  /** The state by the facts so far, ended or not. */
  get last(): RunState {
    const state = replay(this.events);
    if (state === undefined) throw new Error('The run has not begun.');
    return state;
  }

  async answer(step: string, answer: 'approve' | 'reject', note?: string): Promise<void> {
    await this.journal.request('run', { type: 'answer', step, answer, who: 'Ada', ...(note && { note }) });
    await settle();
  }

  async stopStep(step: string): Promise<void> {
    await this.journal.request('run', { type: 'stop-step', step, by: 'request' });
    await settle();
  }

  /** Moves to the next alarm within an hour. False when none is set. */
  async toNextAlarm(): Promise<boolean> {
    const ms = this.clock.nextAlarmMs;
    if (ms === undefined || ms > 3_600_000) return false;
    await this.advance(ms);
    return true;
  }

  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await settle();
  }

  facts(type: Fact['type']): RunEvent[] {
    return this.events.filter((event) => event.type === type);
  }
}
