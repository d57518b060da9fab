import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { baton, becomes, drawn, endOf, remove, runFolder, uriOf, write } from './baton.ts';

suite('The view of runs', () => {
  let tree: Awaited<ReturnType<typeof baton>>['runsTree'];
  suiteSetup(async () => {
    tree = (await baton()).runsTree;
    await write('seen/good.workflow.yaml', 'name: Seen good\nsteps: { a: { run: echo a } }\n');
    await write('seen/bad.workflow.yaml', 'name: Seen bad\nsteps: { a: { run: exit 3 } }\n');
  });
  suiteTeardown(() => remove('seen'));

  test('groups runs by workflow when asked, and stays so', async () => {
    const good = await ended('seen/good.workflow.yaml');
    const bad = await ended('seen/bad.workflow.yaml');
    await vscode.commands.executeCommand('baton.groupRunsByWorkflow');
    equal(tree.groupedBy, 'workflow');
    const lines = await becomes(
      () => drawn(tree, 2),
      (all) => all.some((line) => line.startsWith('Seen bad | 1 run · 1 failed')),
    );
    const at = lines.findIndex((line) => line.startsWith('Seen bad'));
    match(lines[at] ?? '', /^Seen bad \| 1 run · 1 failed · now \[error\]$/);
    match(lines[at + 1] ?? '', /^ {2}Seen bad \| failed · .*\[error\]$/);
    await vscode.commands.executeCommand('baton.groupRunsByDay');
    await forget(good, bad);
  });

  test('lists those alone that are looked for', async () => {
    const good = await ended('seen/good.workflow.yaml');
    const bad = await ended('seen/bad.workflow.yaml');
    await vscode.commands.executeCommand('baton.filterRuns', { text: 'seen' });
    const rows = () => drawn(tree, 1);
    equal((await becomes(rows, (all) => all.length === 2)).length, 2);
    await vscode.commands.executeCommand('baton.filterRuns', { only: 'failed', text: 'SEEN' });
    match((await becomes(rows, (all) => all.length === 1))[0] ?? '', /^Seen bad \| failed/);
    await vscode.commands.executeCommand('baton.showAllRuns');
    await becomes(rows, (all) => all.length >= 2);
    await forget(good, bad);
  });

  test('says what a running step printed last', async () => {
    await write(
      'seen/talk.workflow.yaml',
      [
        'name: Seen talk',
        'steps:',
        '  talk:',
        '    run: |',
        '      echo one',
        '      tput -T xterm setaf 2 || true',
        '      echo "50 %"',
        '      until [ -f seen/go ]; do sleep 0.1; done',
        '',
      ].join('\n'),
    );
    const run = await start('seen/talk.workflow.yaml');
    await vscode.commands.executeCommand('baton.runs.focus');
    const lines = await becomes(
      () => drawn(tree, 2),
      (all) => all.some((line) => line.includes('50 %')),
    );
    match(lines.find((line) => line.includes('50 %')) ?? '', /^ {2}talk \| .* · 50 % \[loading~spin\]$/);
    await write('seen/go', '');
    await endOf(run);
    await becomes(
      () => drawn(tree, 2),
      (all) => !all.some((line) => line.includes('50 %')),
    );
    await forget(run);
  });

  test('forgets several runs at once, and keeps what still runs', async () => {
    const runs = [await ended('seen/good.workflow.yaml'), await ended('seen/good.workflow.yaml')];
    await write('seen/wait.workflow.yaml', 'name: Seen wait\nsteps: { a: { run: sleep 60 } }\n');
    const live = await start('seen/wait.workflow.yaml');
    const rows = await becomes(
      () => tree.getChildren(),
      (all) => [...runs, live].every((id) => all.some((row) => row.kind === 'run' && row.run.id === id)),
    );
    const selected = rows.filter((row) => row.kind === 'run' && [...runs, live].includes(row.run.id));
    // As a tree calls it, but without the question.
    await vscode.commands.executeCommand('baton.deleteRun', selected[0], { rows: selected, ask: false });
    deepEqual(
      runs.map((id) => existsSync(runFolder(id))),
      [false, false],
    );
    ok(existsSync(runFolder(live)));
    await vscode.commands.executeCommand('baton.stop', live);
    await endOf(live);
    await forget(live);
  });

  async function start(ref: string): Promise<string> {
    const run = await vscode.commands.executeCommand<string>('baton.run', uriOf(ref));
    ok(run);
    return run;
  }

  async function ended(ref: string): Promise<string> {
    const run = await start(ref);
    await endOf(run);
    await becomes(
      () => drawn(tree, 1),
      (all) => !all.some((line) => line.includes('loading~spin')),
    );
    return run;
  }

  async function forget(...runs: readonly string[]): Promise<void> {
    for (const run of runs) await vscode.commands.executeCommand('baton.deleteRun', run, { ask: false });
  }
});
