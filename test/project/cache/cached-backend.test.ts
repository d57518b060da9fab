import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setup, suite, teardown, test } from 'mocha';
import type { AttemptIo, Backend } from '../../../src/backends/backend.ts';
import type { JournalWriter } from '../../../src/journal/journal.ts';
import { MemoryJournal } from '../../../src/journal/memory-journal.ts';
import type { Assignment, Outcome } from '../../../src/model/attempt.ts';
import { DEFAULT_STOP } from '../../../src/model/workflow.ts';
import { cachedBackend, type CacheOptions } from '../../../src/project/cache/cached-backend.ts';
import { eventually } from '../../eventually.ts';
import { workspace } from '../../cli/cli.ts';
import { fails, startOf, SUCCEEDS, workflowOf } from '../../model/sketches.ts';

let folder = '';
let dispose = () => undefined as void;
let writer: JournalWriter;
const journal = () => new MemoryJournal(() => 0);
let logs: MemoryJournal;

setup(async () => {
  ({ folder, dispose } = workspace({}));
  logs = journal();
  const created = await logs.create('run', startOf(workflowOf([])));
  assert.ok(created !== 'exists');
  writer = created;
});
teardown(() => dispose());

/** A backend that ends like that, and counts. */
function backend(execute: (io: AttemptIo) => Outcome, more: Partial<CacheOptions> = {}) {
  let ran = 0;
  const inner: Backend = {
    execute: (_, io) => {
      ran++;
      return Promise.resolve(execute(io));
    },
    close: () => Promise.resolve(),
  };
  const root = path.join(folder, '.baton/cache');
  const values = path.join(folder, 'values');
  const cached = cachedBackend(inner, { folder, root, values, mode: 'use', journal: logs, ...more });
  return { cached, ran: () => ran, entries: () => (fs.existsSync(root) ? fs.readdirSync(root) : []) };
}

function assignment(text: string, more: Partial<Assignment> = {}): Assignment {
  const own = { kind: 'run', with: { text } } as const;
  const common = { run: 'run', step: 'a', attempt: 1, env: {}, dotenv: [], stop: DEFAULT_STOP };
  const cache = { inputs: [], outputs: [] };
  return { ...common, keepStdout: false, cache, ...own, ...more } as Assignment; // of kind run, as above
}

function io(cancel: AbortSignal = new AbortController().signal): AttemptIo {
  return { log: writer.log('a', 1), cancel, kill: new AbortController().signal };
}

async function log(): Promise<string> {
  const bytes = await logs.readLog({ run: 'run', step: 'a', attempt: 1, fromByte: 0, maxBytes: 2 ** 30 });
  return Buffer.from(bytes ?? []).toString();
}

suite('A backend with a cache', () => {
  test('leaves what has none to the other', async () => {
    const { cached, ran, entries } = backend(() => SUCCEEDS);
    const { cache, ...plain } = assignment('x');
    assert.ok(cache);
    await cached.execute(plain, io());
    await cached.execute(plain, io());
    assert.deepEqual([ran(), entries()], [2, []]);
  });

  test('hands on failures, and keeps none', async () => {
    const { cached, entries } = backend(() => fails(3));
    assert.deepEqual(await cached.execute(assignment('x'), io()), fails(3));
    assert.deepEqual(entries(), []);
  });

  test('does not hold up a step that is to end', async () => {
    const asked = new AbortController();
    const { cached, entries, ran } = backend(() => (asked.abort(), SUCCEEDS));
    assert.deepEqual(await cached.execute(assignment('x'), io(asked.signal)), SUCCEEDS);
    assert.deepEqual(entries(), []);
    assert.equal(await log(), 'Cache: not kept, since the step is to end\n');

    await backend(() => SUCCEEDS).cached.execute(assignment('x'), io());
    await cached.execute(assignment('x'), io(asked.signal));
    assert.equal(ran(), 2, 'even a hit is left to the other, which knows how to end');
  });

  test('keeps the beginning of a long log, and says that it is not all', async () => {
    const mib = Buffer.alloc(1024 * 1024, 'x');
    const { cached } = backend(({ log }) => {
      for (let i = 0; i < 17; i++) log.write(mib);
      return SUCCEEDS;
    });
    await cached.execute(assignment('x'), io());
    await cached.execute(assignment('x'), io());
    const again = await log();
    assert.match(again.slice(0, 200), /^Cache: nothing .*It printed then:\nx+$/);
    assert.match(again.slice(-60), /x\nCache: the rest of what it printed was not kept\n$/);
    assert.equal(again.replaceAll(/[^x]/g, '').length >= 16 * 1024 * 1024, true);
    assert.equal(again.length < 16 * 1024 * 1024 + 300, true);
  });

  test('keeps nothing that is larger than all of the cache may be', async () => {
    fs.writeFileSync(path.join(folder, 'big'), Buffer.alloc(3 * 1024 * 1024));
    const limits = { entries: 5, bytes: 2 * 1024 * 1024 };
    const { cached, entries } = backend(() => SUCCEEDS, { limits });
    await cached.execute(assignment('x', { cache: { inputs: [], outputs: ['big'] } }), io());
    assert.equal(await log(), 'Cache: not kept, since it is larger than 2 MiB\n');
    assert.deepEqual(entries(), []);
  });

  test('cannot be kept from running a step by a folder that it may not use', async () => {
    fs.writeFileSync(path.join(folder, 'file'), '');
    const { cached, ran } = backend(() => SUCCEEDS, { root: path.join(folder, 'file/cache') });
    assert.deepEqual(await cached.execute(assignment('x'), io()), SUCCEEDS);
    assert.match(await log(), /^Cache: not kept, since .*\n$/);
    assert.deepEqual(await cached.execute(assignment('x'), io()), SUCCEEDS);
    assert.equal(ran(), 2);
  });

  test('drops what was not of use for the longest time when the run is over', async () => {
    const limits = { entries: 3, bytes: 2 ** 30 };
    const first = backend(() => SUCCEEDS, { limits });
    for (const text of ['1', '2', '3']) await first.cached.execute(assignment(text), io());
    // What was kept first is of use again, later than all others.
    const root = path.join(folder, '.baton/cache');
    for (const entry of first.entries()) fs.utimesSync(path.join(root, entry, 'used'), 1000, 1000);
    await first.cached.execute(assignment('1'), io());
    await first.cached.execute(assignment('4'), io());
    await first.cached.close();
    await eventually(() => first.entries().length === 3);

    const { cached, ran } = backend(() => SUCCEEDS, { limits });
    for (const text of ['1', '4']) await cached.execute(assignment(text), io());
    assert.equal(ran(), 0);
  });

  test('drops by size as well, and what somebody left unfinished long ago', async () => {
    const limits = { entries: 100, bytes: 2.5 * 1024 * 1024 };
    const { cached, entries } = backend(() => SUCCEEDS, { limits });
    const root = path.join(folder, '.baton/cache');
    for (const draft of ['.draft-1-old', '.gone-1-old', '.draft-1-new'])
      fs.mkdirSync(path.join(root, draft), { recursive: true });
    for (const old of ['.draft-1-old', '.gone-1-old']) fs.utimesSync(path.join(root, old), 1000, 1000);
    for (const text of ['1', '2', '3']) {
      fs.writeFileSync(path.join(folder, 'out'), Buffer.alloc(1024 * 1024, text));
      await cached.execute(assignment(text, { cache: { inputs: [], outputs: ['out'] } }), io());
    }
    await cached.close();
    await eventually(() => entries().length === 3);
    assert.deepEqual(
      entries().filter((name) => name.startsWith('.')),
      ['.draft-1-new'],
    );
  });
});
