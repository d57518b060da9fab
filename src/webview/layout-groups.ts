import {
  layoutGraph,
  type Direction,
  type GraphLayout,
  type LayoutEdge,
  type LayoutNode,
  type PlacedNode,
  type Point,
  type RoutedEdge,
} from './layout.ts';

/** A node that may stand inside of another one, whose box then holds it. */
export interface NestedNode extends LayoutNode {
  readonly within?: string;
}

/** Pixels between the border of a group and what it holds; above is room for its own words. */
export interface Padding {
  readonly side: number;
  readonly top: number;
}

export interface NestedInput<N extends NestedNode, E extends LayoutEdge> {
  /** A group stands before what it holds. Edges lead from node to node of the same group. */
  readonly nodes: readonly N[];
  readonly edges: readonly E[];
  readonly direction: Direction;
  readonly padding: Padding;
  readonly before?: ReadonlyMap<string, number>;
}

/** A node that holds others is as large as they need, at least as large as it asks for. */
export interface NestedLayout<E extends LayoutEdge> extends GraphLayout<E> {
  /** Ids of the nodes that hold others. */
  readonly groups: ReadonlySet<string>;
}

/**
 * A drawing with groups, each laid out by itself and then placed as one node: so what belongs together stands together,
 * no other node comes between, and opening one moves nothing inside of the others.
 */
export function layoutNested<N extends NestedNode, E extends LayoutEdge>({
  nodes,
  edges,
  direction,
  padding,
  before,
}: NestedInput<N, E>): NestedLayout<E> {
  const ids = new Set(nodes.map(({ id }) => id));
  const holderOf = new Map(
    nodes.map(({ id, within }) => [id, within !== undefined && ids.has(within) ? within : ROOT]),
  );
  const held = groupBy(nodes, ({ id }) => holderOf.get(id) ?? ROOT);
  const inner = groupBy(edges, ({ from, to }) => {
    const holder = holderOf.get(from);
    return holder !== undefined && holder === holderOf.get(to) ? holder : NOWHERE;
  });
  const layouts = new Map<string, GraphLayout<E>>();
  // What is inside comes behind its group: from the end, every group knows its size before it is placed.
  const layoutOf = (holder: string) => {
    const sized = (held.get(holder) ?? []).map((node) => ({
      ...node,
      ...sizeOf(node, layouts.get(node.id), padding),
    }));
    layouts.set(
      holder,
      layoutGraph({
        nodes: sized,
        edges: inner.get(holder) ?? [],
        direction,
        ...(before !== undefined && { before }),
      }),
    );
  };
  for (const { id } of nodes.toReversed()) if (held.has(id)) layoutOf(id);
  layoutOf(ROOT);
  return together(nodes, { edges, held, layouts, holderOf, padding });
}

/** No step is called so. */
const ROOT = '';
const NOWHERE = '\0';

interface Parts<N, E extends LayoutEdge> {
  readonly edges: readonly E[];
  readonly held: ReadonlyMap<string, readonly N[]>;
  readonly layouts: ReadonlyMap<string, GraphLayout<E>>;
  readonly holderOf: ReadonlyMap<string, string>;
  readonly padding: Padding;
}

function together<N extends NestedNode, E extends LayoutEdge>(
  nodes: readonly N[],
  { edges, held, layouts, holderOf, padding }: Parts<N, E>,
): NestedLayout<E> {
  const placed = new Map<string, PlacedNode>();
  const routed = new Map<E, RoutedEdge<E>>();
  const put = (holder: string, at: Point, rank: { readonly base: number; readonly step: number }) => {
    const layout = layouts.get(holder);
    for (const node of layout?.nodes ?? [])
      placed.set(node.id, {
        ...node,
        x: node.x + at.x,
        y: node.y + at.y,
        rank: rank.base + node.rank * rank.step,
      });
    for (const route of layout?.edges ?? [])
      routed.set(route.edge, {
        ...route,
        points: route.points.map(({ x, y }) => ({ x: x + at.x, y: y + at.y })),
      });
  };
  put(ROOT, { x: 0, y: 0 }, { base: 0, step: 1 });
  const depthOf = (id: string): number => {
    const holder = holderOf.get(id) ?? ROOT;
    return holder === ROOT ? 0 : 1 + depthOf(holder);
  };
  for (const { id } of nodes) {
    const box = placed.get(id);
    if (box === undefined || !held.has(id)) continue;
    const step = 1 / 1024 ** (depthOf(id) + 1);
    put(id, { x: box.x + padding.side, y: box.y + padding.top }, { base: box.rank + step, step });
  }
  const root = layouts.get(ROOT);
  return {
    width: root?.width ?? 0,
    height: root?.height ?? 0,
    nodes: nodes.flatMap(({ id }) => placed.get(id) ?? []),
    edges: edges.flatMap((edge) => routed.get(edge) ?? []),
    crossings: [...layouts.values()].reduce((sum, { crossings }) => sum + crossings, 0),
    groups: new Set([...held.keys()].filter((id) => id !== ROOT)),
  };
}

function sizeOf(
  node: LayoutNode,
  inside: { readonly width: number; readonly height: number } | undefined,
  { side, top }: Padding,
) {
  if (inside === undefined) return { width: node.width, height: node.height };
  return {
    width: Math.max(node.width, inside.width + 2 * side),
    height: Math.max(node.height, inside.height + top + side),
  };
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
