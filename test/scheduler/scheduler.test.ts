import { deepEqual, equal, ok } from 'node:assert/strict';
import { MemoryLedger } from '../../src/journal/schedule-ledger.ts';
import type { Schedule } from '../../src/model/workflow.ts';
import type { Timing } from '../../src/scheduler/due.ts';
import {
  Scheduler,
  type DueRun,
  type KeptSchedule,
  type Launch,
  type SchedulerWorld,
} from '../../src/scheduler/scheduler.ts';
import { settle } from '../engine/steered.ts';
import { SetClock } from './set-clock.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Monday, 5 January 2026, 00:30 UTC. */
const START = Date.UTC(2026, 0, 5, 0, 30);

/** A world in which runs end when the test says so. */
class SmallWorld implements SchedulerWorld {
  readonly clock = new SetClock(START);
  readonly ledger = new MemoryLedger();
  readonly launched: DueRun[] = [];
  readonly stopped: string[] = [];
  readonly troubles: unknown[] = [];
  readonly #going = new Map<string, () => void>();
  readonly #ends = new Map<string, Promise<void>>();
  answer: ((run: DueRun) => Launch) | undefined;

  readonly records = () => this.ledger.read();
  readonly note: SchedulerWorld['note'] = (facts) => this.ledger.append(facts);
  readonly trouble = (error: unknown) => void this.troubles.push(error);

  readonly launch = (due: DueRun): Promise<Launch> => {
    const answer = this.answer?.(due);
    if (answer !== undefined) return Promise.resolve(answer);
    this.launched.push(due);
    const run = nameOf(due);
    this.#ends.set(run, new Promise((resolve) => this.#going.set(run, resolve)));
    return Promise.resolve({ run });
  };

  readonly hasBegun = (due: DueRun) => Promise.resolve(this.#ends.has(nameOf(due)));
  readonly running = (_: string, but: DueRun) =>
    Promise.resolve([...this.#going.keys()].filter((run) => run !== nameOf(but)));
  readonly stop = (run: string) => {
    this.stopped.push(run);
    this.end(run);
    return Promise.resolve();
  };
  readonly over = async (run: string) => this.#ends.get(run);

  end(run = [...this.#going.keys()][0] ?? ''): void {
    this.#going.get(run)?.();
    this.#going.delete(run);
  }

  /** Ends each run as soon as it began. */
  quick(): void {
    const { launch } = this;
    Object.assign(this, {
      launch: async (due: DueRun) => {
        const launched = await launch(due);
        this.end(nameOf(due));
        return launched;
      },
    });
  }

  /** Hours after midnight. */
  get hours(): readonly number[] {
    return this.launched.map(({ nominal }) => (nominal - START) / HOUR + 0.5);
  }
}

const nameOf = ({ schedule, nominal }: DueRun) => `${schedule}@${nominal}`;

function hourly(
  more: Partial<Timing> & { readonly overlap?: Schedule['overlap']; readonly id?: string } = {},
): KeptSchedule {
  const { overlap = 'skip', id = 'hourly', ...timing } = more;
  return {
    id,
    workflow: 'w.yaml',
    text: '0 * * * *',
    overlap,
    timing: {
      when: { cron: '0 * * * *' },
      timezone: 'UTC',
      catchUp: 'last',
      windowMs: 24 * HOUR,
      seed: id,
      ...timing,
    },
  };
}

let world: SmallWorld;
let scheduler: Scheduler;

setup(() => {
  world = new SmallWorld();
  scheduler = new Scheduler(world);
});

teardown(async () => {
  world.end();
  await scheduler.close();
  deepEqual(world.troubles, []);
});

suite('A scheduler', () => {
  test('begins a run at each of its times, and says what is next', async () => {
    world.quick();
    scheduler.keep([hourly()]);
    equal(scheduler.next()?.at, START + 30 * MINUTE);
    await world.clock.pass(30 * MINUTE - 1);
    deepEqual(world.hours, []);
    await world.clock.pass(1);
    deepEqual(world.hours, [1]);
    await world.clock.pass(3 * HOUR);
    deepEqual(world.hours, [1, 2, 3, 4]);
    equal(world.records().get('hourly')?.fired, 4);
    ok(world.launched.every(({ isCatchUp }) => !isCatchUp));
  });

  test('leaves a time out while the run before goes on, and says so once', async () => {
    scheduler.keep([hourly()]);
    await world.clock.pass(2 * HOUR);
    deepEqual(world.hours, [1]);
    equal(world.records().get('hourly')?.skipped, 1);
    equal(world.records().get('hourly')?.lately[0]?.type, 'schedule-skipped');
    world.end();
    await world.clock.pass(HOUR);
    deepEqual(world.hours, [1, 3]);
  });

  test('lets times wait, in their order, where overlap is `queue`', async () => {
    scheduler.keep([hourly({ overlap: 'queue' })]);
    await world.clock.pass(3 * HOUR);
    deepEqual(world.hours, [1]);
    world.end();
    await settle();
    deepEqual(world.hours, [1, 2]);
    world.end();
    await settle();
    deepEqual(world.hours, [1, 2, 3]);
    equal(world.records().get('hourly')?.skipped, 0);
  });

  test('ends the run before where overlap is `cancel_running`, and does not care where it is `allow`', async () => {
    scheduler.keep([hourly({ overlap: 'cancel_running' })]);
    await world.clock.pass(2 * HOUR);
    deepEqual(world.hours, [1, 2]);
    equal(world.stopped.length, 1);
    scheduler.keep([hourly({ overlap: 'allow', id: 'other' })]);
    await world.clock.pass(2 * HOUR);
    deepEqual(world.hours, [1, 2, 3, 4]);
    equal(world.stopped.length, 1);
  });

  test('does once what a sleeping machine missed, soon after it woke', async () => {
    world.quick();
    scheduler.keep([hourly()]);
    await world.clock.pass(MINUTE);
    world.clock.set(8 * HOUR); // it slept, and its timers with it
    await world.clock.pass(15 * SECOND);
    deepEqual(world.hours, [8]);
    equal(world.launched[0]?.isCatchUp, true);
    equal(world.records().get('hourly')?.missed, 7);
    await world.clock.pass(HOUR);
    deepEqual(world.hours, [8, 9]);
  });

  test('makes up for every time, one after the other, where `catch_up` is `all`', async () => {
    scheduler.keep([hourly({ catchUp: 'all' })]);
    world.clock.set(3 * HOUR);
    await world.clock.pass(15 * SECOND);
    deepEqual(world.hours, [1]);
    for (const expected of [
      [1, 2],
      [1, 2, 3],
    ]) {
      world.end();
      await settle();
      deepEqual(world.hours, expected);
    }
    equal(world.records().get('hourly')?.skipped, 0);
  });

  test('does nothing twice when the clock is set back', async () => {
    world.quick();
    scheduler.keep([hourly()]);
    await world.clock.pass(2 * HOUR);
    deepEqual(world.hours, [1, 2]);
    world.clock.set(-2 * HOUR);
    await world.clock.pass(2 * HOUR);
    deepEqual(world.hours, [1, 2]);
    await world.clock.pass(HOUR);
    deepEqual(world.hours, [1, 2, 3]);
  });

  test('knows what it did after it was ended and begun again', async () => {
    world.quick();
    scheduler.keep([hourly()]);
    await world.clock.pass(2 * HOUR);
    await scheduler.close();
    await world.clock.pass(5 * HOUR);
    scheduler = new Scheduler(world);
    scheduler.keep([hourly()]);
    await settle();
    deepEqual(world.hours, [1, 2, 7]);
    equal(world.records().get('hourly')?.missed, 4);
  });

  test('begins nothing that is paused, and makes up for nothing of that time', async () => {
    world.quick();
    scheduler.keep([hourly()]);
    world.note([{ type: 'schedule-paused', schedule: 'hourly', at: world.clock.now() }]);
    scheduler.look();
    equal(scheduler.next(), undefined);
    await world.clock.pass(5 * HOUR);
    world.note([{ type: 'schedule-resumed', schedule: 'hourly', at: world.clock.now() }]);
    scheduler.look();
    await world.clock.pass(HOUR);
    deepEqual(world.hours, [6]);
    equal(world.records().get('hourly')?.missed, 0);
  });

  test('leaves a schedule paused that was changed while it was paused', async () => {
    scheduler.keep([hourly()]);
    world.note([{ type: 'schedule-paused', schedule: 'hourly', at: world.clock.now() }]);
    scheduler.keep([hourly({ id: 'changed' })]);
    equal(world.records().get('changed')?.paused, true);
    await world.clock.pass(2 * HOUR);
    deepEqual(world.hours, []);
  });

  test('counts a run that somebody else began as dealt with, and writes down why one could not begin', async () => {
    world.answer = ({ nominal }) =>
      nominal === START + 30 * MINUTE ? 'taken' : { refused: 'The file has errors.' };
    scheduler.keep([hourly()]);
    await world.clock.pass(2 * HOUR);
    const record = world.records().get('hourly');
    equal(record?.fired, 0);
    equal(record.refused, 1);
    deepEqual(
      record.lately.map((note) => note.type === 'schedule-refused' && note.message),
      ['The file has errors.'],
    );
    equal(record.handledUntil, START + 90 * MINUTE);
  });

  test('keeps no time of a schedule that is gone', async () => {
    world.quick();
    scheduler.keep([hourly(), hourly({ id: 'other' })]);
    scheduler.keep([hourly({ id: 'other' })]);
    await world.clock.pass(HOUR);
    deepEqual(
      world.launched.map(({ schedule }) => schedule),
      ['other'],
    );
  });

  test('goes on with the others when one throws', async () => {
    world.quick();
    const { launch } = world;
    Object.assign(world, {
      launch: (due: DueRun) => (due.schedule === 'bad' ? Promise.reject(new Error('No.')) : launch(due)),
    });
    scheduler.keep([hourly({ id: 'bad' }), hourly()]);
    await world.clock.pass(HOUR);
    deepEqual(
      world.launched.map(({ schedule }) => schedule),
      ['hourly'],
    );
    equal(world.troubles.splice(0).length, 1);
  });

  test('keeps ten thousand schedules with one timer', async () => {
    world.quick();
    scheduler.keep(
      Array.from({ length: 10_000 }, (_, i) =>
        hourly({ id: `s${i}`, when: { cron: `${i % 60} ${i % 24} * * *` } }),
      ),
    );
    equal(world.clock.timers, 1);
    await world.clock.pass(10 * MINUTE);
    equal(world.clock.timers, 1);
    ok(world.clock.alarms < 60);
  });
});
