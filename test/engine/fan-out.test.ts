import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { itemsOf, outputsOf } from '../../src/model/inside.ts';
import { commandOf, endsIn, runYaml } from './yaml-run.ts';

suite('A fan-out', () => {
  test('runs once for every item, and is one step to those who need it', async () => {
    const run = await runYaml(`
steps:
  scan: { for_each: [a, b, c], run: "echo \${{ item }} \${{ item_index }}" }
  report: { needs: scan, run: echo done }`);
    assert.deepEqual(endsIn(run), [
      'scan succeeded',
      'report succeeded',
      'scan{0} succeeded',
      'scan{1} succeeded',
      'scan{2} succeeded',
      'run succeeded',
    ]);
    assert.equal(commandOf(run, 'scan{1}'), 'echo b 1');
  });

  test('over nothing succeeds with an empty list', async () => {
    const run = await runYaml(`
steps:
  scan: { for_each: "\${{ fromJSON('[]') }}", run: "true" }
  report: { run: "echo \${{ toJSON(steps.scan.items) }}" }`);
    assert.deepEqual(endsIn(run), ['scan succeeded', 'report succeeded', 'run succeeded']);
    assert.equal(commandOf(run, 'report'), 'echo []');
  });

  test('fails when an item does, and its items are all there, in item order', async () => {
    const run = await runYaml(
      `
steps:
  scan: { for_each: [0, 3, 0], run: "exit \${{ item }} unless attempt \${{ item == 0 && 1 || 9 }}" }
  report: { if: always(), run: "echo \${{ toJSON(steps.scan.items) }}" }
  after: { needs: scan, run: "true" }`,
      { pick: (running) => running.length - 1 },
    );
    const scan = run.state.steps['scan'];
    assert.ok(scan);
    assert.deepEqual(JSON.parse(JSON.stringify(itemsOf(run.state, scan))), [
      { key: '0', status: 'succeeded', outputs: {}, exit_code: 0 },
      { key: '1', status: 'failed', outputs: {}, exit_code: 3 },
      { key: '2', status: 'succeeded', outputs: {}, exit_code: 0 },
    ]);
    assert.equal(scan.status, 'failed');
    assert.equal(run.state.steps['after']?.reason, 'upstream_failed');
    assert.equal(run.state.ended, 'failed');
  });

  test('publishes each output as the list of it, null where an item has none', async () => {
    const run = await runYaml(`
steps:
  scan: { for_each: [1, 2], run: "out size=\${{ item }} out only\${{ item }}=x" }`);
    const scan = run.state.steps['scan'];
    assert.ok(scan);
    assert.deepEqual(
      { ...outputsOf(run.state, scan) },
      { size: ['1', '2'], only1: ['x', null], only2: [null, 'x'] },
    );
  });

  test('asks a condition that reads the item of each item, and any other once', async () => {
    const run = await runYaml(`
steps:
  some: { for_each: [a, b], if: "item == 'b'", run: "true" }
  none: { for_each: [a, b], if: "false", run: "true" }`);
    assert.deepEqual(endsIn(run), [
      'some succeeded',
      'none skipped (condition)',
      'some{0} skipped (condition)',
      'some{1} succeeded',
      'run succeeded',
    ]);
  });

  test('retries and forgives each item by itself', async () => {
    const run = await runYaml(
      `
steps:
  scan: { for_each: [a, b], retry: { max: 1 }, run: "exit 1 unless attempt 2" }
  lax: { for_each: [a, b], continue_on_error: true, run: "exit \${{ item_index }} unless attempt \${{ 1 - item_index }}" }`.replace(
        '1 - item_index',
        'item_index == 0 && 1 || 0',
      ),
    );
    assert.equal(run.state.steps['scan{1}']?.attempts.length, 2);
    assert.equal(run.state.steps['lax{1}']?.status, 'failed');
    assert.equal(run.state.steps['lax']?.status, 'succeeded');
    assert.equal(run.state.warnings, 1);
    assert.equal(run.state.ended, 'succeeded');
  });

  test('runs at most max_parallel items at once, the others of the run beside them', async () => {
    const { run } = await runYaml(`
steps:
  scan: { for_each: [1, 2, 3, 4], max_parallel: 2, run: wait }
  other: { run: wait }`);
    assert.deepEqual([...run.backend.running].sort(), ['other', 'scan{0}', 'scan{1}']);
    await run.end('scan{0}');
    assert.deepEqual([...run.backend.running].sort(), ['other', 'scan{1}', 'scan{2}']);
    await run.end('scan{1}');
    await run.end('scan{2}');
    assert.deepEqual([...run.backend.running].sort(), ['other', 'scan{3}']);
  });

  test('gives the item and the matrix to the environment, below the step’s own variables', async () => {
    const { run } = await runYaml(`
env: { ITEM: workflow, MATRIX_OS: workflow }
steps:
  list: { for_each: [{ a: 1 }], run: "true" }
  matrix: { matrix: { os: [linux], node-version: [20] }, env: { MATRIX_OS: own }, run: "true" }`);
    const [list, matrix] = run.backend.asked;
    assert.equal(list?.env['ITEM'], '{"a":1}');
    assert.equal(list?.env['ITEM_INDEX'], '0');
    assert.equal(matrix?.env['MATRIX_OS'], 'own');
    assert.equal(matrix?.env['MATRIX_NODE_VERSION'], '20');
  });

  test('that is no list, or too long a one, fails and says so', async () => {
    for (const [value, words] of [
      ["'text'", /must be a list; here it is "text"/],
      ["fromJSON(format('[{0}0]', join(fromJSON(inputs.many), '')))", /at most 10,000 items/],
    ] as const) {
      const { state } = await runYaml(
        `inputs: { many: { default: "" } }\nsteps:\n  scan: { for_each: "\${{ ${value} }}", run: "true" }`,
        { inputs: { many: JSON.stringify(Array.from({ length: 10_000 }, () => '0,')) } },
      );
      const outcome = state.steps['scan']?.attempts[0]?.outcome;
      assert.ok(outcome?.ok === false && outcome.failure.kind === 'bad-expression');
      assert.match(outcome.failure.message, words);
    }
  });

  test('is stopped with all its items', async () => {
    const { run } = await runYaml('steps:\n  scan: { for_each: [1, 2, 3], max_parallel: 1, run: wait }');
    await run.stop();
    await run.end('scan{0}', { ok: false, failure: { kind: 'cancelled' } });
    assert.deepEqual(
      Object.values(run.last.steps).map(({ id, status }) => `${id} ${status}`),
      ['scan cancelled', 'scan{0} cancelled', 'scan{1} skipped', 'scan{2} skipped'],
    );
    assert.equal(run.state?.ended, 'cancelled');
  });

  test('keeps items in order whatever ends first', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('ok', 'exit 1', 'out v=x'), { maxLength: 8 }),
        fc.array(fc.nat(20), { minLength: 1 }),
        fc.integer({ min: 1, max: 4 }),
        async (items, picks, parallel) => {
          let turn = 0;
          const { state } = await runYaml(
            `limits: { parallel: ${parallel} }\nsteps:\n  scan: { for_each: ${JSON.stringify(items)}, run: "\${{ item }}" }`,
            { pick: () => picks[turn++ % picks.length] ?? 0 },
          );
          const scan = state.steps['scan'];
          assert.ok(scan);
          assert.deepEqual(
            (itemsOf(state, scan) as readonly { key: string; status: string }[]).map(
              ({ key, status }) => `${key} ${status}`,
            ),
            items.map((item, i) => `${i} ${item === 'exit 1' ? 'failed' : 'succeeded'}`),
          );
        },
      ),
      { numRuns: 40 },
    )).timeout(60_000);
});

suite('A matrix', () => {
  const keysOf = async (matrix: string) => {
    const { state } = await runYaml(`steps:\n  test: { matrix: ${matrix}, run: "true" }`);
    return (state.steps['test']?.inside ?? []).map((id) => id.slice('test'.length));
  };

  test('is the product of its lists, the last one changing fastest, keyed by its values', async () => {
    assert.deepEqual(await keysOf('{ os: [linux, mac], node: [20, 22] }'), [
      '{linux,20}',
      '{linux,22}',
      '{mac,20}',
      '{mac,22}',
    ]);
  });

  test('leaves out what exclude matches, in part or in whole', async () => {
    assert.deepEqual(await keysOf('{ os: [linux, mac], node: [20, 22], exclude: [{ os: mac, node: 20 }] }'), [
      '{linux,20}',
      '{linux,22}',
      '{mac,22}',
    ]);
    assert.deepEqual(await keysOf('{ os: [linux, mac], node: [20, 22], exclude: [{ os: mac }] }'), [
      '{linux,20}',
      '{linux,22}',
    ]);
  });

  test('adds to combinations what include says, or a combination of its own', async () => {
    const { state } = await runYaml(`
steps:
  test:
    matrix:
      fruit: [apple, pear]
      animal: [cat, dog]
      include:
        - { color: green }
        - { color: pink, animal: cat }
        - { fruit: apple, shape: circle }
        - { fruit: banana }
        - { fruit: banana, animal: cat }
    run: "true"`);
    // The example of GitHub's documentation, with its result.
    assert.deepEqual(
      (state.steps['test']?.inside ?? []).map((id) => JSON.stringify(state.steps[id]?.item?.value)),
      [
        '{"fruit":"apple","animal":"cat","color":"pink","shape":"circle"}',
        '{"fruit":"apple","animal":"dog","color":"green","shape":"circle"}',
        '{"fruit":"pear","animal":"cat","color":"pink"}',
        '{"fruit":"pear","animal":"dog","color":"green"}',
        '{"fruit":"banana"}',
        '{"fruit":"banana","animal":"cat"}',
      ],
    );
  });

  test('takes lists from expressions, and keys stay apart when values repeat', async () => {
    assert.deepEqual(await keysOf(`{ v: "\${{ fromJSON('[1, 1, 2]') }}" }`), ['{1}', '{1#1}', '{2}']);
  });
});
