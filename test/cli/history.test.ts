import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import { baton, eventsIn, workspace } from './cli.ts';

const FILES = {
  'ci.workflow.yaml':
    'name: CI\ninputs: { code: { type: number, default: 0 } }\nsteps:\n  build: { run: echo built }\n  test:\n    needs: build\n    run: exit ${{ inputs.code }}\n',
};

async function run(folder: string, ...args: readonly string[]): Promise<string> {
  return eventsIn((await baton(folder, 'run', 'ci', '--json', ...args)).out)[0]?.run ?? '';
}

suite('The past, on the command line', () => {
  test('`baton compare` says what differs between two runs, the older one first', async () => {
    const { folder, dispose } = workspace(FILES);
    try {
      const good = await run(folder);
      const bad = await run(folder, '--input', 'code=3');
      const { out, code } = await baton(folder, 'compare', bad, good);
      assert.equal(code, 0);
      assert.match(out, new RegExp(`Compared\\n  ${good}.*succeeded.*\\n  ${bad}.*failed`));
      assert.match(out, /Ended otherwise\n {2}test: succeeded before, failed after/);
      assert.match(out, /Inputs\n {2}code: 0 before, 3 after/);
      const json = JSON.parse((await baton(folder, 'compare', good, bad, '--json')).out) as object;
      assert.deepEqual(Object.keys(json), [
        'before',
        'after',
        'inputs',
        'steps',
        'isTextChanged',
        'outcomes',
        'durations',
      ]);
      const again = await run(folder);
      assert.match((await baton(folder, 'compare', good, again)).out, /They do not differ/);
      const wrong = await baton(folder, 'compare', good, 'nothing');
      assert.equal(wrong.code, 2);
    } finally {
      dispose();
    }
  });

  test('`baton prune` forgets the oldest runs', async () => {
    const { folder, dispose } = workspace(FILES);
    try {
      const [first, second] = [await run(folder), await run(folder)];
      assert.match((await baton(folder, 'prune')).out, /all runs stay/);
      assert.deepEqual(JSON.parse((await baton(folder, 'prune', '--keep', '1', '--json')).out), [first]);
      assert.deepEqual(
        fs.readdirSync(path.join(folder, '.baton/runs')).filter((name) => !name.startsWith('.')),
        [second],
      );
      assert.equal((await baton(folder, 'prune', '--keep', 'x')).code, 2);
    } finally {
      dispose();
    }
  });

  test('`baton graph --format svg` draws a picture that stands for itself', async () => {
    const { folder, dispose } = workspace({
      'odd.workflow.yaml':
        'name: "<A> & \\"B\\""\nsteps:\n  a: { run: x, name: "a < b & c" }\n  b: { run: x, needs: a }\n',
    });
    try {
      const { out, code } = await baton(folder, 'graph', 'odd', '--format', 'svg');
      assert.equal(code, 0);
      assert.match(out, /^<svg xmlns=/);
      assert.match(out, /a &lt; b &amp; c/);
      assert.match(out, /<\/svg>\n$/);
    } finally {
      dispose();
    }
  });
});
