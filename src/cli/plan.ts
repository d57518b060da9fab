import { blockers } from '../language/analyze.ts';
import { planRun } from '../project/plan.ts';
import { planText } from '../views/plan-text.ts';
import { printJson, type Door } from './door.ts';
import { EXIT, loadWorkflow, pairs, parallelOf, refuse } from './run.ts';
import { selectionOf, type Named } from './selection.ts';

export interface PlanOptions {
  readonly input: readonly string[];
  readonly env: readonly string[];
  readonly parallel?: string;
  readonly only?: readonly string[];
  readonly from?: string;
  readonly json?: boolean;
}

/** `baton plan`, and `baton run --plan`: what would run, in which order, for how long. Nothing is run. */
export async function plan(door: Door, { name, options }: Named<PlanOptions>): Promise<number> {
  const workflow = await loadWorkflow(door, name);
  const parallel = parallelOf(options.parallel);
  const selection = selectionOf(options);
  const planned = await planRun({
    workflow: workflow.analysis.workflow,
    blockers: blockers(workflow.analysis),
    journal: door.project.runs.journal,
    inputs: pairs('--input', options.input),
    env: pairs('--env', options.env),
    ...(parallel !== undefined && { parallel }),
    ...(selection !== undefined && { selection }),
  });
  if (!planned.ok) return refuse(door, planned.error, workflow);
  if (options.json === true) printJson(door, planned.value);
  else door.print(planText(planned.value, { style: door.style, columns: door.columns() }));
  return EXIT.succeeded;
}
