import { text } from 'node:stream/consumers';
import type { Result } from '../base/result.ts';
import type { RunnerAnswer, RunnerOrder } from '../project/detached-runner.ts';
import { openProject, type Project } from '../project/project.ts';
import { resumeRun, startRun, type OwnRun } from '../project/own-runs.ts';
import type { Refusal } from '../project/runs.ts';
import { listenToSignals } from './run.ts';
import { giveBackAfter } from './large-text.ts';

/** A run that only waits for people is left to whoever answers, unless its time limit has to be watched. */
const PARK = 'without-deadline';

/**
 * `baton runner` (not for people): reads one order from standard input, answers with one line, and then carries the
 * run on alone, whatever becomes of whoever asked.
 */
export async function runner(): Promise<number> {
  const order = JSON.parse(await text(process.stdin)) as RunnerOrder; // written by startDetached, the other end
  const signals = listenToSignals();
  const project = openProject(order.folder, order.files === undefined ? {} : { files: order.files });
  const started = await begin(project, order.task);
  // Whoever asked may be gone by now; the run goes on all the same.
  process.stdout.on('error', () => undefined);
  const answer: RunnerAnswer = started.ok
    ? { ok: true, run: started.value.run }
    : { ok: false, refusal: started.error };
  await new Promise<void>((resolve) => process.stdout.write(`${JSON.stringify(answer)}\n`, () => resolve()));
  if (!started.ok) return 2;
  signals.tell((by) => void project.runs.stop(started.value.run, { by }));
  const state = await started.value.ended;
  return state.ended === 'succeeded' ? 0 : 1;
}

async function begin(project: Project, task: RunnerOrder['task']): Promise<Result<OwnRun, Refusal>> {
  if (task.kind === 'resume') {
    return resumeRun(project, task.run, {
      park: PARK,
      ...(task.secrets !== undefined && { secrets: task.secrets }),
    });
  }
  const workflow = await project.workflows.load(task.workflow);
  if (!workflow.ok) return { ok: false, error: { kind: 'unknown', message: workflow.error } };
  await giveBackAfter(workflow.value.text);
  const { run, ...request } = task;
  return startRun(project, { ...request, workflow: workflow.value }, { run, park: PARK });
}
