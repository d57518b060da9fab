import assert from 'node:assert/strict';
import type { Sources } from '../../src/engine/scope.ts';
import { blockers, analyze } from '../../src/language/analyze.ts';
import type { Outcome } from '../../src/model/attempt.ts';
import type { RunEvent, RunStarted } from '../../src/model/run-event.ts';
import type { RunState, StepState } from '../../src/model/run-state.ts';
import type { Workflow } from '../../src/model/workflow.ts';
import { fails, startOf, SUCCEEDS } from '../model/sketches.ts';
import { settle, SteeredRun } from './steered.ts';

/** A workflow from its text; the test fails where it could not run. */
export function workflowIn(text: string): Workflow {
  const analysis = analyze(text, { ref: 'test.workflow.yaml' });
  assert.deepEqual(
    blockers(analysis).map(({ message }) => message),
    [],
  );
  return analysis.workflow;
}

export interface YamlRun {
  readonly state: RunState;
  readonly events: readonly RunEvent[];
  readonly run: SteeredRun;
}

/** How the attempt of a step ends: by its address, and the number of the attempt. */
export type Ends = Readonly<Record<string, (attempt: number) => Outcome | undefined>>;

/**
 * Runs a text to its end, or until nothing but people can go on. Programs end at once: `exit 3` fails with 3, `out a=b`
 * publishes, `wait` runs until it is stopped, anything else succeeds.
 */
export async function runYaml(
  text: string,
  options: {
    readonly inputs?: RunStarted['inputs'];
    readonly parallel?: number;
    readonly first?: Partial<RunStarted>;
    readonly sources?: Sources;
    /** In what order running programs end: the place in the list of those that run. */
    readonly pick?: (running: readonly string[]) => number;
  } = {},
): Promise<YamlRun> {
  const workflow = workflowIn(text);
  const run = new SteeredRun(options.sources);
  await run.start({
    ...startOf(workflow, { parallel: options.parallel ?? workflow.limits.parallel ?? 8, ...options }),
    ...options.first,
  });
  await endAll(run, options.pick);
  return { state: run.last, events: run.events, run };
}

/** Lets every program that can end do so, until none is left or only those that wait to be stopped. */
export async function endAll(
  run: SteeredRun,
  pick: (running: readonly string[]) => number = () => 0,
): Promise<void> {
  for (;;) {
    const able = run.backend.running.filter((step) => outcomeFor(run, step) !== undefined);
    const step = able[pick(able) % Math.max(1, able.length)];
    if (step !== undefined) await run.end(step, outcomeFor(run, step) ?? SUCCEEDS);
    else if (run.state !== undefined || !(await run.toNextAlarm())) return;
    await settle();
  }
}

function outcomeFor(run: SteeredRun, step: string): Outcome | undefined {
  const assignment = run.backend.asked.findLast((each) => each.step === step);
  if (assignment === undefined || !('text' in assignment.with)) return SUCCEEDS;
  if (run.backend.io(step)?.cancel.aborted === true) return { ok: false, failure: { kind: 'cancelled' } };
  const text = Object.entries(assignment.env).reduce(
    (line, [name, value]) => line.replaceAll(`"\${${name}}"`, value).replaceAll(`"$${name}"`, value),
    assignment.with.text,
  );
  const exit = /exit (\d+)/.exec(text);
  if (exit !== null && !new RegExp(`unless attempt ${assignment.attempt}`).test(text))
    return fails(Number(exit[1]));
  if (/\bwait\b/.test(text)) return undefined;
  const outputs = Object.fromEntries(
    [...text.matchAll(/out (\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
  );
  return { ok: true, outputs, ...(assignment.keepStdout && { stdout: text }) };
}

/** Every step with its end, in order: `b skipped (condition)`. */
export function endsIn({ state }: YamlRun): readonly string[] {
  return [...Object.values(state.steps).map(endOf), `run ${state.ended ?? 'goes on'}`];
}

function endOf({ id, status, result, reason }: StepState): string {
  const why = reason === undefined ? '' : ` (${reason})`;
  return `${id} ${status}${why}${result !== undefined && result !== status ? ', allowed' : ''}`;
}

/** What a program was given to run, its references filled in. */
export function commandOf({ run }: YamlRun, step: string): string | undefined {
  const assignment = run.backend.asked.findLast((each) => each.step === step);
  if (assignment === undefined || !('text' in assignment.with)) return undefined;
  return Object.entries(assignment.env).reduce(
    (line, [name, value]) => line.replaceAll(`"\${${name}}"`, value).replaceAll(`"$${name}"`, value),
    assignment.with.text,
  );
}
