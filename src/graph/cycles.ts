import type { StepId } from '../model/workflow.ts';
import { at, type IndexedGraph } from './index-graph.ts';

/** One shortest loop through a cyclic group: each step, and the edge that leads from it to the next (the last to the first). */
export interface Cycle {
  readonly steps: readonly StepId[];
  /** Places in the list of edges that the graph was indexed from. */
  readonly edges: readonly number[];
}

/** One shortest loop for every group of steps that can reach each other (rule G2), in file order. Empty: no cycle. */
export function findCycles(graph: IndexedGraph): readonly Cycle[] {
  const group = stronglyConnected(graph);
  const members = new Map<number, number[]>();
  for (let v = 0; v < graph.ids.length; v++) {
    const list = members.get(at(group, v));
    if (list === undefined) members.set(at(group, v), [v]);
    else list.push(v);
  }
  return [...members.values()].flatMap((nodes) => {
    const [only] = nodes;
    if (only === undefined || (nodes.length === 1 && !hasLoop(graph, only))) return [];
    return shortestLoop(graph, group, nodes) ?? [];
  });
}

function hasLoop(graph: IndexedGraph, v: number): boolean {
  for (let k = at(graph.first, v); k < at(graph.first, v + 1); k++) if (at(graph.next, k) === v) return true;
  return false;
}

/** Tarjan (1972) with a stack of our own: recursion would end at a chain of some ten thousand steps. */
function stronglyConnected(graph: IndexedGraph): Int32Array {
  const n = graph.ids.length;
  const group = new Int32Array(n).fill(-1);
  const seen = new Int32Array(n).fill(-1);
  const low = new Int32Array(n);
  const edge = graph.first.slice(0, n);
  const open: number[] = [];
  const path: number[] = [];
  let time = 0;
  let groups = 0;
  for (let root = 0; root < n; root++) {
    if (at(seen, root) >= 0) continue;
    path.push(root);
    while (path.length > 0) {
      const v = path[path.length - 1] as number; // the loop's own condition
      if (at(seen, v) < 0) {
        seen[v] = low[v] = time++;
        open.push(v);
      }
      const k = at(edge, v);
      if (k < at(graph.first, v + 1)) {
        edge[v] = k + 1;
        const w = at(graph.next, k);
        if (at(seen, w) < 0) path.push(w);
        else if (at(group, w) < 0) low[v] = Math.min(at(low, v), at(seen, w));
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) low[parent] = Math.min(at(low, parent), at(low, v));
      if (at(low, v) !== at(seen, v)) continue;
      for (let w = open.pop(); w !== undefined; w = open.pop()) {
        group[w] = groups;
        if (w === v) break;
      }
      groups++;
    }
  }
  return group;
}

/** How many steps of a group are tried as the start; beyond that a short loop is good enough. */
const MOST_STARTS = 64;

/** Breadth first from each step of the group; the first loop of the least length, starting at its first step in file order. */
function shortestLoop(graph: IndexedGraph, group: Int32Array, nodes: readonly number[]): Cycle | undefined {
  const via = new Int32Array(graph.ids.length);
  const from = new Int32Array(graph.ids.length);
  let best: readonly number[] | undefined;
  let bestStart = 0;
  for (const start of nodes.slice(0, MOST_STARTS)) {
    const loop = loopThrough(graph, { group, start, via, from, shorterThan: best?.length ?? Infinity });
    if (loop === undefined) continue;
    best = loop;
    bestStart = start;
    if (loop.length <= 2) break;
  }
  if (best === undefined) return undefined;
  const steps = [bestStart, ...best.slice(0, -1).map((k) => at(graph.next, k))];
  return { steps: steps.map((v) => graph.ids[v] ?? ''), edges: best.map((k) => at(graph.edge, k)) };
}

/** Entries of `next` that lead from a start back to it. */
function loopThrough(
  graph: IndexedGraph,
  search: {
    readonly group: Int32Array;
    readonly start: number;
    readonly via: Int32Array;
    readonly from: Int32Array;
    readonly shorterThan: number;
  },
): readonly number[] | undefined {
  const { group, start, via, from, shorterThan } = search;
  const home = at(group, start);
  via.fill(-1);
  let wave = [start];
  for (let length = 1; wave.length > 0 && length < shorterThan; length++) {
    const following: number[] = [];
    for (const v of wave) {
      for (let k = at(graph.first, v); k < at(graph.first, v + 1); k++) {
        const w = at(graph.next, k);
        if (w === start) return wayBack(start, k, v, { via, from });
        if (at(group, w) !== home || at(via, w) >= 0) continue;
        via[w] = k;
        from[w] = v;
        following.push(w);
      }
    }
    wave = following;
  }
  return undefined;
}

function wayBack(
  start: number,
  last: number,
  end: number,
  { via, from }: { readonly via: Int32Array; readonly from: Int32Array },
): readonly number[] {
  const entries = [last];
  for (let v = end; v !== start; v = at(from, v)) entries.push(at(via, v));
  return entries.toReversed();
}
