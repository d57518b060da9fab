import { deepEqual, equal, ok } from 'node:assert/strict';
import * as vscode from 'vscode';
import { baton, becomes, remove, write } from './baton.ts';

const FOLDER = 'navigation';
const OWN = `# About this file:
# two lines of it.
name: Own
inputs:
  who: { default: world }
env: { GREETING: hello }
dotenv: navigation/own.env
steps:
  build:
    run: |
      ./navigation/build.sh
      echo "tag=v1" >> "$BATON_OUTPUT"
  greet:
    needs: build
    run: echo "$GREETING \${{ inputs.who }} \${{ steps.build.outputs.tag }}"
`;
const CALLER = `name: Caller
steps:
  first: { run: echo first }
  ship:
    needs: first
    workflow: ./own.workflow.yaml
    with: { who: Ada }
`;

suite('Navigation', () => {
  let own: vscode.TextDocument;
  let caller: vscode.TextDocument;

  suiteSetup(async () => {
    await baton();
    await write(`${FOLDER}/build.sh`, 'echo build\n');
    await write(`${FOLDER}/own.env`, 'A=1\n');
    own = await vscode.workspace.openTextDocument(await write(`${FOLDER}/own.workflow.yaml`, OWN));
    caller = await vscode.workspace.openTextDocument(await write(`${FOLDER}/caller.workflow.yaml`, CALLER));
    await vscode.window.showTextDocument(own);
    // Both files are known to each other.
    await becomes(
      () => namesFound('ship'),
      (found) => found.some((name) => name.includes('caller.workflow.yaml')),
    );
    await becomes(
      () => namesFound('greet'),
      (found) => found.some((name) => name.includes('own.workflow.yaml')),
    );
  });
  suiteTeardown(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await remove(FOLDER);
  });

  async function ask<T>(command: string, ...args: readonly unknown[]): Promise<T> {
    return vscode.commands.executeCommand<T>(`vscode.${command}`, ...args);
  }

  /** The place of a text, and some characters into it. */
  function at(document: vscode.TextDocument, text: string, into = 0): vscode.Position {
    const offset = document.getText().indexOf(text);
    ok(offset >= 0, text);
    return document.positionAt(offset + into);
  }

  function textAt(uri: vscode.Uri, range: vscode.Range): string {
    const document = [own, caller].find((each) => each.uri.toString() === uri.toString());
    const file = uri.path.split('/').at(-1) ?? '';
    return `${file} ${range.start.line + 1} ${document?.getText(range) ?? ''}`.trim();
  }

  async function namesFound(query: string): Promise<readonly string[]> {
    const found = await ask<vscode.SymbolInformation[]>('executeWorkspaceSymbolProvider', query);
    return found.map(({ name, containerName }) => `${name} (${containerName})`);
  }

  async function definitions(document: vscode.TextDocument, position: vscode.Position): Promise<string[]> {
    const found = await ask<(vscode.Location | vscode.LocationLink)[]>(
      'executeDefinitionProvider',
      document.uri,
      position,
    );
    return found
      .map((each) =>
        'targetUri' in each ? textAt(each.targetUri, each.targetRange) : textAt(each.uri, each.range),
      )
      .toSorted();
  }

  test('leads to a step, to the line that writes an output, to a variable and into other files', async () => {
    deepEqual(await definitions(own, at(own, 'needs: build', 8)), ['own.workflow.yaml 9 build']);
    deepEqual(await definitions(own, at(own, 'outputs.tag', 9)), ['own.workflow.yaml 12 tag']);
    deepEqual(await definitions(own, at(own, '$GREETING', 3)), ['own.workflow.yaml 6 GREETING']);
    deepEqual(await definitions(caller, at(caller, 'with: { who', 9)), ['own.workflow.yaml 5 who']);
    deepEqual(await definitions(caller, at(caller, 'own.workflow', 2)), ['own.workflow.yaml 1']);
  });

  test('finds an input wherever it is used, in other files too', async () => {
    const found = await ask<vscode.Location[]>('executeReferenceProvider', own.uri, at(own, '  who:', 3));
    deepEqual(found.map(({ uri, range }) => textAt(uri, range)).toSorted(), [
      'caller.workflow.yaml 7 who',
      'own.workflow.yaml 15 who',
      'own.workflow.yaml 5 who',
    ]);
  });

  test('marks what names the same', async () => {
    const found = await ask<vscode.DocumentHighlight[]>(
      'executeDocumentHighlights',
      own.uri,
      at(own, '  build:', 3),
    );
    deepEqual(found.map(({ range, kind }) => `${range.start.line + 1} ${kind}`).toSorted(), [
      `14 ${vscode.DocumentHighlightKind.Read}`,
      `15 ${vscode.DocumentHighlightKind.Read}`,
      `9 ${vscode.DocumentHighlightKind.Write}`,
    ]);
  });

  test('gives an input another name in every file', async () => {
    const edit = await ask<vscode.WorkspaceEdit>(
      'executeDocumentRenameProvider',
      caller.uri,
      at(caller, 'with: { who', 9),
      'name',
    );
    deepEqual(
      edit
        .entries()
        .map(([uri, edits]) => `${uri.path.split('/').at(-1)} ${edits.length}`)
        .toSorted(),
      ['caller.workflow.yaml 1', 'own.workflow.yaml 2'],
    );
  });

  test('refuses a name that is taken, in a sentence', async () => {
    let refusal = '';
    try {
      await ask('executeDocumentRenameProvider', own.uri, at(own, '  build:', 3), 'greet');
    } catch (error) {
      refusal = String(error);
    }
    ok(refusal.includes('There is a step "greet" already.'), refusal);
  });

  test('says who needs a step and whom it needs, over files', async () => {
    const prepare = async (document: vscode.TextDocument, position: vscode.Position) => {
      const [item] = await ask<vscode.CallHierarchyItem[]>('prepareCallHierarchy', document.uri, position);
      ok(item);
      return item;
    };
    const build = await prepare(own, at(own, '  build:', 3));
    equal(`${build.name} ${build.detail}`, 'build run');
    const into = await ask<vscode.CallHierarchyIncomingCall[]>('provideIncomingCalls', build);
    deepEqual(
      into.map(({ from, fromRanges }) => `${from.name} ${fromRanges.length}`),
      ['greet 2'],
    );
    const ship = await prepare(caller, at(caller, '  ship:', 3));
    const from = await ask<vscode.CallHierarchyOutgoingCall[]>('provideOutgoingCalls', ship);
    deepEqual(
      from.map(({ to }) => `${to.name} ${to.uri.path.split('/').at(-1)}`),
      ['first caller.workflow.yaml', 'Own own.workflow.yaml'],
    );
    const file = await prepare(own, at(own, 'Own', 1));
    const runners = await ask<vscode.CallHierarchyIncomingCall[]>('provideIncomingCalls', file);
    deepEqual(
      runners.map(({ from: runner, fromRanges }) => [
        runner.name,
        fromRanges.map((range) => textAt(runner.uri, range)),
      ]),
      [['ship', ['caller.workflow.yaml 6 ./own.workflow.yaml']]],
    );
  });

  test('links the files that are there', async () => {
    const found = await ask<vscode.DocumentLink[]>('executeLinkProvider', own.uri);
    deepEqual(
      found.map(({ range, target }) => `${own.getText(range)} ${target?.path.split('/').at(-1)}`).toSorted(),
      ['./navigation/build.sh build.sh', 'navigation/own.env own.env'],
    );
  });

  test('draws an outline, folds steps and comments, and grows a selection', async () => {
    const symbols = await ask<vscode.DocumentSymbol[]>('executeDocumentSymbolProvider', own.uri);
    const names = symbols.map(
      ({ name, children }) => `${name}: ${children.map((each) => each.name).join(', ')}`,
    );
    ok(names.includes('steps: build, greet'), names.join('; '));
    const found = await ask<vscode.FoldingRange[]>('executeFoldingRangeProvider', own.uri);
    const lines = found.map(({ start, end }) => `${start + 1}-${end + 1}`);
    for (const fold of ['1-2', '8-15', '9-12', '10-12', '13-15']) ok(lines.includes(fold), lines.join(', '));
    const [selection] = await ask<vscode.SelectionRange[]>('executeSelectionRangeProvider', own.uri, [
      at(own, 'outputs.tag', 9),
    ]);
    const grown: string[] = [];
    for (let each = selection; each !== undefined; each = each.parent as vscode.SelectionRange)
      // undefined at the end
      grown.push(own.getText(each.range));
    ok(grown.includes('steps.build.outputs.tag'), grown.join('\n'));
    ok(grown.includes('${{ steps.build.outputs.tag }}'), grown.join('\n'));
  });
});
