import type { StepId } from '../model/workflow.ts';
import { at, type IndexedGraph } from './index-graph.ts';
import { topologicalOrder } from './order.ts';

/** How much a step counts: its duration, say. Without, every step counts 1. Never negative. */
export type Weight = (id: StepId) => number;

/** The path that takes longest. Steps on a cycle, or behind one, are left out. Linear. */
export function criticalPath(graph: IndexedGraph, weight?: Weight): readonly StepId[] {
  const { length, next } = longestFrom(graph, weight);
  let start = -1;
  for (let v = 0; v < length.length; v++) {
    if (!Number.isNaN(at(length, v)) && (start < 0 || at(length, v) > at(length, start))) start = v;
  }
  const path: StepId[] = [];
  for (let v = start; v >= 0; v = at(next, v)) path.push(graph.ids[v] ?? '');
  return path;
}

/**
 * For each step, by its number: the weight of the longest path that begins with it. Among ready steps, the one with
 * the most ahead goes first (rule G5). NaN for steps on a cycle, or behind one. Linear.
 */
export function remainingPath(graph: IndexedGraph, weight?: Weight): Float64Array {
  return longestFrom(graph, weight).length;
}

/** From the end of the order to its beginning, so that what comes after a step is known when its turn comes. */
function longestFrom(
  graph: IndexedGraph,
  weight: Weight = () => 1,
): { readonly length: Float64Array; readonly next: Int32Array } {
  const length = new Float64Array(graph.ids.length).fill(NaN);
  const next = new Int32Array(graph.ids.length).fill(-1);
  const order = topologicalOrder(graph);
  for (let i = order.length - 1; i >= 0; i--) {
    const v = at(order, i);
    let ahead = 0;
    for (let k = at(graph.first, v); k < at(graph.first, v + 1); k++) {
      const w = at(graph.next, k);
      const further = at(length, w);
      if (Number.isNaN(further) || (at(next, v) >= 0 && further <= ahead)) continue;
      ahead = further;
      next[v] = w;
    }
    length[v] = ahead + weight(graph.ids[v] ?? '');
  }
  return { length, next };
}
