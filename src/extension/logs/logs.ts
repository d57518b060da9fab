import * as vscode from 'vscode';
import type { RunsWatch } from '../runs-watch.ts';
import { LogColours } from './log-colours.ts';
import { LogDocuments } from './log-documents.ts';
import { logFeatures } from './log-features.ts';

/** All there is about logs, in a bundle of its own, loaded when the first one is opened. */
export class Logs implements vscode.Disposable {
  readonly documents: LogDocuments;
  readonly #parts: vscode.Disposable;

  constructor(runs: RunsWatch) {
    this.documents = new LogDocuments(runs);
    this.#parts = vscode.Disposable.from(
      this.documents,
      new LogColours(this.documents),
      logFeatures(this.documents),
    );
  }

  dispose(): void {
    this.#parts.dispose();
  }
}
