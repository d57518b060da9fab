import { layeredGraph, type Layered } from './layout-layers.ts';
import { orderLayers } from './layout-order.ts';
import { placeAcross } from './layout-place.ts';

/** The way a run goes on the screen. */
export type Direction = 'right' | 'down';

/** All lengths are in pixels at scale 1. */
export interface LayoutNode {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

export interface LayoutEdge {
  readonly from: string;
  readonly to: string;
  /** The edge leads back by its nature (a gate's rewind), so it must not push its end behind its start. */
  readonly back?: boolean;
}

/** Node ids are unique; an edge with an unknown end is left out of the drawing. */
export interface LayoutInput<N extends LayoutNode = LayoutNode, E extends LayoutEdge = LayoutEdge> {
  readonly nodes: readonly N[];
  readonly edges: readonly E[];
  readonly direction: Direction;
  /** Where nodes stood across the direction in the drawing before (their middle), so that an edit moves little. */
  readonly before?: ReadonlyMap<string, number>;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** `x` and `y` are the top left corner. */
export interface PlacedNode extends LayoutNode {
  readonly x: number;
  readonly y: number;
  /** The layer inside the node's connected part: the longest way to it from a step that needs nothing. */
  readonly rank: number;
}

export interface RoutedEdge<E extends LayoutEdge = LayoutEdge> {
  readonly edge: E;
  /** From the border of `from` to the border of `to`; `edgePath` makes a smooth curve of them. */
  readonly points: readonly Point[];
  /** Drawn against the direction, because it closes a cycle or leads back. */
  readonly reversed: boolean;
}

export interface GraphLayout<E extends LayoutEdge = LayoutEdge> {
  readonly width: number;
  readonly height: number;
  /** In input order. */
  readonly nodes: readonly PlacedNode[];
  /** In input order. */
  readonly edges: readonly RoutedEdge<E>[];
  /** Pairs of edges that cross between two layers: lower is better. */
  readonly crossings: number;
}

const GAP_ALONG = 52;
/** Where an edge climbs far between two layers they move apart by this share of the climb, up to the limit. */
const STEEPNESS = { share: 0.12, limit: 64 };
const GAP_BETWEEN_PARTS = 40;
/** Room on the near side of a node for an edge to itself. */
const SELF_LOOP = 22;
/** Between edges that connect the same two nodes. */
const LANE = 12;
/** Width to height that several unconnected parts together should come near to. */
const ASPECT = 1.7;

/**
 * A layered drawing after Sugiyama, Tagawa and Toda (1981): cycles opened, ranks by longest path, bends on long
 * edges, fewer crossings by median sweeps, positions by least squares. The same input gives the same drawing, and
 * with the places of the drawing before, nodes keep their sides unless that costs many crossings. Cyclic graphs are drawn too: people look at them
 * while they mend them. Each unconnected part is laid out alone, then the parts are packed in rows.
 */
export function layoutGraph<N extends LayoutNode, E extends LayoutEdge>(
  input: LayoutInput<N, E>,
): GraphLayout<E> {
  const axes = axesOf(input.direction);
  const parts = partsOf(input).map((part) => layoutPart(part, axes, input.before));
  const { length, breadth } = pack(parts, axes.aspect);
  const nodes = new Map<number, PlacedNode>();
  const edges = new Map<number, RoutedEdge<E>>();
  for (const part of parts) {
    for (const [index, node] of part.nodes) nodes.set(index, axes.node(node, part));
    for (const [index, route] of part.edges) {
      const edge = input.edges[index];
      if (edge === undefined) continue;
      edges.set(index, {
        edge,
        points: route.points.map((point) => axes.point(point, part)),
        reversed: route.reversed,
      });
    }
  }
  return {
    ...axes.size(length, breadth),
    nodes: inOrder(nodes),
    edges: inOrder(edges),
    crossings: parts.reduce((sum, part) => sum + part.crossings, 0),
  };
}

/** Everything below works along the direction of the run and across it; only here that becomes x and y. */
interface Axes {
  readonly aspect: number;
  along(node: LayoutNode): number;
  across(node: LayoutNode): number;
  node(node: FlowNode, shift: Shift): PlacedNode;
  point(point: FlowPoint, shift: Shift): Point;
  size(length: number, breadth: number): { readonly width: number; readonly height: number };
}

interface FlowPoint {
  readonly along: number;
  readonly across: number;
}

interface Shift {
  readonly shiftAlong: number;
  readonly shiftAcross: number;
}

interface FlowNode extends FlowPoint {
  readonly node: LayoutNode;
  readonly rank: number;
}

interface LaidOutPart extends Shift {
  shiftAlong: number;
  shiftAcross: number;
  readonly length: number;
  readonly breadth: number;
  readonly crossings: number;
  /** By index in the input, like the edges. `along` and `across` are a node's near corner. */
  readonly nodes: readonly (readonly [number, FlowNode])[];
  readonly edges: readonly (readonly [
    number,
    { readonly points: FlowPoint[]; readonly reversed: boolean },
  ])[];
}

function axesOf(direction: Direction): Axes {
  const right = direction === 'right';
  const point = ({ along, across }: FlowPoint, shift: Shift): Point => {
    const a = along + shift.shiftAlong;
    const b = across + shift.shiftAcross;
    return right ? { x: a, y: b } : { x: b, y: a };
  };
  return {
    aspect: right ? ASPECT : 1 / ASPECT,
    along: (node) => (right ? node.width : node.height),
    across: (node) => (right ? node.height : node.width),
    node: ({ node, rank, ...corner }, shift) => ({
      id: node.id,
      width: node.width,
      height: node.height,
      rank,
      ...point(corner, shift),
    }),
    point,
    size: (length, breadth) =>
      right ? { width: length, height: breadth } : { width: breadth, height: length },
  };
}

/** One connected part of the input; numbers are local to it. */
interface Part {
  readonly nodes: { readonly index: number; readonly node: LayoutNode }[];
  readonly edges: {
    readonly index: number;
    readonly from: number;
    readonly to: number;
    readonly back: boolean;
  }[];
}

function partsOf({ nodes, edges }: LayoutInput): Part[] {
  const numberOf = new Map(nodes.map((node, index) => [node.id, index]));
  const parent = nodes.map((_, index) => index);
  const find = (start: number): number => {
    let root = start;
    while (parent[root] !== root) root = parent[root] ?? root;
    for (let v = start; v !== root;) {
      const next = parent[v] ?? root;
      parent[v] = root;
      v = next;
    }
    return root;
  };
  const known: { index: number; from: number; to: number; back: boolean }[] = [];
  for (const [index, edge] of edges.entries()) {
    const from = numberOf.get(edge.from);
    const to = numberOf.get(edge.to);
    if (from === undefined || to === undefined) continue;
    known.push({ index, from, to, back: edge.back === true });
    const a = find(from);
    const b = find(to);
    parent[Math.max(a, b)] = Math.min(a, b);
  }
  const parts = new Map<number, Part>();
  const local: number[] = [];
  for (const [index, node] of nodes.entries()) {
    const part = parts.get(find(index)) ?? { nodes: [], edges: [] };
    parts.set(find(index), part);
    local[index] = part.nodes.length;
    part.nodes.push({ index, node });
  }
  for (const { index, from, to, back } of known) {
    parts.get(find(from))?.edges.push({ index, from: local[from] ?? 0, to: local[to] ?? 0, back });
  }
  return [...parts.values()];
}

function layoutPart(part: Part, axes: Axes, before: LayoutInput['before']): LaidOutPart {
  const loops = new Set(part.edges.filter((edge) => edge.from === edge.to).map((edge) => edge.from));
  const links = part.edges.filter((edge) => edge.from !== edge.to);
  const graph = layeredGraph(part.nodes.length, links);
  const places = before && Float64Array.from(part.nodes, ({ node }) => before.get(node.id) ?? Number.NaN);
  const { layers, crossings } = orderLayers(graph, places);
  const { across, breadth } = placeAcross(graph, layers, (v) => {
    const node = part.nodes[v]?.node;
    return node === undefined ? 0 : axes.across(node) + (loops.has(v) ? 2 * SELF_LOOP : 0);
  });
  const sizes = part.nodes.map(({ node }) => ({ along: axes.along(node), across: axes.across(node) }));
  const bands = bandsOf(graph, layers, across, sizes);
  const centre = (v: number): number => {
    const band = bands[graph.rank[v] ?? 0];
    return band === undefined ? 0 : (band.start + band.end) / 2;
  };
  const lanes = new Map<number, number>();
  return {
    shiftAlong: 0,
    shiftAcross: 0,
    length: bands.at(-1)?.end ?? 0,
    breadth,
    crossings,
    nodes: part.nodes.map(({ index, node }, v) => [
      index,
      {
        node,
        rank: graph.rank[v] ?? 0,
        along: Math.round(centre(v) - axes.along(node) / 2),
        across: Math.round((across[v] ?? 0) - axes.across(node) / 2),
      },
    ]),
    edges: [
      ...links.map((edge, k) => [edge.index, route({ graph, k, across, bands, sizes, lanes })] as const),
      ...part.edges
        .filter((edge) => edge.from === edge.to)
        .map(({ index, from }) => {
          const middle = { along: centre(from), across: across[from] ?? 0 };
          return [index, { points: aroundCorner(middle, sizes[from]), reversed: false }] as const;
        }),
    ],
  };
}

interface Band {
  readonly start: number;
  readonly end: number;
}

interface Size {
  readonly along: number;
  readonly across: number;
}

/** The stretch of each layer along the direction. */
function bandsOf(
  graph: Layered,
  layers: readonly (readonly number[])[],
  across: Float64Array,
  sizes: readonly Size[],
): Band[] {
  const bands: Band[] = [];
  let start = 0;
  for (const layer of layers) {
    let thickness = 0;
    let climb = 0;
    for (const v of layer) {
      thickness = Math.max(thickness, sizes[v]?.along ?? 0);
      for (let k = graph.down.first[v] ?? 0; k < (graph.down.first[v + 1] ?? 0); k++) {
        climb = Math.max(climb, Math.abs((across[v] ?? 0) - (across[graph.down.list[k] ?? 0] ?? 0)));
      }
    }
    bands.push({ start, end: start + thickness });
    start += thickness + GAP_ALONG + Math.round(Math.min(STEEPNESS.limit, climb * STEEPNESS.share));
  }
  return bands;
}

/**
 * An edge runs straight through every layer it passes and climbs only in the gaps between them, so it can never
 * lie under a node.
 */
function route(given: {
  readonly graph: Layered;
  readonly k: number;
  readonly across: Float64Array;
  readonly bands: readonly Band[];
  readonly sizes: readonly Size[];
  readonly lanes: Map<number, number>;
}): { points: FlowPoint[]; reversed: boolean } {
  const { graph, k, across, bands, sizes, lanes } = given;
  const tail = graph.tail[k] ?? 0;
  const head = graph.head[k] ?? 0;
  const pair = tail * graph.nodeCount + head;
  const lane = lanes.get(pair) ?? 0;
  lanes.set(pair, lane + 1);
  const points: FlowPoint[] = [];
  const add = (along: number, at: number): void => {
    const last = points.at(-1);
    if (last?.along !== along || last.across !== at) points.push({ along, across: at });
  };
  const through = (v: number, side: -1 | 0 | 1): void => {
    const band = bands[graph.rank[v] ?? 0] ?? { start: 0, end: 0 };
    const size = sizes[v] ?? { along: 0, across: 0 };
    const shift = side === 0 ? 0 : Math.min(lane * LANE, Math.max(0, size.across / 2 - LANE));
    const at = Math.round((across[v] ?? 0) + shift);
    const border = Math.round((band.start + band.end) / 2 + (side * size.along) / 2);
    if (side === 1) add(border, at);
    if (side !== 1) add(band.start, at);
    if (side !== -1) add(band.end, at);
    if (side === -1) add(border, at);
  };
  through(tail, 1);
  const firstBend = graph.firstBend[k] ?? 0;
  const bends = graph.bendCount[k] ?? 0;
  for (let bend = firstBend; bend < firstBend + bends; bend++) through(bend, 0);
  through(head, -1);
  const reversed = graph.reversed[k] === 1;
  return { points: reversed ? points.toReversed() : points, reversed };
}

function aroundCorner(middle: FlowPoint, size: Size | undefined): FlowPoint[] {
  const reach = Math.min(16, (size?.along ?? 0) / 4);
  const border = middle.across - (size?.across ?? 0) / 2;
  return [
    { along: middle.along + reach, across: border },
    { along: middle.along + reach, across: border - SELF_LOOP },
    { along: middle.along - reach, across: border - SELF_LOOP },
    { along: middle.along - reach, across: border },
  ];
}

/** Puts the parts in rows, in input order, as wide as a screen is beside its height. */
function pack(parts: readonly LaidOutPart[], aspect: number): { length: number; breadth: number } {
  const gap = GAP_BETWEEN_PARTS;
  const area = parts.reduce((sum, part) => sum + (part.length + gap) * (part.breadth + gap), 0);
  const limit = Math.max(Math.sqrt(area * aspect), ...parts.map((part) => part.length));
  let along = 0;
  let across = 0;
  let rowBreadth = 0;
  let length = 0;
  for (const part of parts) {
    if (along > 0 && along + part.length > limit) {
      across += rowBreadth + gap;
      along = 0;
      rowBreadth = 0;
    }
    part.shiftAlong = along;
    part.shiftAcross = across;
    along += part.length + gap;
    length = Math.max(length, along - gap);
    rowBreadth = Math.max(rowBreadth, part.breadth);
  }
  return { length, breadth: across + rowBreadth };
}

function inOrder<T>(byIndex: ReadonlyMap<number, T>): T[] {
  return [...byIndex].sort(([a], [b]) => a - b).map(([, value]) => value);
}
