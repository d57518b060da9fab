import { Graph } from '@dagrejs/graphlib';
import type { GraphEdge, StepGraph } from './step-graph.ts';

/** The graph as graphlib has it: what views and layout share, and what the tests hold our own algorithms against. */
export function toGraphlib(graph: StepGraph): Graph {
  const made = new Graph({ directed: true, multigraph: true });
  for (const node of graph.nodes) made.setNode(node.id, node);
  for (const edge of graph.edges) made.setEdge(edge.from, edge.to, edge satisfies GraphEdge, edge.kind);
  return made;
}
