import * as vscode from 'vscode';
import { analysis, analyze, PIECES_FROM, type Analysis, type Surroundings } from '../language/analyze.ts';
import { childrenOf } from '../language/children.ts';
import type { Projects } from './projects.ts';
import { settings } from './settings.ts';
import { inSlices } from './slices.ts';

/** Characters: below, a first look takes about 20 ms. */
const SLICED_FROM = 100_000;

/** One Analysis for each version of each open workflow, shared by everything that reads it. */
export class Analyses implements vscode.Disposable {
  readonly #projects: Projects;
  readonly #known = new Map<string, { readonly version: number; readonly analysis: Analysis }>();
  readonly #reading = new Map<string, Promise<void>>();
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

  /**
   * Settles when `of` costs no more than a keystroke: a large file that was not read before is read in slices, so that
   * the editor's other extensions have their turns.
   */
  async ready(document: vscode.TextDocument): Promise<void> {
    if (!this.#isLong(document)) return;
    const key = document.uri.toString();
    let reading = this.#reading.get(key);
    if (reading === undefined) {
      reading = this.#read(document).finally(() => this.#reading.delete(key));
      this.#reading.set(key, reading);
    }
    await reading;
  }

  #isLong(document: vscode.TextDocument): boolean {
    const isKnown = this.#known.has(document.uri.toString());
    return !isKnown && !document.isClosed && document.getText().length >= SLICED_FROM;
  }

  async #read(document: vscode.TextDocument): Promise<void> {
    while (this.#isLong(document)) {
      const { version } = document;
      const text = document.getText();
      const read = await inSlices(analysis(text, this.#surroundings(document)), () => {
        return document.version === version && this.#isLong(document);
      });
      if (read !== undefined) this.#known.set(document.uri.toString(), { version, analysis: read });
    }
  }

  /** What another text would be in the place of a document: nothing of it is kept. */
  reread(document: vscode.TextDocument, text: string, last?: Analysis): Analysis {
    return analyze(text, this.#surroundings(document), last);
  }

  #surroundings({ uri }: vscode.TextDocument): Surroundings {
    const found = this.#projects.find(uri);
    const piecesFrom = PIECES_FROM;
    if (found === undefined) return { piecesFrom };
    const { workflows } = found.place.project;
    const { ref } = found;
    return { ref, look: (child) => workflows.look(child), usualMs: workflows.usualMs(ref), piecesFrom };
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
      void this.ready(document).then(() => {
        // Who typed meanwhile is told when that rests.
        if (document.isClosed || this.#waiting.has(key)) return;
        this.of(document);
        this.#changed.fire(document);
      });
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
