import type { Range } from '../base/lines.ts';
import type { StepKind } from '../model/step-kind.ts';
import type { StepId, Workflow } from '../model/workflow.ts';

/** `needs` was written, `data` is drawn by an expression; `rewind` goes back from a gate, `loop` back to a loop's first step. */
export type EdgeKind = 'needs' | 'data' | 'rewind' | 'loop';

export interface GraphEdge {
  readonly from: StepId;
  readonly to: StepId;
  readonly kind: EdgeKind;
  /** What draws it in the text. */
  readonly range: Range;
}

/** The steps of one workflow and what connects them; edges point the way a run goes, from need to dependent. */
export interface StepGraph {
  readonly nodes: readonly { readonly id: StepId; readonly kind: StepKind }[];
  readonly edges: readonly GraphEdge[];
}

/** Reads the graph out of a workflow. Edges to steps that do not exist are left out. */
export function stepGraph(workflow: Pick<Workflow, 'steps'>): StepGraph {
  const known = new Set(workflow.steps.map((step) => step.id));
  const edges: GraphEdge[] = [];
  for (const step of workflow.steps) {
    for (const need of step.needs) {
      if (known.has(need.step))
        edges.push({ from: need.step, to: step.id, kind: need.kind, range: need.range });
    }
    if (step.kind === 'gate' && step.with.rewindTo !== undefined && known.has(step.with.rewindTo)) {
      edges.push({ from: step.id, to: step.with.rewindTo, kind: 'rewind', range: step.range });
    }
  }
  return { nodes: workflow.steps.map(({ id, kind }) => ({ id, kind })), edges };
}
