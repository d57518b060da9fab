import * as vscode from 'vscode';
import { analyze, PIECES_FROM, type Analysis } from '../language/analyze.ts';
import { childrenOf } from '../language/children.ts';
import type { Projects } from './projects.ts';
import { settings } from './settings.ts';

/** One Analysis for each version of each open workflow, shared by everything that reads it. */
export class Analyses implements vscode.Disposable {
  readonly #projects: Projects;
  readonly #known = new Map<string, { readonly version: number; readonly analysis: Analysis }>();
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  readonly #changed = new vscode.EventEmitter<vscode.TextDocument>();
  /** The text rests, and its analysis is there. Also for a document that was just opened. */
  readonly onDidChange = this.#changed.event;
  readonly #closed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidClose = this.#closed.event;
  readonly #subscriptions: readonly vscode.Disposable[];

  constructor(projects: Projects) {
    this.#projects = projects;
    this.#subscriptions = [
      vscode.workspace.onDidOpenTextDocument((document) => this.#later(document, 0)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.#later(document, settings.validationDelayMs());
      }),
      vscode.workspace.onDidCloseTextDocument((document) => this.#forget(document)),
      vscode.workspace.onDidSaveTextDocument((document) => this.#lookAgain(document)),
    ];
  }

  /** The analysis of the text as it is now, worked out at once when need be. */
  of(document: vscode.TextDocument): Analysis {
    const key = document.uri.toString();
    const known = this.#known.get(key);
    if (known?.version === document.version) return known.analysis;
    const analysis = this.reread(document, document.getText(), known?.analysis);
    this.#known.set(key, { version: document.version, analysis });
    return analysis;
  }

  /** What another text would be in the place of a document: nothing of it is kept. */
  reread({ uri }: vscode.TextDocument, text: string, last?: Analysis): Analysis {
    const found = this.#projects.find(uri);
    const piecesFrom = PIECES_FROM;
    if (found === undefined) return analyze(text, { piecesFrom }, last);
    const { workflows } = found.place.project;
    const look = (ref: string) => workflows.look(ref);
    const { ref } = found;
    return analyze(text, { ref, look, usualMs: workflows.usualMs(ref), piecesFrom }, last);
  }

  /** Open workflows, whether or not they were ever saved. */
  documents(): readonly vscode.TextDocument[] {
    return vscode.workspace.textDocuments.filter(
      (document) => !document.isClosed && this.#projects.isWorkflow(document.uri),
    );
  }

  document(uri: vscode.Uri): vscode.TextDocument | undefined {
    return this.documents().find((document) => document.uri.toString() === uri.toString());
  }

  #later(document: vscode.TextDocument, delayMs: number): void {
    if (!this.#projects.isWorkflow(document.uri)) return;
    const key = document.uri.toString();
    clearTimeout(this.#waiting.get(key));
    const timer = setTimeout(() => {
      this.#waiting.delete(key);
      if (document.isClosed) return;
      this.of(document);
      this.#changed.fire(document);
    }, delayMs);
    this.#waiting.set(key, timer);
  }

  /** Those that run the saved workflow are checked against what it says now. */
  #lookAgain(saved: vscode.TextDocument): void {
    const ref = this.#projects.find(saved.uri)?.ref;
    if (ref === undefined) return;
    for (const document of this.documents()) {
      const known = this.#known.get(document.uri.toString());
      if (known === undefined || !childrenOf(known.analysis.workflow).includes(ref)) continue;
      this.#known.set(document.uri.toString(), { ...known, version: -1 });
      this.#later(document, 0);
    }
  }

  #forget(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.#waiting.get(key));
    this.#waiting.delete(key);
    this.#known.delete(key);
    this.#closed.fire(document.uri);
  }

  dispose(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#changed.dispose();
    this.#closed.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}
