import type { StepId } from '../model/workflow.ts';
import { at, type IndexedGraph } from './index-graph.ts';

/**
 * The path that takes longest: by the weight of each step (a duration, say), by the number of steps without. Steps on
 * a cycle, or behind one, are left out. Linear.
 */
export function criticalPath(
  graph: IndexedGraph,
  weight: (id: StepId) => number = () => 1,
): readonly StepId[] {
  const n = graph.ids.length;
  const open = graph.indegree.slice();
  const length = new Float64Array(n);
  const before = new Int32Array(n).fill(-1);
  const queue = new Int32Array(n);
  let tail = 0;
  for (let v = 0; v < n; v++) if (at(open, v) === 0) queue[tail++] = v;
  let last = -1;
  for (let head = 0; head < tail; head++) {
    const v = at(queue, head);
    length[v] = at(length, v) + weight(graph.ids[v] ?? '');
    if (last < 0 || at(length, v) > at(length, last)) last = v;
    for (let k = at(graph.first, v); k < at(graph.first, v + 1); k++) {
      const w = at(graph.next, k);
      if (at(before, w) < 0 || at(length, v) > at(length, w)) {
        length[w] = at(length, v);
        before[w] = v;
      }
      open[w] = at(open, w) - 1;
      if (at(open, w) === 0) queue[tail++] = w;
    }
  }
  const path: StepId[] = [];
  for (let v = last; v >= 0; v = at(before, v)) path.push(graph.ids[v] ?? '');
  return path.toReversed();
}
