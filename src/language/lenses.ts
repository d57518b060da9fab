import type { Range } from '../base/lines.ts';
import type { FinalStatus } from '../model/run-state.ts';
import type { StepId } from '../model/workflow.ts';
import type { Analysis } from './analyze.ts';

/** How a step ended when it last ran. */
export interface StepEnd {
  readonly status: FinalStatus;
  /** Of its last attempt, in milliseconds; undefined where nothing ran. */
  readonly durationMs: number | undefined;
}

/** Something that can be done at a line, or a word about what was done there. */
export type Lens =
  | {
      readonly action: 'run' | 'plan' | 'graph' | 'last-run';
      readonly range: Range;
      readonly step?: undefined;
    }
  | { readonly action: 'run-from'; readonly range: Range; readonly step: StepId }
  | { readonly action: 'last-end'; readonly range: Range; readonly step: StepId; readonly end: StepEnd };

/** What only the runs know. */
export interface LastRun {
  /** Whether a run can begin with one of its steps: it has ended. */
  readonly mayGoOn: boolean;
  readonly endOf: (step: StepId) => StepEnd | undefined;
}

/**
 * Above the file what can be done with all of it; above each step of the first level, running from there, and its last
 * end. Without `runs` nobody knows whether there was a run: then running from a step is offered.
 */
export function lenses(
  { tree, workflow, runnable }: Analysis,
  runs?: { readonly last: LastRun | undefined },
): readonly Lens[] {
  if (tree?.kind !== 'map' || workflow.steps.length === 0) return [];
  const range = tree.entries[0]?.key.range ?? tree.range;
  const last = runs?.last;
  const whole: Lens[] = [
    ...(runnable ? [{ action: 'run' as const, range }] : []),
    { action: 'plan', range },
    { action: 'graph', range },
    ...(last === undefined ? [] : [{ action: 'last-run' as const, range }]),
  ];
  const mayGoOn = runnable && (runs === undefined || last?.mayGoOn === true);
  const steps = workflow.steps.flatMap(({ id: step, idRange }): Lens[] => [
    ...(mayGoOn ? [{ action: 'run-from' as const, range: idRange, step }] : []),
    ...lastEnd(step, idRange, last),
  ]);
  return [...whole, ...steps, ...workflow.finally.flatMap(({ id, idRange }) => lastEnd(id, idRange, last))];
}

function lastEnd(step: StepId, range: Range, last: LastRun | undefined): readonly Lens[] {
  const end = last?.endOf(step);
  return end === undefined ? [] : [{ action: 'last-end', range, step, end }];
}
