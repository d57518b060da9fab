import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import { eventually } from '../eventually.ts';
import { baton, start, workspace, type Started } from './cli.ts';

/** Writes down when it begins and ends, and ends when there is a file `go`. */
function workflow(concurrency: string): string {
  return `name: Deploy
inputs: { to: { default: here }, who: { default: someone } }
concurrency: ${concurrency}
steps:
  deploy:
    run: |
      echo "begins \${{ inputs.who }}" >> marks
      until [ -e go ]; do sleep 0.02; done
      echo "ends \${{ inputs.who }}" >> marks
`;
}

suite('Runs of one concurrency group', function () {
  this.timeout(60_000);
  let folder = '';
  let dispose = () => undefined as void;
  const begun: Started[] = [];
  setup(() => {
    ({ folder, dispose } = workspace({
      'queue.workflow.yaml': workflow('{ group: "deploy-${{ inputs.to }}" }'),
      'reject.workflow.yaml': workflow('{ group: deploy-here, when_full: reject }'),
      'newest.workflow.yaml': workflow('{ group: deploy-here, when_full: cancel_oldest }'),
      'two.workflow.yaml': workflow('{ group: two, limit: 2, when_full: reject }'),
      'nameless.workflow.yaml': workflow('{ group: "${{ inputs.to }}" }'),
    }));
  });
  teardown(async () => {
    fs.writeFileSync(path.join(folder, 'go'), '');
    for (const { child } of begun.splice(0)) child.kill('SIGKILL');
    await eventually(() => (dispose(), true));
  });

  const marks = () =>
    fs.existsSync(path.join(folder, 'marks'))
      ? fs.readFileSync(path.join(folder, 'marks'), 'utf8').trim().split('\n')
      : [];
  const letGo = () => fs.writeFileSync(path.join(folder, 'go'), '');
  const begin = (name: string, who: string, ...more: string[]) => {
    const started = start(folder, 'run', name, '--input', `who=${who}`, ...more);
    begun.push(started);
    return started;
  };
  const hasBegun = (who: string) => eventually(() => marks().includes(`begins ${who}`));
  const waits = (started: Started) => eventually(() => started.err().includes('is waiting for a place'));
  const runs = async () =>
    JSON.parse((await baton(folder, 'runs', '--json')).out) as { run: string; status: string }[];

  test('wait for each other, one after the other, and say behind whom', async () => {
    const first = begin('queue', 'first');
    await hasBegun('first');
    const second = begin('queue', 'second');
    await waits(second);
    const [waiting, holding] = await runs();
    assert.equal(
      second.err(),
      `baton: run ${waiting?.run} is waiting for a place in the group "deploy-here", behind ${holding?.run}.\n`,
    );
    assert.deepEqual(marks(), ['begins first']);
    letGo();
    assert.equal((await first.ended).code, 0);
    assert.equal((await second.ended).code, 0);
    assert.deepEqual(marks(), ['begins first', 'ends first', 'begins second', 'ends second']);
  });

  test('of other groups do not wait', async () => {
    begin('queue', 'first');
    await hasBegun('first');
    begin('queue', 'second', '--input', 'to=there');
    await hasBegun('second');
  });

  test('are refused with exit code 75 where that is asked for, and leave nothing', async () => {
    const first = begin('two', 'first');
    const second = begin('two', 'second');
    await hasBegun('first');
    await hasBegun('second');
    for (const more of [[], ['--detach']]) {
      const { code, out, err } = await baton(folder, 'run', 'two', ...more);
      assert.deepEqual([code, out], [75, '']);
      assert.match(err, /^baton: The concurrency group "two" is full. Held by \S+, \S+\.\n$/);
    }
    assert.equal((await runs()).length, 2);
    letGo();
    assert.deepEqual([(await first.ended).code, (await second.ended).code], [0, 0]);
    assert.equal((await baton(folder, 'run', 'two')).code, 0);
  });

  test('make room for the newest where that is asked for', async () => {
    const first = begin('newest', 'first');
    await hasBegun('first');
    const second = begin('queue', 'second');
    await waits(second);
    const third = begin('newest', 'third');
    assert.equal((await first.ended).code, 130);
    assert.equal((await second.ended).code, 130);
    await hasBegun('third');
    letGo();
    assert.equal((await third.ended).code, 0);
    assert.deepEqual(marks(), ['begins first', 'begins third', 'ends third']);
    assert.deepEqual(
      (await runs()).map(({ status }) => status),
      ['succeeded', 'cancelled', 'cancelled'],
    );
  });

  test('leave the queue on Ctrl-C with exit code 130, and no step of theirs has run', async () => {
    const first = begin('queue', 'first');
    await hasBegun('first');
    const second = begin('queue', 'second');
    await waits(second);
    const third = begin('queue', 'third');
    await waits(third);
    second.child.kill('SIGINT');
    assert.equal((await second.ended).code, 130);
    letGo();
    assert.deepEqual([(await first.ended).code, (await third.ended).code], [0, 0]);
    assert.deepEqual(marks(), ['begins first', 'ends first', 'begins third', 'ends third']);
  });

  test('in the background have a name while they wait, and can be stopped by it', async () => {
    const first = begin('queue', 'first');
    await hasBegun('first');
    const { code, out } = await baton(folder, 'run', 'queue', '--detach');
    assert.equal(code, 3);
    assert.equal((await runs()).find(({ run }) => run === out.trim())?.status, 'running');
    assert.equal((await baton(folder, 'stop', out.trim())).code, 0);
    assert.equal((await runs()).find(({ run }) => run === out.trim())?.status, 'cancelled');
    letGo();
    assert.equal((await first.ended).code, 0);
  });

  test('take over from one that was killed, which waits for them when it is resumed', async () => {
    const first = begin('queue', 'first');
    await hasBegun('first');
    const second = begin('queue', 'second');
    await waits(second);
    first.child.kill('SIGKILL');
    const killedAt = performance.now();
    await hasBegun('second');
    assert.ok(performance.now() - killedAt < 3000);
    const lost = (await runs()).find(({ status }) => status === 'lost');
    const resumed = start(folder, 'resume', lost?.run ?? '');
    begun.push(resumed);
    await waits(resumed);
    letGo();
    assert.deepEqual([(await second.ended).code, (await resumed.ended).code], [0, 0]);
    assert.deepEqual(marks(), ['begins first', 'begins second', 'ends second', 'begins first', 'ends first']);
  });

  test('need a name for their group', async () => {
    const { code, err } = await baton(folder, 'run', 'nameless', '--input', 'to=');
    assert.deepEqual([code, err], [2, 'baton: The concurrency group is empty text: give it a name.\n']);
    assert.deepEqual(await runs(), []);
  });
});
