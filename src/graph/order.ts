import type { StepId } from '../model/workflow.ts';
import { at, type IndexedGraph } from './index-graph.ts';

/** An order in which every step comes after what it needs, and the same in waves that could run at once. */
export interface Order {
  readonly order: readonly StepId[];
  readonly layers: readonly (readonly StepId[])[];
}

/** Wave by wave, in file order within a wave. Steps on a cycle, or behind one, are left out. */
export function orderOf(graph: IndexedGraph): Order {
  const waves = wavesOf(graph).map((wave) => wave.map((v) => graph.ids[v] ?? ''));
  return { order: waves.flat(), layers: waves };
}

/** The same order by numbers. */
export function topologicalOrder(graph: IndexedGraph): Int32Array {
  return Int32Array.from(wavesOf(graph).flat());
}

/** Kahn's algorithm (1962), without recursion; linear, but for the sorting of each wave. */
function wavesOf(graph: IndexedGraph): readonly (readonly number[])[] {
  const open = graph.indegree.slice();
  const waves: number[][] = [];
  let wave = graph.ids.flatMap((_, v) => (at(open, v) === 0 ? [v] : []));
  while (wave.length > 0) {
    waves.push(wave);
    const following: number[] = [];
    for (const v of wave) {
      for (let k = at(graph.first, v); k < at(graph.first, v + 1); k++) {
        const w = at(graph.next, k);
        const left = at(open, w) - 1;
        open[w] = left;
        if (left === 0) following.push(w);
      }
    }
    wave = following.sort((a, b) => a - b);
  }
  return waves;
}
