import path from 'node:path';
import * as vscode from 'vscode';
import { compareRuns } from '../../views/compare.ts';
import { comparisonInWords } from '../../views/compare-text.ts';
import type { Sentence } from '../../views/sentence.ts';
import { COMPARE_SCHEME } from '../compare-scheme.ts';
import { runName, type RunsWatch, type SeenRun } from '../runs-watch.ts';
import { statusWords } from '../../views/words.ts';
import { statusIcon } from '../icons.ts';
import { ago, clockTime, inOneLine } from '../speech.ts';

/** What differs between two runs, as a document. With one run given, the other is asked for: an earlier one first. */
export async function openComparison(
  runs: RunsWatch,
  given: readonly SeenRun[],
): Promise<vscode.Uri | undefined> {
  const [one, other = one && (await askOther(runs, one))] = given;
  if (one === undefined || other === undefined) return undefined;
  const [before, after] = one.summary.startedAt <= other.summary.startedAt ? [one, other] : [other, one];
  const uri = vscode.Uri.from({
    scheme: COMPARE_SCHEME,
    path: path.posix.join('/', `${runName(after).replaceAll('/', '_')}.compared`),
    query: JSON.stringify({ before: before.id, after: after.id }),
  });
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { preview: true });
  return uri;
}

async function askOther(runs: RunsWatch, { place, summary, id }: SeenRun): Promise<SeenRun | undefined> {
  const others = runs
    .all()
    .filter((each) => each.place === place && each.summary.workflow === summary.workflow && each.id !== id);
  if (others.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('This workflow has no other run to compare with.'),
    );
    return undefined;
  }
  const earlier = others.filter((each) => each.summary.startedAt <= summary.startedAt);
  const items = [...earlier, ...others.filter((each) => !earlier.includes(each))].map((run) => ({
    run,
    label: clockTime(run.summary.startedAt),
    description: inOneLine([
      vscode.l10n.t(statusWords(run.summary.status)),
      ago(run.summary.startedAt, Date.now()),
    ]),
    iconPath: statusIcon(run.summary.status),
  }));
  const title = vscode.l10n.t('Compare With');
  return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true }))?.run;
}

/** The text of such a document. */
export async function comparisonPage(runs: RunsWatch, uri: vscode.Uri): Promise<string> {
  const gone = vscode.l10n.t('One of these runs is not there any more.');
  const ids = idsIn(uri);
  const [a, b] = [ids && runs.find(ids.before), ids && runs.find(ids.after)];
  const [before, after] = [a && (await runs.load(a)), b && (await runs.load(b))];
  if (before === undefined || after === undefined) return gone;
  const say = ({ text, values }: Sentence) => vscode.l10n.t(text, ...values);
  return comparisonInWords(compareRuns(before, after), clockTime)
    .map(({ heading, lines }) => [say(heading), ...lines.map((line) => `  ${say(line)}`)].join('\n'))
    .join('\n\n')
    .concat('\n');
}

function idsIn(uri: vscode.Uri): { readonly before: string; readonly after: string } | undefined {
  try {
    const { before, after } = JSON.parse(uri.query) as { before?: unknown; after?: unknown };
    return typeof before === 'string' && typeof after === 'string' ? { before, after } : undefined;
  } catch {
    return undefined; // Somebody else made this address.
  }
}
