import type { Selection } from '../graph/select.ts';
import { UsageError } from './door.ts';

export interface SelectionOptions {
  readonly only?: readonly string[];
  readonly from?: string;
}

/** The part of a workflow that `--only` or `--from` names. */
export function selectionOf({ only, from }: SelectionOptions): Selection | undefined {
  if (only !== undefined && from !== undefined) {
    throw new UsageError(
      '--only names the steps to run, --from one step and all that depend on it: give one of the two.',
    );
  }
  if (from !== undefined) return { from };
  return only && { only };
}
