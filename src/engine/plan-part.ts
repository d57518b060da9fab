import type { Json } from '../base/json.ts';
import { criticalPath, remainingPath } from '../graph/critical-path.ts';
import { indexGraph } from '../graph/index-graph.ts';
import { orderOf } from '../graph/order.ts';
import { stepGraph } from '../graph/step-graph.ts';
import { evaluate } from '../expression/evaluate.ts';
import { parseExpression } from '../expression/parse.ts';
import { bareExpression } from '../expression/template.ts';
import type { PlannedStep, PlanPart, StepPast } from '../model/run-plan.ts';
import type { FanOut, Step, StepId } from '../model/workflow.ts';
import { countItems } from './count-items.ts';
import { foresee, type Foresight, type Level } from './foresee.ts';
import { foreknownScope, ifKnown, notKnown } from './foreknown.ts';
import { simulate, type Timed } from './simulate.ts';

/** What the times of a plan are worked out from. */
export interface Planning {
  readonly past: Readonly<Record<StepId, StepPast>>;
  /** Steps at once. */
  readonly parallel: number;
}

/** The plan of the steps of one level, loops with what is in them. Steps that wait for each other are left out. */
export function planPart(steps: readonly Step[], level: Level, planning: Planning): PlanPart {
  const graph = indexGraph(stepGraph({ steps }));
  const { order, layers } = orderOf(graph);
  const drafts = draftsOf(steps, order, { level, planning });
  const weight = (id: StepId) => weightOf(drafts.get(id));
  const path = criticalPath(graph, weight).filter((id) => drafts.get(id)?.foresight.will !== 'skip');
  const critical = new Set(path);
  const waveOf = new Map(layers.flatMap((wave, i) => wave.map((id) => [id, i])));
  const timed = graph.ids.map((id) => drafts.get(id) ?? NO_TIME);
  const { parallel } = planning;
  return {
    steps: [...drafts.values()].map((draft) =>
      plannedStep(draft, { wave: waveOf.get(draft.step.id) ?? 0, critical: critical.has(draft.step.id) }),
    ),
    waves: layers,
    criticalPath: path,
    criticalMs: path.reduce((sum, id) => sum + (drafts.get(id)?.durationMs ?? 0), 0),
    expectedMs: simulate(graph, timed, { parallel, ahead: remainingPath(graph, weight) }),
    complete: ![...drafts.values()].some(({ isOpen }) => isOpen),
  };
}

const NO_TIME: Timed = { durationMs: 0, takesSlot: false };

/** A nanosecond a step: of paths that take equally long, the one with more steps is the longer one (rule G5). */
const A_STEP_MS = 1e-6;

/** Everything about a step but its place among the others. */
interface Draft extends Timed {
  readonly step: Step;
  readonly foresight: Foresight;
  readonly past?: StepPast;
  /** It may run, and nobody knows how long. */
  readonly isOpen: boolean;
  readonly inner?: PlanPart;
  readonly items?: number;
}

interface Place {
  readonly level: Level;
  readonly planning: Planning;
}

/** In file order. */
function draftsOf(
  steps: readonly Step[],
  order: readonly StepId[],
  place: Place,
): ReadonlyMap<StepId, Draft> {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const foresights = foresee(
    order.flatMap((id) => byId.get(id) ?? []),
    place.level,
  );
  const drafts = new Map<StepId, Draft>();
  for (const step of byId.values()) {
    const foresight = foresights.get(step.id);
    if (foresight !== undefined) drafts.set(step.id, draftOf(step, foresight, { ...place, byId }));
  }
  return drafts;
}

function draftOf(
  step: Step,
  foresight: Foresight,
  { level, planning, byId }: Place & { readonly byId: ReadonlyMap<StepId, Step> },
): Draft {
  const past = planning.past[step.id];
  const inner = step.kind === 'loop' ? innerPart(step, level, { planning, beside: byId.keys() }) : undefined;
  const items = step.fanOut && countItems(step.fanOut, (source) => listOf(source, step, level));
  const isKnown = past !== undefined && past.runs > 0;
  const waits = foresight.will === 'skip' || isApproval(step);
  return {
    step,
    foresight,
    ...(isKnown && { past }),
    durationMs: waits ? 0 : isKnown ? past.p50Ms : (inner?.expectedMs ?? 0),
    takesSlot: foresight.will !== 'skip' && step.kind !== 'gate',
    isOpen: !waits && !isKnown && inner?.complete !== true,
    ...(inner !== undefined && { inner }),
    ...(items !== undefined && { items }),
  };
}

/** How long a person takes is nobody's business to foretell. */
function isApproval(step: Step): boolean {
  return step.kind === 'gate' && 'approval' in step.with.by;
}

/** Past durations are those of a workflow's own steps: of the steps inside a loop nothing is known. */
function innerPart(
  step: Step & { readonly kind: 'loop' },
  { known, around, outside, isFinally }: Level,
  { planning, beside }: { readonly planning: Planning; readonly beside: Iterable<StepId> },
): PlanPart {
  const inside: Level = {
    known,
    around: { inLoop: true, loopMax: step.with.max, repeated: around.repeated || step.fanOut !== undefined },
    outside: new Set([...outside, ...beside]),
    isFinally,
  };
  return planPart(step.with.steps, inside, { ...planning, past: {} });
}

/** The list that an expression stands for, where inputs alone tell it. */
function listOf(written: string, step: Step, level: Level): readonly Json[] | undefined {
  const parsed = parseExpression(bareExpression(written).source);
  if (!parsed.ok) return undefined;
  const scope = foreknownScope(level.known, { of: step, around: level.around, step: notKnown });
  const value = ifKnown(() => evaluate(parsed.value, scope));
  // Array.isArray does not narrow to a readonly list.
  return value?.ok === true && Array.isArray(value.value) ? (value.value as readonly Json[]) : undefined;
}

function weightOf(draft: Draft | undefined): number {
  return draft === undefined || draft.foresight.will === 'skip' ? 0 : draft.durationMs + A_STEP_MS;
}

function plannedStep(
  { step, foresight, past, inner, items }: Draft,
  { wave, critical }: { readonly wave: number; readonly critical: boolean },
): PlannedStep {
  const { id, name, kind, fanOut, retry, timeoutMs, needs } = step;
  const { will, reason } = foresight;
  const command = commandOf(step);
  return {
    id,
    ...(name !== undefined && { name }),
    kind,
    wave,
    will,
    ...(reason !== undefined && { reason }),
    ...(past !== undefined && { expectedMs: past.p50Ms }),
    ...(command !== undefined && { command }),
    ...(fanOut !== undefined && { fanOut: fanOutOf(fanOut, items) }),
    ...(step.kind === 'loop' && inner !== undefined && { loop: { max: step.with.max, steps: inner } }),
    ...(step.kind === 'gate' && { gate: gateOf(step.with.by) }),
    retryMax: retry.max,
    ...(timeoutMs !== undefined && { timeoutMs }),
    needs: needs.map((need) => need.step),
    critical,
  };
}

function fanOutOf({ maxParallel }: FanOut, items: number | undefined): NonNullable<PlannedStep['fanOut']> {
  return { ...(items !== undefined && { items }), ...(maxParallel !== undefined && { maxParallel }) };
}

function gateOf(by: (Step & { readonly kind: 'gate' })['with']['by']): NonNullable<PlannedStep['gate']> {
  return 'check' in by ? 'check' : 'when' in by ? 'when' : 'approval';
}

/** As it is written; for what has no command, what stands in its place. */
function commandOf(step: Step): string | undefined {
  switch (step.kind) {
    case 'run':
      return typeof step.with.command === 'string' ? step.with.command : asWords(step.with.command);
    case 'script':
      return step.with.text;
    case 'agent':
      return step.with.prompt;
    case 'workflow':
      return step.with.path;
    case 'gate':
      return Object.values<string>(step.with.by)[0];
    case 'loop':
      return undefined;
  }
}

/** Arguments with the borders between them to be seen. */
function asWords(argv: readonly string[]): string {
  return argv.map((word) => (/^[^\s"']+$/.test(word) ? word : JSON.stringify(word))).join(' ');
}
