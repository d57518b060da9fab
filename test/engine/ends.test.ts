import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import type { EnterGroup, GroupLease } from '../../src/engine/run.ts';
import type { Outcome } from '../../src/model/attempt.ts';
import { CANCELLED, fails, startOf } from '../model/sketches.ts';
import { SteeredRun } from './steered.ts';
import { commandOf, endAll, endsIn, runYaml, workflowIn } from './yaml-run.ts';

suite('Steps of finally', () => {
  const TIDY = `
steps:
  a: { run: "true" }
  b: { needs: a, run: wait }
finally:
  tidy: { run: "echo \${{ steps.a.outcome }}" }
  tell: { needs: tidy, if: failure(), run: "true" }`;

  test('run after everything else, and read how it ended', async () => {
    const { run } = await runYaml(TIDY);
    assert.equal(run.last.steps['tidy']?.status, 'pending');
    await run.end('b');
    await endAll(run);
    assert.deepEqual(
      Object.values(run.last.steps).map(({ id, status }) => `${id} ${status}`),
      ['a succeeded', 'b succeeded', 'tidy succeeded', 'tell skipped'],
    );
    assert.equal(run.state?.ended, 'succeeded');
  });

  test('run after a failure, which they cannot undo', async () => {
    const { run } = await runYaml(TIDY);
    await run.end('b', fails());
    await endAll(run);
    assert.equal(run.last.steps['tell']?.status, 'succeeded');
    assert.equal(run.state?.ended, 'failed');
  });

  test('run after a stop, which does not end them, and a time-out', async () => {
    for (const how of ['stop', 'timeout'] as const) {
      const { run } = await runYaml(how === 'timeout' ? `timeout: 1h${TIDY}` : TIDY);
      if (how === 'stop') await run.stop();
      if (run.backend.running.includes('b')) await run.end('b', CANCELLED);
      await endAll(run);
      assert.equal(run.last.steps['tidy']?.status, 'succeeded', how);
      assert.equal(run.state?.ended, how === 'stop' ? 'cancelled' : 'timed_out');
    }
  });

  test('end when they themselves are stopped: asked again while they run', async () => {
    const { run } = await runYaml(
      'steps:\n  a: { run: "true" }\nfinally:\n  tidy: { run: wait }\n  more: { needs: tidy, run: "true" }',
    );
    await run.stop();
    assert.equal(run.backend.io('tidy')?.cancel.aborted, false);
    await run.stop();
    assert.equal(run.backend.io('tidy')?.kill.aborted, true);
    await run.end('tidy', CANCELLED);
    assert.equal(run.last.steps['more']?.status, 'skipped');
    assert.equal(run.state?.ended, 'cancelled');
  });

  test('have a minute, unless they say otherwise', async () => {
    const run = await runYaml(
      'steps:\n  a: { run: "true" }\nfinally:\n  b: { run: "true" }\n  c: { timeout: 5m, run: "true" }',
    );
    assert.deepEqual(
      run.run.backend.asked.map(({ timeoutMs }) => timeoutMs),
      [undefined, 60_000, 300_000],
    );
  });

  test('have that minute for all of it: attempts, items, rounds, and questions', async () => {
    const endOf = async (step: string) => {
      const { run } = await runYaml(
        `defaults: { timeout: 2h }\nsteps:\n  a: { run: "true" }\nfinally:\n  b: ${step}`,
      );
      const begun = run.facts('run-started')[0]?.at ?? 0;
      return `${run.last.steps['b']?.status} after ${(run.last.at - begun) / 1000} s`;
    };
    assert.equal(await endOf('{ for_each: [1, 2], max_parallel: 1, run: wait }'), 'timed_out after 60 s');
    assert.equal(await endOf('{ loop: { max: 3, steps: { x: { run: wait } } } }'), 'timed_out after 60 s');
    assert.equal(await endOf('{ gate: { approval: "Well?" } }'), 'failed after 60 s');
    assert.equal(
      await endOf('{ loop: { max: 1, steps: { x: { gate: { approval: "Well?" } } } } }'),
      'timed_out after 60 s',
    );
    assert.equal(await endOf('{ retry: { max: 9, delay: 50s }, run: exit 1 }'), 'failed after 50 s');
    assert.equal(await endOf('{ timeout: 20s, gate: { approval: "Well?" } }'), 'failed after 20 s');
    assert.equal(
      await endOf('{ timeout: 90s, loop: { steps: { x: { run: wait } } } }'),
      'timed_out after 90 s',
    );
  });

  test('that fail make the run fail', async () => {
    const run = await runYaml('steps:\n  a: { run: "true" }\nfinally:\n  b: { run: exit 1 }');
    assert.deepEqual(endsIn(run), ['a succeeded', 'b failed', 'run failed']);
  });

  test('may be fan-outs and loops', async () => {
    const run = await runYaml(`
steps:
  a: { run: "true" }
finally:
  each: { for_each: [1, 2], run: "true" }
  again: { loop: { max: 2, steps: { x: { run: "true" } } } }`);
    assert.equal(run.state.ended, 'succeeded');
    assert.equal(run.state.steps['again[2].x']?.status, 'succeeded');
  });
});

suite('Status functions', () => {
  /** S4 for every end that a need can have, as rows of success, failure, cancelled, always, none_failed. */
  const ENDS: readonly (readonly [string, Outcome | 'skipped' | 'allowed', string])[] = [
    ['succeeded', { ok: true, outputs: {} }, 'yes no no yes yes'],
    ['failed', fails(), 'no yes no yes no'],
    ['failed, but allowed', 'allowed', 'yes no no yes yes'],
    ['timed out', { ok: false, failure: { kind: 'timed-out', afterMs: 1 } }, 'no yes no yes no'],
    ['lost', { ok: false, failure: { kind: 'lost' } }, 'no yes no yes no'],
    ['cancelled', CANCELLED, 'no no yes yes no'],
    ['skipped', 'skipped', 'no no no yes yes'],
  ];

  for (const [name, end, expected] of ENDS) {
    test(`after a need that ${name}`, async () => {
      const functions = ['success', 'failure', 'cancelled', 'always', 'none_failed'];
      const asks = (level: string, need: string) =>
        functions
          .map((each) => `  ${each}_${level}: { needs: ${need}, if: "${each}()", run: "true" }`)
          .join('\n');
      const { run } = await runYaml(`
steps:
  need: { run: wait${end === 'skipped' ? ', if: "false"' : ''}${end === 'allowed' ? ', continue_on_error: true' : ''} }
  between: { needs: need, if: always(), run: "true" }
${asks('near', 'need')}
${asks('far', 'between')}`);
      if (end !== 'skipped') await run.end('need', end === 'allowed' ? fails() : end);
      await endAll(run);
      const row = (level: string) =>
        functions
          .map((each) => (run.last.steps[`${each}_${level}`]?.status === 'succeeded' ? 'yes' : 'no'))
          .join(' ');
      assert.equal(row('near'), expected);
      // success() looks at the direct needs (S2), the others at everything above.
      assert.equal(row('far'), expected.replace(/^\w+/, 'yes'));
    });
  }

  test('inside finally look at the whole run', async () => {
    const asks = ['success', 'failure', 'cancelled', 'always', 'none_failed']
      .map((each) => `  ${each}: { if: "${each}()", run: "true" }`)
      .join('\n');
    const ask = async (end: Outcome) => {
      const { run } = await runYaml(`steps:\n  a: { run: wait }\n  b: { run: "true" }\nfinally:\n${asks}`);
      await run.end('a', end);
      await endAll(run);
      return Object.values(run.last.steps)
        .slice(2)
        .map(({ status }) => (status === 'succeeded' ? 'yes' : 'no'))
        .join(' ');
    };
    assert.equal(await ask({ ok: true, outputs: {} }), 'yes no no yes yes');
    assert.equal(await ask(fails()), 'no yes no yes no');
    assert.equal(await ask(CANCELLED), 'no no yes yes no');
  });
});

suite('A step in a concurrency group', () => {
  const GROUPED = `
steps:
  a: { concurrency: { group: "db-\${{ inputs.name }}", limit: 1 }, run: wait }
inputs: { name: { default: x } }`;

  async function start(
    text: string,
  ): Promise<{ run: SteeredRun; answers: ((answer: GroupLease | 'full') => void)[]; asked: string[] }> {
    const answers: ((answer: GroupLease | 'full') => void)[] = [];
    const asked: string[] = [];
    const enterGroup: EnterGroup = ({ group, limit, whenFull }, signal) => {
      asked.push(`${group} ${limit} ${whenFull}`);
      return new Promise((resolve) => {
        answers.push(resolve);
        signal.addEventListener('abort', () => resolve('aborted'));
      });
    };
    const run = new SteeredRun(undefined, { enterGroup });
    await run.start(startOf(workflowIn(text), { inputs: { name: 'x' } }));
    return { run, answers, asked };
  }

  test('waits without a slot until it has a place, and gives it back when it ends', async () => {
    const { run, answers, asked } = await start(GROUPED);
    assert.deepEqual(asked, ['db-x 1 queue']);
    assert.equal(run.last.steps['a']?.status, 'waiting');
    let released = 0;
    answers[0]?.({ release: () => released++ });
    await run.advance(0);
    assert.deepEqual(run.backend.running, ['a']);
    assert.equal(released, 0);
    await run.end('a');
    assert.equal(released, 1);
    assert.equal(run.state?.ended, 'succeeded');
  });

  test('fails where the group is full and it does not wait', async () => {
    const { run, answers } = await start(GROUPED);
    answers[0]?.('full');
    await run.advance(0);
    const outcome = run.last.steps['a']?.attempts[0]?.outcome;
    assert.equal(outcome?.ok === false && outcome.failure.kind, 'refused');
  });

  test('stops waiting when the run is stopped, and gives back what comes too late', async () => {
    const { run, answers } = await start(GROUPED);
    await run.stop();
    assert.equal(run.last.steps['a']?.status, 'cancelled');
    assert.equal(run.state?.ended, 'cancelled');
    answers[0]?.({ release: () => undefined });
  });
});

suite('A run that is told which steps to run', () => {
  const CHAIN =
    'steps:\n  a: { run: out x=1 }\n  b: { needs: a, run: "true" }\n  c: { needs: b, run: "true" }';

  test('leaves the others out, and their absence holds nobody back', async () => {
    const run = await runYaml(CHAIN, { first: { only: ['b', 'c'] } });
    assert.deepEqual(endsIn(run), [
      'a skipped (not_selected)',
      'b succeeded',
      'c succeeded',
      'run succeeded',
    ]);
  });

  test('takes ends over from an earlier run, with what they published', async () => {
    const reuse = { run: 'old', steps: { a: { outcome: { ok: true, outputs: { x: '7' } } } } } as const;
    const run = await runYaml(CHAIN.replace('"true"', '"echo ${{ steps.a.outputs.x }}"'), {
      first: { reuse },
    });
    assert.deepEqual(endsIn(run), ['a succeeded', 'b succeeded', 'c succeeded', 'run succeeded']);
    assert.deepEqual(
      run.run.backend.asked.map(({ step }) => step),
      ['b', 'c'],
    );
    assert.equal(commandOf(run, 'b'), 'echo 7');
  });

  test('puts the longest way first, by what steps took in the past', async () => {
    const text =
      'limits: { parallel: 1 }\nsteps:\n  short: { run: wait }\n  after: { needs: short, run: "true" }\n  long: { run: wait }';
    assert.deepEqual((await runYaml(text)).run.backend.running, ['short']);
    const expectedMs = { short: 10, after: 10, long: 500 };
    assert.deepEqual((await runYaml(text, { first: { expectedMs } })).run.backend.running, ['long']);
  });
});
