import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import { baton, workspace } from './cli.ts';

suite('`baton lint` and past runs', () => {
  test('warn of a schedule that is due more often than its workflow can run', async () => {
    const { folder, dispose } = workspace({
      'slow.workflow.yaml': 'on: { schedule: { every: 1s } }\nsteps: { wait: { run: sleep 1.3 } }\n',
    });
    try {
      assert.doesNotMatch((await baton(folder, 'lint')).out, /too-frequent/);
      assert.equal((await baton(folder, 'run', 'slow')).code, 0);
      const { out, code } = await baton(folder, 'lint');
      assert.match(out, /baton\/too-frequent/);
      assert.equal(code, 0);
    } finally {
      dispose();
    }
  });
});
