import type { Clock } from '../base/clock.ts';
import { Heap } from '../base/heap.ts';
import type { RunId } from '../model/attempt.ts';
import type { ScheduleFact, ScheduleId, ScheduleRecords } from '../model/schedule-record.ts';
import type { Schedule } from '../model/workflow.ts';
import { dueNow, nextDue, type Due, type Standing, type Timing } from './due.ts';

/** A schedule to keep. Small: ten thousand of them are held at once. */
export interface KeptSchedule {
  readonly id: ScheduleId;
  /** The workflow's path. */
  readonly workflow: string;
  /** What it says, for people. */
  readonly text: string;
  readonly timing: Timing;
  readonly overlap: Schedule['overlap'];
}

/** A run that is due. */
export interface DueRun {
  readonly schedule: ScheduleId;
  readonly workflow: string;
  /** Milliseconds since the epoch. */
  readonly nominal: number;
  readonly isCatchUp: boolean;
}

/** What became of it. `taken`: somebody else was first. */
export type Launch = { readonly run: RunId } | 'taken' | { readonly refused: string };

/** What the scheduler needs of the world. */
export interface SchedulerWorld {
  readonly clock: Clock;
  /** What all who keep these schedules have written. */
  records(): ScheduleRecords;
  note(facts: readonly ScheduleFact[]): void;
  /** Begins the run, once in the world: its name is made of schedule and time. */
  launch(run: DueRun): Promise<Launch>;
  /** True when the run for this time has begun, whoever began it. */
  hasBegun(run: DueRun): Promise<boolean>;
  /** Runs of a workflow that go on, without one. */
  running(workflow: string, but: DueRun): Promise<readonly RunId[]>;
  /** Asks a run to stop. */
  stop(run: RunId): Promise<void>;
  /** Settles when a run is over, or when nobody waits any more. */
  over(run: RunId, noMore: Promise<void>): Promise<void>;
  /** What nobody expected. */
  trouble(error: unknown): void;
}

/** Timers do not count the time that a machine sleeps, and clocks are set: at least this often it looks at the clock. */
const LOOK_MS = 15_000;
/** More times of one schedule never wait for the run before. */
const MOST_QUEUED = 100;

interface Entry {
  readonly schedule: KeptSchedule;
  /** Of what this process has taken on, which the records may not say yet. */
  handledUntil: number;
  /** Milliseconds since the epoch; undefined when it is never due again. */
  dueAt: number | undefined;
  /** Times go one after the other. */
  line: Promise<void>;
  waiting: number;
  isDropped: boolean;
}

/**
 * Keeps schedules: sleeps until the earliest one is due, with one timer and one heap, and begins its run. Any number of
 * them may keep the same schedules, in any number of processes: a time begins one run in all, since creating the run's
 * folder is the claim.
 */
export class Scheduler {
  readonly #world: SchedulerWorld;
  #entries = new Map<ScheduleId, Entry>();
  #heap = new Heap<{ readonly entry: Entry; readonly at: number }>((a, b) => a.at < b.at);
  #cancelTimer: (() => void) | undefined;
  #isClosed = false;
  #close: () => void = () => undefined;
  readonly #closed = new Promise<void>((resolve) => (this.#close = resolve));
  /** Told after every look. */
  onLook: () => void = () => undefined;

  constructor(world: SchedulerWorld) {
    this.#world = world;
  }

  /** Says which schedules there are from now on. What is new counts from now; what is gone is due no more. */
  keep(schedules: readonly KeptSchedule[]): void {
    const now = this.#world.clock.now();
    const records = this.#world.records();
    this.#world.note(adoptions(schedules, records, now));
    const entries = new Map<ScheduleId, Entry>();
    for (const schedule of schedules) {
      const before = this.#entries.get(schedule.id);
      entries.set(schedule.id, {
        schedule,
        handledUntil: before?.handledUntil ?? -Infinity,
        dueAt: undefined,
        line: before?.line ?? Promise.resolve(),
        waiting: before?.waiting ?? 0,
        isDropped: false,
      });
      if (before !== undefined) before.isDropped = true;
    }
    for (const [id, entry] of this.#entries) if (!entries.has(id)) entry.isDropped = true;
    this.#entries = entries;
    this.look();
  }

  /** Looks at the clock, and at what others wrote, and begins what is due. To be called when the machine woke, too. */
  look(): void {
    if (this.#isClosed) return;
    const now = this.#world.clock.now();
    const records = this.#world.records();
    for (const entry of this.#entries.values()) this.#take(entry, { records, now });
    this.#heap = new Heap((a, b) => a.at < b.at);
    for (const entry of this.#entries.values()) this.#aim(entry, records);
    this.#arm();
    this.onLook();
  }

  /** When something is due next, and what; undefined where nothing is. */
  next(): { readonly schedule: KeptSchedule; readonly at: number } | undefined {
    const top = this.#heap.peek();
    return top && { schedule: top.entry.schedule, at: top.at };
  }

  /** Begins nothing any more. Runs that began go on. Settles when nothing is on its way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#close();
    this.#cancelTimer?.();
    await Promise.all([...this.#entries.values()].map(({ line }) => line));
  }

  /** Only the earliest ones are looked at when the timer rings. */
  #ring(): void {
    if (this.#isClosed) return;
    const now = this.#world.clock.now();
    const records = this.#world.records();
    for (let top = this.#heap.peek(); top !== undefined && top.at <= now; top = this.#heap.peek()) {
      this.#heap.pop();
      const { entry } = top;
      if (entry.isDropped || entry.dueAt !== top.at) continue;
      this.#take(entry, { records, now });
      this.#aim(entry, records);
    }
    this.#arm();
    this.onLook();
  }

  #arm(): void {
    this.#cancelTimer?.();
    const { clock } = this.#world;
    const top = this.#heap.peek();
    const sinceMs = clock.now();
    const waitMs = Math.max(0, Math.min(LOOK_MS, top === undefined ? LOOK_MS : top.at - sinceMs));
    this.#cancelTimer = clock.wake(waitMs, () => {
      const passedMs = clock.now() - sinceMs;
      // A clock that jumped makes every time new; else the earliest ones tell all.
      if (Math.abs(passedMs - waitMs) > LOOK_MS) this.look();
      else this.#ring();
    });
  }

  #standing(entry: Entry, records: ScheduleRecords): (Standing & { readonly paused: boolean }) | undefined {
    const record = records.get(entry.schedule.id);
    if (record === undefined) return undefined;
    const { enabledAt, paused } = record;
    return { enabledAt, paused, handledUntil: Math.max(record.handledUntil, entry.handledUntil) };
  }

  #aim(entry: Entry, records: ScheduleRecords): void {
    const standing = this.#standing(entry, records);
    const now = this.#world.clock.now();
    entry.dueAt =
      standing === undefined || standing.paused ? undefined : nextDue(entry.schedule.timing, standing, now);
    if (entry.dueAt !== undefined) this.#heap.push({ entry, at: entry.dueAt });
  }

  #take(entry: Entry, { records, now }: { readonly records: ScheduleRecords; readonly now: number }): void {
    const standing = this.#standing(entry, records);
    if (standing === undefined || standing.paused) return;
    const due = dueNow(entry.schedule.timing, standing, now);
    if (due === undefined) return;
    entry.handledUntil = due.until;
    this.#carryOut(entry, due, now);
  }

  #carryOut(entry: Entry, { start, missed }: Due, now: number): void {
    const { id, workflow } = entry.schedule;
    if (missed !== undefined)
      this.#world.note([{ type: 'schedule-missed', schedule: id, at: now, ...missed }]);
    for (const each of start) {
      if (entry.waiting >= MOST_QUEUED) {
        this.#world.note([{ type: 'schedule-skipped', schedule: id, at: now, nominal: each.nominal }]);
        continue;
      }
      entry.waiting++;
      const run: DueRun = { schedule: id, workflow, ...each };
      entry.line = entry.line
        .then(() => this.#begin(entry, run))
        .catch((error: unknown) => this.#world.trouble(error))
        .then(() => void entry.waiting--);
    }
  }

  async #begin({ schedule: { overlap } }: Entry, run: DueRun): Promise<void> {
    const world = this.#world;
    if (this.#isClosed) return;
    const said = (record = world.records().get(run.schedule)) => record === undefined || record.paused;
    // Somebody else may have begun it, or paused all of it, while it stood in line.
    if (said()) return;
    if (await world.hasBegun(run)) return this.#settle(run);
    if (overlap !== 'allow') {
      const others = await world.running(run.workflow, run);
      // What makes up for missed times goes one after the other.
      if (others.length > 0 && overlap === 'skip' && !run.isCatchUp) {
        return world.note([
          { type: 'schedule-skipped', schedule: run.schedule, at: world.clock.now(), nominal: run.nominal },
        ]);
      }
      if (overlap === 'cancel_running') for (const other of others) await world.stop(other);
      for (const other of others) await world.over(other, this.#closed);
      if (this.#isClosed || said()) return;
    }
    const launched = await world.launch(run);
    const at = world.clock.now();
    if (launched === 'taken') return this.#settle(run);
    const { schedule, nominal, isCatchUp } = run;
    world.note([
      'run' in launched
        ? { type: 'schedule-fired', schedule, at, nominal, run: launched.run, isCatchUp }
        : { type: 'schedule-refused', schedule, at, nominal, message: launched.refused },
    ]);
  }

  /** The run is there; whether that was written down, nobody knows who did not do it. */
  #settle({ schedule, nominal }: DueRun): void {
    const record = this.#world.records().get(schedule);
    if (record === undefined || record.handledUntil >= nominal) return;
    this.#world.note([{ type: 'schedule-settled', schedule, at: this.#world.clock.now(), nominal }]);
  }
}

/** What is seen for the first time. A schedule that was changed while it was paused stays paused. */
function adoptions(
  schedules: readonly KeptSchedule[],
  records: ScheduleRecords,
  at: number,
): readonly ScheduleFact[] {
  const there = new Set(schedules.map(({ id }) => id));
  const pausedOf = new Set(
    [...records.values()].flatMap(({ schedule, workflow, paused }) =>
      paused && !there.has(schedule) ? [workflow] : [],
    ),
  );
  return schedules
    .filter(({ id }) => !records.has(id))
    .flatMap(({ id, workflow, text }): ScheduleFact[] => [
      { type: 'schedule-adopted', schedule: id, at, workflow, text },
      ...(pausedOf.has(workflow) ? [{ type: 'schedule-paused', schedule: id, at } as const] : []),
    ]);
}
