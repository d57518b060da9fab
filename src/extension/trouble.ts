import * as vscode from 'vscode';

/** What nobody expected: the whole story in the output channel, one line to the person. Failures that are values never come here. */
export class Trouble implements vscode.Disposable {
  readonly #channel = vscode.window.createOutputChannel('Baton', { log: true });

  /** `doing` finishes the sentence "Baton ran into trouble while …". */
  report(doing: string, error: unknown): void {
    this.#channel.error(
      `While ${doing}:`,
      error instanceof Error ? (error.stack ?? error.message) : String(error),
    );
    const message = error instanceof Error ? error.message : String(error);
    void this.#tell(vscode.l10n.t('Baton ran into trouble while {0}: {1}', doing, message));
  }

  /** What a person need not be told, and may look up. */
  note(text: string): void {
    this.#channel.info(text);
  }

  async #tell(message: string): Promise<void> {
    const details = vscode.l10n.t('Show Details');
    if ((await vscode.window.showErrorMessage(message, details)) === details) this.#channel.show();
  }

  /** Lets work go on by itself; what it throws is reported. */
  watch(doing: string, work: Promise<unknown>): void {
    work.catch((error: unknown) => this.report(doing, error));
  }

  dispose(): void {
    this.#channel.dispose();
  }
}
