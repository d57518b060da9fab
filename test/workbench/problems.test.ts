import { ok } from 'node:assert/strict';
import { eventually } from '../eventually.ts';
import { PATIENCE_MS } from './baton.ts';
import { openWorkbench, type Workbench } from './harness.ts';

suite('What a person sees of mistakes', () => {
  let workbench: Workbench;

  suiteSetup(async () => {
    workbench = await openWorkbench();
  });
  suiteTeardown(() => workbench.dispose());

  test('a cycle is underlined, and every hop of it is a link in the Problems view', async () => {
    await workbench.openFile('cycle.workflow.yaml');
    await workbench.page.locator('.cdr.squiggly-error').first().waitFor();
    await eventually(async () => {
      const rows = (await workbench.problems()).join('\n');
      return (
        ['plan', 'build', 'review'].every((step) => rows.includes(`"${step}"`)) &&
        rows.includes('cycle.workflow.yaml')
      );
    }, PATIENCE_MS);
    const links = workbench.page.locator('.markers-panel .monaco-list-row', {
      hasText: 'cycle.workflow.yaml[',
    });
    ok((await links.count()) >= 3, 'the hops are not linked');
    await workbench.screenshot('problems-cycle');
  });

  test('a mistake shows in the text, in the graph and in the Problems view while it is typed', async () => {
    await workbench.openFile('fan-out.workflow.yaml');
    await workbench.command('Baton: Show Graph');
    const graph = await workbench.webviewFrame('[data-step="report"]');
    const need = workbench.page.locator('.view-line', { hasText: 'needs: list' }).first().getByText('list');
    await need.dblclick();
    await workbench.page.keyboard.type('report');
    await graph.getByText('wait for each other').first().waitFor();
    await workbench.page.locator('.cdr.squiggly-error').first().waitFor();
    await eventually(
      async () => (await workbench.problems()).some((row) => row.includes('lint')),
      PATIENCE_MS,
    );
    await workbench.screenshot('problems-typed');
    for (const _ of 'report') await workbench.page.keyboard.press('Backspace');
    await workbench.page.keyboard.type('list');
    await graph.getByText('wait for each other').first().waitFor({ state: 'detached' });
  });
});
