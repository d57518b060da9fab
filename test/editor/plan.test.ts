import { equal, match } from 'node:assert/strict';
import * as vscode from 'vscode';
import { baton, becomes, type, uriOf } from './baton.ts';

async function planOf(ref: string): Promise<vscode.TextDocument> {
  const uri = await vscode.commands.executeCommand<vscode.Uri>('baton.plan', uriOf(ref));
  return vscode.workspace.openTextDocument(uri);
}

suite('A plan in the editor', () => {
  suiteSetup(baton);
  teardown(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('is a read-only document that says what would run, and why a step would not', async () => {
    const document = await planOf('pipeline.workflow.yaml');
    equal(document.uri.scheme, 'baton-plan');
    match(document.getText(), /^Plan of Pipeline {2}pipeline\.workflow\.yaml, nothing is run\n/);
    match(document.getText(), /○ shout .*skipped: its condition is false: inputs\.loud\n/);
  });

  test('says which errors keep everything from running', async () => {
    const document = await planOf('cycle.workflow.yaml');
    match(document.getText(), /^"Cycle" has errors, so nothing of it would run:\n {2}6:12 These steps wait/);
  });

  test('follows the text while it is typed, before it is saved', async () => {
    const editor = await vscode.window.showTextDocument(uriOf('pipeline.workflow.yaml'));
    const document = await planOf('pipeline.workflow.yaml');
    await type(editor, 'name: Typed\nsteps:\n  only: { run: echo one }\n');
    await becomes(
      () => document.getText(),
      (text) => text.startsWith('Plan of Typed') && text.includes('only'),
    );
    await vscode.window.showTextDocument(editor.document);
  });
});
