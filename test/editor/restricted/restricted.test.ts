import { deepEqual, equal, ok } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { baton, becomes, drawn, folder, problems, uriOf } from '../baton.ts';

suite('Restricted Mode', () => {
  test('checks workflows all the same', async () => {
    await baton();
    await becomes(
      () => problems(uriOf('cycle.workflow.yaml')),
      (found) => found.some((line) => line.includes('baton/cycle')),
    );
  });

  test('lists workflows, and draws their graph', async () => {
    const { workflowsTree } = await baton();
    ok((await drawn(workflowsTree, 1)).length >= 4);
    const uri = uriOf('fan-out.workflow.yaml');
    const shown = await vscode.commands.executeCommand<vscode.Uri>('baton.showGraph', uri);
    equal(shown.toString(), uri.toString());
  });

  test('runs nothing', async () => {
    await baton();
    // `enablement` keeps people from it; a program may call the command all the same.
    const run = await vscode.commands
      .executeCommand('baton.run', uriOf('fan-out.workflow.yaml'))
      .then(undefined, () => undefined);
    equal(run, undefined);
    ok(!existsSync(vscode.Uri.joinPath(folder().uri, '.baton').fsPath));
  });

  test('has no run to show', async () => {
    deepEqual(await drawn((await baton()).runsTree), []);
  });
});
