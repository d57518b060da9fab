import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { retryDelayMs } from '../../src/engine/retry.ts';
import { adopt } from '../../src/engine/run.ts';
import type { Outcome } from '../../src/model/attempt.ts';
import { NO_RETRY } from '../../src/model/workflow.ts';
import { CANCELLED, fails, startOf } from '../model/sketches.ts';
import { settle, SteeredRun } from './steered.ts';
import { commandOf, endAll, endsIn, runYaml, workflowIn } from './yaml-run.ts';

suite('The wait before a retry', () => {
  const policy = fc.record({
    delayMs: fc.integer({ min: 0, max: 10_000 }),
    factor: fc.integer({ min: 1, max: 5 }),
    maxDelayMs: fc.integer({ min: 1, max: 300_000 }),
  });

  test('lies within the jitter around min(max_delay, delay · factor^(k-1)), or between that and 0', () => {
    fc.assert(
      fc.property(
        policy,
        fc.integer({ min: 1, max: 8 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (given, k, jitter, random) => {
          const plain = Math.min(given.maxDelayMs, given.delayMs * given.factor ** (k - 1));
          const spread = retryDelayMs({ ...NO_RETRY, ...given, jitter }, k, () => random);
          assert.ok(spread >= Math.floor(plain * (1 - jitter)) && spread <= Math.ceil(plain * (1 + jitter)));
          const full = retryDelayMs({ ...NO_RETRY, ...given, jitter: 'full' }, k, () => random);
          assert.ok(full >= 0 && full <= plain);
          assert.equal(
            retryDelayMs({ ...NO_RETRY, ...given, jitter: 0 }, k, () => random),
            Math.round(plain),
          );
        },
      ),
    );
  });

  test('follows a signal that is listed, and no other', async () => {
    const killed = (signal: string): Outcome => ({
      ok: false,
      failure: { kind: 'killed', signal, number: 11 },
    });
    for (const [signal, attempts] of [
      ['SIGSEGV', 2],
      ['SIGBUS', 1],
    ] as const) {
      const { run } = await runYaml(
        'steps:\n  a: { retry: { max: 1, on: { signals: [SIGSEGV] } }, run: wait }',
      );
      await run.end('a', killed(signal));
      await run.advance(1000);
      assert.equal(run.last.steps['a']?.attempts.length, attempts);
      if (attempts === 2) await run.end('a');
    }
  });
});

suite('A step whose owner died', () => {
  const take = async (idempotent: boolean) => {
    const run = new SteeredRun();
    await run.start(
      startOf(
        workflowIn(
          `steps:\n  a: { idempotent: ${idempotent}, run: wait }\n  b: { if: always(), needs: a, run: "true" }`,
        ),
      ),
    );
    const record = await run.journal.read('run');
    const again = new SteeredRun();
    const [first, ...rest] = record?.events ?? [];
    assert.equal(first?.type, 'run-started');
    const writer = await again.journal.create('run', first);
    assert.ok(writer !== 'exists');
    writer.append(rest);
    await writer.close();
    const reopened = await again.journal.reopen('run');
    assert.ok(typeof reopened === 'object');
    const ended = adopt(reopened, {
      backend: again.backend,
      clock: again.clock,
      random: () => 0.5,
      onEvents: (events) => again.events.push(...events),
    });
    await settle();
    return { again, ended };
  };

  test('runs again, unless it says that it must not', async () => {
    const { again, ended } = await take(true);
    assert.deepEqual(again.backend.running, ['a']);
    await again.end('a');
    await again.end('b');
    assert.equal((await ended).ended, 'succeeded');
  });

  test('is lost for good where it is not idempotent', async () => {
    const { again, ended } = await take(false);
    assert.deepEqual(again.backend.running, ['b']);
    await again.end('b');
    const state = await ended;
    assert.equal(state.steps['a']?.status, 'lost');
    assert.equal(state.ended, 'failed');
  });
});

suite('The end of a run', () => {
  test('is failed before all else, then cancelled, then timed out', async () => {
    const end = async (work: (run: SteeredRun) => Promise<void>) => {
      const { run } = await runYaml('timeout: 2h\nsteps:\n  a: { run: wait }\n  b: { run: wait }');
      await work(run);
      return run.state?.ended;
    };
    const stopBoth = async (run: SteeredRun) => {
      for (const step of run.backend.running) await run.end(step, CANCELLED);
    };
    assert.equal(
      await end(async (run) => {
        await run.end('a', fails());
        await run.stop();
        await stopBoth(run);
      }),
      'failed',
    );
    assert.equal(
      await end(async (run) => {
        await run.stop();
        await stopBoth(run);
      }),
      'cancelled',
    );
    assert.equal(
      await end(async (run) => {
        await run.advance(7_200_000);
        await stopBoth(run);
      }),
      'timed_out',
    );
    assert.equal(
      await end(async (run) => {
        await run.end('a');
        await run.end('b');
      }),
      'succeeded',
    );
  });
});

suite('A value', () => {
  test('that is missing fails the step and names it; default() says otherwise', async () => {
    const run = await runYaml(`
steps:
  a: { run: "true" }
  b: { continue_on_error: true, run: "echo \${{ steps.a.outputs.gone }}" }
  c: { run: "echo \${{ default(steps.a.outputs.gone, 'there') }}" }`);
    const outcome = run.state.steps['b']?.attempts[0]?.outcome;
    assert.ok(outcome?.ok === false && outcome.failure.kind === 'bad-expression');
    assert.match(outcome.failure.message, /`steps\.a\.outputs\.gone` has no value/);
    assert.equal(commandOf(run, 'c'), 'echo there');
  });

  test('comes from every context there is', async () => {
    const run = await runYaml(
      `
inputs: { n: { type: number, default: 3 } }
env: { E: workflow }
steps:
  a: { run: "out o=1" }
  b: { run: exit 4, continue_on_error: { exit_codes: [4] } }
  read:
    if: always()
    env: { V: "\${{ steps.a.outputs.o }} \${{ steps.b.outcome }} \${{ steps.b.result }} \${{ steps.b.exit_code }} \${{ inputs.n }} \${{ env.E }} \${{ run.id }} \${{ run.workflow }} \${{ run.attempt }}" }
    run: "true"`,
      { inputs: { n: 3 } },
    );
    const read = run.run.backend.asked.find(({ step }) => step === 'read');
    assert.equal(read?.env['V'], '1 failed succeeded 4 3 workflow run test 1');
    assert.equal(run.state.warnings, 1);
    assert.deepEqual(endsIn(run).at(-1), 'run succeeded');
  });

  test('of a hash is asked of the files', async () => {
    const asked: (readonly string[])[] = [];
    const hashFiles = (patterns: readonly string[]) => {
      asked.push(patterns);
      return { ok: true, value: 'abc' } as const;
    };
    const run = await runYaml(`steps:\n  a: { run: "echo \${{ hashFiles('*.lock', 'x') }}" }`, {
      sources: { hashFiles },
    });
    assert.equal(commandOf(run, 'a'), 'echo abc');
    assert.ok(asked.every((each) => each.join() === '*.lock,x'));
  });

  test('that is large is read when an expression asks for it', async () => {
    const { run } = await runYaml(
      `
steps:
  a: { run: wait }
  b: { needs: a, if: "startsWith(steps.a.outputs.big, 'xx')", run: "true" }`,
      { sources: { readLarge: () => 'xxxx' } },
    );
    await run.end('a', { ok: true, outputs: {}, large: { big: { file: 'f', bytes: 4 } } });
    await endAll(run);
    assert.equal(run.last.steps['b']?.status, 'succeeded');
  });
});
