import { everInside } from '../model/apply-event.ts';
import { roleOf, type RunState, type StepState } from '../model/run-state.ts';

/** One step of a run where people read it: below the fan-out or loop it belongs to. */
export interface StepRow {
  readonly step: StepState;
  /** 0 at the top. */
  readonly depth: number;
}

/** Every step in the order people read them: as in the file, with items and rounds below what holds them. */
export function stepRows(state: RunState): readonly StepRow[] {
  const rows: StepRow[] = [];
  const top = [...state.workflow.steps, ...state.workflow.finally];
  const open = top.flatMap(({ id }): StepRow[] => rowOf(state, id, 0)).toReversed();
  for (let row = open.pop(); row !== undefined; row = open.pop()) {
    rows.push(row);
    const { depth } = row;
    open.push(
      ...everInside(state, row.step)
        .flatMap((id) => rowOf(state, id, depth + 1))
        .toReversed(),
    );
  }
  return rows;
}

function rowOf(state: RunState, id: string, depth: number): StepRow[] {
  const step = state.steps[id];
  return step === undefined ? [] : [{ step, depth }];
}

const LONGEST_ITEM = 40;

/** What people call a step beside those around it: its id, the item it is, or the round and id. */
export function rowLabel({ id, step, item, parent }: StepState): string {
  if (item !== undefined) return itemWords(item.key, item.value);
  if (parent === undefined) return step.name ?? step.id;
  const round = /\[(\d+)\]\.[^.[\]{}]*$/.exec(id)?.[1];
  return round === undefined ? step.id : `${step.name ?? step.id} (${round})`;
}

function itemWords(key: string, value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const words = /^\d+$/.test(key) ? text : key;
  const line = words.replace(/\s+/g, ' ');
  return line.length > LONGEST_ITEM ? `${line.slice(0, LONGEST_ITEM - 1)}…` : line;
}

/** How far a fan-out or loop is: `3 of 5 items`, `round 2 of 10`. Undefined for anything else. */
export function progressInside(step: StepState): string | undefined {
  if (step.reused !== undefined || step.inside === undefined) return undefined;
  if (roleOf(step) === 'fan-out') {
    const of = step.inside.length;
    const words = `${of} ${of === 1 ? 'item' : 'items'}`;
    return step.openInside === 0 ? words : `${of - step.openInside} of ${words}`;
  }
  if (step.step.kind !== 'loop' || step.round === undefined) return undefined;
  const rounds = step.step.with.max;
  return step.result === undefined
    ? `round ${step.round} of ${rounds}`
    : `${step.round} ${step.round === 1 ? 'round' : 'rounds'}`;
}
