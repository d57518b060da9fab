import type { Range } from '../base/lines.ts';
import type { StepId } from '../model/workflow.ts';
import type { Analysis } from './analyze.ts';

/** Something that can be done at a line. */
export interface Lens {
  readonly range: Range;
  readonly action: 'run' | 'plan' | 'graph' | 'run-from';
  /** For `run-from`. */
  readonly step?: StepId;
}

/** Above the file what can be done with all of it; above each step of the first level, running from there. */
export function lenses({ tree, workflow, runnable }: Analysis): readonly Lens[] {
  if (tree?.kind !== 'map' || workflow.steps.length === 0) return [];
  const first = tree.entries[0]?.key.range ?? tree.range;
  const whole = (['run', 'plan', 'graph'] as const).filter((action) => runnable || action !== 'run');
  const steps = runnable
    ? workflow.steps.map(({ id, idRange }): Lens => ({ range: idRange, action: 'run-from', step: id }))
    : [];
  return [...whole.map((action): Lens => ({ range: first, action })), ...steps];
}
