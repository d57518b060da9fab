import { Heap } from '../base/heap.ts';
import { at, type IndexedGraph } from '../graph/index-graph.ts';

/** A step as far as time goes. */
export interface Timed {
  readonly durationMs: number;
  /** False for what waits without running: gates, and steps that are skipped. */
  readonly takesSlot: boolean;
}

/**
 * How long the steps of a graph take with so many slots, in milliseconds: whatever is ready starts, the one with the
 * longest path ahead first (rule G5), as the engine does. By step number; steps on a cycle never start. Costs
 * O(edges + steps · log steps).
 */
export function simulate(
  graph: IndexedGraph,
  timed: readonly Timed[],
  { parallel, ahead }: { readonly parallel: number; readonly ahead: Float64Array },
): number {
  const open = graph.indegree.slice();
  const ready = new Heap<number>(
    (a, b) => at(ahead, a) > at(ahead, b) || (at(ahead, a) === at(ahead, b) && a < b),
  );
  const running = new Heap<{ readonly step: number; readonly endsAt: number }>((a, b) => a.endsAt < b.endsAt);
  let now = 0;
  let free = parallel;
  const run = (step: number) => running.push({ step, endsAt: now + (timed[step]?.durationMs ?? 0) });
  const begin = (step: number) => (timed[step]?.takesSlot === true ? ready.push(step) : run(step));
  for (let v = 0; v < graph.ids.length; v++) if (at(open, v) === 0) begin(v);
  for (;;) {
    for (; free > 0 && ready.size > 0; free--) run(ready.pop() ?? 0);
    const next = running.pop();
    if (next === undefined) return now;
    now = next.endsAt;
    if (timed[next.step]?.takesSlot === true) free++;
    for (let k = at(graph.first, next.step); k < at(graph.first, next.step + 1); k++) {
      const w = at(graph.next, k);
      open[w] = at(open, w) - 1;
      if (at(open, w) === 0) begin(w);
    }
  }
}
