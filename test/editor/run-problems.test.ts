import { deepEqual, ok } from 'node:assert/strict';
import * as vscode from 'vscode';
import { baton, becomes, commandLine, endOf, folder, remove, uriOf, write } from './baton.ts';

/** Prints what stands in files of its own, so that a test decides what it complains about. */
const TOOL = `name: Tool
steps:
  one: { run: cat ../one.txt, cwd: lib, problem_matcher: { base: $gcc, source: tool } }
  two:
    run: cat two.txt
    needs: one
    problem_matcher: { base: $gcc, source: tool, fileLocation: [relative, "\${workspaceFolder}/lib"] }
`;

suite('Problems in what steps print', () => {
  suiteSetup(async () => {
    await baton();
    await write('lib/a.c', 'int main() {\n  return 0\n}\n');
    await write('lib/b.c', '');
  });
  setup(async () => {
    await write('tool.workflow.yaml', TOOL);
    await print('one', 'a.c:2:11: error: expected semicolon');
    await print('two', 'b.c:1:1: warning: empty file', 'gone.c:1:1: error: this file does not exist');
  });
  suiteTeardown(async () => {
    for (const ref of ['one.txt', 'two.txt', 'lib', 'tool.workflow.yaml']) await remove(ref);
  });

  test('stand at their places when the step has ended', async () => {
    await run('type-check.workflow.yaml');
    await shows('price.ts', ['2:7 Error ts 2322', '5:9 Warning ts 6133', '1:1 Information words']);
  });

  test('are found in the folders that steps work in; files that do not exist are left out', async () => {
    await run('tool.workflow.yaml');
    await shows('lib/a.c', ['2:11 Error tool']);
    await shows('lib/b.c', ['1:1 Warning tool']);
    deepEqual(found('lib/gone.c'), []);
  });

  test('give way to those of the next run, step by step', async () => {
    await run('tool.workflow.yaml');
    await shows('lib/a.c', ['2:11 Error tool']);
    await print('one', 'a.c:1:1: warning: better');
    await print('two');
    await run('tool.workflow.yaml');
    await shows('lib/a.c', ['1:1 Warning tool']);
    await shows('lib/b.c', []);
  });

  test('come from runs that a terminal started, too', async () => {
    await print('one', 'a.c:3:1: error: from a terminal');
    commandLine('run', 'tool.workflow.yaml');
    await shows('lib/a.c', ['3:1 Error tool']);
  });

  test('stay when a later run never got as far', async () => {
    await run('tool.workflow.yaml');
    await shows('lib/b.c', ['1:1 Warning tool']);
    await remove('one.txt');
    await run('tool.workflow.yaml');
    await shows('lib/a.c', []);
    await shows('lib/b.c', ['1:1 Warning tool']);
  });

  test('go with their run', async () => {
    const id = await run('tool.workflow.yaml');
    await shows('lib/a.c', ['2:11 Error tool']);
    await vscode.commands.executeCommand('baton.deleteRun', id, { ask: false });
    await shows('lib/a.c', []);
  });

  test('go with the file of their workflow', async () => {
    await run('tool.workflow.yaml');
    await shows('lib/a.c', ['2:11 Error tool']);
    await remove('tool.workflow.yaml');
    await shows('lib/a.c', []);
    await write('tool.workflow.yaml', TOOL);
  });
});

async function print(step: string, ...lines: readonly string[]): Promise<void> {
  await write(`${step}.txt`, lines.map((line) => `${line}\n`).join(''));
}

async function run(ref: string): Promise<string> {
  const id = await vscode.commands.executeCommand<string | undefined>('baton.run', uriOf(ref));
  ok(id, `${ref} was not run`);
  await endOf(id);
  return id;
}

async function shows(ref: string, expected: readonly string[]): Promise<void> {
  await becomes(
    () => [expected.join(), found(ref).toSorted().join()],
    ([wanted, there]) => wanted?.split(',').toSorted().join() === there,
  );
}

/** What runs say of a file: those who understand the language may have opinions of their own. */
function found(ref: string): readonly string[] {
  const uri = vscode.Uri.joinPath(folder().uri, ref);
  return vscode.languages.getDiagnostics(uri).flatMap(({ range: { start }, severity, source, code }) => {
    const place = `${start.line + 1}:${start.character + 1}`;
    const name = typeof code === 'string' ? ` ${code}` : '';
    const isOurs = source === 'words' || source === 'tool' || (source === 'ts' && name !== '');
    return isOurs ? [`${place} ${vscode.DiagnosticSeverity[severity]} ${source}${name}`] : [];
  });
}
