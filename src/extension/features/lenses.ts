import * as vscode from 'vscode';
import { lenses, type Lens } from '../../language/lenses.ts';
import { statusWords } from '../../views/words.ts';
import { editorRange } from '../ranges.ts';
import { settings } from '../settings.ts';
import type { SeenRun } from '../runs-watch.ts';
import { workflowAt, YAML, type Feature, type OpenWorkflow } from './feature.ts';

/** What can be done stands above the file and above each step; the setting `baton.codeLens` says how much of it. */
export const offerLenses: Feature = (world) => {
  const changed = new vscode.EventEmitter<void>();
  return vscode.Disposable.from(
    changed,
    world.runs.onDidChangeList(() => changed.fire()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('baton.codeLens')) changed.fire();
    }),
    vscode.languages.registerCodeLensProvider(YAML, {
      onDidChangeCodeLenses: changed.event,
      provideCodeLenses(document) {
        const wanted = settings.codeLens();
        const open = wanted === 'off' ? undefined : workflowAt(world, document);
        if (open === undefined) return undefined;
        const last = open.place === undefined ? undefined : world.runs.lastOf(open.place, open.ref);
        // What comes before the step is taken over from the last run: there must be one.
        const mayGoOn = wanted === 'all' && last !== undefined && last.summary.status !== 'running';
        const shown = lenses(open.analysis).filter(({ action }) => mayGoOn || action !== 'run-from');
        return [...shown.map((lens) => lensOf(lens, open, last)), ...lastRun(open, shown, last)];
      },
    }),
  );
};

function lensOf(lens: Lens, { document, lines }: OpenWorkflow, last: SeenRun | undefined): vscode.CodeLens {
  return new vscode.CodeLens(editorRange(lines, lens.range), commandOf(lens, document.uri, last));
}

function commandOf({ action, step }: Lens, uri: vscode.Uri, last: SeenRun | undefined): vscode.Command {
  const { l10n } = vscode;
  switch (action) {
    case 'run':
      return { command: 'baton.run', title: `$(play) ${l10n.t('Run')}`, arguments: [uri] };
    case 'plan':
      return { command: 'baton.plan', title: `$(list-ordered) ${l10n.t('Plan')}`, arguments: [uri] };
    case 'graph':
      return { command: 'baton.showGraph', title: `$(type-hierarchy) ${l10n.t('Graph')}`, arguments: [uri] };
    case 'run-from': {
      const title = `$(debug-continue) ${l10n.t('Run from here')}`;
      return { command: 'baton.runFromStep', title, arguments: [last?.id, { step }] };
    }
  }
}

/** How the last run went, beside what can be done with the whole file; it leads to that run's terminal. */
function lastRun(
  { lines }: OpenWorkflow,
  [first]: readonly Lens[],
  last: SeenRun | undefined,
): readonly vscode.CodeLens[] {
  if (first === undefined || last === undefined) return [];
  const title = vscode.l10n.t('last run {0}', statusWords(last.summary.status));
  const command = { command: 'baton.openTerminal', title, arguments: [last.id] };
  return [new vscode.CodeLens(editorRange(lines, first.range), command)];
}
