import * as vscode from 'vscode';
import { statusWords } from '../views/words.ts';
import { isFailedRun } from '../views/run-groups.ts';
import type { Projects } from './projects.ts';
import type { RunsWatch } from './runs-watch.ts';

/** Workflow files whose last run failed, or waits for somebody, are marked wherever files are listed. */
export function markFiles(projects: Projects, runs: RunsWatch): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri[]>();
  /** How files are marked now. */
  const marked = new Map<string, string>();
  const statusOf = (uri: vscode.Uri) => {
    if (!projects.isWorkflow(uri)) return undefined;
    const found = projects.find(uri);
    return found && runs.lastOf(found.place, found.ref)?.summary.status;
  };
  const look = () => {
    const uris = new Map<string, vscode.Uri>();
    for (const { place, summary } of runs.newest()) {
      const uri = projects.uriOf(place, summary.workflow);
      uris.set(uri.toString(), uri);
    }
    for (const key of marked.keys()) if (!uris.has(key)) uris.set(key, vscode.Uri.parse(key));
    const others = [...uris].filter(([key, uri]) => (statusOf(uri) ?? '') !== (marked.get(key) ?? ''));
    for (const [key, uri] of others) marked.set(key, statusOf(uri) ?? '');
    if (others.length > 0) changed.fire(others.map(([, uri]) => uri));
  };
  return vscode.Disposable.from(
    changed,
    runs.onDidChangeList(look),
    runs.onDidChangeRun(look),
    vscode.window.registerFileDecorationProvider({
      onDidChangeFileDecorations: changed.event,
      provideFileDecoration(uri) {
        const status = statusOf(uri);
        if (status === undefined || !(isFailedRun(status) || status === 'waiting')) return undefined;
        const words = vscode.l10n.t('Its last run: {0}', vscode.l10n.t(statusWords(status)));
        return status === 'waiting'
          ? new vscode.FileDecoration('?', words, new vscode.ThemeColor('charts.yellow'))
          : new vscode.FileDecoration('✗', words, new vscode.ThemeColor('list.errorForeground'));
      },
    }),
  );
}
