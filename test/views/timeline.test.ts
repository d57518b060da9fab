import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import { replay } from '../../src/model/apply-event.ts';
import type { Fact } from '../../src/model/run-event.ts';
import { spoken } from '../../src/views/sentence.ts';
import { timelineOf } from '../../src/views/timeline.ts';
import { BEGIN, ended, eventsOf, exited, started, workflowOf } from './graph-sample.ts';

const END: readonly [number, Fact] = [0, { type: 'run-ended', status: 'succeeded', warnings: 0 }];

function timeline(sketch: string, facts: readonly (readonly [number, Fact])[]) {
  const events = eventsOf(workflowOf(sketch), facts);
  const state = replay(events);
  assert.ok(state);
  return timelineOf(events, state);
}

/** `build ran 10-20 failed #1, backoff 20-30 …` with times from the beginning. */
function drawn({ rows }: ReturnType<typeof timeline>): string[] {
  return rows.map(({ id, segments, isOnPath }) => {
    const bars = segments.map(({ kind, from, to, status, attempt }) =>
      [kind, `${from - BEGIN}-${to - BEGIN}`, status, attempt === undefined ? undefined : `#${attempt}`]
        .filter(Boolean)
        .join(' '),
    );
    return `${id}${isOnPath ? '*' : ''}: ${bars.join(', ')}`;
  });
}

suite('A timeline', () => {
  test('shows attempts, the waits between them, and what could have begun earlier', () => {
    const made = timeline('build: run retry 1\ntest: run needs build\nlint: run', [
      started(5, 'build'),
      started(5, 'lint'),
      ended(100, 'build', { took: 95, outcome: exited(1), retryAt: 300 }),
      ended(150, 'lint', { took: 145 }),
      started(300, 'build', 2),
      ended(400, 'build', { took: 100, attempt: 2 }),
      started(1400, 'test'),
      ended(2000, 'test', { took: 600 }),
      [2000, END[1]],
    ]);
    assert.deepEqual(drawn(made), [
      'build*: ran 5-100 failed #1, backoff 100-300, ran 300-400 succeeded #2',
      'test*: ready 400-1400, ran 1400-2000 succeeded #1',
      'lint: ran 5-150 succeeded #1',
    ]);
    assert.deepEqual(made.path, ['build', 'test']);
    assert.deepEqual(made.story.map(spoken), [
      'test waited for a free place among 4 for 1.0 s, 50 % of the time.',
      'test took 600 ms, 30 % of the time.',
      'Waiting to try build again took 200 ms, 10 % of the time.',
      'build took 100 ms, 5 % of the time.',
    ]);
  });

  test('shows how long people were waited for', () => {
    const made = timeline('ask: gate\ngo: run needs ask', [
      [10, { type: 'step-waiting', step: 'ask', wait: { for: 'answer', attempt: 1, question: '?' } }],
      [9010, { type: 'gate-answered', step: 'ask', answer: 'approve', by: 'person' }],
      ended(9010, 'ask', { took: 9000 }),
      started(9012, 'go'),
      ended(10_000, 'go', { took: 988 }),
      [10_000, END[1]],
    ]);
    assert.deepEqual(drawn(made), ['ask*: asked 10-9010 succeeded #1', 'go*: ran 9012-10000 succeeded #1']);
    assert.equal(made.story.map(spoken)[0], 'Waiting for an answer to ask took 9.0 s, 90 % of the time.');
  });

  test('goes to the last fact while the run goes on', () => {
    const made = timeline('a: run\nb: run', [started(1, 'a'), started(2, 'b'), ended(50, 'a', { took: 49 })]);
    assert.ok(made.isLive);
    assert.deepEqual(drawn(made), ['a: ran 1-50 succeeded #1', 'b*: ran 2-50 #1']);
  });

  test('of a run that did nothing says nothing', () => {
    const made = timeline('a: run', []);
    assert.deepEqual(drawn(made), ['a: ']);
    assert.deepEqual([made.path, made.story], [[], []]);
  });
});
