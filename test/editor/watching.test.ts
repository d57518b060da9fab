import { equal, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { baton, becomes, endOf, remove, uriOf, write } from './baton.ts';

suite('The past in the editor', () => {
  suiteSetup(async () => {
    await baton();
    await write(
      'past/ci.workflow.yaml',
      'name: Past\ninputs: { code: { type: number, default: 0 } }\nsteps:\n  build: { run: echo built }\n  test:\n    needs: build\n    run: exit ${{ inputs.code }}\n',
    );
  });
  suiteTeardown(() => remove('past'));

  test('says what differs between two runs', async () => {
    const [good, bad] = [await ended(0), await ended(4)];
    const uri = await vscode.commands.executeCommand<vscode.Uri>('baton.compareRuns', bad, { with: good });
    const document = await vscode.workspace.openTextDocument(uri);
    match(document.getText(), new RegExp(`${good}[^]*${bad}[^]*test: succeeded before, failed after`));
    match(document.getText(), /code: 0 before, 4 after/);
  });

  test('writes graphs and timelines as pictures and text', async () => {
    const run = await ended(0);
    for (const [format, begins] of [
      ['svg', '<svg'],
      ['timeline-svg', '<svg'],
      ['mermaid', 'flowchart LR'],
    ] as const) {
      const to = uriOf(`past/graph.${format}`);
      const written = await vscode.commands.executeCommand<vscode.Uri>('baton.exportGraph', run, {
        format,
        to,
      });
      equal(written?.toString(), to.toString());
      ok(readFileSync(to.fsPath, 'utf8').startsWith(begins));
    }
  });

  async function ended(code: number): Promise<string> {
    const options = { inputs: { code } };
    const run = await vscode.commands.executeCommand<string>(
      'baton.run',
      uriOf('past/ci.workflow.yaml'),
      options,
    );
    ok(run);
    await endOf(run);
    await becomes(
      async () => (await baton()).runsTree.getChildren(),
      (rows) =>
        rows.some((row) => row.kind === 'run' && row.run.id === run && row.run.summary.status !== 'running'),
    );
    return run;
  }
});
