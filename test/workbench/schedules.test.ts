import { match, ok } from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { openSideBar, PATIENCE_MS, pressInline, runRow, says } from './baton.ts';
import { openWorkbench, type Workbench } from './harness.ts';

const NIGHTLY = `name: Nightly
on:
  schedule: { cron: 30 2 * * *, timezone: Europe/Berlin }
steps:
  a: { run: echo night }
`;

suite('What a person sees of schedules', () => {
  let workbench: Workbench;

  suiteSetup(async () => {
    workbench = await openWorkbench();
    writeFileSync(join(workbench.workspaceFolder, 'nightly.workflow.yaml'), NIGHTLY);
    await openSideBar(workbench);
  });
  suiteTeardown(() => workbench.dispose());

  const row = () =>
    workbench.page.locator('.monaco-list-row', { hasText: '30 2 * * *, Europe/Berlin' }).first();

  test('a view with the next time of each, that says that they do not fire yet', async () => {
    await row().waitFor({ timeout: PATIENCE_MS });
    await workbench.page.getByText('Schedules do not fire: nobody keeps them awake.').waitFor();
    await workbench.screenshot('schedules-asleep');
  });

  test('a command lets them fire, and then the status bar says what comes next', async () => {
    await workbench.command('Baton: Let Schedules Fire in This Window');
    const item = workbench.page.locator('.statusbar-item', { hasText: 'Nightly' });
    await item.waitFor({ timeout: PATIENCE_MS });
    match(await item.innerText(), /Nightly (in \d+|tomorrow)/);
    await workbench.page.getByText('Schedules fire only while this window is open.').waitFor();
    ok(
      readFileSync(join(workbench.workspaceFolder, '.vscode/settings.json'), 'utf8').includes(
        '"baton.scheduler.enabled": true',
      ),
    );
    await item.hover();
    await workbench.page.locator('.monaco-hover', { hasText: 'Keep them awake' }).first().waitFor();
    await workbench.screenshot('schedules-awake');
    await workbench.page.mouse.move(700, 300);
  });

  test('a box switches one off, and a button runs it now', async () => {
    await row().locator('.custom-view-tree-node-item-checkbox').click();
    await says(row(), 'off');
    await row().locator('.custom-view-tree-node-item-checkbox').click();
    await eventually(async () => !(await row().innerText()).includes('off'), PATIENCE_MS);
    await pressInline(row(), 'Run Schedule Now');
    await says(runRow(workbench, 'Nightly'), 'succeeded');
    await workbench.screenshot('schedules-run');
  });
});
