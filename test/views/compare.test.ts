import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import { compareRuns } from '../../src/views/compare.ts';
import { trendOf, type PastRun } from '../../src/views/trend.ts';
import { BEGIN, ended, eventsOf, exited, runOf, started, workflowOf } from './graph-sample.ts';

suite('Two runs side by side', () => {
  test('differ in steps, outcomes, durations and inputs', () => {
    const before = runOf(workflowOf('a: run\nb: run needs a\nc: run'), [
      started(0, 'a'),
      ended(1000, 'a', { took: 1000 }),
      started(1000, 'b'),
      ended(1100, 'b', { took: 100 }),
    ]);
    const later = { ...workflowOf('a: run\nb: run needs a retry 2\nd: run'), digest: 'e' };
    const after = {
      ...runOf(later, [
        started(0, 'a'),
        ended(3000, 'a', { took: 3000 }),
        started(3000, 'b'),
        ended(3050, 'b', { took: 50, outcome: exited(1) }),
      ]),
      inputs: { tag: 'v2' },
    };
    const found = compareRuns(before, after);
    assert.deepEqual(found.steps, [
      { id: 'b', change: 'changed' },
      { id: 'd', change: 'added' },
      { id: 'c', change: 'removed' },
    ]);
    assert.ok(found.isTextChanged);
    assert.deepEqual(found.outcomes, [{ name: 'b', before: 'succeeded', after: 'failed' }]);
    assert.deepEqual(found.durations, [{ name: 'a', beforeMs: 1000, afterMs: 3000 }]);
    assert.deepEqual(found.inputs, [{ name: 'tag', after: 'v2' }]);
  });

  test('that did the same do not differ', () => {
    const run = runOf(workflowOf('a: run'), [started(0, 'a'), ended(900, 'a', { took: 900 })]);
    const { inputs, steps, outcomes, durations, isTextChanged } = compareRuns(run, run);
    assert.deepEqual([inputs, steps, outcomes, durations, isTextChanged], [[], [], [], [], false]);
  });
});

suite('The trend of a workflow', () => {
  const workflow = workflowOf('a: run retry 1\nb: run');
  const past = (
    name: string,
    facts: Parameters<typeof eventsOf>[1],
    over: Partial<PastRun> = {},
  ): PastRun => ({
    run: name,
    status: 'succeeded',
    startedAt: BEGIN,
    durationMs: 1000,
    events: eventsOf(workflow, facts),
    ...over,
  });

  test('tells how often it succeeded and how long that took', () => {
    const trend = trendOf([
      past('4', [], { durationMs: 4000 }),
      past('3', [], { status: 'cancelled' }),
      past('2', [], { status: 'failed' }),
      past('1', [], { durationMs: 2000 }),
    ]);
    assert.deepEqual(
      trend.runs.map(({ run }) => run),
      ['1', '2', '3', '4'],
    );
    assert.equal(trend.successRate, 2 / 3);
    assert.equal(trend.p50Ms, 2000);
    assert.equal(trend.p95Ms, 4000);
    assert.deepEqual(trend.flaky, []);
  });

  test('names steps that fail and succeed without a reason in the file', () => {
    const good = [started(0, 'b'), ended(1, 'b', { took: 1 })];
    const bad = [started(0, 'b'), ended(1, 'b', { took: 1, outcome: exited(1) })];
    const retried = [
      started(0, 'a'),
      ended(1, 'a', { took: 1, outcome: exited(1), retryAt: 2 }),
      started(2, 'a', 2),
      ended(3, 'a', { took: 1, attempt: 2 }),
    ];
    const trend = trendOf([
      past('4', good),
      past('3', bad),
      past('2', [...good, ...retried]),
      past('1', bad),
    ]);
    assert.deepEqual(trend.flaky, [
      { step: 'b', retried: 0, flips: 3 },
      { step: 'a', retried: 1, flips: 0 },
    ]);
  });

  test('of a workflow that never ran is empty', () => {
    assert.deepEqual(trendOf([]), { runs: [], flaky: [] });
  });
});
