import { equal, ok } from 'node:assert/strict';
import * as vscode from 'vscode';
import { readdir } from 'node:fs/promises';
import { baton, becomes, remove, uriOf, write } from './baton.ts';

suite('Tasks', () => {
  suiteSetup(baton);

  test('are offered for every workflow that can run', async () => {
    const broken = 'cycle.workflow.yaml';
    const files = (await readdir(uriOf('').fsPath)).filter((name) => name.endsWith('.workflow.yaml'));
    const expected = files.filter((name) => name !== broken).toSorted();
    await becomes(
      offered,
      (names) =>
        expected.every((file) => names.some((name) => name.endsWith(`: ${file}`))) &&
        names.length === expected.length,
    );
  });

  test('end with the exit code of their run', async () => {
    await write('quick.workflow.yaml', 'name: Quick\nsteps:\n  one: { run: echo one }\n');
    equal(await exitCodeOf(await taskOf('quick.workflow.yaml')), 0);
    equal(await exitCodeOf(await taskOf('failing.workflow.yaml')), 1);
    await remove('quick.workflow.yaml');
  });

  test('of tasks.json run with the inputs they give', async () => {
    const task = {
      type: 'baton',
      workflow: 'pipeline.workflow.yaml',
      inputs: { greeting: 'Hej' },
      label: 'Greet',
    };
    await write('.vscode/tasks.json', JSON.stringify({ version: '2.0.0', tasks: [task] }));
    const [greet] = await becomes(
      async () => (await vscode.tasks.fetchTasks()).filter(({ name }) => name === 'Greet'),
      (found) => found.length === 1,
    );
    ok(greet);
    equal(await exitCodeOf(greet), 0);
    const { runsTree } = await baton();
    const [newest] = await runsTree.getChildren();
    ok(newest?.kind === 'run');
    equal(newest.run.state?.inputs['greeting'], 'Hej');
    await remove('.vscode');
  });
});

async function offered(): Promise<string[]> {
  const tasks = await vscode.tasks.fetchTasks({ type: 'baton' });
  return tasks.map(({ name, definition }) => `${name}: ${String(definition['workflow'])}`).sort();
}

async function taskOf(workflow: string): Promise<vscode.Task> {
  const [task] = await becomes(
    async () =>
      (await vscode.tasks.fetchTasks({ type: 'baton' })).filter(
        ({ definition }) => definition['workflow'] === workflow,
      ),
    (found) => found.length === 1,
  );
  ok(task);
  return task;
}

function exitCodeOf(task: vscode.Task): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const ended = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
      if (execution.task.name !== task.name) return;
      ended.dispose();
      resolve(exitCode);
    });
    vscode.tasks.executeTask(task).then(undefined, reject);
  });
}
