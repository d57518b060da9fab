import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openProject } from '../../src/project/project.ts';
import { eventually } from '../eventually.ts';
import type { Orders } from './keeper-process.ts';

const KEEPER = path.join(import.meta.dirname, 'keeper-process.ts');
const TIMES = 1000;

suite('Schedules kept by several processes', () => {
  let folder: string;
  const children = new Set<ChildProcess>();

  setup(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'baton-race-'));
  });

  teardown(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  test('begin each of a thousand times once, whoever is killed when', async function () {
    this.timeout(120_000);
    const log = path.join(folder, 'log');
    writeFileSync(log, '');
    writeFileSync(
      path.join(folder, 'w.workflow.yaml'),
      'on: { schedule: { every: 1s, overlap: allow, catch_up: all } }\nsteps:\n  a: { run: "true" }\n',
    );
    const orders: Orders = { folder, speed: 80, since: Date.now(), log };
    const begin = () => {
      const child = spawn(process.execPath, [...process.execArgv, KEEPER, JSON.stringify(orders)], {
        stdio: 'inherit',
      });
      children.add(child);
      return child;
    };
    const line = (word: string) =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((each) => each.startsWith(word));
    const keepers = [begin(), begin(), begin()];
    await eventually(() => line('ready').length === 3, 30_000);
    let seed = 1;
    for (let killed = 0; line('began').length < TIMES; killed++) {
      const ready = line('ready').length;
      const goal = line('began').length + ((seed = (seed * 48_271) % 2_147_483_647) % 60);
      await eventually(() => line('began').length >= Math.min(goal, TIMES), 60_000);
      const at = killed % keepers.length;
      keepers[at]?.kill('SIGKILL');
      keepers[at] = begin();
      await eventually(() => line('ready').length > ready, 30_000);
    }
    for (const child of children) child.kill('SIGKILL');
    deepEqual(line('trouble'), []);
    const began = line('began');
    equal(new Set(began).size, began.length, 'no time twice');
    const runs = readdirSync(path.join(folder, '.baton/runs'))
      .filter((name) => /^\d/.test(name))
      .sort();
    ok(runs.length >= began.length);
    const [record] = openProject(folder).schedules.ledger.read().values();
    ok(record);
    ok(record.fired <= runs.length);
    // Without a hole: each second from the first to the last has its run.
    const times = runs.map((run) => timeOf(run));
    const [first = 0] = times;
    const missing = times.filter((time, i) => time !== first + i * 1000);
    if (record.missed === 0) deepEqual(missing.slice(0, 3), []);
  });
});

/** `20260105-013000-000-at…` as milliseconds since the epoch. */
function timeOf(run: string): number {
  const [, year, month, day, hour, minute, second, ms] = (
    /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-(\d{3})-at/.exec(run) ?? []
  ).map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second, ms);
}
