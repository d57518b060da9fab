import { deepEqual, equal, match, ok } from 'node:assert/strict';
import * as vscode from 'vscode';
import { baton, becomes, endOf, remove, uriOf, write } from './baton.ts';

const FILE = `name: Help
inputs:
  who: { description: Whom to greet, default: world }
steps:
  build:
    run: echo "tag=v1" >> "$BATON_OUTPUT"
  greet:
    needs: build
    run: echo "\${{ inputs.who }} \${{ steps.build.outputs.tag }}"
  last:
    needs: greet
    run: echo end
`;
const NAME = 'help.workflow.yaml';

suite('Help with editing', () => {
  let uri: vscode.Uri;
  let document: vscode.TextDocument;

  suiteSetup(async () => {
    await baton();
    uri = await write(NAME, FILE);
    document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    await becomes(
      () => symbols(),
      (found) => found.length > 0,
    );
  });
  suiteTeardown(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await remove(NAME);
  });

  /** The place of a text, and some characters into it. */
  function at(text: string, into = 0): vscode.Position {
    const offset = document.getText().indexOf(text);
    ok(offset >= 0, text);
    return document.positionAt(offset + into);
  }

  async function symbols(): Promise<readonly vscode.DocumentSymbol[]> {
    const found = await vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>(
      'vscode.executeDocumentSymbolProvider',
      uri,
    );
    return (found ?? []).filter(({ children }) => Array.isArray(children));
  }

  async function completions(position: vscode.Position): Promise<readonly string[]> {
    const list = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      uri,
      position,
    );
    return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
  }

  function texts(locations: readonly (vscode.Location | vscode.LocationLink)[]): readonly string[] {
    return locations
      .map((each) => ('range' in each ? each.range : (each.targetSelectionRange ?? each.targetRange)))
      .map((range) => `${range.start.line + 1} ${document.getText(range)}`)
      .toSorted();
  }

  test('draws an outline with every step', async () => {
    const [inputs, steps] = await symbols();
    equal(inputs?.name, 'inputs');
    deepEqual(
      steps?.children.map(({ name, detail }) => `${name}: ${detail}`),
      ['build: run', 'greet: run · needs build', 'last: run · needs greet'],
    );
  });

  test('offers steps where a need is written, and outputs in an expression', async () => {
    const needs = await completions(at('needs: greet', 'needs: '.length));
    ok(needs.includes('build') && needs.includes('greet') && !needs.includes('last'), needs.join());
    const outputs = await completions(at('outputs.tag', 'outputs.'.length));
    ok(outputs.includes('tag'), outputs.join());
  });

  test('leads from a name to where it is declared, and to all that use it', async () => {
    const definition = await vscode.commands.executeCommand<vscode.Location[]>(
      'vscode.executeDefinitionProvider',
      uri,
      at('needs: build', 8),
    );
    deepEqual(texts(definition), ['5 build']);
    const references = await vscode.commands.executeCommand<vscode.Location[]>(
      'vscode.executeReferenceProvider',
      uri,
      at('  build:', 3),
    );
    deepEqual(texts(references), ['5 build', '8 build', '9 build']);
  });

  test('gives a step another name everywhere', async () => {
    const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit>(
      'vscode.executeDocumentRenameProvider',
      uri,
      at('needs: build', 8),
      'compile',
    );
    equal(edit.get(uri).length, 3);
    ok(edit.get(uri).every(({ newText }) => newText === 'compile'));
  });

  test('says over a step what waits for it, and after a run how it went', async () => {
    const read = async () => {
      const found = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        uri,
        at('  build:', 3),
      );
      return found
        .flatMap(({ contents }) => contents.map((each) => (typeof each === 'string' ? each : each.value)))
        .join('\n');
    };
    match(await read(), /Waited for by `greet`, `last`\./);
    const run = await vscode.commands.executeCommand<string>('baton.run', uri, { inputs: { who: 'Ada' } });
    equal(await endOf(run), 'succeeded');
    match(await becomes(read, (words) => words.includes('Last run')), /Last run: succeeded, \d/);
  });

  test('offers to run, to plan, to draw, and to go on from each step', async () => {
    const titles = await becomes(
      async () => {
        const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
          'vscode.executeCodeLensProvider',
          uri,
          20,
        );
        return found.map(({ command, range }) =>
          `${range.start.line + 1} ${command?.title ?? ''}`.replace(/\d[\d.]* m?s$/, 'a while'),
        );
      },
      (found) => found.some((title) => title.includes('last run succeeded')),
    );
    deepEqual(titles.toSorted(), [
      '1 $(list-ordered) Plan',
      '1 $(play) Run',
      '1 $(type-hierarchy) Graph',
      '1 last run succeeded · a while',
      '10 $(debug-continue) Run from here',
      '10 succeeded · a while',
      '5 $(debug-continue) Run from here',
      '5 succeeded · a while',
      '7 $(debug-continue) Run from here',
      '7 succeeded · a while',
    ]);
  });

  test('mends what has one cure, and silences what has none', async () => {
    const broken = await write(
      'broken.workflow.yaml',
      'steps:\n  build: { run: x }\n  b: { run: x, needs: biuld }\n',
    );
    await vscode.workspace.openTextDocument(broken);
    const actions = await becomes(
      async () =>
        vscode.commands.executeCommand<vscode.CodeAction[]>(
          'vscode.executeCodeActionProvider',
          broken,
          new vscode.Range(2, 0, 2, 40),
        ),
      (found) => found.length > 1,
    );
    const titles = actions.map(({ title }) => title);
    ok(
      titles.some((title) => title.includes('build')),
      titles.join(),
    );
    ok(titles.includes('Ignore baton/unknown-step here'), titles.join());
    const mend = actions.find(({ title }) => title.includes('build'));
    ok(mend?.edit !== undefined && (await vscode.workspace.applyEdit(mend.edit)));
    const text = (await vscode.workspace.openTextDocument(broken)).getText();
    match(text, /needs: build/);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await remove('broken.workflow.yaml');
  });

  test('leaves other YAML alone', async () => {
    const other = await write('other.yaml', FILE);
    await vscode.workspace.openTextDocument(other);
    const found = await vscode.commands.executeCommand<unknown[] | undefined>(
      'vscode.executeCodeLensProvider',
      other,
    );
    deepEqual(found ?? [], []);
    await remove('other.yaml');
    ok(uriOf(NAME).path.endsWith(NAME));
  });
});
