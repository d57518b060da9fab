import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import type { ResolvedCache } from '../../src/model/attempt.ts';
import { ok } from '../../src/base/result.ts';
import { describeFailure } from '../../src/model/attempt.ts';
import { runYaml } from './yaml-run.ts';

/** What each step was told of its cache. */
async function told(text: string): Promise<Record<string, ResolvedCache | undefined>> {
  const { run } = await runYaml(text, {
    sources: { hashFiles: (patterns) => ok(`hash of ${patterns.join()}`) },
  });
  return Object.fromEntries(run.backend.asked.map(({ step, cache }) => [step, cache]));
}

suite('The cache of a step', () => {
  test('comes with every expression resolved', async () => {
    assert.deepEqual(
      await told(`
steps:
  a: { run: out dir=lib }
  b:
    run: x
    cache: { key: "\${{ hashFiles('*.lock') }}", inputs: ["\${{ steps.a.outputs.dir }}/**"], outputs: out }
  c: { for_each: [1, 2], script: x, language: node, cache: { inputs: "p/\${{ item }}" } }`),
      {
        a: undefined,
        b: { key: 'hash of *.lock', inputs: ['lib/**'], outputs: ['out'] },
        'c{0}': { inputs: ['p/1'], outputs: [] },
        'c{1}': { inputs: ['p/2'], outputs: [] },
      },
    );
  });

  test('is there when it is true or a map, and only for programs', async () => {
    const nothingMore = { inputs: [], outputs: [] };
    assert.deepEqual(
      await told(`
steps:
  yes: { run: x, cache: true }
  no: { run: x, cache: false }
  also: { run: [x], cache: {} }
  gate: { gate: { check: x }, cache: true }`),
      { yes: nothingMore, no: undefined, also: nothingMore, gate: undefined },
    );
  });

  test('that reads what is not there fails the step, and says so', async () => {
    const { state } = await runYaml(
      'steps: { a: { run: x }, b: { run: y, cache: { key: "${{ steps.a.outputs.none }}" } } }',
    );
    const outcome = state.steps['b']?.attempts[0]?.outcome;
    assert.match(outcome?.ok === false ? describeFailure(outcome.failure) : '', /none/);
  });
});
