import type { Analysis } from './analyze.ts';
import { wavesOf } from './waves.ts';

/** A workflow in one line. */
export interface Summary {
  readonly errors: number;
  readonly warnings: number;
  /** Of the first level, without `finally`. */
  readonly steps: number;
  /** How many there are one after the other when every step starts as soon as it can. */
  readonly waves: number;
}

export function summary({ diagnostics, workflow }: Analysis): Summary {
  const count = (level: string) => diagnostics.filter(({ severity }) => severity === level).length;
  return {
    errors: count('error'),
    warnings: count('warning'),
    steps: workflow.steps.length,
    waves: wavesOf(workflow.steps).length,
  };
}
