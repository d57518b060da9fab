import { deepEqual, ok } from 'node:assert/strict';
import { env, UIKind, version, workspace } from 'vscode';

suite('the editor these tests run in', () => {
  test('is a VS Code that the extension promises to run in', () => {
    const [major = 0, minor = 0] = version.split('.').map(Number);
    ok(major > 1 || minor >= 101, `this is ${version}`);
  });

  test('is a browser window or a desktop window', () => {
    ok(env.uiKind === UIKind.Web || env.uiKind === UIKind.Desktop);
  });

  test('has a copy of the examples open, and trusts it', async () => {
    const files = await workspace.findFiles('**/*.workflow.yaml');
    ok(files.length > 0);
    deepEqual([workspace.workspaceFolders?.length, workspace.isTrusted], [1, true]);
  });
});
