import { ok } from 'node:assert/strict';
import * as vscode from 'vscode';
import { baton, becomes, remove, uriOf, write } from './baton.ts';

const REF = 'large/many-steps.workflow.yaml';
const STEPS = 5000;

suite('A file of 5,000 steps', () => {
  suiteTeardown(() => remove('large'));

  test('is read in slices, between which everybody else has a turn', async () => {
    await baton();
    await write(REF, manySteps());
    await seen(REF);
    const turns = countTurns();
    const document = await vscode.workspace.openTextDocument(uriOf(REF));
    await vscode.window.showTextDocument(document);
    await becomes(
      async () =>
        vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
          'vscode.executeDocumentSymbolProvider',
          document.uri,
        ),
      (found) => found.length > 0,
    );
    ok(turns.end() > 5);
  });
});

function manySteps(): string {
  const steps = Array.from({ length: STEPS }, (_, i) => {
    const needs = i === 0 ? '' : `    needs: step_${i - 1}\n`;
    return `  step_${i}:\n${needs}    run: echo "step ${i} of" \${{ inputs.target }} >> out.txt\n`;
  });
  return `inputs:\n  target: { type: string, default: src }\nsteps:\n${steps.join('')}`;
}

/** The editor has seen the file in its folder before anybody opens it. */
async function seen(ref: string): Promise<void> {
  await becomes(
    async () => vscode.workspace.findFiles(ref),
    (found) => found.length === 1,
  );
}

/** How often the extension host came round. */
function countTurns() {
  let count = 0;
  let isOver = false;
  const turn = () => {
    count++;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  return {
    end() {
      isOver = true;
      return count;
    },
  };
}
