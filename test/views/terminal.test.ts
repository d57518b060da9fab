import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import { LiveScreen, liveRows, outputLines } from '../../src/views/terminal.ts';
import { problemLines } from '../../src/views/problem-lines.ts';
import { runReport } from '../../src/views/run-report.ts';
import { stepDetail } from '../../src/views/words.ts';
import { replay } from '../../src/model/apply-event.ts';
import type { OutputProblem } from '../../src/model/output-problems.ts';
import type { RunState } from '../../src/model/run-state.ts';
import type { Fact, RunEvent } from '../../src/model/run-event.ts';
import { fails, startOf, SUCCEEDS, workflowOf } from '../model/sketches.ts';

const STYLE = { colour: false, unicode: true };
const STEPS = [
  { id: 'build' },
  { id: 'test', needs: ['build'], retry: { max: 1 } },
  { id: 'publish', needs: ['test'] },
];

/** A run whose facts come one second after the other. */
function stateAfter(...facts: readonly Fact[]): RunState {
  const all: readonly Fact[] = [startOf(workflowOf(STEPS)), ...facts];
  const state = replay(all.map((fact, i): RunEvent => ({ seq: i + 1, at: 1000 * i, run: 'r', ...fact })));
  assert.ok(state);
  return state;
}

const start = (step: string, attempt = 1): Fact => ({ type: 'attempt-started', step, attempt });
const end = (step: string, ok: boolean, retryAt?: number): Fact => ({
  type: 'attempt-ended',
  step,
  attempt: 1,
  outcome: ok ? SUCCEEDS : fails(3),
  durationMs: 1000,
  ...(retryAt === undefined ? {} : { retryAt }),
});

suite('The live rows of a terminal', () => {
  test('show what runs, how long, and how far the run is', () => {
    const state = stateAfter(start('build'), end('build', true), start('test'));
    assert.deepEqual(
      liveRows(state, 5000, { columns: 80, style: STYLE }).map((row) => row.slice(2)),
      ['test  2.0 s', 'of 3 done, 5.0 s'],
    );
  });

  test('show the wait before another attempt', () => {
    const state = stateAfter(start('build'), end('build', true), start('test'), end('test', false, 9000));
    assert.match(
      liveRows(state, 5000, { columns: 80, style: STYLE })[0] ?? '',
      /test {2}exit 3, again in 4\.0 s/,
    );
  });

  test('fit into a narrow terminal', () => {
    const state = stateAfter(start('build'));
    for (const row of liveRows(state, 100_000, { columns: 12, style: STYLE }))
      assert.ok(row.length <= 12, row);
  });

  test('are taken away before lines are printed above them', () => {
    const screen = new LiveScreen();
    assert.equal(screen.update([], ['one', 'two']), 'one\r\ntwo\r\n');
    assert.equal(screen.update(['line'], ['three']), '\u001B[2A\r\u001B[Jline\r\nthree\r\n');
    assert.equal(screen.update([], []), '\u001B[1A\r\u001B[J');
  });
});

suite('Words about a step', () => {
  test('name attempts, failures, reasons and time', () => {
    const state = stateAfter(start('build'), end('build', false), {
      type: 'step-skipped',
      step: 'test',
      reason: 'upstream_failed',
      because: 'build',
    });
    const words = Object.values(state.steps).map((step) => stepDetail(step, 9000));
    assert.deepEqual(words, ['exit 3, 1.0 s', 'a step it needs failed: build', '']);
  });
});

suite('The report of a run', () => {
  test('calls what was running lost when its owner is gone', () => {
    const state = stateAfter(start('build'));
    assert.deepEqual(
      runReport(state, false).steps.map(({ status }) => status),
      ['running', 'pending', 'pending'],
    );
    const lost = runReport(state, true);
    assert.equal(lost.status, 'lost');
    assert.deepEqual(
      lost.steps.map(({ status }) => status),
      ['lost', 'pending', 'pending'],
    );
  });
});

const PROBLEM: OutputProblem = {
  file: 'src/a.ts',
  range: { start: { line: 2, character: 4 }, end: { line: 2, character: 4 } },
  severity: 'error',
  message: 'It is wrong.\nAnd this is why.',
  code: '2322',
  source: 'ts',
};

suite('The problems of a step', () => {
  test('are in the report, with the number of those left out', () => {
    const found = new Map([['build', { problems: [PROBLEM], more: 7 }]]);
    const report = runReport(stateAfter(start('build')), false, found);
    assert.deepEqual(
      report.steps.map(({ problems, moreProblems }) => [problems, moreProblems]),
      [
        [[PROBLEM], 7],
        [[], undefined],
        [[], undefined],
      ],
    );
  });

  test('are lines that a terminal makes links of, the first of each message, twenty at most', () => {
    const { code: _, source: __, ...bare } = PROBLEM;
    assert.equal(
      problemLines({ problems: [PROBLEM, { ...bare, severity: 'warning' }], more: 0 }, STYLE),
      '      src/a.ts:3:5 error ts(2322): It is wrong.\n      src/a.ts:3:5 warning: It is wrong.\n',
    );
    const many = problemLines({ problems: Array.from({ length: 25 }, () => PROBLEM), more: 7 }, STYLE);
    assert.equal(many.split('\n').length, 22);
    assert.match(many, /\n {6}and 12 more\n$/);
  });
});

test('A line of output stands behind the name of its step', () => {
  assert.deepEqual(outputLines('test', ['ok'], stateAfter(), STYLE), ['test    │ ok']);
});
