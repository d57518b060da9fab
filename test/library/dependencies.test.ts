import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { analyzeWorkflowDependencies } from '../../src/index.ts';

suite('What tasks and their dependencies come to', () => {
  test('is order, layers and the critical path', () => {
    const { executionOrder, layers, criticalPath, valid } = analyzeWorkflowDependencies([
      { id: 'ship', dependencies: ['test', 'docs'] },
      { id: 'test', dependencies: ['build'], duration: 5 },
      { id: 'docs', dependencies: ['build'], duration: 9 },
      { id: 'build' },
    ]);
    deepEqual(executionOrder, ['build', 'docs', 'test', 'ship']);
    deepEqual(layers, [['build'], ['docs', 'test'], ['ship']]);
    deepEqual(criticalPath, ['build', 'docs', 'ship']);
    equal(valid, true);
  });

  test('names every group that waits for itself by a shortest loop, what is unknown, and what comes twice', () => {
    const found = analyzeWorkflowDependencies([
      { id: 'a', dependencies: ['d'] },
      { id: 'b', dependencies: ['a'] },
      { id: 'c', dependencies: ['b'] },
      { id: 'd', dependencies: ['c', 'a'] },
      { id: 'self', dependencies: ['self'] },
      { id: 'lost', dependencies: ['nowhere'] },
      { id: 'lost' },
    ]);
    deepEqual(
      found.cycles.map((cycle) => [...cycle].sort()),
      [['a', 'd'], ['self']],
    );
    deepEqual(found.unknown, [{ task: 'lost', dependency: 'nowhere' }]);
    deepEqual(found.duplicates, ['lost']);
    equal(found.valid, false);
  });

  test('holds for any graph: loops are loops, and the order is one', () => {
    const graph = fc.array(fc.array(fc.nat(14), { maxLength: 3 }), { maxLength: 15 });
    fc.assert(
      fc.property(graph, (needs) => {
        const tasks = needs.map((each, i) => ({
          id: `t${i}`,
          dependencies: each.filter((j) => j < needs.length).map((j) => `t${j}`),
        }));
        const { executionOrder, cycles } = analyzeWorkflowDependencies(tasks);
        const place = new Map(executionOrder.map((id, i) => [id, i]));
        for (const { id, dependencies } of tasks) {
          if (!place.has(id)) continue;
          for (const need of dependencies) ok((place.get(need) ?? Infinity) < (place.get(id) ?? -1));
        }
        for (const cycle of cycles)
          for (const [i, id] of cycle.entries()) {
            const before = cycle[(i + cycle.length - 1) % cycle.length] ?? '';
            ok(tasks.find((task) => task.id === id)?.dependencies.includes(before), `${id} needs ${before}`);
          }
        equal(executionOrder.length === tasks.length, cycles.length === 0);
      }),
    );
  });

  test('takes a hundred thousand tasks in any order, in a chain, without running out of stack', () => {
    const count = 100_000;
    const tasks = Array.from({ length: count }, (_, i) => ({
      id: `t${i}`,
      dependencies: i === 0 ? [] : [`t${i - 1}`],
    }));
    equal(analyzeWorkflowDependencies(tasks.toReversed()).layers.length, count);
    const ring = tasks.map((task, i) => (i === 0 ? { id: 't0', dependencies: [`t${count - 1}`] } : task));
    equal(analyzeWorkflowDependencies(ring).cycles[0]?.length, count);
  });
});
