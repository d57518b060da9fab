import path from 'node:path';
import * as vscode from 'vscode';
import { linesOf } from '../base/lines.ts';
import { blockers, type Analysis } from '../language/analyze.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { settings } from './settings.ts';
import { nameOf } from './workflow-rows.ts';
import type { WorkflowFile, WorkflowFiles } from './workflow-files.ts';

export const PLAN_SCHEME = 'baton-plan';

/** What a run of a workflow would do, as a read-only document that follows the text, saved or not. */
export class PlanDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #files: WorkflowFiles;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #following: vscode.Disposable;

  constructor(files: WorkflowFiles) {
    this.#files = files;
    this.#following = files.onDidChange((uri) => this.#follow(uri));
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const file = this.#files.fresh(vscode.Uri.parse(uri.query, true));
    return file === undefined ? vscode.l10n.t('The workflow file is not there any more.') : textOf(file);
  }

  /** Shows it beside the text as it is now, and leaves the focus there. */
  async open(file: WorkflowFile): Promise<vscode.Uri> {
    const uri = planUri(file);
    this.#changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    const beside = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: true };
    await vscode.window.showTextDocument(document, beside);
    return uri;
  }

  #follow(workflow: vscode.Uri): void {
    const key = workflow.toString();
    for (const { uri } of vscode.workspace.textDocuments)
      if (uri.scheme === PLAN_SCHEME && uri.query === key) this.#changed.fire(uri);
  }

  dispose(): void {
    this.#following.dispose();
    this.#changed.dispose();
  }
}

/** `baton-plan:/Check.plan?file:///…`: the path is for people, the query for us. */
function planUri(file: WorkflowFile): vscode.Uri {
  const name = `${nameOf(file).replaceAll('/', '_')}.plan`;
  return vscode.Uri.from({
    scheme: PLAN_SCHEME,
    path: path.posix.join('/', name),
    query: file.uri.toString(),
  });
}

async function textOf(file: WorkflowFile): Promise<string> {
  const { analysis, place } = file;
  const parallel = settings.parallel(place?.folder.uri);
  // Loaded when first asked for, from a file of its own: starting up must not read what few windows use.
  const { planPage } = await import('./plan-page.ts');
  const planned = await planPage({
    workflow: analysis.workflow,
    blockers: blockers(analysis),
    ...(place !== undefined && { journal: place.project.runs.journal }),
    ...(parallel !== undefined && { parallel }),
  });
  return planned.ok ? planned.value : errorsIn(file, planned.error);
}

function errorsIn(file: WorkflowFile, errors: readonly Diagnostic[]): string {
  const title = vscode.l10n.t('"{0}" has errors, so nothing of it would run:', nameOf(file));
  const lines = errors.map((each) => `  ${placeIn(file.analysis, each)} ${each.message}`);
  return [title, ...lines].map((line) => `${line}\n`).join('');
}

/** Line and column from 1. */
function placeIn({ text }: Analysis, { range }: Diagnostic): string {
  const { line, character } = linesOf(text).position(range.start);
  return `${line + 1}:${character + 1}`;
}
