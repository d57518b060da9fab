import * as vscode from 'vscode';
import { prune, SizesOfRuns } from '../project/retention.ts';
import type { Projects } from './projects.ts';
import type { RunsWatch } from './runs-watch.ts';
import { settings } from './settings.ts';
import type { Trouble } from './trouble.ts';

/** Old runs go some time after something ended, when nobody waits for anything. */
const REST_MS = 30_000;

/** Keeps as many runs as the settings say, oldest gone first. */
export function keepHistory(projects: Projects, runs: RunsWatch, trouble: Trouble): vscode.Disposable {
  const sizes = new SizesOfRuns();
  let waiting: NodeJS.Timeout | undefined;
  const tidy = async () => {
    waiting = undefined;
    if (!vscode.workspace.isTrusted) return;
    for (const place of projects.all()) {
      const removed = await prune(place.project, settings.history(place.folder.uri), sizes);
      if (removed.length > 0) await runs.refresh(place);
    }
  };
  const soon = () => {
    waiting ??= setTimeout(() => trouble.watch(vscode.l10n.t('forgetting old runs'), tidy()), REST_MS);
  };
  return vscode.Disposable.from(
    runs.onDidChangeList(soon),
    new vscode.Disposable(() => clearTimeout(waiting)),
  );
}
