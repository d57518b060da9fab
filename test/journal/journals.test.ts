import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { FileJournal } from '../../src/journal/file-journal.ts';
import { lineOf, readLines } from '../../src/journal/journal-lines.ts';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import type { RunEvent } from '../../src/model/run-event.ts';
import { replay } from '../../src/model/apply-event.ts';
import { startOf, workflowOf } from '../model/sketches.ts';
import { journalContract } from './contract.ts';

journalContract('MemoryJournal', () => {
  const journal = new MemoryJournal();
  return { journal, elsewhere: () => journal, dispose: () => undefined };
});

journalContract('FileJournal', () => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-journal-'));
  return {
    journal: new FileJournal(root),
    elsewhere: () => new FileJournal(root),
    dispose: () => fs.rmSync(root, { recursive: true, force: true }),
  };
});

const WRITTEN: readonly RunEvent[] = [
  { seq: 1, at: 1000, run: 'r', ...startOf(workflowOf([{ id: 'a' }, { id: 'b', needs: ['a'] }])) },
  { seq: 2, at: 1001, run: 'r', type: 'attempt-started', step: 'a', attempt: 1 },
  {
    seq: 3,
    at: 1002,
    run: 'r',
    type: 'attempt-ended',
    step: 'a',
    attempt: 1,
    outcome: { ok: true, outputs: { naïve: '1\n2' } },
    durationMs: 1,
  },
  { seq: 4, at: 1003, run: 'r', type: 'attempt-started', step: 'b', attempt: 1 },
];
const BYTES = Buffer.from(WRITTEN.map(lineOf).join(''));
/** As a reader has them. */
const EVENTS = JSON.parse(JSON.stringify(WRITTEN)) as readonly RunEvent[];

suite('A journal file', () => {
  let root = '';
  setup(() => (root = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-journal-'))));
  teardown(() => fs.rmSync(root, { recursive: true, force: true }));

  async function planted(bytes: Uint8Array): Promise<FileJournal> {
    const folder = path.join(root, 'runs', 'r');
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'events.jsonl'), bytes);
    return new FileJournal(root);
  }

  test('cut at any byte gives the facts before the cut, and says what is missing', async () => {
    for (let length = 0; length < BYTES.length; length++) {
      const journal = await planted(BYTES.subarray(0, length));
      const record = await journal.read('r');
      assert.ok(record);
      assert.deepEqual(record.events, EVENTS.slice(0, record.events.length));
      const whole = BYTES.subarray(0, length).toString('latin1').endsWith('\n') || length === 0;
      assert.equal(record.notices.length, whole ? 0 : 1, `cut at ${length}`);
    }
  });

  test('with any flipped bit never gives a fact that was not written', () =>
    fc.assert(
      fc.property(fc.nat(BYTES.length - 1), fc.nat(7), (at, bit) => {
        const bytes = Buffer.from(BYTES);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        const { events, tail } = readLines(bytes, 'r');
        assert.deepEqual(events, EVENTS.slice(0, events.length));
        assert.notEqual(tail, 'none');
        replay(events);
      }),
      { numRuns: 2000 },
    ));

  test('with a torn last line is mended by its new owner', async () => {
    const journal = await planted(BYTES.subarray(0, BYTES.length - 5));
    const reopened = await journal.reopen('r');
    assert.ok(typeof reopened === 'object');
    reopened.writer.append([{ type: 'run-adopted' }]);
    await reopened.writer.close();
    const types = (await journal.read('r'))?.events.map(({ type }) => type);
    assert.deepEqual(types, ['run-started', 'attempt-started', 'attempt-ended', 'run-adopted']);
  });

  test('of a newer Baton is shown as far as it is understood', async () => {
    const strange = { seq: 5, at: 1004, run: 'r', type: 'moon-phase', phase: 'full' } as unknown as RunEvent;
    const journal = await planted(Buffer.concat([BYTES, Buffer.from(lineOf(strange))]));
    const record = await journal.read('r');
    assert.equal(record?.events.length, 5);
    assert.equal(replay(record.events)?.steps['b']?.status, 'running');
  });

  test('keeps git away from everything Baton writes', async () => {
    const journal = new FileJournal(path.join(root, '.baton'));
    const writer = await journal.create('r', startOf(workflowOf([])));
    assert.ok(writer !== 'exists');
    await writer.close();
    assert.equal(fs.readFileSync(path.join(root, '.baton', '.gitignore'), 'utf8'), '*\n');
  });

  test('is found again without its index', async () => {
    const journal = new FileJournal(root);
    const writer = await journal.create('r', startOf(workflowOf([])));
    assert.ok(writer !== 'exists');
    writer.append([{ type: 'run-ended', status: 'failed', warnings: 0 }]);
    await writer.close();
    fs.rmSync(path.join(root, 'index.jsonl'));
    assert.deepEqual(
      (await journal.list()).map(({ run, status }) => [run, status]),
      [['r', 'failed']],
    );
  });
});
