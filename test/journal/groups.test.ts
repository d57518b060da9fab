import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { suite, test } from 'mocha';
import { FileGroups } from '../../src/journal/file-groups.ts';
import type { Entered, GroupRequest, Lease } from '../../src/journal/groups.ts';
import { MemoryGroups } from '../../src/journal/memory-groups.ts';
import { thisProcess } from '../../src/journal/owner.ts';
import { eventually } from '../eventually.ts';
import type { Orders } from './group-member.ts';
import { groupsContract } from './groups-contract.ts';

groupsContract('MemoryGroups', () => {
  const groups = new MemoryGroups();
  return { groups, elsewhere: () => groups, dispose: () => undefined };
});

groupsContract('FileGroups', () => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-groups-'));
  return {
    groups: new FileGroups(root),
    elsewhere: () => new FileGroups(root),
    dispose: () => fs.rmSync(root, { recursive: true, force: true }),
  };
});

const MEMBER = path.join(import.meta.dirname, 'group-member.ts');
const NEVER = new AbortController().signal;

suite('A group of several processes', function () {
  this.timeout(120_000);
  let folder = '';
  let log = '';
  setup(() => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'baton-groups-')));
    log = path.join(folder, 'log');
    fs.writeFileSync(log, '');
  });
  teardown(() => fs.rmSync(folder, { recursive: true, force: true }));

  const rootOf = (name = 'root') => path.join(folder, name);
  const notes = () => fs.readFileSync(log, 'utf8').split('\n').filter(Boolean);

  function start(orders: Partial<Orders>): {
    readonly child: ChildProcess;
    readonly ended: Promise<string | null>;
  } {
    const all: Orders = { root: rootOf(), limit: 1, enters: 1, workers: 1, log, ...orders };
    const child = spawn(process.execPath, [MEMBER, JSON.stringify(all)], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, NODE_NO_WARNINGS: '1' },
    });
    return { child, ended: new Promise((resolve) => child.on('exit', (_, signal) => resolve(signal))) };
  }

  function enter(root: string, more: Partial<GroupRequest> = {}): Promise<Entered> {
    const holder = { run: 'test' };
    const evict = () => Promise.resolve(true);
    return new FileGroups(root).enter(
      { group: 'g', limit: 1, whenFull: 'queue', holder, evict, ...more },
      NEVER,
    );
  }

  async function place(root: string): Promise<Lease> {
    const entered = await enter(root);
    assert.ok(typeof entered === 'object' && 'release' in entered);
    return entered;
  }

  for (const limit of [1, 2]) {
    test(`lets in ${limit} at once and everybody in the end, in order, while others are killed anywhere`, async () => {
      const living = [1, 2, 3, 4].map(() => start({ limit, enters: 50, workers: 2 }));
      const dying = [1, 2, 3].map(async () => {
        for (let times = 0; times < 4; times++) {
          const dieAt = 1 + Math.floor(Math.random() * 120);
          await start({ limit, enters: 50, workers: 2, dieAt }).ended;
        }
      });
      await Promise.all([...living.map(({ ended }) => ended), ...dying]);
      const lines = notes();
      for (const { child } of living)
        assert.equal(lines.filter((line) => line.startsWith(`out ${child.pid}.`)).length, 50);
      checkLog(lines, limit);
    });
  }

  test('is free at once for the next, wherever a member was killed', async () => {
    const died: number[] = [];
    const dieAndEnter = async (dieAt: number) => {
      const root = rootOf(`at-${dieAt}`);
      const signal = await start({ root, dieAt }).ended;
      if (signal === 'SIGKILL') died.push(dieAt);
      const before = performance.now();
      (await place(root)).release();
      assert.ok(performance.now() - before < 2000, `killed at operation ${dieAt}`);
      const left = fs.readdirSync(path.join(root, 'groups'), { recursive: true }).map(String);
      assert.deepEqual(
        left.filter((name) => !name.includes('.draft-') && name.includes(path.sep)),
        [],
      );
    };
    const at = Array.from({ length: 24 }, (_, i) => i + 1);
    for (; at.length > 0;) await Promise.all(at.splice(0, 4).map(dieAndEnter));
    assert.ok(died.length >= 12 && died.length < 24, `every operation was tried: ${died.length}`);
  });

  test('wakes who waits within 200 ms when a place is given back', async () => {
    const waitsMs: number[] = [];
    for (let i = 0; i < 9; i++) {
      const first = await place(rootOf());
      let waiting = () => undefined as void;
      const waits = new Promise<void>((resolve) => (waiting = resolve));
      const second = enter(rootOf(), { holder: { run: 'second' }, onWait: waiting });
      await waits;
      const before = performance.now();
      first.release();
      const entered = await second;
      waitsMs.push(performance.now() - before);
      assert.ok(typeof entered === 'object' && 'release' in entered);
      entered.release();
    }
    const median = waitsMs.toSorted((a, b) => a - b)[4] ?? Infinity;
    assert.ok(median < 200, `${median} ms`);
  });

  test('gives the place of a killed holder to who waits, within 2 s', async () => {
    const { child, ended } = start({ stays: true });
    await eventually(() => notes().some((line) => line.startsWith('in ')));
    const next = place(rootOf());
    await eventually(async () => (await new FileGroups(rootOf()).look('g')).waiting.length === 1);
    child.kill('SIGKILL');
    const before = performance.now();
    await ended;
    (await next).release();
    assert.ok(performance.now() - before < 2000);
  });

  test('believes a member on another machine while its heartbeat is young', async () => {
    const root = rootOf();
    (await place(root)).release();
    const held = await place(root);
    const ticket = ticketIn(root);
    const elsewhere = { owner: { ...thisProcess(), host: 'elsewhere' }, holder: { run: 'far' }, limit: 1 };
    fs.writeFileSync(`${ticket.slice(0, -5)}0.json`, `${JSON.stringify(elsewhere)}\n`);
    held.release();
    assert.equal(await enter(root, { whenFull: 'reject' }), 'full');
    const longAgo = new Date(Date.now() - 60_000);
    fs.utimesSync(`${ticket.slice(0, -5)}0.json`, longAgo, longAgo);
    (await place(root)).release();
  });

  test('passes over a ticket that a power cut left torn', async () => {
    const root = rootOf();
    const held = await place(root);
    const ticket = ticketIn(root);
    const torn = ticket.replace(/\d{12}/, '000000000000');
    fs.writeFileSync(torn, '{"owner":');
    held.release();
    (await place(root)).release();
    assert.equal(fs.existsSync(torn), false);
  });

  test('that cannot be kept says why', async () => {
    fs.writeFileSync(rootOf('file'), '');
    const entered = await enter(path.join(rootOf('file'), 'below'));
    assert.ok(typeof entered === 'object' && 'trouble' in entered);
    assert.match(entered.trouble, /^The group "g" cannot be kept: ENOTDIR/);
  });

  test('leaves nothing behind, and keeps git away', async () => {
    const root = rootOf();
    (await place(root)).release();
    assert.deepEqual(fs.readdirSync(path.join(root, 'groups')), []);
    assert.equal(fs.readFileSync(path.join(root, '.gitignore'), 'utf8'), '*\n');
  });
});

/** The file of the only member of the only group. */
function ticketIn(root: string): string {
  const names = fs.readdirSync(path.join(root, 'groups'), { recursive: true }).map(String);
  return path.join(root, 'groups', names.find((name) => name.endsWith('.json')) ?? '');
}

/** Reads what happened in the order in which it was written. */
function checkLog(lines: readonly string[], limit: number): void {
  const inside = new Set<string>();
  /** Who waited when somebody asked. */
  const ahead = new Map<string, ReadonlySet<string>>();
  const waiting = new Set<string>();
  for (const [what, who = ''] of lines.map((line) => line.split(' '))) {
    if (what === 'asks') ahead.set(who, new Set(waiting));
    else if (what === 'waits') waiting.add(who);
    else if (what === 'in') {
      inside.add(who);
      waiting.delete(who);
      assert.ok(inside.size <= limit, `${[...inside].join(' ')} at once`);
      // Those who were let in together may be written down in any order.
      const overtaken = [...(ahead.get(who) ?? [])].filter((each) => waiting.has(each));
      assert.ok(overtaken.length < limit, `${who} overtook ${overtaken.join(' ')}`);
    } else if (what === 'out') inside.delete(who);
    else if (what === 'dies') {
      for (const set of [inside, waiting])
        for (const each of set) if (each.startsWith(`${who}.`)) set.delete(each);
    } else assert.equal(what, 'ends', `${what} ${who}`);
  }
}
