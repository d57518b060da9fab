import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict';
import fc from 'fast-check';
import {
  CycleError,
  DuplicateTaskError,
  MissingDependencyError,
  Task,
  TaskFailedError,
  Workflow,
  WorkflowEngine,
  type WorkflowEvent,
} from '../../src/index.ts';
import { sleepFor } from '../../src/library/retry-policy.ts';

const engine = new WorkflowEngine();

suite('A workflow of functions', () => {
  test('hands results on, with their types', async () => {
    const workflow = engine
      .createWorkflow('typed')
      .addStep('scan', { handler: () => ['a.ts', 'b.ts'] })
      .addStep('count', { dependsOn: ['scan'], handler: ({ results }) => results.scan.length })
      .addStep('report', {
        dependsOn: ['scan', 'count'],
        handler: async ({ results }) => Promise.resolve(`${results.count} of ${results.scan.join()}`),
      });
    const { results, success } = await engine.execute(workflow);
    const report: string | undefined = results.report;
    equal(report, '2 of a.ts,b.ts');
    equal(success, true);
    const one = new Workflow('x');
    // @ts-expect-error -- there is no step of that name
    one.addStep('b', { dependsOn: ['nowhere'] });
    throws(() => one.validate(), MissingDependencyError);
    new Workflow('x')
      .addStep('a', { handler: () => 1 })
      .addStep('b', { dependsOn: ['a'], handler: ({ results: { a } }) => a.toFixed() })
      // @ts-expect-error -- `a` is no dependency of `c`, so it is not there
      .addStep('c', { dependsOn: ['b'], handler: ({ results: seen }) => seen.a });
  });

  test('is refused before anything runs where tasks wait for each other, for nobody, or have one name', async () => {
    let ran = false;
    const loop = new Workflow('loop')
      .addTask(new Task({ id: 'ok', func: () => (ran = true) }))
      .addTask(new Task({ id: 'a', dependsOn: ['c'] }))
      .addTask(new Task({ id: 'b', dependsOn: ['a'] }))
      .addTask(new Task({ id: 'c', dependsOn: ['b'] }));
    await rejects(engine.execute(loop), (error) => {
      ok(error instanceof CycleError);
      equal(error.cycle.length, 3);
      ok(/These tasks wait for each other: .* → .* → .* → /.test(error.message));
      return true;
    });
    equal(ran, false);
    await rejects(
      engine.execute(new Workflow('x').addTask(new Task({ id: 'a', dependsOn: ['b'] }))),
      MissingDependencyError,
    );
    throws(() => new Workflow('x').addStep('a').addStep('a'), DuplicateTaskError);
  });

  test('cancels running tasks when one fails, unless told to let them go on', async () => {
    const workflow = () => {
      let heard = false;
      const made = new Workflow('fast')
        .addStep('bad', {
          handler: async () => {
            await sleepFor(5);
            throw new Error('Boom');
          },
        })
        .addStep('slow', {
          handler: async ({ signal }) => {
            signal.addEventListener('abort', () => (heard = true));
            await sleepFor(60, signal);
            return 1;
          },
        })
        .addStep('after', { dependsOn: ['bad'], handler: () => 1 });
      return { made, heard: () => heard };
    };
    const fast = workflow();
    const stopped = await engine.execute(fast.made);
    deepEqual(
      Object.values(stopped.tasks).map(({ status }) => status),
      ['failed', 'cancelled', 'cancelled'],
    );
    equal(fast.heard(), true);
    const whole = await engine.execute(workflow().made, { failFast: false });
    deepEqual(
      Object.values(whole.tasks).map(({ status }) => status),
      ['failed', 'completed', 'skipped'],
    );
    equal(whole.tasks['after']?.reason, 'dependency_failed');
    await rejects(engine.execute(workflow().made, { throwOnFailure: true }), (error) => {
      ok(error instanceof TaskFailedError);
      equal(error.message, 'Task "bad" failed: Boom');
      return true;
    });
  });

  test('ends what takes too long, though it does not listen', async () => {
    const began = performance.now();
    const { tasks, status } = await engine.execute(
      new Workflow('late').addStep('deaf', { timeoutMs: 20, handler: () => sleepFor(5000) }),
    );
    equal(status, 'failed');
    equal(tasks['deaf']?.status, 'failed');
    ok(/longer than 20 ms/.test(String(tasks['deaf']?.error)));
    ok(performance.now() - began < 3000);
  });

  test('is cancelled by a signal, also before it begins', async () => {
    const stop = new AbortController();
    const running = engine.execute(
      new Workflow('x')
        .addStep('a', { handler: ({ signal }) => sleepFor(5000, signal) })
        .addStep('b', { dependsOn: ['a'] }),
      {
        signal: stop.signal,
        onEvent: (event) => {
          if (event.type === 'task') stop.abort();
        },
      },
    );
    const { status, tasks } = await running;
    equal(status, 'cancelled');
    deepEqual(
      Object.values(tasks).map((task) => task.status),
      ['cancelled', 'cancelled'],
    );
    const never = await engine.execute(new Workflow('y').addStep('a', { handler: () => 1 }), {
      signal: AbortSignal.abort(),
    });
    equal(never.status, 'cancelled');
    deepEqual(never.startOrder, []);
  });

  test('runs at most so many at once, each after what it depends on, whatever the graph', async () => {
    const graph = fc.array(fc.array(fc.nat(30), { maxLength: 4 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(graph, fc.integer({ min: 1, max: 5 }), async (needs, concurrency) => {
        const workflow = new Workflow('random');
        let running = 0;
        let most = 0;
        for (const [i, each] of needs.entries()) {
          workflow.addTask(
            new Task({
              id: `t${i}`,
              dependsOn: [...new Set(each.filter((j) => j < i).map((j) => `t${j}`))],
              func: async ({ results }) => {
                most = Math.max(most, ++running);
                for (const [id, value] of Object.entries(results)) equal(value, id);
                await Promise.resolve();
                running--;
                return `t${i}`;
              },
            }),
          );
        }
        const events: WorkflowEvent[] = [];
        const result = await engine.execute(workflow, {
          concurrency,
          onEvent: (event) => events.push(event),
        });
        equal(result.summary.completed, needs.length);
        ok(most <= concurrency);
        equal(events.length, 2 + 2 * needs.length);
      }),
      { numRuns: 40 },
    );
  });
});
