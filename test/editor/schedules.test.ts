import { deepEqual, equal, ok } from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ScheduleRow } from '../../src/extension/scheduling/schedules-tree.ts';
import { openProject } from '../../src/project/project.ts';
import { baton, becomes, endOf, folder, remove, type, uriOf, write } from './baton.ts';

const OFTEN = `name: Often
on: { schedule: { every: 2s } }
steps:
  a: { run: "true" }
`;

suite('Schedules in the editor', function () {
  this.timeout(150_000);
  const file = 'often.workflow.yaml';

  suiteSetup(async () => {
    await baton();
  });

  teardown(async () => {
    await enable(false);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await remove(file);
    await becomes(rows, (all) => all.length === 0);
  });

  test('are listed with when they come, and do not fire before somebody lets them', async () => {
    await write(file, OFTEN.replace('every: 2s', 'cron: 0 2 * * *, timezone: Europe/Berlin'));
    const [row] = await becomes(rows, (all) => all.length === 1);
    ok(row);
    const item = await itemOf(row);
    equal(item.label, 'Often');
    ok(/0 2 \* \* \*, Europe\/Berlin/.test(String(item.description)), String(item.description));
    ok(item.checkboxState !== undefined);
    ok((item.tooltip as vscode.MarkdownString).value.includes('Nobody keeps it awake'));
    equal(await ofSchedules(), 0);
  });

  test('can be switched off and on, and run now', async () => {
    await write(file, OFTEN.replace('every: 2s', 'cron: 0 2 * * *'));
    await becomes(rows, (all) => all.length === 1);
    equal(await vscode.commands.executeCommand('baton.disableSchedule', uriOf(file)), '0 2 * * *');
    const state = async () => {
      const [row] = await rows();
      return row && (await itemOf(row)).contextValue;
    };
    equal(await state(), 'baton.schedule.off');
    equal(await vscode.commands.executeCommand('baton.enableSchedule', uriOf(file)), '0 2 * * *');
    equal(await state(), 'baton.schedule.on');
    const run = await vscode.commands.executeCommand<string>('baton.runScheduleNow', uriOf(file));
    equal(await endOf(run), 'succeeded');
  });

  test('that are broken say why, and keep their place', async () => {
    await write(file, OFTEN.replace('run: "true"', 'runs: x'));
    const [row] = await becomes(rows, (all) => all.length === 1);
    ok(row);
    const item = await itemOf(row);
    equal(item.contextValue, 'baton.schedule.broken');
    ok((item.tooltip as vscode.MarkdownString).value.includes('runs'));
  });

  test('fire on time for a minute, while somebody types', async () => {
    const editor = await vscode.window.showTextDocument(await write('typed.workflow.yaml', 'steps: {}\n'));
    await write(file, OFTEN);
    await becomes(rows, (all) => all.length === 1);
    await enable(true);
    const { scheduling } = await baton();
    const loaded = await scheduling.load();
    await becomes(
      () => loaded.next()?.name,
      (name) => name === 'Often',
    );
    const before = await ofSchedules();
    const began = Date.now();
    for (let i = 0; Date.now() - began < 60_000; i++) {
      await type(editor, `name: Typed ${i}\nsteps:\n${'  a: { run: echo }\n'.repeat((i % 40) + 1)}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await enable(false);
    const runs = (await openProject(folder().uri.fsPath).runs.journal.list()).filter(
      ({ cause, startedAt }) => cause.kind === 'schedule' && startedAt >= began,
    );
    ok(runs.length >= 27 && runs.length <= 31, `${runs.length} runs in a minute`);
    equal((await ofSchedules()) - before >= 27, true);
    const late = runs.map(({ cause, startedAt }) =>
      cause.kind === 'schedule' ? startedAt - Date.parse(cause.nominalTime) : Infinity,
    );
    ok(Math.max(...late) < 1500, `up to ${Math.max(...late)} ms late`);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await remove('typed.workflow.yaml');
  });

  test('that wait for files begin a run when one is saved', async () => {
    await write('watched.txt', 'a');
    await write(
      file,
      'name: Watch\non: { files: { paths: watched.txt, debounce: 100ms } }\nsteps: { a: { run: "true" } }\n',
    );
    const [row] = await becomes(rows, (all) => all.length === 1);
    ok(row);
    equal((await itemOf(row)).description, 'when watched.txt changes');
    await enable(true);
    const { scheduling } = await baton();
    const loaded = await scheduling.load();
    const [place] = loaded.schedules.triggers();
    ok(place);
    await becomes(
      () => loaded.schedules.keeps(place.place),
      (keeps) => keeps,
    );
    const editor = await vscode.window.showTextDocument(uriOf('watched.txt'));
    await type(editor, 'b');
    await editor.document.save();
    const causes = async () =>
      (await openProject(folder().uri.fsPath).runs.journal.list()).flatMap(({ cause }) =>
        cause.kind === 'files' ? [cause.files] : [],
      );
    deepEqual(await becomes(causes, (all) => all.length > 0), [['watched.txt']]);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await remove('watched.txt');
  });
});

async function enable(on: boolean): Promise<void> {
  await vscode.commands.executeCommand(on ? 'baton.fireSchedulesHere' : 'baton.fireSchedulesNoMore');
}

async function rows(): Promise<readonly ScheduleRow[]> {
  const { scheduling } = await baton();
  return (await scheduling.load()).tree.getChildren();
}

async function itemOf(row: ScheduleRow): Promise<vscode.TreeItem> {
  const { scheduling } = await baton();
  return (await scheduling.load()).tree.getTreeItem(row);
}

/** Runs that schedules began. */
async function ofSchedules(): Promise<number> {
  const runs = await openProject(folder().uri.fsPath).runs.journal.list();
  return runs.filter(({ cause }) => cause.kind === 'schedule').length;
}
