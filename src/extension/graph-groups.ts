import type { Range } from '../base/lines.ts';
import type { RunState } from '../model/run-state.ts';
import type { Step, StepId, Workflow } from '../model/workflow.ts';
import { CHILD, type GroupOptions } from '../views/graph-inside.ts';
import type { RunsWatch, SeenRun } from './runs-watch.ts';
import type { WorkflowFile, WorkflowFiles } from './workflow-files.ts';
import type { Projects } from './projects.ts';

/** A node of the graph of a run, as the run knows it. */
export interface NodeOfRun {
  readonly run: SeenRun;
  /** Its address there. */
  readonly step: StepId;
}

export interface GroupWorld {
  readonly runs: RunsWatch;
  readonly files: WorkflowFiles;
  readonly projects: Projects;
}

/** What the graph of a file, or of one of its runs, opens. */
export function groupsOf(
  { runs, files, projects }: GroupWorld,
  file: WorkflowFile | undefined,
  toggled: ReadonlySet<StepId>,
): GroupOptions {
  const place = file?.place;
  return {
    toggled,
    childRun: (run) => runs.find(run, place)?.state,
    // A child's path begins at the project's folder, as the language says.
    childWorkflow: (path) =>
      place === undefined ? undefined : files.get(projects.uriOf(place, path))?.analysis.workflow,
  };
}

/** Reads the runs that the steps of a run began, as deep as they go. */
export async function loadChildren(
  { runs }: Pick<GroupWorld, 'runs'>,
  run: SeenRun,
  state: RunState,
): Promise<void> {
  for (const step of Object.values(state.steps)) {
    const child = step.attempts.at(-1)?.child;
    const seen = child === undefined ? undefined : runs.find(child, run.place);
    if (seen === undefined || seen.state !== undefined) continue;
    const loaded = await runs.load(seen);
    if (loaded !== undefined) await loadChildren({ runs }, seen, loaded);
  }
}

/** Whether a run was begun by a step of another one, or of one that that one began. */
export function isBelow({ summary: { cause } }: SeenRun, run: SeenRun): boolean {
  return (
    cause.kind === 'workflow' && [cause.run, ...cause.above.map((caller) => caller.run)].includes(run.id)
  );
}

/** Follows an id of the graph into the child runs that it leads through. */
export function nodeOfRun(
  { runs }: Pick<GroupWorld, 'runs'>,
  run: SeenRun,
  id: StepId,
): NodeOfRun | undefined {
  const [step = id, ...rest] = id.split(CHILD);
  if (rest.length === 0) return { run, step };
  const child = run.state?.steps[step]?.attempts.at(-1)?.child;
  const seen = child === undefined ? undefined : runs.find(child, run.place);
  return seen && nodeOfRun({ runs }, seen, rest.join(CHILD));
}

/** Where a step stands in the file of its workflow, rounds and items left aside. */
export function rangeOfStep(workflow: Workflow, address: string): Range | undefined {
  let steps: readonly Step[] = workflow.steps;
  let found: Step | undefined;
  for (const part of address.replaceAll(/\{.*?\}/gs, '').split('.')) {
    const id = part.replace(/\[\d+\]$/, '');
    found = [...steps, ...(steps === workflow.steps ? workflow.finally : [])].find((step) => step.id === id);
    if (found === undefined) return undefined;
    steps = found.kind === 'loop' ? found.with.steps : [];
  }
  return found?.idRange;
}
