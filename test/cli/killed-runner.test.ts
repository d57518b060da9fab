import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import { eventually } from '../eventually.ts';
import { baton, eventsIn, start, workspace } from './cli.ts';

const FILE = `name: Long
steps:
  quick: { run: echo quick >> marks }
  plain: { needs: quick, run: echo plain >> marks; sleep 300 }
  apart: { needs: quick, run: setsid -w sleep 301 }
  twice: { needs: quick, run: "(setsid sleep 302 &) ; sleep 303" }
  deaf: { needs: quick, run: "trap '' TERM; sleep 304; sleep 305" }
limits: { parallel: 8 }
`;

/** Processes in a folder whose command line is like that. */
function sleepingIn(folder: string): string[] {
  return fs.readdirSync('/proc').filter((pid) => {
    try {
      const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return /^sleep\0(30\d)\0$/.test(command) && fs.readlinkSync(`/proc/${pid}/cwd`) === folder;
    } catch {
      return false;
    }
  });
}

suite('When the runner is killed in the middle of a run', () => {
  test('its children are gone within 2 s, the run is lost within 5 s, a resume finishes it and the next run works', async function () {
    if (process.platform !== 'linux') this.skip();
    const { folder, dispose } = workspace({
      'long.workflow.yaml': FILE,
      'next.workflow.yaml': 'steps: { a: { run: echo ok } }',
    });
    const sleeping = () => sleepingIn(folder);
    const runner = start(folder, 'run', 'long');
    await eventually(() => sleeping().length === 5);
    runner.child.kill('SIGKILL');
    const killedAt = performance.now();
    await eventually(() => sleeping().length === 0, 2000);
    assert.ok(performance.now() - killedAt < 2000);

    const [run] = JSON.parse((await baton(folder, 'runs', '--json')).out) as {
      run: string;
      status: string;
    }[];
    assert.equal(run?.status, 'lost');
    assert.ok(performance.now() - killedAt < 5000);
    const shown = JSON.parse((await baton(folder, 'show', run.run, '--json')).out) as {
      steps: { id: string; status: string }[];
    };
    assert.deepEqual(
      shown.steps.map(({ id, status }) => `${id} ${status}`),
      ['quick succeeded', 'plain lost', 'apart lost', 'twice lost', 'deaf lost'],
    );
    assert.equal((await baton(folder, 'run', 'next')).code, 0);

    const resumed = start(folder, 'resume', run.run);
    await eventually(() => sleeping().length === 5);
    const marks = fs.readFileSync(path.join(folder, 'marks'), 'utf8');
    assert.deepEqual(
      marks.trim().split('\n'),
      ['quick', 'plain', 'plain'],
      'what had succeeded does not run again',
    );
    assert.equal((await baton(folder, 'stop', run.run, '--force')).code, 0);
    assert.equal((await resumed.ended).code, 130);
    assert.deepEqual(sleeping(), []);
    dispose();
  }).timeout(60_000);

  test('in the middle of a workflow that a step runs, a resume goes on with that one, too', async () => {
    const { folder, dispose } = workspace({
      'p.workflow.yaml':
        'steps: { call: { workflow: c.yaml }, after: { needs: call, run: echo after >> marks } }',
      'c.yaml':
        'steps: { one: { run: echo one >> marks }, two: { needs: one, run: "echo two >> marks; [ -e go ] || sleep 60" }, three: { needs: two, run: echo three >> marks } }',
    });
    const marks = () => fs.readFileSync(path.join(folder, 'marks'), 'utf8').trim().split('\n');
    const started = start(folder, 'run', 'p', '--json');
    await eventually(() => marks().includes('two'));
    started.child.kill('SIGKILL');
    const run = eventsIn((await started.ended).out)[0]?.run ?? '';
    fs.writeFileSync(path.join(folder, 'go'), '');
    const resumed = await baton(folder, 'resume', run);
    assert.equal(resumed.code, 0, resumed.err);
    assert.deepEqual(marks(), ['one', 'two', 'two', 'three', 'after']);
    dispose();
  }).timeout(60_000);
});
