import { defined } from '../base/defined.ts';
import type { Json } from '../base/json.ts';
import { exitCodeOf, type RunId, type StepAddress } from '../model/attempt.ts';
import type { FoundProblems, OutputProblem } from '../model/output-problems.ts';
import type { Cause, SkipReason } from '../model/run-event.ts';
import { itemsOf, outputsOf } from '../model/inside.ts';
import {
  isFinal,
  roleOf,
  type FinalStatus,
  type RunState,
  type RunStatus,
  type StepState,
  type StepStatus,
} from '../model/run-state.ts';
import { stepRows } from './step-rows.ts';
import { reusedIn } from './words.ts';

/** One run as `baton show --json` prints it. */
export interface RunReport {
  readonly run: RunId;
  readonly workflow: string;
  readonly name: string;
  readonly status: RunStatus;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly cause: Cause;
  readonly warnings: number;
  readonly steps: readonly StepReport[];
}

export interface StepReport {
  readonly id: string;
  readonly status: StepStatus;
  readonly reason?: SkipReason;
  readonly because?: string;
  readonly result?: FinalStatus;
  /** How many there were. */
  readonly attempts: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly exitCode?: number;
  readonly outputs: Readonly<Record<string, Json>>;
  /** What its problem matchers found in the output of the last attempt. */
  readonly problems: readonly OutputProblem[];
  /** How many more there were than are kept. */
  readonly moreProblems?: number;
  /** Of a fan-out: one entry for each item, in item order. */
  readonly items?: readonly Json[];
  /** The fan-out or loop that it belongs to. */
  readonly parent?: string;
  /** Of a fan-out's item: what it is. */
  readonly item?: Json;
  /** Of a step that waits for people: what they are asked. */
  readonly question?: string;
  /** Of a `workflow` step: the run of its last attempt. */
  readonly child?: RunId;
  /** Its end is that of this run: taken over, or from the cache. */
  readonly reused?: RunId;
}

/** By the step in whose output they are; steps where nobody looked are not there. */
export type ProblemsOfSteps = ReadonlyMap<StepAddress, FoundProblems>;

/** `lost`: the run's owner is gone and wrote no end; a running step of it is lost as well. */
export function runReport(state: RunState, lost: boolean, problems: ProblemsOfSteps = new Map()): RunReport {
  return {
    run: state.run,
    workflow: state.workflow.ref,
    name: state.workflow.name,
    status: runStatus(state, lost),
    startedAt: state.startedAt,
    ...defined({ endedAt: state.endedAt }),
    cause: state.cause,
    warnings: state.warnings,
    steps: stepRows(state).map(({ step }) => stepReport(step, { state, lost, found: problems.get(step.id) })),
  };
}

export function runStatus(state: RunState, lost: boolean): RunStatus {
  return (
    state.ended ?? (lost ? 'lost' : state.parked || state.queuedIn !== undefined ? 'waiting' : 'running')
  );
}

/** What a person sees of a step: in a lost run nothing is running any more. */
export function shownStatus(step: StepState, lost: boolean): StepStatus {
  return lost && (step.status === 'running' || step.status === 'backoff') ? 'lost' : step.status;
}

function stepReport(
  step: StepState,
  {
    state,
    lost,
    found,
  }: { readonly state: RunState; readonly lost: boolean; readonly found: FoundProblems | undefined },
): StepReport {
  const outcome = step.attempts.at(-1)?.outcome;
  const { wait } = step;
  return {
    id: step.id,
    status: shownStatus(step, lost),
    attempts: step.attempts.length,
    outputs: outputsOf(state, step),
    problems: found?.problems ?? [],
    ...(found !== undefined && found.more > 0 && { moreProblems: found.more }),
    ...defined({
      reason: step.reason,
      because: step.because,
      result: step.result,
      startedAt: step.attempts[0]?.startedAt,
      endedAt: step.endedAt,
      exitCode: outcome && exitCodeOf(outcome),
      items: roleOf(step) === 'fan-out' && isFinal(step.status) ? itemsOf(state, step) : undefined,
      parent: step.parent,
      item: step.item?.value,
      question: wait?.for === 'answer' ? wait.question : undefined,
      child: step.attempts.at(-1)?.child,
      reused: step.reused?.from ?? reusedIn(step),
    }),
  };
}
