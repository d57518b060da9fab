import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import { isRunId, newRunId } from '../../src/project/run-id.ts';
import { workflowsOf } from '../../src/project/workflows.ts';
import { workspace } from '../cli/cli.ts';

const STEPS = 'steps: { a: { run: x } }\n';

suite('The workflow files of a project', () => {
  test('are those the rule names, wherever they stand, and no other YAML', async () => {
    const { folder, dispose } = workspace({
      'b.workflow.yml': STEPS,
      'ci/a.workflow.yaml': STEPS,
      '.workflows/deep/nightly.yaml': STEPS,
      'docker-compose.yaml': STEPS,
      'node_modules/x/c.workflow.yaml': STEPS,
      '.baton/runs/r/d.workflow.yaml': STEPS,
    });
    assert.deepEqual(await workflowsOf(folder).list(), [
      '.workflows/deep/nightly.yaml',
      'b.workflow.yml',
      'ci/a.workflow.yaml',
    ]);
    assert.deepEqual(await workflowsOf(folder, ['**/docker-*.yaml']).list(), ['docker-compose.yaml']);
    dispose();
  });

  test('are found by path, by short name and by their own name, and mistaken names are helped', async () => {
    const { folder, dispose } = workspace({
      'ci/check.workflow.yaml': `name: Everything\n${STEPS}`,
      'a/x.workflow.yaml': STEPS,
      'b/x.workflow.yaml': STEPS,
    });
    const workflows = workflowsOf(folder);
    for (const name of ['ci/check.workflow.yaml', './ci/../ci/check.workflow.yaml', 'check', 'Everything']) {
      const loaded = await workflows.load(name);
      assert.equal(loaded.ok && loaded.value.ref, 'ci/check.workflow.yaml', name);
    }
    const ambiguous = await workflows.load('x');
    assert.equal(
      !ambiguous.ok && ambiguous.error,
      '"x" could be a/x.workflow.yaml or b/x.workflow.yaml: give the path.',
    );
    const unknown = await workflows.load('chekc');
    assert.match(unknown.ok ? '' : unknown.error, /Did you mean "check"\?/);
    dispose();
  });
});

suite('A run id', () => {
  test('sorts by time, differs within one millisecond and is safe in a path', () => {
    const [a, b] = [newRunId(1_700_000_000_000), newRunId(1_700_000_000_001)];
    assert.ok(a < b);
    assert.notEqual(newRunId(5), newRunId(5));
    assert.ok(isRunId(a));
    for (const text of ['', '..', '../x', 'a/b', '.draft', 'a\0']) assert.equal(isRunId(text), false, text);
  });
});
