import { deepEqual, equal, ok } from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { baton, endOf, folder, remove, uriOf } from './baton.ts';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly walkthroughs: readonly {
      readonly steps: readonly { readonly id: string; readonly media: { readonly markdown: string } }[];
    }[];
  };
}

suite('First contact', () => {
  test('a sample is made, drawn and run at one click', async () => {
    await baton();
    const run = await vscode.commands.executeCommand<string>('baton.trySample');
    ok(run);
    equal(await endOf(run), 'succeeded');
    const [made] = await vscode.workspace.findFiles('**/hello-baton.workflow.yaml');
    const [also] = await vscode.workspace.findFiles('**/.workflows/hello-baton.*');
    ok(made ?? also);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await remove(vscode.workspace.asRelativePath(made ?? also ?? uriOf('')));
    await vscode.commands.executeCommand('baton.deleteRun', run, { ask: false });
  });

  test('the walkthrough leads through pages that are there and commands that exist', async () => {
    const root = vscode.extensions.getExtension('baton.baton')?.extensionPath ?? '';
    const { contributes } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
    const [walkthrough] = contributes.walkthroughs;
    deepEqual(
      walkthrough?.steps.map(({ id }) => id),
      ['write', 'run', 'graph', 'schedule'],
    );
    for (const { media } of walkthrough?.steps ?? []) ok(existsSync(join(root, media.markdown)));
    const texts = JSON.parse(readFileSync(join(root, 'package.nls.json'), 'utf8')) as Record<string, string>;
    const named = Object.entries(texts)
      .filter(([key]) => key.startsWith('walkthrough.') || key.startsWith('welcome.'))
      .flatMap(([, text]) => [...text.matchAll(/\(command:([\w.]+)\)/g)].map(([, command = '']) => command));
    const known = await vscode.commands.getCommands(true);
    for (const command of named) ok(known.includes(command), command);
    ok(folder());
  });
});
