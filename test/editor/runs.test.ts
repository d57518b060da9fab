import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import {
  baton,
  becomes,
  commandLine,
  drawn,
  endOf,
  events,
  remove,
  runFolder,
  type,
  uriOf,
  write,
} from './baton.ts';

/** Runs until somebody says stop. */
const ENDLESS = `name: Endless
steps:
  wait: { run: "while true; do sleep 0.1; done" }
  after: { needs: wait, run: echo never }
`;

suite('Runs', () => {
  let tree: Awaited<ReturnType<typeof baton>>['runsTree'];

  suiteSetup(async () => {
    tree = (await baton()).runsTree;
    await write('endless.workflow.yaml', ENDLESS);
  });
  suiteTeardown(() => remove('endless.workflow.yaml'));

  test('take their inputs from whoever starts them', async () => {
    const inputs = { greeting: 'Guten Tag', loud: true };
    const run = await start('pipeline.workflow.yaml', { inputs });
    equal(await endOf(run), 'succeeded');
    const [first] = events(run);
    ok(first?.type === 'run-started');
    deepEqual({ ...first.inputs }, inputs);
    deepEqual(first.cause, { kind: 'person', door: 'editor' });
  });

  test('show every step with its state, its time and its reason', async () => {
    await endOf(await start('failing.workflow.yaml'));
    const lines = await becomes(
      () => rowsOf('Failing'),
      ([first]) => first?.includes('failed') === true,
    );
    const told = lines.map((line) => line.replaceAll(/\d+(\.\d+)? m?s/g, '<time>'));
    deepEqual(told, [
      'Failing | failed · <time> · now [error]',
      '  build | <time> [pass]',
      '  test | attempt 2, exit 1, <time> [error]',
      '  docs | <time> [pass]',
      '  publish | skipped · a step it needs failed: test [debug-step-over]',
      '  tell | <time> [pass]',
    ]);
  });

  test('save what is typed, and run that', async () => {
    const uri = await write('saved.workflow.yaml', 'steps:\n  one: { run: exit 1 }\n');
    await type(await vscode.window.showTextDocument(uri), 'steps:\n  one: { run: exit 0 }\n');
    const run = await start('saved.workflow.yaml');
    equal(await endOf(run), 'succeeded');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await remove('saved.workflow.yaml');
  });

  test('do not begin while the file has errors', async () => {
    equal(await vscode.commands.executeCommand('baton.run', uriOf('cycle.workflow.yaml')), undefined);
  });

  test('do not begin with inputs that do not fit', async () => {
    const refused = vscode.commands.executeCommand('baton.run', uriOf('pipeline.workflow.yaml'), {
      inputs: { greeting: 'x', loud: 'perhaps' },
    });
    equal(await refused, undefined);
  });

  test('stop when asked, however they began', async () => {
    for (const begin of [() => start('endless.workflow.yaml'), () => fromTerminal('endless.workflow.yaml')]) {
      const run = await begin();
      await becomes(
        () => events(run),
        (all) => all.some(({ type }) => type === 'attempt-started'),
      );
      equal(await vscode.commands.executeCommand('baton.stop', run), run);
      equal(await endOf(run), 'cancelled');
      await becomes(
        () => rowsOf('Endless'),
        ([first]) => first?.includes('cancelled') === true,
      );
      await vscode.commands.executeCommand('baton.deleteRun', run, { ask: false });
    }
  });

  test('appear by themselves when a terminal starts them, live, and then as they ended', async () => {
    commandLine('run', 'fan-out.workflow.yaml');
    await becomes(
      () => rowsOf('Fan-out and fan-in'),
      ([first]) => first?.includes('[loading~spin]') === true,
    );
    const lines = await becomes(
      () => rowsOf('Fan-out and fan-in'),
      ([first]) => first?.includes('[pass]') === true,
    );
    equal(lines.length, 6);
  });

  test('are lost when their process is killed, and go on when they are resumed', async () => {
    const run = await start('endless.workflow.yaml');
    await becomes(
      () => rowsOf('Endless'),
      (rows) => rows[1]?.includes('[loading~spin]') === true,
    );
    const owner = JSON.parse(readFileSync(join(runFolder(run), 'owner.json'), 'utf8')) as { pid: number };
    process.kill(owner.pid, 'SIGKILL');
    const lines = await becomes(
      () => rowsOf('Endless'),
      ([first]) => first?.includes('lost') === true,
    );
    match(lines[0] ?? '', /^Endless \| lost .*\[debug-disconnect\]$/);
    equal(lines[1], '  wait | lost [debug-disconnect]');
    equal(await vscode.commands.executeCommand('baton.resume', run), run);
    await becomes(
      () => rowsOf('Endless'),
      ([first]) => first?.includes('[loading~spin]') === true,
    );
    await vscode.commands.executeCommand('baton.stop', run);
    equal(await endOf(run), 'cancelled');
  });

  test('run again with the inputs they had', async () => {
    const first = await start('pipeline.workflow.yaml', { inputs: { greeting: 'Salut', loud: false } });
    await endOf(first);
    const second = await vscode.commands.executeCommand<string>('baton.rerun', first);
    equal(await endOf(second), 'succeeded');
    const [begun] = events(second);
    ok(begun?.type === 'run-started');
    deepEqual(
      [{ ...begun.inputs }, begun.cause],
      [
        { greeting: 'Salut', loud: false },
        { kind: 'rerun', of: first },
      ],
    );
  });

  test('open what a step printed, every attempt of it', async () => {
    const run = await start('failing.workflow.yaml');
    await endOf(run);
    const uri = await vscode.commands.executeCommand<vscode.Uri>('baton.openLog', run, { step: 'test' });
    ok((await textOf(uri)).includes('attempt 2: 41 tests passed'));
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      uri,
    );
    ok(lenses.some(({ command }) => command?.title === 'Attempt 1'));
    const first = await vscode.commands.executeCommand<vscode.Uri>('baton.openLog', run, {
      step: 'test',
      attempt: 1,
    });
    ok(first.toString() !== uri.toString());
    ok((await textOf(first)).includes('attempt 1: 41 tests passed'));
  });

  test('let a log grow while the step runs', async () => {
    await write(
      'chatty.workflow.yaml',
      'name: Chatty\nsteps:\n  talk:\n    run: |\n      echo first\n      until [ -f go ]; do sleep 0.1; done\n      echo second\n',
    );
    const run = await start('chatty.workflow.yaml');
    const uri = await vscode.commands.executeCommand<vscode.Uri>('baton.openLog', run, { step: 'talk' });
    const document = await vscode.workspace.openTextDocument(uri);
    await becomes(
      () => document.getText(),
      (text) => text.trim() === 'first',
    );
    await write('go', '');
    await becomes(
      () => document.getText(),
      (text) => text.trim() === 'first\nsecond',
    );
    equal(await endOf(run), 'succeeded');
    await remove('go');
    await remove('chatty.workflow.yaml');
  });

  test('can be forgotten', async () => {
    const run = await start('pipeline.workflow.yaml', { inputs: { greeting: 'x', loud: false } });
    await endOf(run);
    equal(await vscode.commands.executeCommand('baton.deleteRun', run, { ask: false }), run);
    ok(!existsSync(runFolder(run)));
  });

  /** The newest run of this name with its steps. */
  async function rowsOf(name: string): Promise<readonly string[]> {
    const lines = await drawn(tree);
    const start = lines.findIndex((line) => line.startsWith(`${name} |`));
    if (start < 0) return [];
    const end = lines.findIndex((line, i) => i > start && !line.startsWith(' '));
    return lines.slice(start, end < 0 ? undefined : end);
  }
});

async function textOf(uri: vscode.Uri): Promise<string> {
  const document = await vscode.workspace.openTextDocument(uri);
  return becomes(
    () => document.getText(),
    (text) => text !== '',
  );
}

async function start(ref: string, options?: object): Promise<string> {
  const run = await vscode.commands.executeCommand<string | undefined>('baton.run', uriOf(ref), options);
  ok(run, `${ref} was not run`);
  return run;
}

/** Answers the id of the run that begins. */
async function fromTerminal(ref: string): Promise<string> {
  const { runsTree } = await baton();
  const before = await ids(runsTree);
  commandLine('run', ref);
  const after = await becomes(
    () => ids(runsTree),
    (now) => now.some((id) => !before.includes(id)),
  );
  return after.find((id) => !before.includes(id)) ?? '';
}

async function ids(tree: Awaited<ReturnType<typeof baton>>['runsTree']): Promise<string[]> {
  return (await tree.getChildren()).flatMap((row) => (row.kind === 'run' ? row.run.id : []));
}
