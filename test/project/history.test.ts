import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import type { Outcome } from '../../src/model/attempt.ts';
import type { Fact } from '../../src/model/run-event.ts';
import { expectedMs, pastDurations } from '../../src/project/history.ts';
import { fails, startOf, SUCCEEDS, workflowOf } from '../model/sketches.ts';

const WORKFLOW = workflowOf([{ id: 'build' }, { id: 'test', needs: ['build'] }]);
const REF = WORKFLOW.ref;

/** A journal whose time moves by what each fact says. */
class Past {
  #now = 1_000_000;
  #runs = 0;
  readonly journal = new MemoryJournal(() => this.#now);

  /** One run of these facts, `afterMs` of each passed before it. */
  async run(facts: readonly { readonly fact: Fact; readonly afterMs?: number }[], ref = REF): Promise<void> {
    const writer = await this.journal.create(`run${this.#runs++}`, startOf({ ...WORKFLOW, ref }));
    assert.ok(writer !== 'exists');
    for (const { fact, afterMs = 0 } of facts) {
      this.#now += afterMs;
      writer.append([fact]);
    }
    writer.append([{ type: 'run-ended', status: 'succeeded', warnings: 0 }]);
    await writer.close();
  }
}

function started(step: string, afterMs = 0) {
  return { fact: { type: 'attempt-started', step, attempt: 1 } as const, afterMs };
}

/** What an attempt took has just passed, unless told otherwise. */
function ended(
  step: string,
  durationMs: number,
  outcome: Outcome = SUCCEEDS,
  { afterMs = durationMs, ...more }: { readonly afterMs?: number; readonly retryAt?: number } = {},
) {
  const fact = { type: 'attempt-ended', step, attempt: 1, outcome, durationMs, ...more } as const;
  return { fact, afterMs };
}

suite('The past of a workflow', () => {
  test('is the median and the 95th percentile of each step over its newest runs', async () => {
    const past = new Past();
    for (const durationMs of [9000, 10, 20, 30, 40, 100]) {
      await past.run([started('build'), ended('build', durationMs)]);
    }
    const found = await pastDurations(past.journal, REF, { lastRuns: 5 });
    assert.deepEqual({ ...found }, { build: { runs: 5, p50Ms: 30, p95Ms: 100, lastStatus: 'succeeded' } });
    assert.deepEqual({ ...expectedMs(found) }, { build: 30 });
  });

  test('counts what succeeded only, and says how each step ended the last time', async () => {
    const past = new Past();
    await past.run([started('build'), ended('build', 50), started('test'), ended('test', 70)]);
    await past.run([
      started('build'),
      ended('build', 1, fails(), { retryAt: 5 }),
      started('build'),
      ended('build', 60),
      started('test'),
      ended('test', 2, fails()),
    ]);
    await past.run([
      started('build'),
      ended('build', 3, fails()),
      { fact: { type: 'step-skipped', step: 'test', reason: 'upstream_failed', because: 'build' } },
    ]);
    const found = await pastDurations(past.journal, REF);
    assert.deepEqual(found['build'], { runs: 2, p50Ms: 50, p95Ms: 60, lastStatus: 'failed' });
    assert.deepEqual(found['test'], { runs: 1, p50Ms: 70, p95Ms: 70, lastStatus: 'skipped' });
  });

  test('expects nothing of a step that never succeeded', async () => {
    const past = new Past();
    await past.run([started('build'), ended('build', 50, fails())]);
    const found = await pastDurations(past.journal, REF);
    assert.equal(found['build']?.runs, 0);
    assert.deepEqual({ ...expectedMs(found) }, {});
  });

  test('takes items and rounds together, from the first start to the last end', async () => {
    const past = new Past();
    await past.run([
      started('scan{a}'),
      started('scan{b}', 100),
      ended('scan{a}', 300, SUCCEEDS, { afterMs: 200 }),
      ended('scan{b}', 500, SUCCEEDS, { afterMs: 300 }),
      started('tdd[1].write'),
      ended('tdd[1].write', 10),
      started('tdd[1].test'),
      ended('tdd[1].test', 20, fails()),
      started('tdd[2].test'),
      { fact: { type: 'step-skipped', step: 'tdd[2].write', reason: 'condition' } },
      ended('tdd[2].test', 30),
    ]);
    const found = await pastDurations(past.journal, REF);
    assert.deepEqual(Object.keys(found), ['scan', 'tdd']);
    assert.equal(found['scan']?.p50Ms, 600);
    assert.equal(found['tdd']?.p50Ms, 60);
  });

  test('is empty for a workflow that never ran, whatever others did', async () => {
    const past = new Past();
    await past.run([started('build'), ended('build', 50)], 'other.workflow.yaml');
    assert.deepEqual({ ...(await pastDurations(past.journal, REF)) }, {});
  });
});
