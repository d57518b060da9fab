import { deepEqual, equal, ok } from 'node:assert/strict';
import * as vscode from 'vscode';
import { baton, becomes, remove, write } from './baton.ts';

const NAME = 'show.workflow.yaml';
const OTHER = 'show-other.yaml';
const FILE = `defaults: { timeout: 10m }
steps:
  build:
    run: echo one
  greet:
    needs: build
    if: always() && steps.build.result == 'succeeded'
    run: echo two
`;

suite('What is shown in a workflow', () => {
  let uri: vscode.Uri;
  let other: vscode.Uri;

  suiteSetup(async () => {
    await baton();
    uri = await write(NAME, FILE);
    other = await write(OTHER, FILE);
    await vscode.workspace.openTextDocument(other);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
  });
  suiteTeardown(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await remove(NAME);
    await remove(OTHER);
  });

  async function hints(of: vscode.Uri): Promise<readonly string[]> {
    const all = new vscode.Range(0, 0, 100, 0);
    const found = await vscode.commands.executeCommand<vscode.InlayHint[] | undefined>(
      'vscode.executeInlayHintProvider',
      of,
      all,
    );
    return (found ?? []).map(
      ({ position, label }) =>
        `${position.line}:${position.character} ${typeof label === 'string' ? label : ''}`,
    );
  }

  test('are the waves and defaults of its steps', async () => {
    const expected = ['2:8 wave 1', '2:8 timeout 10m', '4:8 wave 2', '4:8 timeout 10m'];
    const found = await becomes(
      () => hints(uri),
      (all) => all.length > 0,
    );
    deepEqual(found, expected);
    deepEqual(await hints(other), []);
  });

  test('is no hint where the setting says so', async () => {
    const configuration = vscode.workspace.getConfiguration('baton');
    await configuration.update('inlayHints', false, vscode.ConfigurationTarget.Global);
    deepEqual(await hints(uri), []);
    await configuration.update('inlayHints', undefined, vscode.ConfigurationTarget.Global);
  });

  test('are tokens for names and expressions', async () => {
    const legend = await vscode.commands.executeCommand<vscode.SemanticTokensLegend>(
      'vscode.provideDocumentSemanticTokensLegend',
      uri,
    );
    const found = await vscode.commands.executeCommand<vscode.SemanticTokens>(
      'vscode.provideDocumentSemanticTokens',
      uri,
    );
    ok(legend.tokenTypes.includes('step'));
    ok(legend.tokenModifiers.includes('unknown'));
    // build, greet, build, always, &&, steps, build, result, == and the text.
    equal(found.data.length / 5, 10);
  });

  test('are lenses, which can be switched off', async () => {
    const lenses = async () => {
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        uri,
        100,
      );
      return found.map(({ command }) => command?.command ?? '');
    };
    deepEqual((await lenses()).slice(0, 3), ['baton.run', 'baton.plan', 'baton.showGraph']);
    const configuration = vscode.workspace.getConfiguration('baton');
    await configuration.update('codeLens', 'off', vscode.ConfigurationTarget.Global);
    deepEqual(await lenses(), []);
    await configuration.update('codeLens', undefined, vscode.ConfigurationTarget.Global);
  });
});
