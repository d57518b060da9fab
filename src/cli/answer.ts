import { replay } from '../model/apply-event.ts';
import type { GateAnswer } from '../model/run-event.ts';
import type { RunState } from '../model/run-state.ts';
import { startDetached } from '../project/detached-runner.ts';
import { isRunId } from '../project/run-id.ts';
import { unknownRun } from '../project/runs.ts';
import { statusWords } from '../views/words.ts';
import { secretsAgain } from './ask-secrets.ts';
import { UsageError, type Door } from './door.ts';
import { EXIT, refuse } from './run.ts';
import { userName } from './user-name.ts';

export interface AnswerOptions {
  readonly note?: string;
}

/** `baton answer`: what a person says to a gate. A run that was left waiting goes on in the background. */
export async function answer(
  door: Door,
  { run, gate, verdict }: { readonly run: string; readonly gate: string; readonly verdict: string },
  { note }: AnswerOptions,
): Promise<number> {
  const said = verdictOf(verdict);
  const record = isRunId(run) ? await door.project.runs.journal.read(run) : undefined;
  const state = record && replay(record.events);
  if (state === undefined) return refuse(door, unknownRun(run));
  checkWaits(state, gate);
  const who = userName();
  const asked = await door.project.runs.answer(run, {
    step: gate,
    answer: said,
    ...(who !== undefined && { who }),
    ...(note !== undefined && { note }),
  });
  const words = said === 'approve' ? 'approved' : 'rejected';
  switch (asked) {
    case 'gone':
      return refuse(door, { kind: 'taken', message: `Run ${run} ended just now.` });
    case 'told':
      door.print(`${gate} ${words}\n`);
      return EXIT.succeeded;
    case 'left': {
      const program = { execPath: process.execPath, file: process.argv[1] ?? '' };
      const started = await startDetached(program, {
        folder: door.project.folder,
        task: { kind: 'resume', run, secrets: await secretsAgain(door, run) },
      });
      if (!started.ok) return refuse(door, started.error);
      door.print(`${gate} ${words}; the run goes on in the background: baton logs --follow ${run}\n`);
      return EXIT.succeeded;
    }
  }
}

function verdictOf(text: string): GateAnswer {
  if (text === 'approve' || text === 'reject') return text;
  throw new UsageError(`The answer is approve or reject; it was "${text}".`);
}

function checkWaits(state: RunState, gate: string): void {
  const step = state.steps[gate];
  if (step?.wait?.for === 'answer') return;
  if (state.ended !== undefined)
    throw new UsageError(`Run ${state.run} has ended already: ${statusWords(state.ended)}.`);
  const waiting = Object.values(state.steps).filter(({ wait }) => wait?.for === 'answer');
  const others =
    waiting.length === 0
      ? 'No step of this run does.'
      : `These do: ${waiting.map(({ id }) => id).join(', ')}.`;
  throw new UsageError(
    step === undefined
      ? `There is no step "${gate}" that waits for an answer. ${others}`
      : `Step "${gate}" (${statusWords(step.status)}) waits for no answer. ${others}`,
  );
}
