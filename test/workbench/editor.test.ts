import { deepEqual, match } from 'node:assert/strict';
import { eventually } from '../eventually.ts';
import { openWorkbench, type Workbench } from './harness.ts';

suite('the workbench', () => {
  let workbench: Workbench;

  suiteSetup(async () => {
    workbench = await openWorkbench({ workspace: { 'hello.yaml': 'greeting: hello\n', 'broken.json': '{' } });
  });
  suiteTeardown(() => workbench.dispose());

  test('lists the files of the folder', async () => {
    const rows = workbench.page.locator('.explorer-folders-view .monaco-list-row');
    deepEqual(await rows.allInnerTexts(), ['broken.json', 'hello.yaml']);
  });

  test('opens a file', async () => {
    await workbench.openFile('hello.yaml');
    match(await workbench.page.locator('.view-lines').innerText(), /greeting:\s+hello/);
    await workbench.screenshot('editor-dark');
  });

  test('shows problems', async () => {
    await workbench.openFile('broken.json');
    await eventually(
      async () => (await workbench.problems()).some((problem) => problem.includes('Expected comma')),
      30_000,
    );
  });
});
