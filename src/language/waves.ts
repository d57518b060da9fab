import { indexGraph } from '../graph/index-graph.ts';
import { orderOf } from '../graph/order.ts';
import { stepGraph } from '../graph/step-graph.ts';
import type { Step, StepId } from '../model/workflow.ts';

/** Steps that stand beside each other in the waves in which they could run, from the first on. Steps on a cycle, or behind one, are in none. */
export function wavesOf(steps: readonly Step[]): readonly (readonly StepId[])[] {
  return orderOf(indexGraph(stepGraph({ steps }))).layers;
}
