import * as vscode from 'vscode';
import { runName, type RunsWatch } from './runs-watch.ts';

/** How many runs go on, in the status bar; nothing while none does. */
export function showStatus(runs: RunsWatch): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('baton.running', vscode.StatusBarAlignment.Left, 10);
  item.name = vscode.l10n.t('Baton Runs');
  item.command = 'baton.runs.focus';
  const show = () => {
    const live = runs.live();
    if (live.length === 0) return item.hide();
    const names = live.map(runName).join(', ');
    item.text = `$(sync~spin) ${vscode.l10n.t('{0} running', live.length)}`;
    item.tooltip = vscode.l10n.t('Baton runs: {0}', names);
    item.accessibilityInformation = {
      label: vscode.l10n.t('{0} Baton runs are going on: {1}', live.length, names),
    };
    item.show();
  };
  show();
  return vscode.Disposable.from(item, runs.onDidChangeList(show), runs.onDidChangeRun(show));
}
