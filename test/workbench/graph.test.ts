import { equal, match } from 'node:assert/strict';
import { eventually } from '../eventually.ts';
import { openSideBar, PATIENCE_MS, pressInline, runRow, says, workflowRow } from './baton.ts';
import { openWorkbench, type Workbench } from './harness.ts';

/** Names of the pictures, and the colour theme of each. */
const THEMES = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  'high-contrast': 'Default High Contrast',
} as const;

for (const [name, theme] of Object.entries(THEMES)) {
  suite(`The graph in a ${name} theme`, () => {
    let workbench: Workbench;

    suiteSetup(async () => {
      workbench = await openWorkbench({ theme });
      await openSideBar(workbench);
    });
    suiteTeardown(() => workbench.dispose());

    test('shows a run as it goes, step by step', async () => {
      await workbench.openFile('failing.workflow.yaml');
      await workbench.command('Baton: Show Graph');
      const graph = await workbench.webviewFrame('[data-step="publish"]');
      await graph.getByRole('button', { name: 'Run', exact: true }).click();
      for (const [step, look] of [
        ['build', 'is-succeeded'],
        ['test', 'is-failed'],
        ['publish', 'is-skipped'],
        ['tell', 'is-succeeded'],
      ]) {
        await graph.locator(`[data-step="${step}"].${look}`).waitFor();
      }
      await says(runRow(workbench, 'Failing'), 'failed');
      await workbench.page.locator('.notification-list-item-message').first().waitFor();
      await workbench.screenshot(`graph-failed-${name}`);
      await workbench.command('Notifications: Clear All Notifications');
    });

    test('leads from a step to its line', async () => {
      const graph = await workbench.webviewFrame('[data-step="publish"]');
      await graph.locator('[data-step="publish"]').click();
      await eventually(async () => {
        const position = await workbench.page.locator('.statusbar-item', { hasText: /^Ln \d+/ }).innerText();
        return position.startsWith('Ln 16');
      }, PATIENCE_MS);
      equal(await workbench.page.locator('.editor-group-container').count(), 2);
    });

    test('shows a run that goes on', async () => {
      await pressInline(workflowRow(workbench, 'Fan-out'), 'Show Graph');
      const graph = await workbench.webviewFrame('[data-step="types"]');
      await pressInline(workflowRow(workbench, 'Fan-out'), 'Run Workflow');
      await graph.locator('[data-step="types"].is-running').waitFor();
      await workbench.screenshot(`graph-live-${name}`);
      await graph.locator('[data-step="report"].is-succeeded').waitFor();
      match(await graph.locator('.summary').innerText(), /succeeded/);
    });
  });
}
