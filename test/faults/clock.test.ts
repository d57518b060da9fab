import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import type { Clock } from '../../src/base/clock.ts';
import { adopt, carryOn } from '../../src/engine/run.ts';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import type { RunEvent } from '../../src/model/run-event.ts';
import type { RunState } from '../../src/model/run-state.ts';
import type { Workflow } from '../../src/model/workflow.ts';
import { runReport } from '../../src/views/run-report.ts';
import { eventLines, liveRows, summaryLines } from '../../src/views/terminal.ts';
import { stepDetail } from '../../src/views/words.ts';
import { settle, SteeredBackend } from '../engine/steered.ts';
import { replay } from './built.ts';
import { fails, startOf, SUCCEEDS, workflowOf, type Sketch } from '../model/sketches.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Time that passes, and beside it a wall clock that somebody sets. */
class SetClock implements Clock {
  #passed = 0;
  #wall = 1_800_000_000_000;
  #timers: { readonly at: number; readonly callback: () => void }[] = [];

  readonly now = () => this.#wall + this.#passed;
  readonly monotonic = () => this.#passed;
  readonly wake = (delayMs: number, callback: () => void) => {
    const timer = { at: this.#passed + delayMs, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  };

  set(byMs: number): void {
    this.#wall += byMs;
  }

  async pass(ms: number): Promise<void> {
    const end = this.#passed + ms;
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#passed = Math.max(this.#passed, next.at);
      this.#timers = this.#timers.filter((each) => each !== next);
      next.callback();
      await settle();
    }
    this.#passed = end;
    await settle();
  }
}

interface Steered {
  readonly clock: SetClock;
  readonly backend: SteeredBackend;
  readonly journal: MemoryJournal;
  readonly events: readonly RunEvent[];
  state(): RunState | undefined;
}

async function begin(sketches: readonly Sketch[], more: Partial<Workflow> = {}): Promise<Steered> {
  const clock = new SetClock();
  const backend = new SteeredBackend();
  const journal = new MemoryJournal(clock.now);
  const events: RunEvent[] = [];
  const writer = await journal.create('run', startOf(workflowOf(sketches, more)));
  assert.ok(writer !== 'exists');
  const onEvents = (news: readonly RunEvent[]) => void events.push(...news);
  const past = (await journal.read('run'))?.events ?? [];
  void carryOn({ writer, events: past, world: { backend, clock, random: () => 0.5, onEvents } });
  await settle();
  return { clock, backend, journal, events, state: () => replay(events) };
}

suite('When the clock is set during a run', () => {
  const retry = { max: 3, delayMs: 10_000, factor: 1, jitter: 0 };

  for (const [how, byMs] of [
    ['back by an hour', -HOUR_MS],
    ['forward by an hour', HOUR_MS],
    ['back by ten years', -87_600 * HOUR_MS],
    ['forward by ten years', 87_600 * HOUR_MS],
  ] as const) {
    test(`${how}, the time limit of the run is what it was`, async () => {
      const run = await begin([{ id: 'a' }], { timeoutMs: 10 * MINUTE_MS });
      await run.clock.pass(MINUTE_MS);
      run.clock.set(byMs);
      await run.clock.pass(8 * MINUTE_MS);
      assert.equal(run.state()?.stop, undefined, 'too early');
      await run.clock.pass(MINUTE_MS + 1);
      assert.equal(run.state()?.stop?.by, 'timeout');
    });

    test(`${how}, a step is tried again no later than it was to be`, async () => {
      const run = await begin([{ id: 'a', retry }]);
      run.backend.end('a', fails());
      await settle();
      run.clock.set(byMs);
      await run.clock.pass(10_001);
      assert.deepEqual(run.backend.running, ['a']);
    });

    test(`${how}, all attempts together have the time they had`, async () => {
      const run = await begin([{ id: 'a', retry, totalTimeoutMs: MINUTE_MS }]);
      await run.clock.pass(5_000);
      run.backend.end('a', fails());
      await settle();
      run.clock.set(byMs);
      await run.clock.pass(10_001);
      const { timeoutMs = 0 } = run.backend.asked.at(-1) ?? {};
      assert.ok(timeoutMs > 40_000 && timeoutMs <= 45_000, `${timeoutMs} ms`);
    });

    test(`${how}, no duration is less than nothing, nor more than passed`, async () => {
      const run = await begin([{ id: 'a', retry }, { id: 'b' }]);
      await run.clock.pass(1000);
      run.clock.set(byMs);
      run.backend.end('b', SUCCEEDS);
      run.backend.end('a', fails());
      await settle();
      await run.clock.pass(10_001);
      run.backend.end('a', SUCCEEDS);
      await settle();
      for (const event of run.events)
        if (event.type === 'attempt-ended') assert.ok(event.durationMs >= 0 && event.durationMs <= 11_001);
      const shown = textOf(run.events);
      assert.doesNotMatch(shown, /-\d|NaN|undefined|Invalid/);
      assert.equal(run.state()?.ended, 'succeeded');
    });
  }

  test('a lost run whose journal is of tomorrow is taken over, and ends', async () => {
    const journal = new MemoryJournal(() => 2_000_000_000_000);
    const dead = await journal.create('run', startOf(workflowOf([{ id: 'a' }])));
    assert.ok(dead !== 'exists');
    dead.append([{ type: 'attempt-started', step: 'a', attempt: 1 }]);
    await dead.close();
    const reopened = await journal.reopen('run');
    assert.ok(typeof reopened === 'object');
    const [clock, backend] = [new SetClock(), new SteeredBackend()];
    const events: RunEvent[] = [];
    const onEvents = (news: readonly RunEvent[]) => void events.push(...news);
    void adopt(reopened, { backend, clock, random: () => 0.5, onEvents });
    await settle();
    assert.deepEqual(backend.running, ['a']);
    backend.end('a', SUCCEEDS);
    await settle();
    assert.equal(replay(events)?.ended, 'succeeded');
    assert.doesNotMatch(textOf(events), /-\d|NaN|Invalid/);
    assert.deepEqual(
      (await journal.list()).map(({ status }) => status),
      ['succeeded'],
    );
  });
});

/** Everything a person is shown of a run, fact by fact, at its own time and long before and after it. */
function textOf(events: readonly RunEvent[]): string {
  const style = { colour: false, unicode: false };
  const shown: string[] = [];
  for (let i = 1; i <= events.length; i++) {
    const [state, last] = [replay(events.slice(0, i)), events[i - 1]];
    if (state === undefined || last === undefined) continue;
    shown.push(...eventLines(last, state, style), ...summaryLines(state, style));
    for (const now of [0, last.at, last.at + 9e11]) {
      shown.push(...liveRows(state, now, { columns: 200, style }));
      for (const step of Object.values(state.steps)) shown.push(stepDetail(step, now));
    }
    assert.ok(runReport(state, false).startedAt > 0);
  }
  return shown.join('\n').replaceAll(/ - \w+ {2}/g, '');
}
