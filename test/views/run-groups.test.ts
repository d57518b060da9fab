import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { groupRuns, passes, tally, type ListedRun } from '../../src/views/run-groups.ts';
import { lastLine } from '../../src/views/last-line.ts';

const DAY = 86_400_000;
const dayOf = (at: number) => String(Math.floor(at / DAY));

function run(workflow: string, startedAt: number, status: ListedRun['status'] = 'succeeded'): ListedRun {
  return { run: `${workflow}-${startedAt}`, workflow, name: workflow.toUpperCase(), startedAt, status };
}

suite('Runs under headings', () => {
  const now = 10 * DAY + 5;
  const of = { summary: (each: ListedRun) => each, dayOf, now };

  test('by day: those of today stand without one', () => {
    const runs = [run('a', now), run('b', now - 4), run('a', now - DAY), run('b', now - DAY), run('a', 3)];
    const { loose, groups } = groupRuns(runs, 'day', of);
    assert.deepEqual(loose, runs.slice(0, 2));
    assert.deepEqual(
      groups.map(({ key, runs: inside }) => [key, inside.length]),
      [
        ['9', 2],
        ['0', 1],
      ],
    );
  });

  test('by workflow: the one that ran last stands first', () => {
    const runs = [run('b', now), run('a', now - 1), run('b', now - 2)];
    const { loose, groups } = groupRuns(runs, 'workflow', of);
    assert.deepEqual(loose, []);
    assert.deepEqual(
      groups.map(({ runs: inside }) => inside.map(({ run: id }) => id)),
      [[`b-${now}`, `b-${now - 2}`], [`a-${now - 1}`]],
    );
  });

  test('are all there, each once, in their order', () => {
    const any = fc.record({ workflow: fc.constantFrom('a', 'b', 'c'), at: fc.nat(20 * DAY) });
    fc.assert(
      fc.property(fc.array(any), fc.constantFrom('day' as const, 'workflow' as const), (given, by) => {
        const runs = given.toSorted((a, b) => b.at - a.at).map(({ workflow, at }) => run(workflow, at));
        const { loose, groups } = groupRuns(runs, by, of);
        const all = [loose, ...groups.map((group) => group.runs)];
        assert.equal(all.flat().length, runs.length);
        assert.equal(new Set(all.flat()).size, runs.length);
        for (const inside of all)
          assert.deepEqual(
            [...inside],
            runs.filter((each) => inside.includes(each)),
          );
      }),
    );
  });

  test('pass a filter by how they stand, and by a part of their names', () => {
    const failed = run('nightly', 1, 'timed_out');
    assert.ok(passes({}, failed));
    assert.ok(passes({ only: 'failed' }, failed));
    assert.ok(!passes({ only: 'waiting' }, failed));
    assert.ok(passes({ text: ' NIGHT ' }, failed));
    assert.ok(!passes({ only: 'failed', text: 'release' }, failed));
    assert.ok(passes({ only: 'going-on' }, run('x', 1, 'running')));
  });

  test('count as good or bad once they ended', () => {
    const runs = [run('a', 1), run('a', 2, 'failed'), run('a', 3, 'cancelled'), run('a', 4, 'running')];
    assert.deepEqual(tally(runs), { succeeded: 1, failed: 1 });
  });
});

suite('The last line of some output', () => {
  test('is what a terminal would show', () => {
    assert.equal(lastLine('one\ntwo\n\n'), 'two');
    assert.equal(lastLine('\u001B[32mgreen\u001B[0m'), 'green');
    assert.equal(lastLine('10%\r50%\r90%'), '90%');
    assert.equal(lastLine('done  \t now\r\n'), 'done now');
    assert.equal(lastLine(' \n\n'), undefined);
    assert.equal(lastLine('x'.repeat(500))?.length, 120);
  });
});
