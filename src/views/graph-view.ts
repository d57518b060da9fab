import { formatDuration } from '../base/duration.ts';
import type { Range } from '../base/lines.ts';
import { impossible } from '../base/result.ts';
import type { EdgeKind, StepGraph } from '../graph/step-graph.ts';
import { describeFailure, type Failure, type RunId } from '../model/attempt.ts';
import type { SkipReason } from '../model/run-event.ts';
import type { FinalStatus, RunState, RunStatus, StepState, StepStatus } from '../model/run-state.ts';
import type { StepKind } from '../model/step-kind.ts';
import type { Step, StepId, Workflow } from '../model/workflow.ts';
import {
  insideOfPlan,
  insideOfRun,
  type GroupOptions,
  type Group,
  type InnerEdge,
  type InnerNode,
} from './graph-inside.ts';
import { runStatus, shownStatus } from './run-report.ts';
import { progressInside } from './step-rows.ts';
import { reusedIn, wordsOfWait } from './words.ts';

/** What the graph panel shows. JSON-safe, because it travels to the panel in a message. */
export interface GraphView {
  readonly title: string;
  /** Path of the workflow from the project's folder; empty for text that was never saved. */
  readonly workflow: string;
  /** Absent while a file is edited. */
  readonly run?: RunSummary;
  /** In file order. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphViewEdge[];
  readonly problems: readonly GraphProblem[];
  /** What nothing could be faster than: of a run what really happened, of a file by what steps usually take. */
  readonly path: readonly StepId[];
}

/** A run in one line. */
export interface RunSummary {
  readonly id: RunId;
  readonly status: RunStatus;
  /** Milliseconds since the epoch, like every time here. */
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly warnings: number;
}

export interface GraphNode {
  readonly id: StepId;
  readonly label: string;
  readonly kind: StepKind;
  /** Absent while a file is edited. */
  readonly state?: NodeStatus;
  /** Its id in the file. */
  readonly range: Range;
  /** It holds other steps; where that is open, they come behind it. */
  readonly group?: Group;
  /** The step that it stands in. */
  readonly within?: StepId;
}

/** How a step stands in a run. Times are absolute, so an unchanged step gives an unchanged value, however late it is. */
export interface NodeStatus {
  readonly id: StepId;
  readonly status: StepStatus;
  /** The effective end: `succeeded` beside a failed `status` where `continue_on_error` let it pass. */
  readonly result?: FinalStatus;
  /** What a person should know beside the state and the time: attempt, exit code, reason. May be empty. */
  readonly detail: string;
  /** Of the attempt that runs. */
  readonly runningSince?: number;
  /** When the next attempt starts. */
  readonly retryAt?: number;
  /** Of the last attempt. */
  readonly tookMs?: number;
}

export interface GraphViewEdge {
  readonly from: StepId;
  readonly to: StepId;
  readonly kind: EdgeKind;
  /** Part of a cycle that must be mended. */
  readonly cyclic: boolean;
}

/** Something wrong with the graph as a whole, and the steps it is about. */
export interface GraphProblem {
  readonly message: string;
  readonly steps: readonly StepId[];
}

export interface GraphSource {
  readonly workflow: Workflow;
  readonly graph: StepGraph;
  /** Each as the ids along it, the first not repeated. */
  readonly cycles?: readonly (readonly StepId[])[];
  readonly run?: RunState;
  /** The run has no end and nobody carries it on. */
  readonly lost?: boolean;
  readonly path?: readonly StepId[];
  /** Steps that hold others can be opened; absent: each is one node. */
  readonly groups?: GroupOptions;
}

/** A workflow as it is written, or as one of its runs left it. */
export function graphView({
  workflow,
  graph,
  cycles = [],
  run,
  lost = false,
  path = [],
  groups,
}: GraphSource): GraphView {
  const steps = new Map(workflow.steps.map((step) => [step.id, step]));
  const states = new Map(
    run === undefined ? [] : statusOfNodes(run, { lost }).map((state) => [state.id, state]),
  );
  const hops = new Set(cycles.flatMap(hopsOf));
  const edges: InnerEdge[] = [];
  const nodes = graph.nodes.flatMap(({ id, kind }): GraphNode[] => {
    const step = steps.get(id);
    const state = states.get(id);
    const inside = step && groups && insideOf(step, run, groups);
    edges.push(...(inside?.edges ?? []));
    const own = {
      id,
      label: step?.name ?? id,
      kind,
      ...(state !== undefined && { state }),
      range: step?.idRange ?? { start: 0, end: 0 },
      ...(inside?.group !== undefined && { group: inside.group }),
    };
    return [own, ...(inside?.nodes ?? []).map((node) => innerNode(node, { lost, isRun: run !== undefined }))];
  });
  return {
    title: workflow.name || workflow.ref,
    workflow: workflow.ref,
    ...(run !== undefined && { run: runSummary(run, { lost }) }),
    nodes,
    edges: [
      ...graph.edges.map(({ from, to, kind }) => ({ from, to, kind, cyclic: hops.has(hop(from, to)) })),
      ...edges.map((edge) => ({ ...edge, cyclic: false })),
    ],
    problems: cycles.map((steps) => ({ message: cycleMessage(steps), steps })),
    path,
  };
}

function insideOf(
  step: Step,
  run: RunState | undefined,
  groups: GroupOptions,
): ReturnType<typeof insideOfRun> | undefined {
  const state = run?.steps[step.id];
  if (run === undefined) return insideOfPlan(step, groups);
  return state && insideOfRun(run, state, groups);
}

function innerNode(
  { state, ...node }: InnerNode,
  { lost, isRun }: { readonly lost: boolean; readonly isRun: boolean },
): GraphNode {
  if (!isRun) return node;
  return { ...node, state: state === undefined ? NOT_YET(node.id) : shownState(node.id, state, lost) };
}

/** Of a step that the run has not come to yet. */
const NOT_YET = (id: StepId): NodeStatus => ({ id, status: 'pending', detail: '' });

function shownState(
  id: StepId,
  { step, run }: { readonly step: StepState; readonly run: RunState },
  lost: boolean,
): NodeStatus {
  const gone = shownStatus(step, lost) !== step.status;
  return gone ? { id, status: 'lost', result: 'lost', detail: '' } : { ...statusOf(step, run), id };
}

export function runSummary(run: RunState, { lost = false }: { readonly lost?: boolean } = {}): RunSummary {
  return {
    id: run.run,
    status: runStatus(run, lost),
    startedAt: run.startedAt,
    ...(run.endedAt !== undefined && { endedAt: run.endedAt }),
    warnings: run.warnings,
  };
}

/** Every step of a run, in file order. With `lost`, what still ran when its owner went away is lost too. */
export function statusOfNodes(
  run: RunState,
  { lost = false, groups }: { readonly lost?: boolean; readonly groups?: GroupOptions } = {},
): NodeStatus[] {
  return run.workflow.steps
    .flatMap(({ id }) => run.steps[id] ?? [])
    .flatMap((step) => {
      const own = shownState(step.id, { step, run }, lost);
      const inside = groups && insideOfRun(run, step, groups);
      const inner = (inside?.nodes ?? []).map(({ id, state }) =>
        state === undefined ? NOT_YET(id) : shownState(id, state, lost),
      );
      return [own, ...inner];
    });
}

/** What differs from what was shown before: all that has to be sent. Both sides in the same order. */
export function changedStatuses(before: readonly NodeStatus[], after: readonly NodeStatus[]): NodeStatus[] {
  return after.filter((status, index) => !sameStatus(before[index], status));
}

function sameStatus(a: NodeStatus | undefined, b: NodeStatus): boolean {
  return (
    a !== undefined &&
    a.id === b.id &&
    a.status === b.status &&
    a.result === b.result &&
    a.detail === b.detail &&
    a.runningSince === b.runningSince &&
    a.retryAt === b.retryAt &&
    a.tookMs === b.tookMs
  );
}

function statusOf(step: StepState, run: RunState): NodeStatus {
  const last = step.attempts.at(-1);
  return {
    id: step.id,
    status: step.status,
    ...(step.result !== undefined && { result: step.result }),
    detail: detailOf(step, run).filter(Boolean).join(', '),
    ...(step.status === 'running' && last !== undefined && { runningSince: last.startedAt }),
    ...(step.status === 'backoff' && step.retryAt !== undefined && { retryAt: step.retryAt }),
    ...(step.result !== undefined && last?.durationMs !== undefined && { tookMs: last.durationMs }),
  };
}

function detailOf(step: StepState, run: RunState): string[] {
  switch (step.status) {
    case 'pending':
      return [openNeeds(step, run)];
    case 'waiting':
      return [step.wait === undefined ? '' : wordsOfWait(step.wait)];
    case 'queued':
    case 'lost':
      return [];
    case 'running':
    case 'succeeded':
      return [progressInside(step) ?? '', attemptOf(step), takenFrom(step)];
    case 'backoff':
    case 'failed':
    case 'timed_out':
    case 'cancelled':
      return [failureOf(step), attemptOf(step), step.result === 'succeeded' ? 'allowed to fail' : ''];
    case 'skipped':
      return [step.reason === undefined ? '' : skipped(step.reason, step, run)];
    default:
      return impossible(step.status);
  }
}

function takenFrom(step: StepState): string {
  if (step.reused !== undefined) return 'taken over';
  const run = reusedIn(step);
  return run === undefined ? '' : `reused from run ${run}`;
}

function openNeeds(step: StepState, run: RunState): string {
  const open = step.step.needs.map((need) => need.step).filter((id) => run.steps[id]?.result === undefined);
  if (open.length === 0) return '';
  return open.length > 2 ? `waits for ${open.length} steps` : `waits for ${open.join(' and ')}`;
}

function attemptOf({ attempts, step }: StepState): string {
  const number = attempts.at(-1)?.number ?? 0;
  return number > 1 ? `attempt ${number} of ${Math.max(number, step.retry.max + 1)}` : '';
}

function failureOf({ attempts }: StepState): string {
  const outcome = attempts.at(-1)?.outcome;
  return outcome === undefined || outcome.ok ? '' : failureBesideState(outcome.failure);
}

/** The state beside it already says timed out or cancelled. */
function failureBesideState(failure: Failure): string {
  if (failure.kind === 'cancelled') return '';
  if (failure.kind === 'timed-out') return `limit ${formatDuration(failure.afterMs)}`;
  return describeFailure(failure);
}

function skipped(reason: SkipReason, step: StepState, run: RunState): string {
  switch (reason) {
    case 'condition':
      return 'its condition is false';
    case 'upstream_failed':
    case 'upstream_skipped':
      return step.because === undefined ? 'a step it needs did not succeed' : upstream(step.because, run);
    case 'cancelled':
      return 'the run was stopped';
    case 'not_selected':
      return 'not selected';
    default:
      return impossible(reason);
  }
}

const ENDED: Readonly<Record<FinalStatus, string>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  timed_out: 'timed out',
  cancelled: 'was cancelled',
  skipped: 'was skipped',
  lost: 'was lost',
};

function upstream(id: StepId, run: RunState): string {
  const result = run.steps[id]?.result;
  return result === undefined ? `needs ${id}` : `needs ${id}, which ${ENDED[result]}`;
}

function hopsOf(cycle: readonly StepId[]): string[] {
  return cycle.map((id, index) => hop(id, cycle[(index + 1) % cycle.length] ?? id));
}

/** Step ids hold no blank. */
function hop(from: StepId, to: StepId): string {
  return `${from} ${to}`;
}

/** As the diagnostic tells it: each step before the one it waits for. */
function cycleMessage(cycle: readonly StepId[]): string {
  const [first = '', ...others] = cycle;
  const start = cycle.length === 1 ? 'This step waits for itself' : 'These steps wait for each other';
  return `${start}: ${[first, ...others.toReversed(), first].join(' → ')}`;
}
