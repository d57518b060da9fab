import { deepEqual, equal, match } from 'node:assert/strict';
import * as vscode from 'vscode';
import { baton, becomes, problems, remove, type, uriOf, write } from './baton.ts';

const CYCLE = `steps:
  plan: { needs: review, run: echo plan }
  build: { needs: plan, run: echo build }
  review: { needs: build, run: echo review }
`;
const MENDED = CYCLE.replace('needs: review, ', '');

suite('Problems', () => {
  suiteSetup(baton);
  teardown(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('of a cycle name every hop, at the place that draws it', async () => {
    const uri = uriOf('cycle.workflow.yaml');
    const [problem] = await becomes(
      () => vscode.languages.getDiagnostics(uri),
      (found) => found.some(({ code }) => JSON.stringify(code).includes('baton/cycle')),
    );
    equal(problem?.severity, vscode.DiagnosticSeverity.Error);
    match(problem?.message ?? '', /plan/);
    const document = await vscode.workspace.openTextDocument(uri);
    const hops = (problem?.relatedInformation ?? []).map(({ location }) => document.getText(location.range));
    deepEqual(hops.sort(), ['build', 'plan', 'review']);
  });

  test('are there for files that nobody opened, as soon as the file is', async () => {
    const uri = await write('unseen.workflow.yaml', CYCLE);
    await becomes(
      () => problems(uri),
      (found) => found.length > 0,
    );
    await write('unseen.workflow.yaml', MENDED);
    await becomes(
      () => problems(uri),
      (found) => found.length === 0,
    );
    await write('unseen.workflow.yaml', CYCLE);
    await becomes(
      () => problems(uri),
      (found) => found.length > 0,
    );
    await remove('unseen.workflow.yaml');
    await becomes(
      () => problems(uri),
      (found) => found.length === 0,
    );
  });

  test('go when their whole folder goes', async () => {
    const uri = await write('team/ci/unseen.workflow.yaml', CYCLE);
    await becomes(
      () => problems(uri),
      (found) => found.length > 0,
    );
    await remove('team');
    await becomes(
      () => problems(uri),
      (found) => found.length === 0,
    );
  });

  test('follow the text as it is typed, and vanish when it is mended or thrown away', async () => {
    const uri = await write('typed.workflow.yaml', MENDED);
    const editor = await vscode.window.showTextDocument(uri);
    deepEqual(problems(uri), []);
    await type(editor, CYCLE);
    await becomes(
      () => problems(uri),
      (found) => found.some((line) => line.includes('baton/cycle')),
    );
    await type(editor, MENDED);
    await becomes(
      () => problems(uri),
      (found) => found.length === 0,
    );
    await type(editor, CYCLE);
    await becomes(
      () => problems(uri),
      (found) => found.length > 0,
    );
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await becomes(
      () => problems(uri),
      (found) => found.length === 0,
    );
    await remove('typed.workflow.yaml');
  });

  test('never concern a YAML file that is no workflow', async () => {
    const uri = await write('compose.yaml', CYCLE);
    await vscode.window.showTextDocument(uri);
    const marker = await write('marker.workflow.yaml', CYCLE);
    await becomes(
      () => problems(marker),
      (found) => found.length > 0,
    );
    deepEqual(problems(uri), []);
    await remove('compose.yaml');
    await remove('marker.workflow.yaml');
  });

  test('concern other files when the setting says so', async () => {
    const uri = await write('pipes/one.yaml', CYCLE);
    const settings = vscode.workspace.getConfiguration('baton');
    await settings.update('files', ['pipes/*.yaml'], vscode.ConfigurationTarget.Workspace);
    await becomes(
      () => problems(uri),
      (found) => found.length > 0,
    );
    await becomes(
      () => problems(uriOf('cycle.workflow.yaml')),
      (found) => found.length === 0,
    );
    await settings.update('files', undefined, vscode.ConfigurationTarget.Workspace);
    await becomes(
      () => problems(uri),
      (found) => found.length === 0,
    );
    await becomes(
      () => problems(uriOf('cycle.workflow.yaml')),
      (found) => found.length > 0,
    );
    await remove('pipes');
  });
});
