import { deepEqual, equal, match, ok } from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { openProject } from '../../src/project/project.ts';
import { eventually } from '../eventually.ts';
import { start, workspace, type Started } from './cli.ts';

suite('`baton run --watch`', function () {
  this.timeout(60_000);
  let folder: string;
  let dispose: () => void;
  let started: Started | undefined;

  teardown(async () => {
    started?.child.kill('SIGKILL');
    await started?.ended;
    dispose();
  });

  const write = (name: string, text: string) => fs.writeFileSync(path.join(folder, name), text);
  const runs = () => openProject(folder).runs.journal.list();
  const watching = (times: number) =>
    eventually(() => (started?.err().match(/Watching for changes/g) ?? []).length >= times, 20_000);

  test('runs again what reads a file that changed, keeps the rest, and ends with Ctrl-C', async () => {
    ({ folder, dispose } = workspace({
      'check.workflow.yaml': `name: Check
steps:
  a: { run: "cat a.txt >> seen.log", cache: { inputs: [a.txt], outputs: [] } }
  b: { run: "cat b.txt >> seen.log", cache: { inputs: [b.txt], outputs: [] } }
  both: { needs: [a, b], run: "echo both >> seen.log" }
`,
      'a.txt': 'a1\n',
      'b.txt': 'b1\n',
      '.gitignore': '*.log\n',
    }));
    started = start(folder, 'run', 'check', '--watch', '--parallel', '1', '--cache', 'off');
    await watching(1);
    equal((await runs()).length, 1);
    write('b.txt', 'b2\n');
    await watching(2);
    deepEqual(fs.readFileSync(path.join(folder, 'seen.log'), 'utf8').trim().split('\n'), [
      'a1',
      'b1',
      'both',
      'b2',
      'both',
    ]);
    match(started.err(), /b\.txt changed\. Running again what reads it: b, both\./);
    // What is ignored is no change; the workflow itself is one, of all of it.
    write('noise.log', 'x');
    write(
      'check.workflow.yaml',
      fs.readFileSync(path.join(folder, 'check.workflow.yaml'), 'utf8').replace('echo both', 'echo BOTH'),
    );
    await watching(3);
    equal((await runs()).length, 3);
    ok(fs.readFileSync(path.join(folder, 'seen.log'), 'utf8').endsWith('a1\nb2\nBOTH\n'));
    started.child.kill('SIGINT');
    equal((await started.ended).code, 0);
  });

  test('does not follow what its own run writes for ever', async () => {
    ({ folder, dispose } = workspace({
      'gen.workflow.yaml': 'steps: { a: { run: "date +%N > made.txt; cat in.txt" } }\n',
      'in.txt': '1\n',
    }));
    started = start(folder, 'run', 'gen', '--watch');
    // Once, because a person might have written it; then never again.
    await watching(3);
    equal((await runs()).length, 2);
    write('in.txt', '2\n');
    await eventually(async () => (await runs()).length === 3, 20_000);
  });
});
