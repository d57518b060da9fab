import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import { FileJournal } from '../../src/journal/file-journal.ts';
import { readLines } from '../../src/journal/journal-lines.ts';
import type { JournalNews } from '../../src/journal/journal.ts';
import { workspace } from '../cli/cli.ts';
import { eventually } from '../eventually.ts';
import { startOf, workflowOf } from '../model/sketches.ts';
import { built, markedBy, replay, runFolder, runIds, startBuilt } from './built.ts';
import { LONG } from './long.ts';
import { randomFrom, type Random } from './random.ts';

const FILES = {
  'good.workflow.yaml': 'steps: { a: { run: echo "x=1" >> "$BATON_OUTPUT" }, b: { needs: a, run: echo b } }',
  'bad.workflow.yaml': 'steps: { a: { run: echo a }, b: { needs: a, run: exit 3 } }',
  'lost.workflow.yaml':
    'steps: { a: { run: echo a }, b: { needs: a, run: "if [ -e again ]; then exit 4; fi; touch again; sleep 600" } }',
};

/** Every cut of some bytes, then every byte with one bit flipped (the long form: all bits), then rubbish behind them. */
function* damages(
  bytes: Buffer,
  random: Random,
): Generator<{ readonly how: string; readonly bytes: Buffer }> {
  for (let length = 0; length < bytes.length; length++)
    yield { how: `cut at ${length}`, bytes: bytes.subarray(0, length) };
  for (let at = 0; at < bytes.length; at++) {
    for (const bit of LONG ? [0, 1, 2, 3, 4, 5, 6, 7] : [random.below(8)]) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
      yield { how: `byte ${at}, bit ${bit}`, bytes: flipped };
    }
  }
  for (const more of [
    '\n',
    '{}\n',
    'null\n',
    '[]\n',
    '\0'.repeat(4096),
    '{"run":"__proto__"}\n',
    '\u{1F600}',
  ])
    yield { how: JSON.stringify(more.slice(0, 20)), bytes: Buffer.concat([bytes, Buffer.from(more)]) };
}

suite('Damaged files of runs', function () {
  let folder = '';
  let dispose = () => undefined as void;
  const runs = { good: '', bad: '', lost: '' };
  const file = (run: string, name: string) => path.join(runFolder(folder, run), name);
  const journal = () => new FileJournal(path.join(folder, '.baton'));

  suiteSetup(async () => {
    ({ folder, dispose } = workspace(FILES));
    for (const name of ['good', 'bad'] as const) {
      const known = new Set(runIds(folder));
      await built(folder, 'run', name);
      runs[name] = runIds(folder).find((run) => !known.has(run)) ?? '';
    }
    const known = new Set(runIds(folder));
    const runner = startBuilt({ folder, args: ['run', 'lost'] });
    await eventually(() => fs.existsSync(path.join(folder, 'again')));
    runner.child.kill('SIGKILL');
    await runner.ended;
    runs.lost = runIds(folder).find((run) => !known.has(run)) ?? '';
    await eventually(() => markedBy(runs.lost).length === 0);
  });
  suiteTeardown(() => dispose());

  /** Puts a file back as it was, whatever the test made of it. */
  async function keeping(name: string, work: (bytes: Buffer) => Promise<void>): Promise<void> {
    const bytes = fs.readFileSync(name);
    try {
      await work(bytes);
    } finally {
      fs.writeFileSync(name, bytes);
    }
  }

  async function statusesInList(): Promise<Record<string, string>> {
    const list = await journal().list();
    return Object.fromEntries(list.map(({ run, status }) => [run, status]));
  }

  async function follow(run: string): Promise<readonly JournalNews[]> {
    const news: JournalNews[] = [];
    for await (const each of journal().follow(run)) news.push(each);
    return news;
  }

  async function checkFile(name: keyof typeof runs, how: string, damaged: Buffer): Promise<void> {
    const run = runs[name];
    fs.writeFileSync(file(run, 'events.jsonl'), damaged);
    const record = await journal().read(run);
    assert.ok(record, how);
    const { events, tail } = readLines(damaged, run);
    assert.deepEqual(record.events, events, how);
    assert.equal(record.notices.length, tail === 'none' ? 0 : 1, how);
    if (name !== 'good') assert.notEqual((await statusesInList())[run], 'succeeded', how);
    assert.equal((await follow(run)).at(-1)?.presence, record.presence, how);
  }

  for (const name of ['good', 'bad', 'lost'] as const) {
    test(`the journal of a run that is ${name}: read as far as it can be trusted, and never as a success that was none`, async () => {
      const random = randomFrom(1);
      const run = runs[name];
      const whole = (await journal().read(run))?.events ?? [];
      await keeping(file(run, 'events.jsonl'), async (bytes) => {
        for (const { how, bytes: damaged } of damages(bytes, random)) {
          const { events, tail } = readLines(damaged, run);
          assert.deepEqual(events, whole.slice(0, events.length), how);
          // What is missing at the end of whole lines, nobody can know.
          assert.ok(events.length === whole.length || tail !== 'none' || how.startsWith('cut'), how);
          if (name !== 'good') assert.notEqual(replay(events)?.ended, 'succeeded', how);
          if (random.below(LONG ? 10 : 100) === 0) await checkFile(name, how, damaged);
        }
      });
    });
  }

  test('the index: runs are listed as they are, whatever it says', async () => {
    const expected = { [runs.good]: 'succeeded', [runs.bad]: 'failed', [runs.lost]: 'lost' };
    assert.deepEqual(await statusesInList(), expected);
    await keeping(path.join(folder, '.baton', 'index.jsonl'), async (bytes) => {
      for (const { how, bytes: damaged } of damages(bytes, randomFrom(2))) {
        fs.writeFileSync(path.join(folder, '.baton', 'index.jsonl'), damaged);
        assert.deepEqual(await statusesInList(), expected, how);
      }
    });
  });

  test('the owner of a lost run: nobody but somebody who is at work keeps a run', async () => {
    await keeping(file(runs.lost, 'owner.json'), async (bytes) => {
      for (const { how, bytes: damaged } of damages(bytes, randomFrom(3))) {
        fs.writeFileSync(file(runs.lost, 'owner.json'), damaged);
        fs.utimesSync(file(runs.lost, 'owner.json'), 1, 1);
        assert.equal((await journal().read(runs.lost))?.presence, 'lost', how);
      }
    });
  });

  test('the owner of a run that goes on: it stays the owner, and mends the file', async () => {
    const writer = await journal().create('live', startOf(workflowOf([{ id: 'a' }])));
    assert.ok(writer !== 'exists');
    const owner = file('live', 'owner.json');
    const bytes = fs.readFileSync(owner);
    for (const { how, bytes: damaged } of damages(bytes, randomFrom(4))) {
      fs.writeFileSync(owner, damaged);
      assert.equal((await journal().read('live'))?.presence, 'live', how);
      assert.equal(await journal().reopen('live'), 'owned', how);
    }
    await eventually(() => fs.readFileSync(owner).equals(bytes));
    fs.rmSync(owner);
    await eventually(() => fs.existsSync(owner) && fs.readFileSync(owner).equals(bytes));
    await writer.close();
    fs.rmSync(runFolder(folder, 'live'), { recursive: true });
  });

  test('a run of which nothing can be read is still listed, and not taken over', async () => {
    await keeping(file(runs.bad, 'events.jsonl'), async () => {
      for (const rubbish of ['', 'rubbish', '\n\n']) {
        fs.writeFileSync(file(runs.bad, 'events.jsonl'), rubbish);
        assert.equal(await journal().reopen(runs.bad), 'unreadable');
        assert.equal(fs.readFileSync(file(runs.bad, 'events.jsonl'), 'utf8'), rubbish);
        fs.renameSync(path.join(folder, '.baton', 'index.jsonl'), path.join(folder, 'index'));
        assert.equal((await statusesInList())[runs.bad], undefined);
        fs.renameSync(path.join(folder, 'index'), path.join(folder, '.baton', 'index.jsonl'));
      }
    });
  });

  test('by the command line: each command does its work or says in one line why not', async () => {
    const random = randomFrom(LONG ? Date.now() : 6);
    const kept = path.join(folder, 'kept');
    fs.cpSync(runFolder(folder, runs.lost), kept, { recursive: true });
    for (const name of ['events.jsonl', 'owner.json'] as const) {
      const all = [...damages(fs.readFileSync(path.join(kept, name)), random)];
      for (let i = 0; i < (LONG ? 40 : 3); i++) {
        const { how, bytes: damaged } = random.pick(all);
        fs.writeFileSync(file(runs.lost, name), damaged);
        await checkCommands(`${name}, ${how}`);
        fs.rmSync(runFolder(folder, runs.lost), { recursive: true });
        fs.cpSync(kept, runFolder(folder, runs.lost), { recursive: true });
      }
    }
  });

  async function checkCommands(how: string): Promise<void> {
    for (const args of [['runs'], ['show', runs.lost], ['logs', runs.lost], ['resume', runs.lost]]) {
      const { code, signal, out, err } = await built(folder, ...args);
      assert.equal(signal, null, how);
      assert.doesNotMatch(out + err, /\n +at |Error: |undefined|NaN/, `${how}, ${args.join(' ')}`);
      // A run may have nothing left to print, but whatever fails says so.
      assert.ok(code === 0 || err !== '' || out !== '', `${how}, ${args.join(' ')}: ${code}`);
      if (args[0] === 'resume') assert.notEqual(code, 0, `${how}: a success that was none`);
    }
  }
}).timeout(LONG ? 600_000 : 60_000);
