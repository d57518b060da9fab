import type { StepId } from '../model/workflow.ts';
import type { Analysis } from './analyze.ts';

/** The step at the top around an offset: what the graph shows of it. Undefined outside of every step. */
export function stepAround({ index }: Analysis, offset: number): StepId | undefined {
  const holds = ({ range }: { readonly range: { readonly start: number; readonly end: number } }) =>
    range.start <= offset && offset <= range.end;
  return index.steps.entries.find(holds)?.id;
}
