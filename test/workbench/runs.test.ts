import { equal, match, ok } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import {
  answer,
  iconColour,
  openSideBar,
  PATIENCE_MS,
  pressInline,
  runRow,
  says,
  terminalText,
  workflowRow,
} from './baton.ts';
import { openWorkbench, type Workbench } from './harness.ts';

const ENDLESS = `name: Endless
steps:
  wait: { run: "while true; do sleep 0.1; done" }
`;

suite('What a person sees of runs', () => {
  let workbench: Workbench;

  suiteSetup(async () => {
    // Drawn by the page itself, so that its text can be read.
    workbench = await openWorkbench({ settings: { 'terminal.integrated.gpuAcceleration': 'off' } });
    await openSideBar(workbench);
  });
  suiteTeardown(() => workbench.dispose());

  test('nothing at first, and what to do about it', async () => {
    await workbench.page.getByText('Nothing has run here yet.').waitFor();
    await workbench.screenshot('runs-none');
  });

  test('a run from the palette asks for its inputs and turns green', async () => {
    await workbench.command('Baton: Run Workflow');
    await answer(workbench, 'Run Workflow', ['Pipeline', 'Enter']);
    await answer(workbench, 'Run Pipeline (1 of 2): greeting', []);
    await workbench.screenshot('runs-input-text');
    await workbench.page.keyboard.press('Control+a');
    await answer(workbench, 'Run Pipeline (1 of 2): greeting', ['Bonjour', 'Enter']);
    await answer(workbench, 'Run Pipeline (2 of 2): loud', []);
    await workbench.screenshot('runs-input-choice');
    await answer(workbench, 'Run Pipeline (2 of 2): loud', ['true', 'Enter']);
    const row = runRow(workbench, 'Pipeline');
    await says(row, 'succeeded');
    await runRow(workbench, 'greet').waitFor();
    const [red, green] = await iconColour(row);
    ok(green > red, 'the tick is not green');
    await eventually(async () => (await terminalText(workbench)).includes('BONJOUR, ADA'), PATIENCE_MS);
    await says(workflowRow(workbench, 'Pipeline'), 'succeeded');
    await workbench.screenshot('runs-succeeded');
  });

  test('a failing step is red, says why, and leads to what it printed', async () => {
    await pressInline(workflowRow(workbench, 'Failing'), 'Run Workflow');
    await says(runRow(workbench, 'Failing'), 'failed');
    const step = runRow(workbench, 'exit 1');
    match(await step.innerText(), /^test/);
    const [red, green] = await iconColour(step);
    ok(red > green, 'the cross is not red');
    await workbench.notifications().getByText('Failing failed at step test: exit 1.').waitFor();
    await workbench.screenshot('runs-failed');
    await step.click();
    await workbench.page.locator('.view-line', { hasText: '41 tests passed, 1 failed' }).first().waitFor();
    await workbench.screenshot('runs-log');
    await workbench.command('Notifications: Clear All Notifications');
  });

  test('a run can be stopped from its row, and the status bar counts it', async () => {
    writeFileSync(join(workbench.workspaceFolder, 'endless.workflow.yaml'), ENDLESS);
    await pressInline(workflowRow(workbench, 'Endless'), 'Run Workflow');
    const row = runRow(workbench, 'Endless');
    const count = workbench.page.locator('.statusbar-item', { hasText: '1 running' });
    await count.waitFor();
    await runRow(workbench, 'wait').waitFor();
    await workbench.screenshot('runs-live');
    await pressInline(row, 'Stop Run');
    await says(row, 'cancelled');
    await count.waitFor({ state: 'detached' });
  });

  test('Ctrl-C in its terminal stops a run, too', async () => {
    await pressInline(runRow(workbench, 'Endless'), 'Run Again');
    await says(runRow(workbench, 'Endless'), '0 of 1');
    await eventually(async () => (await terminalText(workbench)).includes('0 of 1 done'), PATIENCE_MS);
    await workbench.page.locator('.terminal-wrapper.active .xterm-screen').click();
    await workbench.page.keyboard.press('Control+c');
    await says(runRow(workbench, 'Endless'), 'cancelled');
  });

  test('history and graph are there again after the window is loaded again', async () => {
    await workbench.openFile('fan-out.workflow.yaml');
    await workbench.command('Baton: Show Graph');
    await workbench.webviewFrame('[data-step="report"]');
    await workbench.command('Developer: Reload Window');
    await workbench.page.waitForEvent('load');
    await runRow(workbench, 'Endless').waitFor();
    await says(runRow(workbench, 'Failing'), 'failed');
    const graph = await workbench.webviewFrame('[data-step="report"]');
    equal(await graph.locator('.card').count(), 5);
    await workbench.screenshot('runs-after-reload');
  });
});
