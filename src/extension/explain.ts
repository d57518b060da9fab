import * as vscode from 'vscode';

const EXPLAIN = 'baton.explainDiagnostic';
const PAGE = 'docs/diagnostics.md';

/** The code of a problem, as a link to the page that says what it means and what to do about it. */
export function linkedCode(code: string): { readonly value: string; readonly target: vscode.Uri } {
  const args = encodeURIComponent(JSON.stringify([code]));
  return { value: code, target: vscode.Uri.parse(`command:${EXPLAIN}?${args}`) };
}

/** Shows that page, which is part of the extension, at the heading of a code. */
export function offerExplanations(extension: vscode.Uri): vscode.Disposable {
  const page = vscode.Uri.joinPath(extension, PAGE);
  return vscode.commands.registerCommand(EXPLAIN, async (code: unknown) => {
    const name = typeof code === 'string' ? code : '';
    // As headings become anchors: `## baton/cycle` is `#batoncycle`.
    const anchor = name.replace(/[^a-z0-9-]/gi, '').toLowerCase();
    await vscode.commands.executeCommand('markdown.showPreview', page.with({ fragment: anchor }));
  });
}
