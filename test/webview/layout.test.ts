import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { suite, test } from 'mocha';
import { edgePath } from '../../src/webview/curve.ts';
import { layoutGraph, type GraphLayout, type LayoutEdge, type LayoutNode } from '../../src/webview/layout.ts';

interface Drawn {
  readonly nodes: readonly LayoutNode[];
  readonly edges: readonly LayoutEdge[];
  readonly direction: 'right' | 'down';
}

function sized(count: number, size: (index: number) => { width: number; height: number }): LayoutNode[] {
  return Array.from({ length: count }, (_, index) => ({ id: `s${index}`, ...size(index) }));
}

/** `cyclic` graphs have edges any way, self loops and doubles included; the others lead from lower to higher numbers. */
function graphs({ cyclic }: { readonly cyclic: boolean }): fc.Arbitrary<Drawn> {
  return fc
    .record({
      sizes: fc.array(
        fc.record({ width: fc.integer({ min: 10, max: 240 }), height: fc.integer({ min: 10, max: 90 }) }),
        {
          maxLength: 24,
        },
      ),
      pairs: fc.array(fc.tuple(fc.nat(23), fc.nat(23), fc.boolean()), { maxLength: 40 }),
      direction: fc.constantFrom('right', 'down'),
    })
    .map(({ sizes, pairs, direction }) => ({
      direction,
      nodes: sized(sizes.length, (index) => sizes[index] ?? { width: 10, height: 10 }),
      edges: pairs
        .filter(([a, b]) => Math.max(a, b) < sizes.length && (cyclic || a !== b))
        .map(([a, b, back]) =>
          cyclic
            ? { from: `s${a}`, to: `s${b}`, back: back && a !== b }
            : { from: `s${Math.min(a, b)}`, to: `s${Math.max(a, b)}` },
        ),
    }));
}

function overlapping({ nodes }: GraphLayout): string[] {
  return nodes.flatMap((a, index) =>
    nodes
      .slice(index + 1)
      .filter(
        (b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height,
      )
      .map((b) => `${a.id} on ${b.id}`),
  );
}

/** Crossings of one connected part where every layer is in input order, by counting pairs. */
function naiveCrossings(layout: GraphLayout): number {
  const rank = new Map(layout.nodes.map((node) => [node.id, node.rank]));
  const order = new Map(layout.nodes.map((node, index) => [node.id, index]));
  let next = layout.nodes.length;
  const links: { layer: number; a: number; b: number }[] = [];
  for (const { edge } of layout.edges) {
    const [from, to] = [rank.get(edge.from) ?? 0, rank.get(edge.to) ?? 0];
    let a = order.get(edge.from) ?? 0;
    for (let layer = from; layer < to; layer++) {
      const b = layer + 1 === to ? (order.get(edge.to) ?? 0) : next++;
      links.push({ layer, a, b });
      a = b;
    }
  }
  let crossings = 0;
  for (const [index, one] of links.entries()) {
    for (const two of links.slice(index + 1)) {
      if (one.layer === two.layer && (one.a - two.a) * (one.b - two.b) < 0) crossings++;
    }
  }
  return crossings;
}

/** Which nodes lie under a route, sampled along its straight stretches and the boxes of its curves. */
function crossedNodes(layout: GraphLayout, direction: 'right' | 'down'): string[] {
  const found: string[] = [];
  for (const { edge, points } of layout.edges) {
    if (edge.from === edge.to) continue;
    for (const [index, from] of points.entries()) {
      const to = points[index + 1];
      if (to === undefined) continue;
      const [low, high] = [
        { x: Math.min(from.x, to.x), y: Math.min(from.y, to.y) },
        { x: Math.max(from.x, to.x), y: Math.max(from.y, to.y) },
      ];
      for (const node of layout.nodes) {
        if (node.id === edge.from || node.id === edge.to) continue;
        const inside =
          low.x < node.x + node.width - 1 &&
          high.x > node.x + 1 &&
          low.y < node.y + node.height - 1 &&
          high.y > node.y + 1;
        if (inside) found.push(`${edge.from} → ${edge.to} over ${node.id} (${direction})`);
      }
    }
  }
  return found;
}

suite('graph layout', () => {
  test('every node and edge is placed, in input order, inside the drawing', () => {
    fc.assert(
      fc.property(graphs({ cyclic: true }), (graph) => {
        const layout = layoutGraph(graph);
        assert.deepEqual(
          layout.nodes.map(({ id, width, height }) => ({ id, width, height })),
          graph.nodes,
        );
        assert.deepEqual(
          layout.edges.map(({ edge }) => edge),
          graph.edges,
        );
        for (const { x, y, width, height } of layout.nodes) {
          assert.ok(x >= -1 && y >= -1 && x + width <= layout.width + 1 && y + height <= layout.height + 1);
        }
        for (const { points } of layout.edges) {
          assert.ok(points.length >= 2);
          for (const { x, y } of points)
            assert.ok(x >= -1 && y >= -1 && x <= layout.width + 1 && y <= layout.height + 1);
        }
      }),
    );
  });

  test('no two nodes overlap, and no edge runs under a node', () => {
    fc.assert(
      fc.property(graphs({ cyclic: true }), (graph) => {
        const layout = layoutGraph(graph);
        assert.deepEqual(overlapping(layout), []);
        assert.deepEqual(crossedNodes(layout, graph.direction), []);
      }),
    );
  });

  test('without cycles every edge goes forward, by rank and on the screen', () => {
    fc.assert(
      fc.property(graphs({ cyclic: false }), (graph) => {
        const layout = layoutGraph(graph);
        const places = new Map(layout.nodes.map((node) => [node.id, node]));
        for (const { edge, points, reversed } of layout.edges) {
          const [from, to] = [places.get(edge.from), places.get(edge.to)];
          assert.ok(from && to && from.rank < to.rank && !reversed);
          const axis = graph.direction === 'right' ? 'x' : 'y';
          assert.deepEqual(
            points.map((point) => point[axis]),
            points.map((point) => point[axis]).toSorted((a, b) => a - b),
          );
        }
      }),
    );
  });

  test('an edge starts on the border of its first node and ends on the border of its second', () => {
    fc.assert(
      fc.property(graphs({ cyclic: true }), (graph) => {
        const layout = layoutGraph(graph);
        const places = new Map(layout.nodes.map((node) => [node.id, node]));
        for (const { edge, points } of layout.edges) {
          for (const [id, point] of [
            [edge.from, points[0]],
            [edge.to, points.at(-1)],
          ] as const) {
            const node = places.get(id);
            assert.ok(node && point);
            const right = Math.abs(Math.abs(point.x - node.x - node.width / 2) - node.width / 2);
            const down = Math.abs(Math.abs(point.y - node.y - node.height / 2) - node.height / 2);
            assert.ok(Math.min(right, down) <= 1.5, `${edge.from} → ${edge.to} at ${id}`);
          }
        }
      }),
    );
  });

  test('the same graph is drawn the same way twice', () => {
    fc.assert(
      fc.property(graphs({ cyclic: true }), (graph) => {
        assert.deepEqual(layoutGraph(graph), layoutGraph(graph));
      }),
    );
  });

  test('never more crossings than the order of the file would give', () => {
    fc.assert(
      fc.property(graphs({ cyclic: false }), (graph) => {
        const layout = layoutGraph(graph);
        assert.ok(layout.crossings <= naiveCrossings(layout));
      }),
    );
  });

  test('nothing, one node, and edges to nowhere', () => {
    assert.deepEqual(layoutGraph({ nodes: [], edges: [], direction: 'right' }), {
      width: 0,
      height: 0,
      nodes: [],
      edges: [],
      crossings: 0,
    });
    const one = layoutGraph({
      nodes: [{ id: 'a', width: 200, height: 50 }],
      edges: [{ from: 'a', to: 'gone' }],
      direction: 'right',
    });
    assert.deepEqual(one.nodes, [{ id: 'a', width: 200, height: 50, x: 0, y: 0, rank: 0 }]);
    assert.deepEqual(one.edges, []);
  });

  test('a cycle is opened at the edge that leads back to what was written first', () => {
    const layout = layoutGraph({
      nodes: sized(3, () => ({ width: 100, height: 40 })),
      edges: [
        { from: 's0', to: 's1' },
        { from: 's1', to: 's2' },
        { from: 's2', to: 's0' },
      ],
      direction: 'right',
    });
    assert.deepEqual(
      layout.edges.map(({ reversed }) => reversed),
      [false, false, true],
    );
    assert.deepEqual(
      layout.nodes.map(({ rank }) => rank),
      [0, 1, 2],
    );
  });

  test('an edge that leads back by nature pushes nothing, and runs beside the edge it answers', () => {
    const layout = layoutGraph({
      nodes: sized(2, () => ({ width: 100, height: 40 })),
      edges: [
        { from: 's1', to: 's0', back: true },
        { from: 's0', to: 's1' },
      ],
      direction: 'right',
    });
    const [rewind, needs] = layout.edges;
    assert.deepEqual([rewind?.reversed, needs?.reversed], [true, false]);
    assert.notEqual(rewind?.points[0]?.y, needs?.points[0]?.y);
  });

  test('steps that need nothing of each other stand in rows, in file order', () => {
    const { nodes, width, height } = layoutGraph({
      nodes: sized(40, () => ({ width: 200, height: 56 })),
      edges: [],
      direction: 'right',
    });
    assert.ok(width / height > 1 && width / height < 3);
    const reading = nodes.toSorted((a, b) => a.y - b.y || a.x - b.x).map(({ id }) => id);
    assert.deepEqual(
      reading,
      nodes.map(({ id }) => id),
    );
  });

  test('a step added at the end of a branch leaves the other layers alone', () => {
    const nodes = sized(8, () => ({ width: 200, height: 56 }));
    const edges = [1, 2, 3, 4, 5, 6, 7].map((n) => ({ from: `s${(n - 1) >> 1}`, to: `s${n}` }));
    const before = layoutGraph({ nodes: nodes.slice(0, 7), edges: edges.slice(0, 6), direction: 'right' });
    const after = layoutGraph({ nodes, edges, direction: 'right' });
    assert.deepEqual(after.nodes.slice(0, 7), before.nodes);
  });

  const turnedOf = { pairs: 0, turned: 0 };
  test('an edit leaves everything that stays on its side, and costs few crossings more', () => {
    fc.assert(
      fc.property(graphs({ cyclic: false }), fc.nat(), fc.nat(), ({ nodes, edges }, gone, leads) => {
        const first = layoutGraph({ nodes, edges, direction: 'right' });
        const before = new Map(first.nodes.map(({ id, y, height }) => [id, y + height / 2]));
        const more = { id: 'new', width: 100, height: 40 };
        const edit = {
          nodes: [...nodes, more],
          edges: [
            ...edges.filter((_, i) => i !== gone % Math.max(1, edges.length)),
            { from: nodes[leads % nodes.length]?.id ?? '', to: 'new' },
          ],
          direction: 'right' as const,
        };
        const fresh = layoutGraph(edit);
        const kept = layoutGraph({ ...edit, before });
        assert.ok(kept.crossings <= fresh.crossings * 1.25 + 6 * (nodes.length + 1));
        const now = new Map(kept.nodes.map((node) => [node.id, node]));
        let pairs = 0;
        let turned = 0;
        for (const a of first.nodes) {
          for (const b of first.nodes) {
            const [p, q] = [now.get(a.id), now.get(b.id)];
            // Of one part of the graph, and of one layer then and now: parts are packed anew.
            if (a.id >= b.id || a.x !== b.x || p === undefined || q?.x !== p.x) continue;
            pairs++;
            if (a.y < b.y !== p.y < q.y) turned++;
          }
        }
        turnedOf.pairs += pairs;
        turnedOf.turned += turned;
      }),
      { numRuns: 100 },
    );
    assert.ok(
      turnedOf.turned <= turnedOf.pairs * 0.03,
      `${turnedOf.turned} of ${turnedOf.pairs} pairs changed sides`,
    );
  });

  test('a long chain does not overflow', () => {
    const chain = sized(5000, () => ({ width: 200, height: 56 }));
    const links = chain.slice(1).map(({ id }, index) => ({ from: `s${index}`, to: id }));
    assert.equal(layoutGraph({ nodes: chain, edges: links, direction: 'down' }).nodes.at(-1)?.rank, 4999);
  });

  test('a route becomes straight lines in layers and S curves between them', () => {
    const points = [
      { x: 0, y: 0 },
      { x: 40, y: 20 },
      { x: 90, y: 20 },
    ];
    assert.equal(edgePath(points, 'right'), 'M0,0C20,0 20,20 40,20L90,20');
    assert.equal(edgePath(points.slice(0, 2), 'down'), 'M0,0C0,10 40,10 40,20');
    assert.equal(edgePath([], 'right'), '');
  });
});
