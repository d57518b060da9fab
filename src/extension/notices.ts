import * as vscode from 'vscode';
import { describeFailure } from '../model/attempt.ts';
import { firstFailure, type StepState } from '../model/run-state.ts';
import { statusWords } from '../views/words.ts';
import { openGates, type OpenGate } from './answer-gate.ts';
import { runName, type RunsWatch, type SeenRun } from './runs-watch.ts';
import { settings } from './settings.ts';
import type { Starter } from './start-run.ts';

/** Tells how runs that this window started ended, as far as the person wants to hear of it. */
export function announceEnds(runs: RunsWatch, starter: Starter): vscode.Disposable {
  const announce = (run: SeenRun) => {
    const { status } = run.summary;
    if (!starter.isOurs(run.id) || status === 'running' || status === 'waiting') return;
    starter.forget(run.id);
    void tell(run, runs);
  };
  return vscode.Disposable.from(
    runs.onDidChangeRun(announce),
    // A short run may have ended before it was first seen.
    runs.onDidChangeList(() => runs.all().forEach(announce)),
  );
}

async function tell(run: SeenRun, runs: RunsWatch): Promise<void> {
  const level = settings.notifications();
  const { status } = run.summary;
  const bad = status === 'failed' || status === 'timed_out' || status === 'lost';
  if (level === 'off' || (level === 'failures' && !bad)) return;
  if (!bad) {
    void vscode.window.showInformationMessage(`${runName(run)} ${vscode.l10n.t(statusWords(status))}.`);
    return;
  }
  const state = await runs.load(run);
  const culprit = state && firstFailure(state);
  const [openLog, rerun] = [vscode.l10n.t('Open Log'), vscode.l10n.t('Rerun Failed')];
  const message = failureWords(run, culprit);
  const chosen = await vscode.window.showErrorMessage(message, ...(culprit ? [openLog, rerun] : [rerun]));
  if (chosen === openLog)
    await vscode.commands.executeCommand('baton.openLog', run.id, { step: culprit?.id });
  if (chosen === rerun) await vscode.commands.executeCommand('baton.rerunFailed', run.id);
}

function failureWords(run: SeenRun, culprit: StepState | undefined): string {
  const words = vscode.l10n.t(statusWords(run.summary.status));
  const outcome = culprit?.attempts.at(-1)?.outcome;
  if (culprit === undefined || outcome?.ok !== false) return `${runName(run)} ${words}.`;
  const why = describeFailure(outcome.failure);
  return vscode.l10n.t('{0} {1} at step {2}: {3}.', runName(run), words, culprit.id, why);
}

/** Says once of each question that a run of this window has come to. */
export function announceGates(runs: RunsWatch, starter: Starter): vscode.Disposable {
  const told = new Set<string>();
  return runs.onDidChangeRun((run) => {
    if (!starter.isOurs(run.id) || settings.notifications() === 'off') return;
    for (const gate of openGates([run])) {
      const key = `${run.id} ${gate.step} ${run.state?.steps[gate.step]?.attempts.length ?? 0}`;
      if (told.has(key)) continue;
      told.add(key);
      void askHere(gate);
    }
  });
}

async function askHere({ run, step, question }: OpenGate): Promise<void> {
  const [approve, reject] = [vscode.l10n.t('Approve'), vscode.l10n.t('Reject')];
  const message = vscode.l10n.t('{0} asks: {1}', runName(run), question);
  const chosen = await vscode.window.showInformationMessage(message, approve, reject);
  if (chosen === undefined) return;
  const answer = chosen === approve ? 'approve' : 'reject';
  await vscode.commands.executeCommand('baton.answerGate', run.id, { step, answer });
}
