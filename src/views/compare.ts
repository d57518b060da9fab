import type { Json } from '../base/json.ts';
import type { RunId, StepAddress } from '../model/attempt.ts';
import type { RunEnd } from '../model/run-event.ts';
import type { FinalStatus, RunState, StepState } from '../model/run-state.ts';
import type { Step, StepId, Workflow } from '../model/workflow.ts';

/** What differs between two runs, `before` and `after`. JSON-safe. Times in milliseconds. */
export interface Comparison {
  readonly before: ComparedRun;
  readonly after: ComparedRun;
  /** Inputs that differ, by name; absent on the side that did not have it. */
  readonly inputs: readonly Difference<Json>[];
  /** Steps whose definition is another, or that one side does not have; empty where the texts are the same. */
  readonly steps: readonly { readonly id: StepId; readonly change: 'added' | 'removed' | 'changed' }[];
  /** Whether the text of the workflow is another, be it only in comments. */
  readonly isTextChanged: boolean;
  /** Steps that ended in another way. */
  readonly outcomes: readonly (Difference<FinalStatus> & { readonly name: StepAddress })[];
  /** Steps that took noticeably longer or shorter; the largest difference first. */
  readonly durations: readonly DurationDifference[];
}

export interface ComparedRun {
  readonly run: RunId;
  readonly startedAt: number;
  readonly durationMs?: number;
  /** Absent while it goes on. */
  readonly ended?: RunEnd;
}

export interface Difference<T> {
  readonly name: string;
  readonly before?: T;
  readonly after?: T;
}

export interface DurationDifference {
  readonly name: StepAddress;
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** Below a tenth and a quarter of a second, durations differ by chance. */
const NOTICEABLE = { share: 0.1, ms: 250 };

export function compareRuns(before: RunState, after: RunState): Comparison {
  const ids = [...new Set([...idsOf(before), ...idsOf(after)])];
  const durations = ids.flatMap((name) => durationDifference(name, before.steps[name], after.steps[name]));
  return {
    before: summaryOf(before),
    after: summaryOf(after),
    inputs: inputDifferences(before, after),
    steps: changedSteps(before.workflow, after.workflow),
    isTextChanged: before.workflow.digest !== after.workflow.digest,
    outcomes: ids.flatMap((name) => outcomeDifference(name, before.steps[name], after.steps[name])),
    durations: durations.toSorted(
      (a, b) => Math.abs(b.afterMs - b.beforeMs) - Math.abs(a.afterMs - a.beforeMs),
    ),
  };
}

/** What both files have: items and rounds differ from run to run by their nature. */
function idsOf({ workflow }: RunState): readonly StepId[] {
  return [...workflow.steps, ...workflow.finally].map(({ id }) => id);
}

function summaryOf({ run, startedAt, endedAt, ended }: RunState): ComparedRun {
  return {
    run,
    startedAt,
    ...(endedAt !== undefined && { durationMs: endedAt - startedAt }),
    ...(ended !== undefined && { ended }),
  };
}

function inputDifferences(before: RunState, after: RunState): readonly Difference<Json>[] {
  const names = [...new Set([...Object.keys(before.inputs), ...Object.keys(after.inputs)])];
  return names.flatMap((name) => {
    const [a, b] = [before.inputs[name], after.inputs[name]];
    if (JSON.stringify(a) === JSON.stringify(b)) return [];
    return [{ name, ...(a !== undefined && { before: a }), ...(b !== undefined && { after: b }) }];
  });
}

function changedSteps(before: Workflow, after: Workflow): Comparison['steps'] {
  const old = new Map([...before.steps, ...before.finally].map((step) => [step.id, definitionOf(step)]));
  const now = [...after.steps, ...after.finally];
  const changed = now.flatMap((step): Comparison['steps'] => {
    const was = old.get(step.id);
    old.delete(step.id);
    if (was === undefined) return [{ id: step.id, change: 'added' as const }];
    return was === definitionOf(step) ? [] : [{ id: step.id, change: 'changed' as const }];
  });
  return [...changed, ...[...old.keys()].map((id) => ({ id, change: 'removed' as const }))];
}

/** All but where it stands in the file. */
function definitionOf(step: Step): string {
  return JSON.stringify(step, (key, value: unknown) =>
    key === 'range' || key.endsWith('Range') ? undefined : value,
  );
}

function outcomeDifference(name: StepAddress, a: StepState | undefined, b: StepState | undefined) {
  // A step that one side does not have is told with the definitions.
  if (a === undefined || b === undefined || a.result === b.result) return [];
  return [
    {
      name,
      ...(a.result !== undefined && { before: a.result }),
      ...(b.result !== undefined && { after: b.result }),
    },
  ];
}

function durationDifference(
  name: StepAddress,
  a: StepState | undefined,
  b: StepState | undefined,
): readonly DurationDifference[] {
  const [beforeMs, afterMs] = [tookMs(a), tookMs(b)];
  if (beforeMs === undefined || afterMs === undefined) return [];
  const difference = Math.abs(afterMs - beforeMs);
  const isNoticeable =
    difference >= NOTICEABLE.ms && difference >= NOTICEABLE.share * Math.max(beforeMs, afterMs);
  return isNoticeable ? [{ name, beforeMs, afterMs }] : [];
}

/** Of all attempts with the waits between them. */
function tookMs(step: StepState | undefined): number | undefined {
  const [first] = step?.attempts ?? [];
  const end = step?.attempts.at(-1)?.endedAt;
  return first === undefined || end === undefined ? undefined : end - first.startedAt;
}
