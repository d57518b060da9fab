import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import { stepGraph } from '../../src/graph/step-graph.ts';
import type { RunState } from '../../src/model/run-state.ts';
import { changedStatuses, graphView, runSummary, statusOfNodes } from '../../src/views/graph-view.ts';
import { BEGIN, ended, exited, releaseRun, runOf, started, workflowOf } from './graph-sample.ts';

/** One step a line: `id status (detail) time`. */
function told(run: RunState, lost = false): string {
  return statusOfNodes(run, { lost })
    .map(({ id, status, detail, runningSince, retryAt, tookMs }) =>
      [
        id,
        status,
        detail && `(${detail})`,
        runningSince !== undefined && `since ${runningSince - BEGIN}`,
        retryAt !== undefined && `again at ${retryAt - BEGIN}`,
        tookMs !== undefined && `took ${tookMs}`,
      ]
        .filter(Boolean)
        .join(' '),
    )
    .join('\n');
}

suite('graph view', () => {
  test('a workflow becomes nodes and edges with their places in the text', () => {
    const text =
      'list: run\nscan: script needs list\nreport: agent reads scan\ncheck: gate needs report back to scan';
    const workflow = workflowOf(text);
    const view = graphView({ workflow, graph: stepGraph(workflow) });
    assert.equal(view.title, 'Release');
    assert.equal(view.run, undefined);
    assert.deepEqual(
      view.nodes.map(({ id, kind, label, range }) => [id, kind, label, text.slice(range.start, range.end)]),
      [
        ['list', 'run', 'list', 'list'],
        ['scan', 'script', 'scan', 'scan'],
        ['report', 'agent', 'report', 'report'],
        ['check', 'gate', 'check', 'check'],
      ],
    );
    assert.deepEqual(
      view.edges.map(({ from, to, kind, cyclic }) => `${from} ${kind} ${to}${cyclic ? '!' : ''}`),
      ['list needs scan', 'scan data report', 'report needs check', 'check rewind scan'],
    );
  });

  test('a workflow without a name is called by its file, a step with a name by its name', () => {
    const workflow = workflowOf('a: run', '');
    const named = { ...workflow, steps: workflow.steps.map((step) => ({ ...step, name: 'First things' })) };
    const view = graphView({ workflow: named, graph: stepGraph(named) });
    assert.equal(view.title, 'release.workflow.yaml');
    assert.equal(view.nodes[0]?.label, 'First things');
  });

  test('edges of a cycle are marked, its way in and out are not', () => {
    const workflow = workflowOf(
      'in: run\na: run needs in,c\nb: run needs a\nc: run reads b\nout: run needs c\nme: run needs me',
    );
    const view = graphView({ workflow, graph: stepGraph(workflow), cycles: [['a', 'b', 'c'], ['me']] });
    assert.deepEqual(
      view.edges.filter((edge) => edge.cyclic).map(({ from, to }) => from + to),
      ['ca', 'ab', 'bc', 'meme'],
    );
    assert.deepEqual(view.problems, [
      { message: 'These steps wait for each other: a → c → b → a', steps: ['a', 'b', 'c'] },
      { message: 'This step waits for itself: me → me', steps: ['me'] },
    ]);
  });

  test('a run tells every step its state, time and reason', () => {
    assert.equal(
      told(releaseRun()),
      `checkout succeeded took 1240
install succeeded (attempt 2 of 3) took 13900
lint failed (exit 1, allowed to fail) took 2090
unit-tests running since 23912
build succeeded took 12390
browser-tests backoff (exit 7) again at 59000
handbook skipped (its condition is false)
review pending (waits for unit-tests)
polish queued
quality pending (waits for review)
sign_off pending (waits for 3 steps)
publish skipped (needs handbook, which was skipped)`,
    );
  });

  test('failures are told once, in words', () => {
    const workflow = workflowOf('slow: run\nkilled: run\nstopped: run\nafter: run needs slow');
    const run = runOf(workflow, [
      started(0, 'slow'),
      started(0, 'killed'),
      started(0, 'stopped'),
      ended(5_000, 'slow', {
        took: 5_000,
        outcome: { ok: false, failure: { kind: 'timed-out', afterMs: 5_000 } },
      }),
      ended(5_001, 'killed', {
        took: 9,
        outcome: { ok: false, failure: { kind: 'killed', signal: 'SIGKILL', number: 9 } },
      }),
      ended(5_002, 'stopped', { took: 8, outcome: { ok: false, failure: { kind: 'cancelled' } } }),
      [5_003, { type: 'step-skipped', step: 'after', reason: 'upstream_failed', because: 'slow' }],
    ]);
    assert.equal(
      told(run),
      `slow timed_out (limit 5.0 s) took 5000
killed failed (killed by SIGKILL) took 9
stopped cancelled took 8
after skipped (needs slow, which timed out)`,
    );
  });

  test('what the cache gave says which run it was', () => {
    const run = runOf(workflowOf('a: run'), [
      started(0, 'a'),
      ended(5, 'a', { took: 5, outcome: { ok: true, outputs: {}, reused: 'r0' } }),
    ]);
    assert.equal(told(run), 'a succeeded (reused from run r0) took 5');
  });

  test('in a lost run nothing runs any more', () => {
    const run = runOf(workflowOf('a: run\nb: run retry 1\nc: run needs a'), [
      started(0, 'a'),
      started(0, 'b'),
      ended(5, 'b', { took: 5, outcome: exited(1), retryAt: 100 }),
    ]);
    assert.equal(told(run, true), 'a lost\nb lost\nc pending (waits for a)');
    assert.equal(runSummary(run, { lost: true }).status, 'lost');
    assert.equal(runSummary(run).status, 'running');
  });

  test('only what changed is sent', () => {
    const workflow = workflowOf('a: run\nb: run needs a\nc: run needs b\nd: run');
    const before = statusOfNodes(runOf(workflow, [started(0, 'a')]));
    const after = statusOfNodes(runOf(workflow, [started(0, 'a'), ended(7, 'a', { took: 7 })]));
    assert.deepEqual(
      changedStatuses(before, after).map(({ id, status }) => [id, status]),
      [
        ['a', 'succeeded'],
        ['b', 'queued'],
      ],
    );
    assert.deepEqual(changedStatuses(after, after), []);
    assert.equal(changedStatuses([], after).length, 4);
  });

  test('a view survives its journey through a message', () => {
    const run = releaseRun();
    const view = graphView({ workflow: run.workflow, graph: stepGraph(run.workflow), run });
    assert.deepEqual(JSON.parse(JSON.stringify(view)), view);
  });
});
