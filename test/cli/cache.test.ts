import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setup, suite, teardown, test } from 'mocha';
import { eventually } from '../eventually.ts';
import { baton, eventsIn, start, workspace } from './cli.ts';

const FILE = `name: Build
steps:
  build:
    run: |
      echo ran >> marks
      mkdir -p dist; for i in $(seq 1500); do echo "$i" > "dist/$i.txt"; done
    cache: { outputs: dist }
`;

suite('The cache, from the command line', function () {
  this.timeout(60_000);
  let folder = '';
  let dispose = () => undefined as void;
  setup(() => ({ folder, dispose } = workspace({ 'build.workflow.yaml': FILE })));
  teardown(() => dispose());

  const marks = () => fs.readFileSync(path.join(folder, 'marks'), 'utf8').trim().split('\n').length;
  const inCache = (begin: string) => {
    const root = path.join(folder, '.baton/cache');
    return fs.existsSync(root) ? fs.readdirSync(root).filter((name) => name.startsWith(begin)) : [];
  };
  const isWhole = () => {
    const files = fs.readdirSync(path.join(folder, 'dist'));
    assert.equal(files.length, 1500);
    for (const file of files)
      assert.equal(fs.readFileSync(path.join(folder, 'dist', file), 'utf8'), `${file.slice(0, -4)}\n`);
  };

  test('is used unless told otherwise; a rerun is told the same way', async () => {
    const first = eventsIn((await baton(folder, 'run', 'build', '--json')).out)[0]?.run ?? '';
    const second = await baton(folder, 'run', 'build');
    assert.match(second.out, new RegExp(`build  reused from run ${first}`));
    assert.equal(marks(), 1);
    await baton(folder, 'run', 'build', '--cache', 'off');
    assert.equal(marks(), 2);
    await baton(folder, 'run', 'build', '--cache', 'refresh');
    assert.equal(marks(), 3);
    assert.match((await baton(folder, 'rerun', first)).out, /reused from run/);
    await baton(folder, 'rerun', first, '--cache', 'refresh');
    assert.equal(marks(), 4);
    const run = (await baton(folder, 'run', 'build', '--detach', '--cache', 'refresh')).out.trim();
    const show = async () =>
      JSON.parse((await baton(folder, 'show', run, '--json')).out) as { status: string };
    await eventually(async () => (await show()).status === 'succeeded');
    assert.equal(marks(), 5);
  });

  test('refuses a word that it does not know', async () => {
    const { code, err } = await baton(folder, 'run', 'build', '--cache', 'maybe');
    assert.equal(code, 2);
    assert.match(err, /Allowed choices are use, refresh, off/);
  });

  test('holds nothing of what was being kept when its runner was killed, and the next run keeps it', async () => {
    const killed = start(folder, 'run', 'build');
    await eventually(() => inCache('.draft-').length === 1);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const entries = inCache('').filter((name) => !name.startsWith('.'));
    assert.ok(entries.length <= 1);

    assert.equal((await baton(folder, 'run', 'build')).code, 0);
    assert.equal(marks(), 2 - entries.length);
    isWhole();
    fs.rmSync(path.join(folder, 'dist'), { recursive: true });
    assert.equal((await baton(folder, 'run', 'build')).code, 0);
    assert.equal(marks(), 2 - entries.length);
    isWhole();
  });

  test('loses nothing when a runner is killed while it puts files back', async () => {
    assert.equal((await baton(folder, 'run', 'build')).code, 0);
    fs.rmSync(path.join(folder, 'dist'), { recursive: true });
    const killed = start(folder, 'run', 'build');
    await eventually(() => fs.existsSync(path.join(folder, 'dist')) || inCache('.draft-').length === 1);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const [lost] = JSON.parse((await baton(folder, 'runs', '--json')).out) as {
      run: string;
      status: string;
    }[];
    if (lost?.status === 'lost') assert.equal((await baton(folder, 'resume', lost.run)).code, 0);
    assert.equal(marks(), 1);
    isWhole();
  });
});
