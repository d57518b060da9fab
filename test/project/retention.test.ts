import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import type { RunSummary } from '../../src/journal/journal.ts';
import { runsToForget } from '../../src/project/retention.ts';

const ALL = { runs: 0, bytes: 0 };

function run(id: string, at: number, over: Partial<RunSummary> = {}): RunSummary {
  const cause = { kind: 'person', door: 'cli' } as const;
  return { run: id, workflow: 'w', name: '', cause, startedAt: at, status: 'succeeded', ...over };
}

suite('How much of the past is kept', () => {
  test('so many runs of each workflow, the newest', () => {
    const runs = [run('d', 4), run('c', 3, { workflow: 'x' }), run('b', 2), run('a', 1)];
    assert.deepEqual(runsToForget(runs, { ...ALL, runs: 1 }), ['a', 'b']);
    assert.deepEqual(runsToForget(runs, ALL), []);
  });

  test('what goes on, waits, or can be resumed, whatever its age', () => {
    const runs = [
      run('e', 5),
      run('d', 4, { status: 'running' }),
      run('c', 3, { status: 'waiting' }),
      run('b', 2, { status: 'lost' }),
      run('a', 1, { status: 'failed' }),
    ];
    assert.deepEqual(runsToForget(runs, { ...ALL, runs: 1 }), ['a']);
    assert.deepEqual(runsToForget(runs, { ...ALL, bytes: 1 }, new Map(runs.map((each) => [each.run, 9]))), [
      'a',
    ]);
  });

  test('the run that a running one belongs to', () => {
    const cause = { kind: 'workflow', run: 'a', step: 's', above: [] } as const;
    const runs = [run('c', 3), run('b', 2, { status: 'running', workflow: 'x', cause }), run('a', 1)];
    assert.deepEqual(runsToForget(runs, { ...ALL, runs: 1 }), []);
  });

  test('as many bytes as there may be, the newest first', () => {
    const runs = [run('c', 3), run('b', 2), run('a', 1)];
    const sizes = new Map([
      ['c', 100],
      ['b', 5],
      ['a', 5],
    ]);
    assert.deepEqual(runsToForget(runs, { ...ALL, bytes: 106 }, sizes), ['a']);
    assert.deepEqual(runsToForget(runs, { ...ALL, bytes: 50 }, sizes), ['a', 'b']);
  });

  test('never less than it takes, and never what must stay', () => {
    const status = fc.constantFrom(
      'succeeded' as const,
      'failed' as const,
      'running' as const,
      'lost' as const,
    );
    const one = fc.record({ workflow: fc.constantFrom('a', 'b'), status, size: fc.nat(50) });
    fc.assert(
      fc.property(fc.array(one), fc.nat(5), fc.nat(300), (given, keep, bytes) => {
        const runs = given.map(({ workflow, status: how }, i) => run(`r${i}`, -i, { workflow, status: how }));
        const sizes = new Map(given.map(({ size }, i) => [`r${i}`, size]));
        const gone = new Set(runsToForget(runs, { runs: keep, bytes }, sizes));
        const left = runs.filter(({ run: id }) => !gone.has(id));
        for (const { run: id, status: how } of runs)
          if (how === 'running' || how === 'lost') assert.ok(!gone.has(id));
        const free = left.slice(1).filter(({ status: how }) => how === 'succeeded' || how === 'failed');
        const total = left.reduce((sum, { run: id }) => sum + (sizes.get(id) ?? 0), 0);
        if (bytes > 0 && total > bytes) assert.deepEqual(free, []);
      }),
    );
  });
});
