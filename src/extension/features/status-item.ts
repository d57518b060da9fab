import * as vscode from 'vscode';
import type { Analysis } from '../../language/analyze.ts';
import { summary } from '../../language/summary.ts';
import { inOneLine } from '../speech.ts';
import { readWorkflowAt, YAML, type Feature } from './feature.ts';

/** What is to be said of the workflow in the editor, behind the name of its language. */
export const offerStatusItem: Feature = (world) => {
  let item: vscode.LanguageStatusItem | undefined;
  let isDisposed = false;
  const show = async () => {
    const document = vscode.window.activeTextEditor?.document;
    const open = document?.languageId === 'yaml' ? await readWorkflowAt(world, document) : undefined;
    if (isDisposed || document !== vscode.window.activeTextEditor?.document) return;
    if (open === undefined) {
      // An item is shown for a language, not for a file: for other YAML there must be none.
      item?.dispose();
      item = undefined;
      return;
    }
    item ??= made();
    describe(item, open.analysis, open.document.uri);
  };
  const showIt = () => void show();
  showIt();
  return vscode.Disposable.from(
    new vscode.Disposable(() => {
      isDisposed = true;
      item?.dispose();
    }),
    vscode.window.onDidChangeActiveTextEditor(showIt),
    world.projects.onDidChange(showIt),
    world.analyses.onDidChange((document) => {
      if (document === vscode.window.activeTextEditor?.document) showIt();
    }),
  );
};

function made(): vscode.LanguageStatusItem {
  const item = vscode.languages.createLanguageStatusItem('baton.workflow', YAML);
  item.name = vscode.l10n.t('Baton Workflow');
  return item;
}

function describe(item: vscode.LanguageStatusItem, analysis: Analysis, uri: vscode.Uri): void {
  const { errors, warnings, steps, waves } = summary(analysis);
  const { Information, Warning, Error } = vscode.LanguageStatusSeverity;
  item.severity = errors > 0 ? Error : warnings > 0 ? Warning : Information;
  item.text = inOneLine([health(errors, warnings), stepWords(steps), waveWords(waves)], ', ');
  item.command =
    errors + warnings > 0
      ? { command: 'workbench.actions.view.problems', title: vscode.l10n.t('Show Problems') }
      : { command: 'baton.showGraph', title: vscode.l10n.t('Show Graph'), arguments: [uri] };
}

function health(errors: number, warnings: number): string {
  const { l10n } = vscode;
  if (errors > 0) return errors === 1 ? l10n.t('1 error') : l10n.t('{0} errors', errors);
  if (warnings > 0) return warnings === 1 ? l10n.t('1 warning') : l10n.t('{0} warnings', warnings);
  return l10n.t('valid');
}

function stepWords(steps: number): string {
  return steps === 1 ? vscode.l10n.t('1 step') : vscode.l10n.t('{0} steps', steps);
}

function waveWords(waves: number): string {
  return waves === 1 ? vscode.l10n.t('1 wave') : vscode.l10n.t('{0} waves', waves);
}
