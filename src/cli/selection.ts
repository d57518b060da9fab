import type { Selection } from '../graph/select.ts';
import { UsageError } from './door.ts';

export interface SelectionOptions {
  readonly only?: readonly string[];
  readonly from?: string;
}

/** A workflow, and what is asked for with it. */
export interface Named<T> {
  readonly name: string;
  readonly options: T;
}

/** `--only a b review`: what stands last is the workflow, where nothing else names it. */
export function workflowAmong<T extends SelectionOptions>(name: string | undefined, options: T): Named<T> {
  if (name !== undefined) return { name, options };
  const [last, ...before] = (options.only ?? []).toReversed();
  if (last === undefined || before.length === 0)
    throw new UsageError('Name the workflow: by its path, or as `baton list` shows it.');
  return { name: last, options: { ...options, only: before.toReversed() } };
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
