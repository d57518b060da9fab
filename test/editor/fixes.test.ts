import { deepEqual, equal, match, ok } from 'node:assert/strict';
import * as vscode from 'vscode';
import { baton, becomes, remove, uriOf, write } from './baton.ts';

const NAME = 'mend.workflow.yaml';
const BROKEN = `steps:
  build: { run: x }
  # keep me
  check: { run: x, need: biuld, if: true }
`;
const MENDED = `steps:
  build: { run: x }
  # keep me
  check: { run: x, needs: build }
`;
const SOUND = `inputs:
  who: { default: world }
steps:
  build:
    run: |
      make one
      make two
  ship:
    needs: build
    run: echo \${{ format('{0}', inputs.who) }}
`;

suite('Mending', () => {
  let uri: vscode.Uri;

  suiteSetup(baton);
  teardown(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await remove(NAME);
  });

  async function open(text: string): Promise<vscode.TextDocument> {
    uri = await write(NAME, text);
    // What an earlier test left open may still be about to follow the file.
    const document = await becomes(
      async () => vscode.workspace.openTextDocument(uri),
      (found) => found.getText() === text,
    );
    await vscode.window.showTextDocument(document);
    return document;
  }

  async function actions(
    document: vscode.TextDocument,
    text: string,
    kind?: vscode.CodeActionKind,
  ): Promise<readonly vscode.CodeAction[]> {
    const at = document.positionAt(document.getText().indexOf(text) + 1);
    return becomes(
      async () =>
        (await vscode.commands.executeCommand<vscode.CodeAction[] | undefined>(
          'vscode.executeCodeActionProvider',
          uri,
          new vscode.Range(at, at),
          kind?.value,
        )) ?? [],
      (found) => found.length > 0,
    );
  }

  async function apply(found: readonly vscode.CodeAction[], title: string): Promise<string> {
    const action = found.find((each) => each.title === title);
    ok(action?.edit, `"${title}" is not among ${found.map((each) => each.title).join(', ')}`);
    ok(await vscode.workspace.applyEdit(action.edit));
    return (await vscode.workspace.openTextDocument(uri)).getText();
  }

  test('puts the certain cure first, and what silences the problem last', async () => {
    const document = await open(BROKEN);
    const found = await actions(document, 'need: biuld', vscode.CodeActionKind.QuickFix);
    const own = found.filter(({ title }) => title.includes('needs') || title.includes('unknown-key'));
    deepEqual(
      own.map(({ title, isPreferred }) => `${title} ${isPreferred}`),
      ['Change to "needs" true', 'Ignore baton/unknown-key here false'],
    );
  });

  test('mends all that is certain at once, and keeps the rest as it is', async () => {
    const document = await open(BROKEN);
    const kind = vscode.CodeActionKind.SourceFixAll.append('baton');
    equal(await apply(await actions(document, 'steps', kind), 'Fix all Baton problems'), MENDED);
  });

  test('mends on save, where the editor is told to', async () => {
    const document = await open(BROKEN);
    const settings = vscode.workspace.getConfiguration('editor', document.uri);
    await settings.update(
      'codeActionsOnSave',
      { 'source.fixAll.baton': 'explicit' },
      vscode.ConfigurationTarget.Workspace,
    );
    try {
      const end = document.positionAt(document.getText().length);
      const editor = await vscode.window.showTextDocument(document);
      ok(await editor.edit((edit) => edit.insert(end, '# end\n')));
      await becomes(
        async () => {
          await document.save();
          return document.getText();
        },
        (text) => text === `${MENDED}# end\n`,
      );
    } finally {
      await settings.update('codeActionsOnSave', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  test('extracts a workflow into a file of its own', async () => {
    const document = await open(SOUND);
    const found = await actions(document, 'ship:', vscode.CodeActionKind.RefactorExtract);
    const text = await apply(found, 'Extract "ship" into a workflow');
    match(text, /ship:\n {4}needs: build\n {4}workflow: \.\/ship\.workflow\.yaml/);
    const made = await vscode.workspace.openTextDocument(uriOf('ship.workflow.yaml'));
    match(made.getText(), /^name: ship\ninputs:\n {2}who: /);
    await made.save();
    await remove('ship.workflow.yaml');
  });

  test('turns a command into a step, and surrounds a step with a loop', async () => {
    const document = await open(SOUND);
    const extracted = await actions(document, 'make two', vscode.CodeActionKind.RefactorExtract);
    match(await apply(extracted, 'Turn this command into a step'), / {2}one:\n {4}run: make one\n {2}build:/);
    const rewritten = await actions(document, 'one:', vscode.CodeActionKind.RefactorRewrite);
    match(await apply(rewritten, 'Surround "one" with a loop'), / {2}loop:\n {4}loop:\n {6}max: 3/);
  });

  test('names the parameter of a function that is being written', async () => {
    const document = await open(SOUND);
    const at = document.positionAt(document.getText().indexOf(', inputs.who') + 2);
    const help = await becomes(
      async () =>
        vscode.commands.executeCommand<vscode.SignatureHelp | undefined>(
          'vscode.executeSignatureHelpProvider',
          uri,
          at,
        ),
      (found) => found !== undefined,
    );
    equal(help?.signatures[0]?.label, "format('{0} of {1}', a, b)");
    equal(help?.activeParameter, 1);
  });
});
