import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { suite, test } from 'mocha';
import { ROOT, workspace } from './cli.ts';

/** The Node that somebody has (20 or newer), not the one that the project brings for its tests. */
const THEIR_NODE = process.env['npm_node_execpath'] ?? process.execPath;

suite('The bundle of the command line', () => {
  test('runs on the Node that npm runs on, and prints no warnings there', () => {
    const { folder, dispose } = workspace({
      'a.workflow.yaml':
        'steps: { a: { run: echo one }, b: { needs: a, language: node, script: "console.log(2)" } }',
    });
    const run = (...args: string[]) =>
      spawnSync(THEIR_NODE, [path.join(ROOT, 'dist/cli.cjs'), ...args], { cwd: folder, encoding: 'utf8' });
    const { status, stdout, stderr } = run('run', 'a');
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /2 succeeded/);
    const detached = run('run', 'a', '--detach');
    assert.equal(detached.status, 3);
    assert.equal(run('logs', detached.stdout.trim(), '--follow').status, 0);
    dispose();
  });
});
