import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import { describeFailure } from '../../src/model/attempt.ts';
import { CANCELLED, fails } from '../model/sketches.ts';
import { commandOf, endsIn, runYaml, type YamlRun } from './yaml-run.ts';

function failureOf({ state }: YamlRun, step: string): string {
  const outcome = state.steps[step]?.attempts.at(-1)?.outcome;
  return outcome?.ok === false ? describeFailure(outcome.failure) : 'none';
}

suite('A loop', () => {
  test('repeats its steps until its condition holds', async () => {
    const run = await runYaml(`
steps:
  tdd:
    loop:
      max: 5
      until: steps.test.result == 'succeeded' && loop.round > 2
      steps:
        write: { run: "echo round \${{ loop.round }} of \${{ loop.max }}" }
        test: { needs: write, run: "out passed=\${{ loop.round }}" }
  ship: { needs: tdd, run: "echo \${{ steps.tdd.outputs.passed }}" }`);
    assert.deepEqual(endsIn(run), [
      'tdd succeeded',
      'ship succeeded',
      ...['1', '2', '3'].flatMap((round) => [
        `tdd[${round}].write succeeded`,
        `tdd[${round}].test succeeded`,
      ]),
      'run succeeded',
    ]);
    assert.equal(commandOf(run, 'tdd[2].write'), 'echo round 2 of 5');
    assert.equal(commandOf(run, 'ship'), 'echo 3');
  });

  test('writes until green: failures that are allowed end no round, and only those of the last one count', async () => {
    const run = await runYaml(`
steps:
  tdd:
    loop:
      max: 5
      until: \${{ steps.test.outcome == 'succeeded' }}
      steps:
        test: { run: "exit \${{ loop.round < 3 && 1 || 0 }} unless attempt \${{ loop.round < 3 && 9 || 1 }}", continue_on_error: true }`);
    assert.equal(run.state.steps['tdd']?.round, 3);
    assert.equal(run.state.warnings, 0);
    assert.equal(run.state.ended, 'succeeded');
  });

  test('that is never done fails, and says so', async () => {
    const run = await runYaml(
      `steps:\n  tdd: { loop: { max: 2, until: "false", steps: { a: { run: "true" } } } }`,
    );
    assert.equal(failureOf(run, 'tdd'), '`until` was not true after 2 rounds');
    assert.equal(run.state.ended, 'failed');
  });

  test('without a condition does all its rounds', async () => {
    const run = await runYaml(`steps:\n  three: { loop: { max: 3, steps: { a: { run: "true" } } } }`);
    assert.deepEqual([run.state.steps['three']?.round, run.state.ended], [3, 'succeeded']);
  });

  test('ends when a step fails that may not', async () => {
    const run = await runYaml(`
steps:
  tdd: { loop: { until: "false", steps: { a: { run: exit 1 }, b: { needs: a, run: "true" } } } }`);
    assert.deepEqual(endsIn(run), [
      'tdd failed',
      'tdd[1].a failed',
      'tdd[1].b skipped (upstream_failed)',
      'run failed',
    ]);
    assert.equal(failureOf(run, 'tdd'), '1 of 2 failed');
  });

  test('may be allowed to fail, with all that is in it', async () => {
    const run = await runYaml(`
steps:
  tdd: { continue_on_error: true, loop: { until: "false", steps: { a: { run: exit 1 } } } }
  after: { needs: tdd, run: "true" }`);
    assert.deepEqual(endsIn(run), [
      'tdd failed, allowed',
      'after succeeded',
      'tdd[1].a failed',
      'run succeeded',
    ]);
    assert.equal(run.state.warnings, 1);
  });

  test('lets its steps read what stands around it', async () => {
    const run = await runYaml(`
steps:
  before: { run: out x=1 }
  outer:
    loop:
      max: 1
      steps:
        here: { run: out y=2 }
        inner: { loop: { max: 2, until: "loop.round == 2", steps: { deep: { run: "echo \${{ steps.before.outputs.x }} \${{ steps.here.outputs.y }} \${{ loop.round }}" } } } }`);
    assert.equal(commandOf(run, 'outer[1].inner[2].deep'), 'echo 1 2 2');
    assert.equal(run.state.ended, 'succeeded');
  });

  test('may be what a fan-out does for every item', async () => {
    const run = await runYaml(`
steps:
  each:
    for_each: [a, b]
    max_parallel: 1
    loop: { max: 2, steps: { one: { run: "out v=\${{ item }}\${{ loop.round }}" } } }
  after: { run: "echo \${{ toJSON(steps.each.outputs.v) }}" }`);
    assert.equal(commandOf(run, 'each{1}[2].one'), 'out v=b2');
    assert.deepEqual(JSON.parse(commandOf(run, 'after')?.slice(5) ?? ''), ['a2', 'b2']);
    const order = run.run.backend.asked.map(({ step }) => step);
    assert.deepEqual(order.slice(0, 4), [
      'each{0}[1].one',
      'each{0}[2].one',
      'each{1}[1].one',
      'each{1}[2].one',
    ]);
  });

  test('ends when its time is up, with what runs in it', async () => {
    const { run } = await runYaml(`
steps:
  tdd: { timeout: 10s, loop: { steps: { a: { run: wait }, b: { needs: a, run: "true" } } } }
  beside: { run: wait }`);
    // The harness moved on to the alarm: the steps inside were told to end.
    assert.equal(run.backend.io('tdd[1].a')?.cancel.aborted, true);
    assert.equal(run.backend.io('beside')?.cancel.aborted, false);
    await run.end('beside');
    assert.equal(run.last.steps['tdd']?.status, 'timed_out');
    assert.equal(run.state?.ended, 'failed');
  });

  test('is given back the time in which it only waited for people', async () => {
    const { run } = await runYaml(`
steps:
  l: { timeout: 10m, loop: { max: 1, steps: { ok: { gate: { approval: "Go on?" } }, then: { needs: ok, run: wait } } } }`);
    await run.advance(5 * 3_600_000);
    await run.answer('l[1].ok', 'approve');
    await run.advance(599_000);
    assert.equal(run.backend.io('l[1].then')?.cancel.aborted, false);
    await run.advance(1_000);
    assert.equal(run.backend.io('l[1].then')?.cancel.aborted, true);
  });

  test('is tried again from its first round, and only its last attempt counts', async () => {
    const { run } = await runYaml(`
limits: { on_failure: kill }
steps:
  l: { retry: { max: 1, delay: 5s }, loop: { max: 2, steps: { a: { run: "true" }, b: { needs: a, run: wait } } } }`);
    await run.end('l[1].b');
    await run.end('l[2].a');
    await run.end('l[2].b', fails());
    assert.equal(run.last.steps['l']?.status, 'backoff');
    await run.advance(5_000);
    assert.deepEqual(run.backend.running, ['l[1].a']);
    for (const step of ['l[1].a', 'l[1].b', 'l[2].a', 'l[2].b']) await run.end(step);
    assert.equal(run.state?.ended, 'succeeded');
    assert.equal(run.last.steps['l']?.attempts.length, 2);
    assert.equal(run.last.steps['l[1].a']?.attempts.length, 2);
    assert.equal(run.last.failed, 0);
  });

  test('whose time is up is tried again unless `on.timeout` forbids it, and `total_timeout` bounds all of it', async () => {
    const loop = (more: string) =>
      `steps:\n  l: { timeout: 10s, ${more}, loop: { max: 1, steps: { a: { run: wait } } } }`;
    const attempts = async (more: string) => {
      const { run } = await runYaml(loop(more));
      return run.last.steps['l']?.attempts.length;
    };
    assert.equal(await attempts('retry: { max: 2, delay: 1s }'), 3);
    assert.equal(await attempts('retry: { max: 2, delay: 1s, on: { timeout: false } }'), 1);
    assert.equal(await attempts('total_timeout: 15s, retry: { max: 5, delay: 1s }'), 2);
  });

  test('is cancelled by a stop, and begins no further round', async () => {
    const { run } = await runYaml('steps:\n  tdd: { loop: { steps: { a: { run: wait } } } }');
    await run.stop();
    await run.end('tdd[1].a', CANCELLED);
    assert.equal(run.last.steps['tdd']?.status, 'cancelled');
    assert.equal(run.state?.ended, 'cancelled');
  });

  test('whose condition reads what is not there fails and names it', async () => {
    const run = await runYaml(
      `steps:\n  l: { loop: { until: steps.a.outputs.gone == 1, steps: { a: { run: "true" } } } }`,
    );
    assert.match(failureOf(run, 'l'), /`steps.a.outputs.gone` has no value/);
  });
});

suite('One step alone', () => {
  test('can be stopped while the run goes on', async () => {
    const { run } = await runYaml(
      'steps:\n  a: { run: wait }\n  b: { run: wait }\n  c: { if: always(), needs: a, run: "true" }',
    );
    await run.stopStep('a');
    assert.equal(run.backend.io('a')?.cancel.aborted, true);
    assert.equal(run.backend.io('b')?.cancel.aborted, false);
    await run.end('a', CANCELLED);
    await run.end('c');
    await run.end('b');
    assert.deepEqual(
      Object.values(run.last.steps).map(({ status }) => status),
      ['cancelled', 'succeeded', 'succeeded'],
    );
    assert.equal(run.state?.ended, 'cancelled', 'somebody asked for less than the file says');
  });
});
