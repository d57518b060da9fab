import assert from 'node:assert/strict';
import { alg } from '@dagrejs/graphlib';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { criticalPath, remainingPath } from '../../src/graph/critical-path.ts';
import { findCycles } from '../../src/graph/cycles.ts';
import { toGraphlib } from '../../src/graph/graphlib.ts';
import { indexGraph } from '../../src/graph/index-graph.ts';
import { orderOf } from '../../src/graph/order.ts';
import type { EdgeKind, StepGraph } from '../../src/graph/step-graph.ts';

/** `a > b` is an edge, `a ~ b` a way back, `a` a step; separated by commas. Steps are in order of their first mention. */
function graphOf(text: string): StepGraph {
  const ids = new Set(text.match(/\w+/g) ?? []);
  const edges = [...text.matchAll(/(\w+) ([>~]) (\w+)/g)].map(([, from = '', arrow, to = '']) =>
    edge(from, to, arrow === '>' ? 'needs' : 'rewind'),
  );
  return { nodes: [...ids].map((id) => ({ id, kind: 'run' })), edges };
}

function edge(from: string, to: string, kind: EdgeKind = 'needs'): StepGraph['edges'][number] {
  return { from, to, kind, range: { start: 0, end: 0 } };
}

function layers(text: string): string {
  return orderOf(indexGraph(graphOf(text)))
    .layers.map((layer) => layer.join(' '))
    .join(' | ');
}

function cycles(text: string): string {
  const graph = graphOf(text);
  return findCycles(indexGraph(graph))
    .map((cycle) => {
      const hops = cycle.edges.map((k) => `${graph.edges[k]?.from}>${graph.edges[k]?.to}`);
      return `${cycle.steps.join(' ')} (${hops.join(' ')})`;
    })
    .join(', ');
}

/** A graph of numbers, dense enough for cycles of every kind. */
const randomGraph = fc
  .integer({ min: 1, max: 12 })
  .chain((n) => {
    const node = fc.integer({ min: 0, max: n - 1 });
    return fc.tuple(fc.constant(n), fc.array(fc.tuple(node, node), { maxLength: 2 * n }));
  })
  .map(([n, pairs]): StepGraph => {
    const nodes = Array.from({ length: n }, (_, v) => ({ id: `n${v}`, kind: 'run' as const }));
    return { nodes, edges: pairs.map(([a, b]) => edge(`n${a}`, `n${b}`)) };
  });

suite('The order of steps', () => {
  test('comes in waves, in file order within each', () => {
    assert.equal(layers('d > c, a > c, c > b, e'), 'd a e | c | b');
    assert.equal(layers('a'), 'a');
    assert.equal(layers(''), '');
  });

  test('leaves out what is on a cycle or behind one', () => {
    assert.equal(layers('x > a, a > b, b > a, b > y, x > z'), 'x | z');
  });

  test('does not mind a way back', () => {
    assert.equal(layers('a > b, b ~ a'), 'a | b');
    assert.equal(cycles('a > b, b ~ a'), '');
  });

  test('holds every edge, and everything when graphlib finds no cycle', () => {
    fc.assert(
      fc.property(randomGraph, (graph) => {
        const { order, layers: waves } = orderOf(indexGraph(graph));
        const place = new Map(order.map((id, i) => [id, i]));
        assert.equal(place.size, order.length);
        assert.deepEqual(waves.flat(), order);
        for (const { from, to } of graph.edges) {
          const [a, b] = [place.get(from), place.get(to)];
          if (b !== undefined) assert.ok(a !== undefined && a < b, `${from} > ${to}`);
        }
        assert.equal(order.length === graph.nodes.length, alg.isAcyclic(toGraphlib(graph)));
      }),
    );
  });
});

suite('Cycles', () => {
  test('are told by one shortest loop for each group, in file order, each from its first step', () => {
    assert.equal(cycles('a > b, b > c'), '');
    assert.equal(cycles('a > a'), 'a (a>a)');
    assert.equal(cycles('c > a, a > b, b > c'), 'c a b (c>a a>b b>c)');
    assert.equal(cycles('a > b, b > c, c > d, d > a, c > b'), 'b c (b>c c>b)');
    assert.equal(cycles('x > a, a > b, b > a, b > c, c > d, d > c'), 'a b (a>b b>a), c d (c>d d>c)');
  });

  test('are found in the groups that graphlib finds, and are as short as can be', () => {
    fc.assert(
      fc.property(randomGraph, (graph) => {
        const oracle = toGraphlib(graph);
        const groups = alg
          .tarjan(oracle)
          .filter(([only = '', ...others]) => others.length > 0 || oracle.hasEdge(only, only, 'needs'));
        const found = findCycles(indexGraph(graph));
        assert.equal(found.length, groups.length);
        for (const { steps, edges } of found) {
          const group = groups.find((members) => members.includes(steps[0] ?? ''));
          assert.ok(group !== undefined && steps.every((id) => group.includes(id)));
          assert.equal(new Set(steps).size, steps.length);
          for (const [i, k] of edges.entries()) {
            assert.equal(graph.edges[k]?.from, steps[i]);
            assert.equal(graph.edges[k]?.to, steps[(i + 1) % steps.length]);
          }
          assert.equal(steps.length, girth(graph, group));
        }
      }),
    );
  });

  test('are found quickly, however many there are and however large they are', () => {
    const n = 100_000;
    const nodes = Array.from({ length: n }, (_, v) => ({ id: `n${v}`, kind: 'run' as const }));
    const ring = { nodes, edges: nodes.map(({ id }, v) => edge(id, `n${(v + 1) % n}`)) };
    const pairs = { nodes, edges: nodes.map(({ id }, v) => edge(id, `n${v ^ 1}`)) };
    // Every way through this one is long, and many steps have several ways on.
    const ladder = { nodes, edges: [...ring.edges, ...nodes.slice(2).map(({ id }, v) => edge(`n${v}`, id))] };
    const began = performance.now();
    assert.equal(findCycles(indexGraph(ring))[0]?.steps.length, n);
    assert.equal(findCycles(indexGraph(pairs)).length, n / 2);
    assert.equal(findCycles(indexGraph(ladder))[0]?.steps.length, n / 2 + 1);
    assert.ok(performance.now() - began < 5000, 'not linear');
  });
});

/** The length of the shortest loop among the members, tried from each. */
function girth(graph: StepGraph, members: readonly string[]): number {
  const lengths = members.map((start) => {
    let wave = new Set([start]);
    for (let length = 1; length <= members.length; length++) {
      const next = graph.edges.flatMap(({ from, to }) => (wave.has(from) ? [to] : []));
      if (next.includes(start)) return length;
      wave = new Set(next);
    }
    return Infinity;
  });
  return Math.min(...lengths);
}

suite('The critical path', () => {
  const seconds: Readonly<Record<string, number>> = { a: 1, b: 9, c: 2, d: 1 };
  const weight = (id: string) => seconds[id] ?? 0;

  test('has the most steps, or takes the longest where durations are known', () => {
    const graph = indexGraph(graphOf('a > b, a > c, c > d'));
    assert.deepEqual(criticalPath(graph), ['a', 'c', 'd']);
    assert.deepEqual(criticalPath(graph, weight), ['a', 'b']);
    assert.deepEqual(criticalPath(indexGraph(graphOf(''))), []);
  });

  test('is told for each step: how much is ahead of it, itself included', () => {
    const graph = indexGraph(graphOf('a > b, a > c, c > d'));
    assert.deepEqual([...remainingPath(graph)], [3, 1, 2, 1]);
    assert.deepEqual([...remainingPath(graph, weight)], [10, 9, 3, 1]);
  });

  test('leaves out what can never run', () => {
    const graph = indexGraph(graphOf('x > y, y > a, a > b, b > a, b > c'));
    assert.deepEqual(criticalPath(graph), ['x', 'y']);
    assert.deepEqual([...remainingPath(graph)], [2, 1, NaN, NaN, NaN]);
  });

  test('is as long as the longest of all paths', () => {
    fc.assert(
      fc.property(randomGraph, (graph) => {
        fc.pre(alg.isAcyclic(toGraphlib(graph)));
        const longest = (id: string): number =>
          1 + Math.max(0, ...graph.edges.flatMap(({ from, to }) => (from === id ? [longest(to)] : [])));
        const indexed = indexGraph(graph);
        const expected = graph.nodes.map(({ id }) => longest(id));
        assert.deepEqual([...remainingPath(indexed)], expected);
        const path = criticalPath(indexed);
        assert.equal(path.length, Math.max(...expected));
        for (const [i, id] of path.entries()) {
          const next = path[i + 1];
          if (next !== undefined) assert.ok(graph.edges.some(({ from, to }) => from === id && to === next));
        }
      }),
    );
  });
});

suite('A chain of 100,000 steps', () => {
  const n = 100_000;
  const nodes = Array.from({ length: n }, (_, v) => ({ id: `n${v}`, kind: 'run' as const }));
  const chain = indexGraph({ nodes, edges: nodes.slice(1).map(({ id }, v) => edge(`n${v}`, id)) });

  test('has an order, no cycle, and itself as critical path', () => {
    assert.equal(orderOf(chain).layers.length, n);
    assert.deepEqual(findCycles(chain), []);
    assert.equal(criticalPath(chain).length, n);
    assert.equal(remainingPath(chain)[0], n);
  });
});

suite('The graph for graphlib', () => {
  test('has the same steps and edges, two of one pair if their kinds differ', () => {
    const graph = graphOf('a > b, b ~ a');
    const made = toGraphlib({ ...graph, edges: [...graph.edges, edge('a', 'b', 'data')] });
    assert.deepEqual(made.nodes(), ['a', 'b']);
    assert.deepEqual(
      made.edges().map(({ v, w, name }) => `${v} ${name} ${w}`),
      ['a needs b', 'b rewind a', 'a data b'],
    );
  });
});
