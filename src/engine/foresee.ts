import { emptyRecord, type Json } from '../base/json.ts';
import type { Scope } from '../expression/evaluate.ts';
import { parseExpression, usesStatusFunction } from '../expression/parse.ts';
import { bareExpression } from '../expression/template.ts';
import { truthOf } from '../expression/truth.ts';
import type { PlanReason, Prospect } from '../model/run-plan.ts';
import type { Need, Step, StepId } from '../model/workflow.ts';
import { foreknownScope, notKnown, type Around, type Foreknown } from './foreknown.ts';

/** What can be said of a step before the run. */
export interface Foresight {
  readonly will: Prospect;
  readonly reason?: PlanReason;
  /** The step, or one it needs however far up, may fail or be cancelled. */
  readonly mayFail: boolean;
}

/** What stands around the steps that see each other. */
export interface Level {
  readonly known: Foreknown;
  readonly around: Around;
  /** Absent: all. */
  readonly selected?: ReadonlySet<StepId>;
  /** Steps outside the level that expressions may read: nobody knows how they will have ended. */
  readonly outside: ReadonlySet<StepId>;
  /** Steps of `finally` ask about the whole run (rule S4). */
  readonly isFinally: boolean;
}

/** `any`: whatever happens. `well`: nothing fails, and nobody stops the run. */
type World = 'any' | 'well';

type Foresights = ReadonlyMap<StepId, Foresight>;

/**
 * What each step would do: rules S2 and S4 over what is known. A step that is said to be skipped never runs, whatever
 * happens; one that is said to run does if all goes well. Steps are given in an order in which each comes after what
 * it needs.
 */
export function foresee(steps: readonly Step[], level: Level): Foresights {
  const found = new Map<StepId, Foresight>();
  for (const step of steps) found.set(step.id, foreseeOne(level, step, found));
  return found;
}

function foreseeOne(level: Level, step: Step, found: Foresights): Foresight {
  if (level.selected?.has(step.id) === false) {
    return skip({ code: 'not_selected', message: 'it is not selected' }, false);
  }
  const asksForStatus = step.when !== undefined && readsStatus(step.when);
  const missing = asksForStatus ? undefined : step.needs.find((need) => holds(need, found) === 'never');
  if (missing !== undefined) {
    const message = `it needs "${missing.step}", which would be skipped`;
    return skip({ code: 'upstream_skipped', message, because: missing.step }, troubled(step, found));
  }
  const judged = step.when === undefined ? undefined : judge(level, step, found);
  if (judged?.code === 'condition') return skip(judged, troubled(step, found));
  const reason = judged ?? (asksForStatus ? undefined : openNeed(step, found));
  return reason === undefined ? { will: 'run', mayFail: true } : { will: 'maybe', reason, mayFail: true };
}

/** A step it needs, however far up, may fail. */
function troubled(step: Step, found: Foresights): boolean {
  return step.needs.some((need) => found.get(need.step)?.mayFail ?? true);
}

function skip(reason: PlanReason, mayFail: boolean): Foresight {
  return { will: 'skip', reason, mayFail };
}

function readsStatus(when: string): boolean {
  const parsed = parseExpression(bareExpression(when).source);
  return parsed.ok && usesStatusFunction(parsed.value);
}

/** Undefined when the condition holds if all goes well. */
function judge(level: Level, step: Step, found: Foresights): PlanReason | undefined {
  const source = bareExpression(step.when ?? '').source.trim();
  const certain = truthOf(source, scopeOf(level, { step, found, world: 'any' }));
  if (!certain.ok) return { code: 'bad_condition', message: certain.error };
  if (certain.value === true) return undefined;
  if (certain.value === false) return { code: 'condition', message: `its condition is false: ${source}` };
  const missing = new Set<string>();
  const hoped = truthOf(source, scopeOf(level, { step, found, world: 'well', missing }));
  if (!hoped.ok) return { code: 'bad_condition', message: hoped.error };
  if (hoped.value === true) return undefined;
  const [input] = missing;
  if (hoped.value === false || input === undefined)
    return { code: 'open_condition', message: `it runs only if ${source}` };
  return { code: 'open_input', message: `its condition reads the input "${input}", which has no value yet` };
}

function openNeed(step: Step, found: Foresights): PlanReason | undefined {
  const open = step.needs.find((need) => holds(need, found) === 'perhaps');
  if (open === undefined) return undefined;
  const message = `it needs "${open.step}", which may not run`;
  return { code: 'open_upstream', message, because: open.step };
}

/** Whether a need lets its dependent start (rule S2): for certain, if all goes well, nobody knows, or never. */
function holds(need: Need, found: Foresights): 'surely' | 'hopefully' | 'perhaps' | 'never' {
  const needed = found.get(need.step);
  if (needed === undefined || needed.will === 'run') return 'hopefully';
  if (needed.will === 'maybe') return need.allowSkipped ? 'hopefully' : 'perhaps';
  if (needed.reason?.code === 'not_selected') return 'surely';
  if (!need.allowSkipped) return 'never';
  // A failure further up would turn the reason of the skip into one that is not allowed.
  return needed.mayFail ? 'hopefully' : 'surely';
}

/** Whose condition is asked, and in which world. */
interface Asked {
  readonly step: Step;
  readonly found: Foresights;
  readonly world: World;
  readonly missing?: Set<string>;
}

function scopeOf(level: Level, asked: Asked): Scope {
  return foreknownScope(level.known, {
    of: asked.step,
    around: level.around,
    step: (id) => resultOf(id, level, asked.found),
    status: level.isFinally ? statusOfRun(asked.world) : statusOfNeeds(level, asked),
    ...(asked.missing && { missing: asked.missing }),
  });
}

type Status = NonNullable<Scope['status']>;

/** `steps.<id>`: of a step that would be skipped everything is known, of the others nothing. */
function resultOf(id: StepId, level: Level, found: Foresights): Json | undefined {
  const foresight = found.get(id);
  if (foresight === undefined && !level.outside.has(id)) return undefined;
  if (foresight?.will !== 'skip' || foresight.reason?.code === 'not_selected') return notKnown();
  return { outputs: emptyRecord<Json>(), outcome: 'skipped', result: 'skipped' };
}

function statusOfNeeds(level: Level, asked: Asked): Status {
  const mayHaveFailed = asked.world === 'any' && (level.around.inLoop || troubled(asked.step, asked.found));
  return {
    success: () => success(asked),
    failure: () => (mayHaveFailed ? notKnown() : false),
    none_failed: () => (mayHaveFailed ? notKnown() : true),
    cancelled: () => (asked.world === 'any' ? notKnown() : false),
    always: () => true,
  };
}

function success({ step, found, world }: Asked): boolean {
  const all = step.needs.map((need) => holds(need, found));
  if (all.includes('never')) return false;
  if (all.every((each) => each === 'surely')) return true;
  return world === 'any' || all.includes('perhaps') ? notKnown() : true;
}

function statusOfRun(world: World): Status {
  const hope = (hoped: boolean) => (world === 'well' ? hoped : notKnown());
  return {
    success: () => hope(true),
    failure: () => hope(false),
    none_failed: () => hope(true),
    cancelled: () => hope(false),
    always: () => true,
  };
}
