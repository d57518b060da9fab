import { answer, openSideBar, pressInline, runRow, says, workflowRow } from './baton.ts';
import { openWorkbench, type Workbench } from './harness.ts';

const RELEASE = `name: Release
description: Everything between a merge and a published package.
inputs:
  channel: { type: string, enum: [beta, stable], default: beta }

steps:
  install:
    run: echo "added 214 packages"; sleep 0.3
  lint:
    needs: install
    run: echo "0 warnings, 0 errors"; sleep 0.4
  types:
    needs: install
    run: echo "checking 118 files"; sleep 0.6
  unit:
    needs: install
    retry: { max: 2, delay: 1s }
    run: for i in 1 2 3 4 5 6; do echo "ok $i - keeps its promise"; sleep 0.2; done
  bundle:
    needs: [lint, types]
    run: for i in 1 2 3 4 5; do echo "bundle part $i of 5"; sleep 30; done
  publish:
    needs: [bundle, unit]
    run: npm publish --tag \${{ inputs.channel }}
`;
const NIGHTLY = `name: Nightly
description: What may take its time.
steps:
  audit: { run: sleep 0.2 }
  browsers: { needs: audit, run: sleep 0.1; exit 1 }
  report: { needs: browsers, if: always(), run: echo "one failure" }
`;
const DOCS = `name: Documents
description: Builds the handbook.
steps:
  spell: { run: sleep 0.2 }
  build: { needs: spell, run: sleep 0.3 }
`;

suite('The picture for the README', () => {
  let workbench: Workbench;

  suiteSetup(async () => {
    workbench = await openWorkbench({
      workspace: {
        '.workflows/release.yaml': RELEASE,
        '.workflows/nightly.yaml': NIGHTLY,
        '.workflows/docs.yaml': DOCS,
      },
      settings: {
        'editor.minimap.enabled': false,
        'baton.notifications': 'off',
        'breadcrumbs.enabled': false,
      },
    });
    await openSideBar(workbench);
  });
  suiteTeardown(() => workbench.dispose());

  test('shows a file, its graph and a run that goes on', async () => {
    await pressInline(workflowRow(workbench, 'Nightly'), 'Run Workflow');
    await says(runRow(workbench, 'Nightly'), 'failed');
    await pressInline(workflowRow(workbench, 'Documents'), 'Run Workflow');
    await says(runRow(workbench, 'Documents'), 'succeeded');
    await workbench.openFile('release.yaml');
    await workbench.command('Baton: Show Graph');
    const graph = await workbench.webviewFrame('[data-step="publish"]');
    await dragBorder(workbench, -140);
    await graph.getByRole('button', { name: 'Run', exact: true }).click();
    await answer(workbench, 'Run Release (1 of 1): channel', ['Enter']);
    await graph.locator('[data-step="unit"].is-succeeded').waitFor();
    await graph.locator('[data-step="bundle"].is-running').waitFor();
    await workbench.page.locator('.monaco-list-row', { hasText: 'bundle' }).first().waitFor();
    await workbench.page.mouse.move(700, 15);
    await workbench.screenshot('picture');
    await pressInline(runRow(workbench, 'Release'), 'Stop Run');
    await says(runRow(workbench, 'Release'), 'cancelled');
  });
});

/** Gives the graph more room than the text. */
async function dragBorder({ page }: Workbench, byPixels: number): Promise<void> {
  const panel = await page.locator('.editor-group-container').last().boundingBox();
  if (panel === null) throw new Error('There is no second column.');
  const y = panel.y + panel.height / 2;
  await page.mouse.move(panel.x, y);
  await page.mouse.down();
  await page.mouse.move(panel.x + byPixels, y, { steps: 5 });
  await page.mouse.up();
}
