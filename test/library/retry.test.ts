import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict';
import { build } from 'esbuild';
import { CircuitBreaker, circuitBreaker, CircuitOpenError, RetryPolicy, withRetry } from '../../src/index.ts';

suite('Trying again', () => {
  test('is what a policy says: how often, after how long, for which errors', async () => {
    const waits: number[] = [];
    const sleep = (ms: number) => Promise.resolve(void waits.push(ms));
    let calls = 0;
    const flaky = (x: number) => {
      if (++calls < 4) throw new TypeError('not yet');
      return Promise.resolve(x * 2);
    };
    const policy = new RetryPolicy({
      maxRetries: 5,
      backoffSeconds: 0.5,
      maxDelaySeconds: 1,
      retryOn: [TypeError],
    });
    equal(await withRetry(policy, { sleep })(flaky)(21), 42);
    deepEqual(waits, [500, 1000, 1000]);
    calls = 0;
    const other = () => {
      calls++;
      throw new RangeError('no');
    };
    await rejects(Promise.resolve(withRetry(policy, { sleep })(other)()), RangeError);
    equal(calls, 1);
    throws(() => new RetryPolicy({ maxRetries: -1 }), RangeError);
  });

  test('ends early when a signal says so', async () => {
    const stop = new AbortController();
    const failing = () => {
      stop.abort(new Error('enough'));
      return Promise.reject(new Error('no'));
    };
    await rejects(
      withRetry({ maxRetries: 5, backoffSeconds: 60 }, { signal: stop.signal })(failing)(),
      /enough/,
    );
  });

  test('can be a decorator of a method', async () => {
    class Client {
      calls = 0;
      readonly get = withRetry({ maxRetries: 2, backoffSeconds: 0 })(async function (this: Client) {
        if (++this.calls < 3) throw new Error('no');
        return Promise.resolve(this.calls);
      });
    }
    equal(await new Client().get(), 3);
  });

  test('comes alone when it is imported alone', async () => {
    const { outputFiles } = await build({
      stdin: {
        contents: "import { withRetry } from './src/index.ts'; console.log(withRetry);",
        resolveDir: process.cwd(),
      },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'node',
      write: false,
      ignoreAnnotations: false,
    });
    const size = outputFiles[0]?.contents.length ?? Infinity;
    ok(size < 5 * 1024, `${size} bytes`);
  });
});

suite('A circuit breaker', () => {
  test('keeps calls away after so many failures in a row, and tries one after a while', async () => {
    let now = 0;
    let healthy = false;
    const guarded = circuitBreaker(
      () => (healthy ? Promise.resolve('ok') : Promise.reject(new Error('down'))),
      {
        threshold: 2,
        resetSeconds: 10,
        now: () => now,
      },
    );
    for (let i = 0; i < 2; i++) await rejects(guarded(), /down/);
    await rejects(guarded(), (error) => error instanceof CircuitOpenError && error.retryInMs === 10_000);
    now = 10_000;
    equal(guarded.breaker.state, 'half-open');
    await rejects(guarded(), /down/);
    equal(guarded.breaker.state, 'open');
    now = 20_000;
    healthy = true;
    equal(await guarded(), 'ok');
    equal(guarded.breaker.state, 'closed');
    const breaker = new CircuitBreaker({ threshold: 1, resetSeconds: 0 });
    breaker.failed();
    deepEqual([breaker.allow(), breaker.allow()], [true, false]);
  });
});
