import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { suite, test } from 'mocha';
import { startLauncher, type Launcher } from '../../src/executors/launcher.ts';
import { launchersFor } from '../../src/executors/launchers.ts';
import { isAlive } from '../../src/executors/process-tree.ts';
import { eventually } from '../eventually.ts';

const ENV = { PATH: process.env['PATH'] };
const RUN = `launcher-${process.pid}`;

suite('A launcher', () => {
  let folder = '';
  let number = 0;

  suiteSetup(function () {
    if (process.platform !== 'linux') this.skip(); // the tests look into /proc
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-launcher-'));
  });
  suiteTeardown(() => fs.rmSync(folder, { recursive: true, force: true }));

  const log = () => path.join(folder, `${number}.log`);
  const printed = () => fs.readFileSync(log(), 'utf8');

  /** Asks for a line of shell. */
  function ask(launcher: Launcher, text: string) {
    number++;
    const attempt = { step: 'a', number };
    return launcher.start({
      file: '/bin/sh',
      args: ['-c', text],
      cwd: folder,
      env: { ...ENV, BATON_RUN_ID: RUN, BATON_STEP: attempt.step, BATON_ATTEMPT: `${number}` },
      marker: { run: RUN, attempt },
      log: log(),
    });
  }

  function launcher(): Launcher {
    const started = startLauncher(ENV);
    assert.ok(started !== undefined);
    return started;
  }

  async function begin(from: Launcher, text: string) {
    const started = await ask(from, text);
    assert.ok(started !== undefined && 'group' in started);
    return started;
  }

  const parentOf = (pid: number) =>
    Number(fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]);

  test('is the parent of what it starts, and is gone when it is let go', async () => {
    const mine = launcher();
    const { group, exit } = await begin(mine, 'sleep 0.05');
    const parent = parentOf(group);
    assert.notEqual(parent, process.pid);
    assert.equal(parentOf(parent), process.pid);
    assert.deepEqual(await exit, { kind: 'exited', code: 0 });
    mine.close();
    await eventually(() => !isAlive(parent) && mine.isGone());
  });

  test('that is killed leaves its steps running; they are watched, and how they ended nobody knows', async () => {
    const mine = launcher();
    const running = await begin(mine, 'echo begun; until [ -e go ]; do sleep 0.02; done; echo ended');
    await eventually(() => printed() === 'begun\n');
    process.kill(parentOf(running.group), 'SIGKILL');
    await eventually(() => mine.isGone());
    assert.equal(isAlive(running.group), true);
    fs.writeFileSync(path.join(folder, 'go'), '');
    assert.deepEqual(await running.exit, { kind: 'lost' });
    assert.equal(printed(), 'begun\nended\n');
    assert.equal(await ask(mine, 'true'), undefined);
  });

  test('that is killed before it could report a step leaves none of them unaccounted for', async () => {
    const mine = launcher();
    const first = await begin(mine, 'sleep 300');
    const parent = parentOf(first.group);
    process.kill(parent, 'SIGSTOP');
    const second = ask(mine, 'sleep 300');
    process.kill(parent, 'SIGKILL');
    assert.deepEqual(await second, { kind: 'lost' });
    process.kill(-first.group, 'SIGKILL');
    assert.deepEqual(await first.exit, { kind: 'lost' });
  });

  test('has a successor when it is killed, but not for ever', async () => {
    const supply = launchersFor(ENV, 1);
    assert.equal(supply.next(), undefined);
    for (let i = 0; i < 3; i++) {
      const mine = supply.next();
      assert.ok(mine !== undefined);
      assert.equal(supply.next(), mine);
      const { group, exit } = await begin(mine, 'sleep 300');
      process.kill(parentOf(group), 'SIGKILL');
      await eventually(() => mine.isGone());
      process.kill(-group, 'SIGKILL');
      assert.deepEqual(await exit, { kind: 'lost' });
    }
    assert.equal(supply.next()?.isGone(), true);
    supply.close();
  });

  test('ends what it started when its owner is gone', async () => {
    const file = path.join(folder, 'owner.ts');
    const source = path.resolve(import.meta.dirname, '../../src/executors/launcher.ts');
    fs.writeFileSync(
      file,
      `import { startLauncher } from ${JSON.stringify(source)};
       const started = await startLauncher({}).start({
         file: '/bin/sleep', args: ['300'], cwd: '/', env: {}, marker: { run: 'none' }, log: ${JSON.stringify(file)} + '.log',
       });
       console.log(started.group);`,
    );
    const owner = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'ignore'] });
    let out = '';
    owner.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    await eventually(() => out.endsWith('\n'));
    const pid = Number(out);
    assert.equal(isAlive(pid), true);
    owner.kill('SIGKILL');
    await eventually(() => !isAlive(pid));
  });
});
