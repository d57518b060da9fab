import { criticalPath } from '../graph/critical-path.ts';
import { findCycles } from '../graph/cycles.ts';
import { indexGraph } from '../graph/index-graph.ts';
import { orderOf } from '../graph/order.ts';
import { stepGraph } from '../graph/step-graph.ts';
import { replay } from '../model/apply-event.ts';
import type { RunState } from '../model/run-state.ts';
import type { Workflow } from '../model/workflow.ts';
import { isRunId } from '../project/run-id.ts';
import { graphAsDot, graphAsJson, graphAsMermaid } from '../views/graph-text.ts';
import { graphView } from '../views/graph-view.ts';
import { graphAsSvg } from '../webview/export-svg.ts';
import type { Door } from './door.ts';
import { EXIT, loadWorkflow } from './run.ts';

export interface GraphOptions {
  readonly format: 'mermaid' | 'dot' | 'svg' | 'json';
}

/** `baton graph`: of a workflow file, or of a run with its states. */
export async function graph(door: Door, name: string, { format }: GraphOptions): Promise<number> {
  const record = isRunId(name) ? await door.project.runs.journal.read(name) : undefined;
  const state = record && replay(record.events);
  const workflow = state?.workflow ?? (await loadWorkflow(door, name)).analysis.workflow;
  door.print(`${render(format, workflow, state)}\n`);
  return EXIT.succeeded;
}

function render(format: GraphOptions['format'], workflow: Workflow, run: RunState | undefined): string {
  const graph = stepGraph(workflow);
  const statuses = run && new Map(Object.values(run.steps).map(({ id, status }) => [id, status]));
  if (format === 'svg')
    return graphAsSvg(graphView({ workflow, graph, ...(run !== undefined && { run }) }), 'right').trimEnd();
  const text = { graph, ...(statuses && { statuses }) };
  switch (format) {
    case 'mermaid':
      return graphAsMermaid(text).trimEnd();
    case 'dot':
      return graphAsDot(text).trimEnd();
    case 'json': {
      const indexed = indexGraph(graph);
      const cycles = findCycles(indexed).map(({ steps }) => steps);
      return JSON.stringify(
        graphAsJson(text, { cycles, ...orderOf(indexed), criticalPath: criticalPath(indexed) }),
        null,
        2,
      );
    }
  }
}
