import * as vscode from 'vscode';
import type { RunFilter } from '../../views/run-groups.ts';

interface Filtered {
  readonly filter: RunFilter;
  filterBy(filter: RunFilter): void;
}

/** Which runs to list: what is typed is looked for in names and ids, and there are the usual choices. */
export async function askFilter(tree: Filtered, given: unknown): Promise<RunFilter | undefined> {
  const chosen = isFilter(given) ? given : await ask(tree.filter);
  if (chosen !== undefined) tree.filterBy(chosen);
  return chosen;
}

interface Choice extends vscode.QuickPickItem {
  readonly filter?: RunFilter;
}

function ask({ text = '' }: RunFilter): Promise<RunFilter | undefined> {
  const { l10n } = vscode;
  const choices: readonly Choice[] = [
    { label: `$(list-unordered) ${l10n.t('All runs')}`, alwaysShow: true, filter: {} },
    { label: `$(error) ${l10n.t('Failed')}`, alwaysShow: true, filter: { only: 'failed' } },
    { label: `$(sync) ${l10n.t('Running')}`, alwaysShow: true, filter: { only: 'going-on' } },
    {
      label: `$(question) ${l10n.t('Waiting for an answer')}`,
      alwaysShow: true,
      filter: { only: 'waiting' },
    },
  ];
  const pick = vscode.window.createQuickPick<Choice>();
  pick.title = l10n.t('Filter Runs');
  pick.placeholder = l10n.t('Part of a name, a path or an id');
  pick.value = text;
  const offer = () => {
    const words = pick.value.trim();
    const typed: Choice = {
      label: `$(search) ${l10n.t('Runs with "{0}"', words)}`,
      alwaysShow: true,
      filter: { text: words },
    };
    pick.items = words === '' ? choices : [typed, ...choices];
  };
  offer();
  return new Promise((resolve) => {
    pick.onDidChangeValue(offer);
    pick.onDidAccept(() => {
      resolve(pick.selectedItems[0]?.filter);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

function isFilter(given: unknown): given is RunFilter {
  return typeof given === 'object' && given !== null && ('only' in given || 'text' in given);
}
