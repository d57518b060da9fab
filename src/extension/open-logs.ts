import * as vscode from 'vscode';
import { LOG_SCHEME } from './log-uri.ts';
import type { Logs } from './logs/logs.ts';
import type { RunsWatch } from './runs-watch.ts';

/** Loads what shows logs when the first one is opened. */
export class OpenLogs implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #runs: RunsWatch;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registered: vscode.Disposable;
  #logs: Promise<Logs> | undefined;
  #isDisposed = false;

  constructor(runs: RunsWatch) {
    this.#runs = runs;
    this.#registered = vscode.workspace.registerTextDocumentContentProvider(LOG_SCHEME, this);
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    return (await this.#load()).documents.provideTextDocumentContent(uri);
  }

  async showEarlier(uri: vscode.Uri): Promise<void> {
    (await this.#load()).documents.showEarlier(uri);
  }

  #load(): Promise<Logs> {
    return (this.#logs ??= import('./logs/logs.ts').then(({ Logs }) => {
      const logs = new Logs(this.#runs);
      logs.documents.onDidChange((uri) => this.#changed.fire(uri));
      if (this.#isDisposed) logs.dispose();
      return logs;
    }));
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#registered.dispose();
    this.#changed.dispose();
    void this.#logs?.then((logs) => logs.dispose());
  }
}
