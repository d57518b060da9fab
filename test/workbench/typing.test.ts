import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { PATIENCE_MS } from './baton.ts';
import { openWorkbench, type Workbench } from './harness.ts';

const FILE = 'typed.workflow.yaml';

suite('A workflow that is written by what is offered', () => {
  let workbench: Workbench;

  suiteSetup(async () => {
    workbench = await openWorkbench({ workspace: { [FILE]: '' } });
  });
  suiteTeardown(() => workbench.dispose());

  /** Takes what is offered under this name, from the list that is open or that Ctrl+Space opens. */
  async function take(label: string, ask = true): Promise<void> {
    const { page } = workbench;
    if (ask) await page.keyboard.press('Control+Space');
    const row = page
      .locator('.suggest-widget.visible .monaco-list-row')
      .filter({ has: page.locator('.label-name').getByText(label, { exact: true }) })
      .first();
    await row.waitFor({ timeout: PATIENCE_MS });
    await row.click();
    await page
      .locator('.suggest-widget.visible .monaco-list-row', { hasText: label })
      .waitFor({ state: 'detached' })
      .catch(() => undefined);
  }

  async function press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await workbench.page.keyboard.press(key);
  }

  test('begins with a whole file, gains steps, needs and expressions, and has no problem at the end', async () => {
    await workbench.openFile(FILE);
    await workbench.page.locator('.editor-instance .view-lines').first().click();
    await take('workflow');
    await press('Tab', 'Tab', 'Escape', 'Control+End', 'Space', 'Space');
    await take('approval');
    // The id, then the need: both are offered places.
    await press('Tab', 'Tab', 'Tab', 'Tab', 'Escape', 'Control+End', 'Enter');
    await press('Home', 'Shift+End', 'Delete');
    await press('Space', 'Space');
    await take('step');
    await press('Tab', 'End', 'Enter');
    await take('needs');
    await take('sign_off', false);
    await press('End', 'Enter');
    await take('if');
    await take('success');
    await press('End', 'Enter');
    await take('timeout');
    await workbench.page.keyboard.type('5m');
    await workbench.screenshot('typed-by-completion');
    await press('Control+s');
    await eventually(() => text().includes('timeout: 5m'), PATIENCE_MS);
    equal(
      text(),
      `name: Build
steps:
  build:
    run: echo hello
  sign_off:
    needs: build
    gate:
      approval: Shall this be published?
      timeout: 2d
  id:
    run: echo hello
    needs: sign_off
    if: success()
    timeout: 5m`,
    );
    const problems = (await workbench.problems()).filter((row) => row.includes('baton'));
    deepEqual(problems, []);
  });

  test('has its problems explained where they are shown', async () => {
    const { page } = workbench;
    await workbench.openFile(FILE);
    await press('Control+End');
    await page.keyboard.type('\n    needs: nobody');
    await eventually(
      async () => (await workbench.problems()).some((row) => row.includes('baton')),
      PATIENCE_MS,
    );
    const link = page.locator('.markers-panel .monaco-list-row a', { hasText: 'baton/' }).first();
    await link.click({ modifiers: ['Control'] });
    const frame = await workbench.webviewFrame('h2');
    ok(/baton\//.test(await frame.locator('body').innerText()));
    await workbench.screenshot('problem-explained');
  });

  function text(): string {
    return readFileSync(join(workbench.workspaceFolder, FILE), 'utf8');
  }
});
