import { equal } from 'node:assert/strict';
import { answer, openSideBar, runRow, workflowRow } from './baton.ts';
import { openWorkbench, type Workbench } from './harness.ts';

suite('A folder without workflows', () => {
  let workbench: Workbench;

  suiteSetup(async () => {
    workbench = await openWorkbench({ workspace: { 'readme.md': '# Empty\n' } });
  });
  suiteTeardown(() => workbench.dispose());

  test('says what a workflow is, and a button makes one that runs', async () => {
    await workbench.page.locator('.activitybar .action-item a[aria-label^="Baton"]').click();
    await workbench.page.getByText('No workflows yet.').waitFor();
    await workbench.screenshot('empty-workflows');
    await workbench.page.getByRole('button', { name: 'Create a Workflow' }).click();
    await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'TDD loop' }).waitFor();
    await workbench.screenshot('empty-patterns');
    await answer(workbench, 'New Workflow', ['first', 'Enter']);
    await answer(workbench, 'New Workflow: A first workflow', ['My first workflow', 'Enter']);
    await workflowRow(workbench, 'My first workflow').waitFor();
    await workbench.page.locator('.tab.active', { hasText: 'my-first-workflow.yaml' }).waitFor();
    equal(await workbench.page.locator('.cdr.squiggly-error').count(), 0);
    await workbench.screenshot('empty-created');
  });
});

suite('A folder that nobody trusts yet', () => {
  let workbench: Workbench;

  suiteSetup(async () => {
    workbench = await openWorkbench({ trusted: false });
    await openSideBar(workbench);
  });
  suiteTeardown(() => workbench.dispose());

  test('is checked and drawn, and says why nothing runs', async () => {
    await workbench.page.getByText('Running needs trust').waitFor();
    await workbench.openFile('cycle.workflow.yaml');
    await workbench.page.locator('.cdr.squiggly-error').first().waitFor();
    await workbench.command('Baton: Show Graph');
    await workbench.webviewFrame('[data-step="review"]');
    await workbench.screenshot('restricted');
    equal(await runRow(workbench, '').count(), 0);
  });
});
