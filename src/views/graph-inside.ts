import type { Range } from '../base/lines.ts';
import { insideOf } from '../model/inside.ts';
import { roleOf, type RunState, type StepState } from '../model/run-state.ts';
import type { RunId } from '../model/attempt.ts';
import type { StepKind } from '../model/step-kind.ts';
import type { Step, StepId, Workflow } from '../model/workflow.ts';
import { rowLabel } from './step-rows.ts';

/** A step of a run, or of a file, that stands inside of another one. */
export interface InnerNode {
  /** Its address; in a child run after the address of the step that began it, and ` > `. */
  readonly id: StepId;
  readonly label: string;
  readonly kind: StepKind;
  /** Its id in the file; nothing for a step of another file. */
  readonly range: Range;
  readonly within: StepId;
  readonly group?: Group;
  /** Of a run. */
  readonly state?: { readonly step: StepState; readonly run: RunState };
}

export interface InnerEdge {
  readonly from: StepId;
  readonly to: StepId;
  readonly kind: 'needs' | 'data';
}

/** That a step holds others, and whether they are shown. */
export interface Group {
  readonly open: boolean;
  /** Steps directly inside. */
  readonly count: number;
}

/** Which groups are shown open, and where to find what they hold. */
export interface GroupOptions {
  /** Groups that a person opened, or closed, against what would be done by itself. */
  readonly toggled: ReadonlySet<StepId>;
  /** The run that a `workflow` step began. */
  readonly childRun?: (run: RunId) => RunState | undefined;
  /** The workflow of a `workflow` step, by the path that stands in it. */
  readonly childWorkflow?: (path: string) => Workflow | undefined;
}

/** What holds no more than this is open by itself. */
const SMALL = 6;
/** Of a larger group, so many are drawn: those that did not succeed first. */
const MOST_DRAWN = 150;
/** Children of children of children … */
const DEEPEST = 6;

export const CHILD = ' > ';

interface Found {
  readonly nodes: InnerNode[];
  readonly edges: InnerEdge[];
}

/** What a step of a run holds, and all that stands in it as far as it is open. */
export function insideOfRun(
  run: RunState,
  step: StepState,
  options: GroupOptions,
): Found & { readonly group?: Group } {
  const found: Found = { nodes: [], edges: [] };
  const group = openRun({ run, step, id: step.id, prefix: '', depth: 0 }, options, found);
  return { ...found, ...(group !== undefined && { group }) };
}

/** The same of a file. */
export function insideOfPlan(step: Step, options: GroupOptions): Found & { readonly group?: Group } {
  const found: Found = { nodes: [], edges: [] };
  const group = openPlan({ step, id: step.id, isOther: false, depth: 0 }, options, found);
  return { ...found, ...(group !== undefined && { group }) };
}

interface Holder {
  readonly run: RunState;
  readonly step: StepState;
  /** As the graph knows it. */
  readonly id: StepId;
  /** What stands before addresses of this run. */
  readonly prefix: string;
  readonly depth: number;
}

function openRun(
  { run, step, id, prefix, depth }: Holder,
  options: GroupOptions,
  found: Found,
): Group | undefined {
  const child = childOf(step, options);
  if (child !== undefined) {
    const inside = child.workflow.steps.flatMap((each) => child.steps[each.id] ?? []);
    return hold({ run: child, prefix: `${id}${CHILD}`, id, inside, isOther: true, depth }, options, found);
  }
  const role = roleOf(step);
  if (role === 'leaf') return undefined;
  const inside = insideOf(run, step);
  if (inside.length === 0 && step.step.kind === 'loop' && step.result === undefined) {
    // Not begun: what its first round will be.
    return openPlan({ step: step.step, id, isOther: prefix !== '', depth }, options, found);
  }
  return hold({ run, prefix, id, inside, isOther: prefix !== '', depth }, options, found);
}

interface Held {
  readonly run: RunState;
  readonly prefix: string;
  readonly id: StepId;
  readonly inside: readonly StepState[];
  readonly isOther: boolean;
  readonly depth: number;
}

function hold(
  { run, prefix, id, inside, isOther, depth }: Held,
  options: GroupOptions,
  found: Found,
): Group | undefined {
  const count = inside.length;
  if (count === 0) return undefined;
  const open = isOpen(id, { count, depth }, options);
  if (!open) return { open, count };
  const drawn = worthDrawing(inside);
  const known = new Set(drawn.map((each) => each.id));
  for (const each of drawn) {
    const own = prefix + each.id;
    const node = {
      id: own,
      label: rowLabel(each),
      kind: each.step.kind,
      range: isOther ? NOWHERE : each.step.idRange,
    };
    const at = found.nodes.length;
    const inner: Found = { nodes: [], edges: [] };
    const group = openRun({ run, step: each, id: own, prefix, depth: depth + 1 }, options, inner);
    found.nodes.splice(at, 0, {
      ...node,
      within: id,
      state: { step: each, run },
      ...(group !== undefined && { group }),
    });
    found.nodes.push(...inner.nodes);
    found.edges.push(...inner.edges);
    for (const need of each.item === undefined ? each.step.needs : []) {
      const from = each.level + need.step;
      if (known.has(from)) found.edges.push({ from: prefix + from, to: own, kind: need.kind });
    }
  }
  return { open, count };
}

function childOf(step: StepState, { childRun }: GroupOptions): RunState | undefined {
  const child = roleOf(step) === 'leaf' ? step.attempts.at(-1)?.child : undefined;
  return child === undefined ? undefined : childRun?.(child);
}

/** In their order; of very many those that wait, run or went wrong, and then others. */
function worthDrawing(inside: readonly StepState[]): readonly StepState[] {
  if (inside.length <= MOST_DRAWN) return inside;
  const special = inside.filter(
    ({ result, status }) => result !== 'succeeded' && status !== 'pending' && status !== 'queued',
  );
  const chosen = new Set(special.slice(0, MOST_DRAWN));
  for (const each of inside) {
    if (chosen.size >= MOST_DRAWN) break;
    chosen.add(each);
  }
  return inside.filter((each) => chosen.has(each));
}

interface Planned {
  readonly step: Step;
  readonly id: StepId;
  /** It stands in another file. */
  readonly isOther: boolean;
  readonly depth: number;
}

function openPlan(
  { step, id, isOther, depth }: Planned,
  options: GroupOptions,
  found: Found,
): Group | undefined {
  if (step.fanOut !== undefined) return undefined; // Which items there will be, only the run shows.
  const child = step.kind === 'workflow' ? options.childWorkflow?.(step.with.path) : undefined;
  const steps = step.kind === 'loop' ? step.with.steps : (child?.steps ?? []);
  const count = steps.length;
  if (count === 0) return undefined;
  const open = isOpen(id, { count, depth }, options);
  if (!open) return { open, count };
  const level = child === undefined ? `${id}[1].` : `${id}${CHILD}`;
  const known = new Set(steps.map((each) => each.id));
  for (const each of steps) {
    const own = level + each.id;
    const at = found.nodes.length;
    const isElsewhere = isOther || child !== undefined;
    const inner: Found = { nodes: [], edges: [] };
    const group = openPlan({ step: each, id: own, isOther: isElsewhere, depth: depth + 1 }, options, inner);
    const range = isElsewhere ? NOWHERE : each.idRange;
    const node = { id: own, label: each.name ?? each.id, kind: each.kind, range, within: id };
    found.nodes.splice(at, 0, { ...node, ...(group !== undefined && { group }) });
    found.nodes.push(...inner.nodes);
    found.edges.push(...inner.edges);
    for (const need of each.needs)
      if (known.has(need.step)) found.edges.push({ from: level + need.step, to: own, kind: need.kind });
  }
  return { open, count };
}

const NOWHERE: Range = { start: 0, end: 0 };

function isOpen(
  id: StepId,
  { count, depth }: { readonly count: number; readonly depth: number },
  { toggled }: GroupOptions,
): boolean {
  if (depth >= DEEPEST) return false;
  return (count <= SMALL && depth === 0) !== toggled.has(id);
}
