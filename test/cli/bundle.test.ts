import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import { openProject } from '../../src/project/project.ts';
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

  test('reads every text of the corpus as the source does', () => {
    const folder = path.join(ROOT, 'test/corpus');
    const files = fs
      .readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.yaml'))
      .toSorted();
    const { stdout } = spawnSync(
      THEIR_NODE,
      [path.join(ROOT, 'dist/cli.cjs'), '-C', folder, 'lint', '--json', ...files],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    const seen = JSON.parse(stdout) as readonly {
      file: string;
      diagnostics: readonly { code: string; message: string }[];
    }[];
    const { workflows } = openProject(folder);
    assert.equal(seen.length, files.length);
    for (const { file, diagnostics } of seen) {
      const loaded = workflows.read(file);
      assert.ok(loaded.ok);
      assert.deepEqual(
        diagnostics.map(({ code, message }) => `${code}: ${message}`),
        loaded.value.analysis.diagnostics.map(({ code, message }) => `${code}: ${message}`),
        file,
      );
    }
  });
});
