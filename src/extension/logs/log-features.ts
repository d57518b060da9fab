import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { fileReferences, groupsOf } from '../../views/log-marks.ts';
import { LOG_SCHEME } from '../log-uri.ts';
import type { LogDocuments, ShownLog } from './log-documents.ts';

/** Links are offered for so many lines, the last ones. */
const MOST_LINES = 20_000;
/** So many different names are looked for on the disk. */
const MOST_FILES = 500;

/** Folding, links to files, and what can be done with a log. */
export function logFeatures(logs: LogDocuments): vscode.Disposable {
  const selector = { scheme: LOG_SCHEME };
  const { languages } = vscode;
  const lensesChanged = new vscode.EventEmitter<void>();
  return vscode.Disposable.from(
    lensesChanged,
    logs.onDidShow(() => lensesChanged.fire()),
    languages.registerFoldingRangeProvider(selector, {
      provideFoldingRanges: (document) => foldsOf(document, logs.shown(document.uri)),
    }),
    languages.registerDocumentLinkProvider(selector, {
      provideDocumentLinks: (document, token) => linksOf(document, { log: logs.shown(document.uri), token }),
    }),
    languages.registerCodeLensProvider(selector, {
      onDidChangeCodeLenses: lensesChanged.event,
      provideCodeLenses: ({ uri }) => lensesOf(uri, logs.shown(uri)),
    }),
  );
}

function foldsOf(document: vscode.TextDocument, log: ShownLog | undefined): vscode.FoldingRange[] {
  const ends = (log?.headings ?? []).map((start, i, all) => [
    start,
    (all[i + 1] ?? document.lineCount - 1) - 1,
  ]);
  const sections = ends.flatMap(([start = 0, end = 0]) =>
    end > start ? [new vscode.FoldingRange(start, end)] : [],
  );
  const groups = groupsOf(document.getText().split('\n'));
  return [...sections, ...groups.map(({ start, end }) => new vscode.FoldingRange(start, end))];
}

interface Asked {
  readonly log: ShownLog | undefined;
  readonly token: vscode.CancellationToken;
}

/** Links to the files that exist; names are read from the run's folder, as steps print them. */
async function linksOf(document: vscode.TextDocument, { log, token }: Asked): Promise<vscode.DocumentLink[]> {
  const folder = log?.run?.place.project.folder;
  if (folder === undefined) return [];
  const lines = document.getText().split('\n');
  const first = Math.max(0, lines.length - MOST_LINES);
  const found = lines
    .slice(first)
    .flatMap((line, i) => fileReferences(line).map((reference) => ({ ...reference, line: first + i })));
  const files = new Map<string, string | undefined>();
  for (const { path: name } of found.toReversed()) {
    if (files.has(name) || files.size >= MOST_FILES) continue;
    if (token.isCancellationRequested) return [];
    const file = path.resolve(folder, name);
    files.set(name, (await isFile(file)) ? file : undefined);
  }
  return found.flatMap(({ line, start, end, path: name, row, column }) => {
    const file = files.get(name);
    if (file === undefined) return [];
    const place = column === undefined ? `L${row}` : `L${row},${column}`;
    const link = new vscode.DocumentLink(
      new vscode.Range(line, start, line, end),
      vscode.Uri.file(file).with({ fragment: place }),
    );
    link.tooltip = vscode.l10n.t('Open {0}', vscode.workspace.asRelativePath(file));
    return [link];
  });
}

async function isFile(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch {
    return false; // It only looked like the name of a file.
  }
}

function lensesOf(uri: vscode.Uri, log: ShownLog | undefined): vscode.CodeLens[] {
  if (log?.run === undefined) return [];
  const { run, step, attempt, file, earlierBytes, canShowMore } = log;
  const { t } = vscode.l10n;
  const commands: vscode.Command[] = [];
  if (earlierBytes > 0 && canShowMore)
    commands.push({
      command: 'baton.showEarlier',
      title: `$(arrow-up) ${t('Show earlier output ({0} more)', sizeWords(earlierBytes))}`,
      arguments: [uri],
    });
  if (earlierBytes > 0 && file !== undefined)
    commands.push({
      command: 'vscode.open',
      title: t('Open the whole file'),
      arguments: [vscode.Uri.file(file)],
    });
  if (step !== undefined && step.attempts.length > 1) {
    for (const { number } of step.attempts) {
      if (number === attempt) continue;
      commands.push({
        command: 'baton.openLog',
        title: t('Attempt {0}', number),
        arguments: [run.id, { step: step.id, attempt: number }],
      });
    }
  }
  if (step !== undefined)
    commands.push({ command: 'baton.openRunLog', title: t('Whole run'), arguments: [run.id] });
  return commands.map((command) => new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), command));
}

function sizeWords(bytes: number): string {
  if (bytes < 1024 ** 2) return `${Math.ceil(bytes / 1024)} KiB`;
  if (bytes < 1024 ** 3) return `${(bytes / 1024 ** 2).toFixed(0)} MiB`;
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
