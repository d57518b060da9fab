import { deepEqual, equal, ok } from 'node:assert/strict';
import * as vscode from 'vscode';
import { baton, becomes, endOf, remove, uriOf, write } from './baton.ts';

suite('Logs in the editor', () => {
  suiteSetup(async () => {
    await baton();
  });

  teardown(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await remove('log.workflow.yaml');
  });

  test('are text without escape sequences, with links to the files they name', async () => {
    await write('made.txt', 'one\ntwo\n');
    const run = await ranOnce(
      `printf '\\033[31mmade.txt:2:1 is wrong\\033[0m\\nno-such.txt:1 is not there\\n'`,
    );
    const { uri, document } = await log(run);
    equal(document.getText(), 'made.txt:2:1 is wrong\nno-such.txt:1 is not there\n');
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>(
      'vscode.executeLinkProvider',
      uri,
    );
    deepEqual(
      links.map(({ range, target }) => [document.getText(range), target?.toString()]),
      [['made.txt:2:1', uriOf('made.txt').with({ fragment: 'L2,1' }).toString()]],
    );
    await remove('made.txt');
  });

  test('can be folded where the output has groups', async () => {
    const run = await ranOnce(`printf '::group::Install\\na\\nb\\n::endgroup::\\nc\\n'`);
    const { uri } = await log(run);
    const folds = await vscode.commands.executeCommand<vscode.FoldingRange[]>(
      'vscode.executeFoldingRangeProvider',
      uri,
    );
    deepEqual(
      folds.map(({ start, end }) => [start, end]),
      [[0, 3]],
    );
  });

  test('show the end of what is long, and more of it when asked', async () => {
    const run = await ranOnce(`seq -f 'line %07.0f of a long, long story' 1 100000`);
    const { uri, document } = await log(run);
    ok(document.getText().endsWith('line 0100000 of a long, long story\n'));
    ok(document.lineCount < 40_000);
    ok(document.lineAt(0).text.startsWith('line '), 'it begins with a whole line');
    const titles = await lenses(uri);
    ok(
      titles.some((title) => /Show earlier output \(\d MiB more\)/.test(title)),
      titles.join(),
    );
    await vscode.commands.executeCommand('baton.showEarlier', uri);
    await becomes(
      () => document.lineCount,
      (count) => count === 100_001,
    );
    equal(document.lineAt(0).text, 'line 0000001 of a long, long story');
  });

  test('of a whole run have every attempt of every step below a line that names it', async () => {
    await write(
      'log.workflow.yaml',
      'name: Log\nsteps:\n  one: { run: echo first }\n  two: { run: echo second, needs: one }\n',
    );
    const run = await started();
    const uri = await vscode.commands.executeCommand<vscode.Uri>('baton.openRunLog', run);
    const document = await vscode.workspace.openTextDocument(uri);
    const lines = document.getText().split('\n');
    equal(lines.length, 5);
    ok(lines[0]?.startsWith('── one · began at '));
    equal(lines[1], 'first');
    ok(lines[2]?.startsWith('── two · began at '));
    equal(lines[3], 'second');
    const folds = await vscode.commands.executeCommand<vscode.FoldingRange[]>(
      'vscode.executeFoldingRangeProvider',
      uri,
    );
    deepEqual(
      folds.map(({ start, end }) => [start, end]),
      [
        [0, 1],
        [2, 3],
      ],
    );
  });

  test('keep their end in view while it grows', async () => {
    await write(
      'log.workflow.yaml',
      `name: Log\nsteps:\n  talk:\n    run: seq 1 200; until [ -f go ]; do sleep 0.05; done; seq 201 900\n`,
    );
    const run = await vscode.commands.executeCommand<string>('baton.run', uriOf('log.workflow.yaml'));
    const { document } = await log(run);
    await becomes(
      () => document.lineCount,
      (count) => count >= 201,
    );
    const editor = vscode.window.visibleTextEditors.find((each) => each.document === document);
    ok(editor);
    await write('go', '');
    await becomes(
      () => document.lineCount,
      (count) => count === 901,
    );
    await becomes(
      () => editor.visibleRanges.at(-1)?.end.line ?? 0,
      (line) => line >= 895,
    );
    equal(await endOf(run), 'succeeded');
    await remove('go');
  });
});

/** Runs a workflow of one step. */
async function ranOnce(command: string): Promise<string> {
  await write('log.workflow.yaml', `name: Log\nsteps:\n  talk:\n    run: |\n      ${command}\n`);
  return started();
}

async function started(): Promise<string> {
  const run = await vscode.commands.executeCommand<string>('baton.run', uriOf('log.workflow.yaml'));
  equal(await endOf(run), 'succeeded');
  return run;
}

async function log(
  run: string,
): Promise<{ readonly uri: vscode.Uri; readonly document: vscode.TextDocument }> {
  const uri = await vscode.commands.executeCommand<vscode.Uri>('baton.openLog', run, { step: 'talk' });
  const document = await vscode.workspace.openTextDocument(uri);
  await becomes(
    () => document.getText(),
    (text) => text.length > 20,
  );
  return { uri, document };
}

async function lenses(uri: vscode.Uri): Promise<readonly string[]> {
  const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    uri,
  );
  return found.map(({ command }) => command?.title ?? '');
}
