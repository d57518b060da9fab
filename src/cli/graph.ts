import type { Door } from './door.ts';
import { UsageError } from './door.ts';
import { EXIT, loadWorkflow } from './run.ts';
import { replay } from '../model/run-state.ts';
import { stepGraph } from '../graph/step-graph.ts';
import { isRunId } from '../project/run-id.ts';
import { graphAsDot, graphAsJson, graphAsMermaid } from '../views/graph-text.ts';

export interface GraphOptions {
  readonly format: 'mermaid' | 'dot' | 'json';
}

/** `baton graph`: of a workflow file, or of a run with its states. */
export async function graph(door: Door, name: string, { format }: GraphOptions): Promise<number> {
  const record = isRunId(name) ? await door.project.runs.journal.read(name) : undefined;
  const state = record && replay(record.events);
  const workflow = state?.workflow ?? (await loadWorkflow(door, name)).analysis.workflow;
  door.print(`${render(format, workflow, state)}\n`);
  return EXIT.succeeded;
}
