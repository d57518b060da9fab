import type { StepId } from '../model/workflow.ts';
import type { EdgeKind } from './step-graph.ts';

/** A directed graph over numbers, in compressed sparse rows: the successors of `v` are `next[first[v] … first[v+1]-1]`. */
export interface IndexedGraph {
  readonly ids: readonly StepId[];
  readonly first: Int32Array;
  readonly next: Int32Array;
  /** For each entry of `next`, the place of its edge in the list it came from. */
  readonly edge: Int32Array;
  /** How many edges lead into each node. */
  readonly indegree: Int32Array;
}

/**
 * Numbers the nodes in their order. Left out are edges to unknown nodes, and ways back (`rewind`, `loop`): a run goes
 * there on purpose, so they close no cycle and nothing waits for them. Of several nodes with one id the last counts.
 * Linear.
 */
export function indexGraph(graph: {
  readonly nodes: readonly { readonly id: StepId }[];
  readonly edges: readonly { readonly from: StepId; readonly to: StepId; readonly kind?: EdgeKind }[];
}): IndexedGraph {
  const ids = graph.nodes.map(({ id }) => id);
  const numbers = new Map(ids.map((id, i) => [id, i]));
  const { edges } = graph;
  const from = new Int32Array(edges.length).fill(-1);
  const to = new Int32Array(edges.length).fill(-1);
  const first = new Int32Array(ids.length + 1);
  const indegree = new Int32Array(ids.length);
  for (const [k, edge] of edges.entries()) {
    const a = numbers.get(edge.from);
    const b = numbers.get(edge.to);
    if (a === undefined || b === undefined || edge.kind === 'rewind' || edge.kind === 'loop') continue;
    from[k] = a;
    to[k] = b;
    first[a + 1] = at(first, a + 1) + 1;
    indegree[b] = at(indegree, b) + 1;
  }
  for (let v = 0; v < ids.length; v++) first[v + 1] = at(first, v + 1) + at(first, v);
  const free = first.slice();
  const next = new Int32Array(at(first, ids.length));
  const edge = new Int32Array(next.length);
  for (let k = 0; k < edges.length; k++) {
    const a = at(from, k);
    if (a < 0) continue;
    const place = at(free, a);
    free[a] = place + 1;
    next[place] = at(to, k);
    edge[place] = k;
  }
  return { ids, first, next, edge, indegree };
}

/** A number of a typed array that is known to be there. */
export function at(array: Int32Array | Float64Array, i: number): number {
  return array[i] as number; // in range by construction
}
