import * as vscode from 'vscode';
import type { GateAnswer } from '../model/run-event.ts';
import { isRow, type Choices } from './choose.ts';
import { runName, type SeenRun } from './runs-watch.ts';

/** A question that somebody has to answer. */
export interface OpenGate {
  readonly run: SeenRun;
  readonly step: string;
  readonly question: string;
}

/** What a program may say beside the gate. */
export interface GivenAnswer {
  readonly answer?: GateAnswer;
  readonly note?: string;
  readonly step?: string;
}

/** Every gate that waits for an answer, in the order of the list of runs. */
export function openGates(runs: readonly SeenRun[]): readonly OpenGate[] {
  return runs.flatMap((run) =>
    run.state === undefined || run.state.ended !== undefined || run.summary.status === 'lost'
      ? []
      : Object.values(run.state.steps).flatMap(({ id, wait }) =>
          wait?.for === 'answer' ? [{ run, step: id, question: wait.question }] : [],
        ),
  );
}

/** The gate meant: by its row, its run, or by asking. */
export async function chooseGate(
  given: unknown,
  { runs }: Choices,
  { step }: GivenAnswer,
): Promise<OpenGate | undefined> {
  await runs.refresh();
  const waiting = runs
    .all()
    .filter(({ summary }) => summary.status === 'running' || summary.status === 'waiting');
  for (const run of waiting) await runs.load(run);
  const gates = openGates(runs.all()).filter((gate) => fits(gate, given, step));
  if (gates.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No gate waits for an answer.'));
    return undefined;
  }
  const [only] = gates;
  if (gates.length === 1) return only;
  const items = gates.map((gate) => ({
    label: gate.question,
    description: `${runName(gate.run)}, ${gate.step}`,
    gate,
  }));
  const options = { title: vscode.l10n.t('Answer Gate'), placeHolder: vscode.l10n.t('Choose a question') };
  return (await vscode.window.showQuickPick(items, options))?.gate;
}

function fits({ run, step }: OpenGate, given: unknown, named: string | undefined): boolean {
  if (named !== undefined && named !== step) return false;
  if (typeof given === 'string') return given === run.id;
  if (!isRow(given)) return true;
  if (given.kind === 'run') return given.run === run;
  return given.kind === 'run-step' && given.parent.run === run && given.step === step;
}

/** Asks for what was not said. Undefined when the person gave up. */
export async function askAnswer(
  gate: OpenGate,
  given: GivenAnswer,
): Promise<{ readonly answer: GateAnswer; readonly note?: string } | undefined> {
  const { answer, note } = given;
  if (answer !== undefined) return { answer, ...(note !== undefined && { note }) };
  const items = [
    { label: `$(pass) ${vscode.l10n.t('Approve')}`, answer: 'approve' as const },
    { label: `$(error) ${vscode.l10n.t('Reject')}`, answer: 'reject' as const },
  ];
  const chosen = await vscode.window.showQuickPick(items, {
    title: `${runName(gate.run)}: ${gate.step}`,
    placeHolder: gate.question,
    ignoreFocusOut: true,
  });
  if (chosen === undefined) return undefined;
  const said = await vscode.window.showInputBox({
    title: gate.question,
    prompt: vscode.l10n.t('A note to keep with the answer, if there is one'),
    ignoreFocusOut: true,
  });
  if (said === undefined) return undefined;
  return { answer: chosen.answer, ...(said !== '' && { note: said }) };
}
