import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import type { PlacedNode } from '../../src/webview/layout.ts';
import { layoutNested, type NestedNode } from '../../src/webview/layout-groups.ts';

const PADDING = { side: 14, top: 60 };
const CARD = { width: 200, height: 56 };

const contains = (outer: PlacedNode, inner: PlacedNode) =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width + 0.01 &&
  inner.y + inner.height <= outer.y + outer.height + 0.01;
const overlaps = (a: PlacedNode, b: PlacedNode) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

suite('A layout with groups', () => {
  test('is the plain layout where there are none', () => {
    const nodes = ['a', 'b'].map((id) => ({ id, ...CARD }));
    const {
      nodes: placed,
      groups,
      edges,
    } = layoutNested({ nodes, edges: [{ from: 'a', to: 'b' }], direction: 'right', padding: PADDING });
    deepEqual(
      placed.map(({ x }) => x > 0),
      [false, true],
    );
    equal(groups.size, 0);
    equal(edges.length, 1);
  });

  test('leaves room for the words of a group above what it holds', () => {
    const nodes = [
      { id: 'g', ...CARD },
      { id: 'g.a', within: 'g', ...CARD },
    ];
    const {
      nodes: [group, inner],
      groups,
    } = layoutNested({ nodes, edges: [], direction: 'down', padding: PADDING });
    ok(group && inner && contains(group, inner));
    ok(inner.y - group.y >= PADDING.top);
    deepEqual([...groups], ['g']);
    ok(inner.rank > group.rank && inner.rank < group.rank + 1);
  });

  test('keeps what belongs together together, and nothing else between, however deep', () => {
    const graph = fc
      .array(fc.record({ up: fc.nat(4), needs: fc.array(fc.nat(20), { maxLength: 3 }) }), {
        minLength: 1,
        maxLength: 24,
      })
      .map((items) => {
        const nodes: NestedNode[] = [];
        for (const [i, { up }] of items.entries()) {
          // A group comes before what it holds; some nodes stand alone.
          const holder = up === 0 || i === 0 ? undefined : nodes[Math.max(0, i - up)]?.id;
          nodes.push({ id: `n${i}`, ...CARD, ...(holder !== undefined && up > 1 && { within: holder }) });
        }
        const within = (i: number) => nodes[i]?.within;
        const edges = items.flatMap(({ needs }, i) =>
          needs.filter((j) => j < i && within(j) === within(i)).map((j) => ({ from: `n${j}`, to: `n${i}` })),
        );
        return { nodes, edges };
      });
    fc.assert(
      fc.property(
        graph,
        fc.constantFrom('right' as const, 'down' as const),
        ({ nodes, edges }, direction) => {
          const layout = layoutNested({ nodes, edges, direction, padding: PADDING });
          equal(layout.nodes.length, nodes.length);
          equal(layout.edges.length, edges.length);
          const holder = new Map(nodes.map(({ id, within }) => [id, within]));
          const isInside = (inner: string, outer: string): boolean => {
            for (let at = holder.get(inner); at !== undefined; at = holder.get(at))
              if (at === outer) return true;
            return false;
          };
          for (const a of layout.nodes) {
            for (const b of layout.nodes) {
              if (a === b) continue;
              if (isInside(b.id, a.id)) ok(contains(a, b), `${b.id} in ${a.id}`);
              else if (!isInside(a.id, b.id)) ok(!overlaps(a, b), `${a.id} and ${b.id}`);
            }
          }
          for (const { edge, points } of layout.edges) {
            const group = layout.nodes.find(({ id }) => id === holder.get(edge.from));
            if (group !== undefined)
              for (const { x, y } of points)
                ok(
                  x >= group.x - 1 &&
                    x <= group.x + group.width + 1 &&
                    y >= group.y - 1 &&
                    y <= group.y + group.height + 1,
                );
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
