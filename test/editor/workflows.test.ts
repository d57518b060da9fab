import { deepEqual, equal, ok } from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { baton, becomes, drawn, problems, remove, uriOf, write } from './baton.ts';

suite('The tree of workflows', () => {
  let tree: Awaited<ReturnType<typeof baton>>['workflowsTree'];

  suiteSetup(async () => {
    tree = (await baton()).workflowsTree;
  });

  test('lists every workflow with its steps in file order, and says which cannot run', async () => {
    // Files of the suites before may just have gone.
    const rows = await becomes(
      () => drawn(tree),
      (lines) => lines.some((line) => line.startsWith('Cycle')),
    );
    const at = rows.findIndex((row) => row.startsWith('Cycle'));
    deepEqual(rows.slice(at, at + 5), [
      'Cycle | 1 error [error]',
      '  plan | needs review [terminal]',
      '  build | needs plan [terminal]',
      '  review | needs build [terminal]',
      '  unrelated [terminal]',
    ]);
    ok(rows.some((row) => row.startsWith('  report | needs lint, types, tests [code]')));
  });

  test('groups by folder where there are several', async () => {
    await write('ci/.workflows/nightly.yaml', 'name: Nightly\nsteps:\n  one: { run: echo one }\n');
    const rows = await becomes(
      () => drawn(tree, 2),
      (lines) => lines.some((line) => line.startsWith('  Nightly | never run')),
    );
    ok(rows.some((row) => row.startsWith('ci/.workflows [folder]')));
    await remove('ci');
    await becomes(
      () => drawn(tree, 1),
      (lines) => lines.some((line) => line.startsWith('Cycle')),
    );
  });

  test('finds what came inside new folders before anybody could watch them', async () => {
    const folder = uriOf('new/deep/.workflows').fsPath;
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/sudden.yaml`, 'name: Sudden\nsteps:\n  one: { run: echo one }\n');
    await becomes(
      () => drawn(tree, 2),
      (lines) => lines.some((line) => line.startsWith('  Sudden | never run')),
    );
    await remove('new');
    await becomes(
      () => drawn(tree, 2),
      (lines) => !lines.some((line) => line.includes('Sudden')),
    );
  });

  test('opens a step at its line', async () => {
    const rows = tree.getChildren();
    const row = rows.find(
      (each) => each.kind === 'workflow' && each.uri.path.endsWith('cycle.workflow.yaml'),
    );
    const steps = row === undefined ? [] : tree.getChildren(row);
    await vscode.commands.executeCommand('baton.openWorkflow', steps[1]);
    const editor = vscode.window.activeTextEditor;
    equal(editor?.document.getText(editor.selection), 'build');
  });

  test('gains a workflow that works when a new one is made', async () => {
    const uri = await vscode.commands.executeCommand<vscode.Uri>('baton.newWorkflow', uriOf(''), {
      name: 'My first',
    });
    ok(uri.path.endsWith('/.workflows/my-first.yaml'));
    await becomes(
      () => drawn(tree, 2),
      (lines) => lines.some((line) => line.trim().startsWith('My first | never run')),
    );
    deepEqual(problems(uri), []);
    const gate = await vscode.commands.executeCommand<vscode.Uri>('baton.newWorkflow', uriOf(''), {
      name: 'My gate',
      template: 'gate',
    });
    await becomes(
      () => drawn(tree, 2),
      (lines) => lines.some((line) => line.trim().startsWith('My gate | never run')),
    );
    deepEqual(problems(gate), []);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await remove('.workflows');
  });
});
