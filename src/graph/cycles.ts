import type { StepId } from '../model/workflow.ts';
import { at, type IndexedGraph } from './index-graph.ts';

/** One shortest loop through a cyclic group: each step, and the edge that leads from it to the next (the last to the first). */
export interface Cycle {
  readonly steps: readonly StepId[];
  /** Places in the list of edges that the graph was indexed from. */
  readonly edges: readonly number[];
}

/**
 * One shortest loop for every group of steps that can reach each other (rule G2), in file order. Empty: no cycle.
 * Linear, but for the search for the shortest.
 */
export function findCycles(graph: IndexedGraph): readonly Cycle[] {
  const n = graph.ids.length;
  const group = stronglyConnected(graph);
  const search = {
    group,
    seenIn: new Int32Array(n),
    via: new Int32Array(n),
    from: new Int32Array(n),
    number: 0,
    walked: 0,
  };
  return groupsOf(graph, group).flatMap((nodes) => shortestLoop(graph, search, nodes) ?? []);
}

/** The members of every group with a cycle in it. */
function groupsOf(graph: IndexedGraph, group: Int32Array): readonly (readonly number[])[] {
  const members = new Map<number, number[]>();
  for (let v = 0; v < graph.ids.length; v++) {
    const list = members.get(at(group, v));
    if (list === undefined) members.set(at(group, v), [v]);
    else list.push(v);
  }
  return [...members.values()].filter(
    ([only, ...others]) => only !== undefined && (others.length > 0 || hasLoop(graph, only)),
  );
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

/** Edges walked at most in search of a shorter loop through one group; a loop is found in any case. */
const MOST_WALKED = 2_000_000;

/**
 * Breadth first from the steps of the group. A loop is a simple ring, or goes through a step with several ways on, so
 * only those are tried where there are any. Exact, but for groups so large and bare of short loops that the search
 * is cut off; then the shortest so far.
 */
function shortestLoop(graph: IndexedGraph, search: Search, nodes: readonly number[]): Cycle | undefined {
  const forks = nodes.filter((v) => waysOn(graph, search.group, v) > 1);
  const starts = forks.length > 0 ? forks : nodes.slice(0, 1);
  search.walked = 0;
  let best: Loop | undefined;
  for (const start of starts) {
    const loop = loopThrough(graph, search, { start, shorterThan: best?.entries.length ?? Infinity });
    best = loop ?? best;
    if (best !== undefined && (best.entries.length === 1 || search.walked > MOST_WALKED)) break;
  }
  return best && fromItsFirstStep(graph, best);
}

/** Edges that stay in the group. */
function waysOn(graph: IndexedGraph, group: Int32Array, v: number): number {
  let ways = 0;
  for (let k = at(graph.first, v); k < at(graph.first, v + 1); k++) {
    if (at(group, at(graph.next, k)) === at(group, v)) ways++;
  }
  return ways;
}

/** What the searches of one graph share, so that each costs only what it touches. */
interface Search {
  readonly group: Int32Array;
  /** The number of the search that came by a step last. */
  readonly seenIn: Int32Array;
  /** The entry of `next` by which it came, and from where. */
  readonly via: Int32Array;
  readonly from: Int32Array;
  number: number;
  walked: number;
}

/** Entries of `next` that lead from a start back to it. */
interface Loop {
  readonly start: number;
  readonly entries: readonly number[];
}

function loopThrough(
  graph: IndexedGraph,
  search: Search,
  { start, shorterThan }: { readonly start: number; readonly shorterThan: number },
): Loop | undefined {
  const { group, seenIn, via, from } = search;
  const number = ++search.number;
  const home = at(group, start);
  let wave = [start];
  for (let length = 1; wave.length > 0 && length < shorterThan; length++) {
    const following: number[] = [];
    for (const v of wave) {
      for (let k = at(graph.first, v); k < at(graph.first, v + 1); k++) {
        search.walked++;
        const w = at(graph.next, k);
        if (w === start) return { start, entries: wayBack(search, { start, end: v, last: k }) };
        if (at(group, w) !== home || at(seenIn, w) === number) continue;
        seenIn[w] = number;
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
  { via, from }: Search,
  { start, end, last }: { readonly start: number; readonly end: number; readonly last: number },
): readonly number[] {
  const entries = [last];
  for (let v = end; v !== start; v = at(from, v)) entries.push(at(via, v));
  return entries.toReversed();
}

/** The same loop is always told from the same step on: the first in the file. */
function fromItsFirstStep(graph: IndexedGraph, { start, entries }: Loop): Cycle {
  const steps = [start, ...entries.slice(0, -1).map((k) => at(graph.next, k))];
  const first = steps.reduce((best, v, i) => (v < (steps[best] ?? v) ? i : best), 0);
  const turned = <T>(list: readonly T[]) => [...list.slice(first), ...list.slice(0, first)];
  return {
    steps: turned(steps).map((v) => graph.ids[v] ?? ''),
    edges: turned(entries).map((k) => at(graph.edge, k)),
  };
}
