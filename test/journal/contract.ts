import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import type { Journal, JournalNews, JournalWriter, Request } from '../../src/journal/journal.ts';
import type { Fact } from '../../src/model/run-event.ts';
import { startOf, workflowOf } from '../model/sketches.ts';

/** What a test is given: a journal nobody used before, and the way in which its owner can die. */
export interface JournalUnderTest {
  readonly journal: Journal;
  /** Makes a second view of the same runs, as another process would have it. */
  readonly elsewhere: () => Journal;
  readonly dispose: () => void;
}

const FIRST = startOf(workflowOf([{ id: 'a' }]));
const STARTED: Fact = { type: 'attempt-started', step: 'a', attempt: 1 };
const ENDED: Fact = { type: 'run-ended', status: 'succeeded', warnings: 0 };

async function create(journal: Journal, run: string): Promise<JournalWriter> {
  const writer = await journal.create(run, FIRST);
  assert.ok(writer !== 'exists');
  return writer;
}

/** The one contract of every journal. */
export function journalContract(name: string, make: () => JournalUnderTest): void {
  suite(`${name}, as every journal,`, () => {
    let made: JournalUnderTest;
    setup(() => (made = make()));
    teardown(() => made.dispose());

    test('gives back what was written, numbered from 1 and stamped', async () => {
      const writer = await create(made.journal, 'r1');
      writer.append([STARTED]);
      const record = await made.elsewhere().read('r1');
      assert.deepEqual(
        record?.events.map(({ seq, type, run }) => [seq, type, run]),
        [
          [1, 'run-started', 'r1'],
          [2, 'attempt-started', 'r1'],
        ],
      );
      assert.equal(record.presence, 'live');
      assert.deepEqual(record.notices, []);
      assert.ok((record.events[0]?.at ?? 0) > 0);
      await writer.close();
    });

    test('lets a run id be claimed once', async () => {
      const writer = await create(made.journal, 'r1');
      assert.equal(await made.elsewhere().create('r1', FIRST), 'exists');
      await writer.close();
      assert.equal(await made.elsewhere().create('r1', FIRST), 'exists');
    });

    test('gives back the facts of some types alone, whatever their words', async () => {
      const writer = await create(made.journal, 'r1');
      const outputs = { type: '"type":"step-skipped"', x: 'attempt-ended' };
      const wanted: Fact[] = [
        { type: 'attempt-ended', step: 'a', attempt: 1, outcome: { ok: true, outputs }, durationMs: 7 },
        { type: 'step-skipped', step: 'b', reason: 'condition' },
      ];
      writer.append([STARTED, ...wanted, ENDED]);
      const journal = made.elsewhere();
      const found = await journal.readFacts('r1', new Set(['attempt-ended', 'step-skipped']));
      assert.deepEqual(found, (await journal.read('r1'))?.events.slice(2, 4));
      assert.deepEqual(await journal.readFacts('nobody', new Set(['attempt-ended'])), []);
    });

    test('knows nothing of a run that never was', async () => {
      assert.equal(await made.journal.read('nobody'), undefined);
      assert.equal(await made.journal.reopen('nobody'), 'unknown');
      assert.equal(
        await made.journal.request('nobody', { type: 'stop', force: false, by: 'request' }),
        'gone',
      );
      assert.equal(await made.journal.remove('nobody'), 'unknown');
    });

    test('calls a run ended once it says so, and lost when its owner left without', async () => {
      const good = await create(made.journal, 'r1');
      good.append([ENDED]);
      await good.close();
      const bad = await create(made.journal, 'r2');
      await bad.close();
      assert.equal((await made.journal.read('r1'))?.presence, 'ended');
      assert.equal((await made.journal.read('r2'))?.presence, 'lost');
      const statuses = (await made.journal.list()).map(({ run, status }) => [run, status]);
      assert.deepEqual(Object.fromEntries(statuses), { r1: 'succeeded', r2: 'lost' });
    });

    test('hands a lost run to one new owner, who goes on with the numbers', async () => {
      const first = await create(made.journal, 'r1');
      assert.equal(await made.elsewhere().reopen('r1'), 'owned');
      await first.close();
      const reopened = await made.elsewhere().reopen('r1');
      assert.ok(typeof reopened === 'object');
      assert.equal(reopened.record.events.length, 1);
      assert.equal(await made.journal.reopen('r1'), 'owned');
      assert.deepEqual(
        reopened.writer.append([ENDED]).map(({ seq }) => seq),
        [2],
      );
      await reopened.writer.close();
      assert.equal(await made.journal.reopen('r1'), 'ended');
    });

    test('lists the newest run first', async () => {
      for (const run of ['r1', 'r2', 'r3']) await (await create(made.journal, run)).close();
      assert.deepEqual(
        (await made.journal.list()).map(({ run }) => run),
        ['r3', 'r2', 'r1'],
      );
    });

    test('lets a follower see the past, then what comes, then the end', async () => {
      const writer = await create(made.journal, 'r1');
      const news: JournalNews[] = [];
      const following = (async () => {
        for await (const each of made.elsewhere().follow('r1')) {
          news.push(each);
          if (news.length === 1) writer.append([STARTED]);
          else if (each.presence === 'live' && each.events.length > 0) writer.append([ENDED]);
        }
      })();
      await following;
      await writer.close();
      assert.deepEqual(
        news.flatMap(({ events }) => events.map(({ type }) => type)),
        ['run-started', 'attempt-started', 'run-ended'],
      );
      assert.equal(news.at(-1)?.presence, 'ended');
    });

    test('tells a follower that the owner is gone', async () => {
      const writer = await create(made.journal, 'r1');
      const presences: string[] = [];
      for await (const { presence } of made.elsewhere().follow('r1')) {
        presences.push(presence);
        if (presence === 'live') await writer.close();
      }
      assert.deepEqual(presences, ['live', 'lost']);
    });

    test('lets a follower go when asked to', async () => {
      const writer = await create(made.journal, 'r1');
      const abort = new AbortController();
      for await (const { presence } of made.elsewhere().follow('r1', abort.signal)) {
        assert.equal(presence, 'live');
        abort.abort();
      }
      await writer.close();
    });

    test('carries requests to the owner, also those that came before it listened', async () => {
      const writer = await create(made.journal, 'r1');
      const request: Request = { type: 'stop', force: false, by: 'SIGTERM' };
      assert.equal(await made.elsewhere().request('r1', request), 'told');
      const got = await new Promise<Request>((resolve) => {
        const listening = writer.onRequest((each) => {
          resolve(each);
          setImmediate(() => listening[Symbol.dispose]());
        });
      });
      assert.deepEqual(got, request);
      await writer.close();
      assert.equal(await made.elsewhere().request('r1', request), 'gone');
    });

    test("carries requests of the owner's own process to it, one after the other", async () => {
      const writer = await create(made.journal, 'r1');
      const request = (force: boolean): Request => ({ type: 'stop', force, by: 'SIGINT' });
      await made.journal.request('r1', request(false));
      const got: Request[] = [];
      await new Promise<void>((resolve) => {
        const listening = writer.onRequest((each) => {
          got.push(each);
          if (got.length === 1) void made.journal.request('r1', request(true));
          else setImmediate(() => resolve(listening[Symbol.dispose]()));
        });
      });
      assert.deepEqual(got, [request(false), request(true)]);
      await writer.close();
    });

    test('keeps what attempts print, apart from each other', async () => {
      const writer = await create(made.journal, 'r1');
      writer.log('a', 1).write(Buffer.from('first'));
      writer.log('a', 2).write(Buffer.from('second'));
      const query = { run: 'r1', step: 'a', fromByte: 0, maxBytes: 100 };
      const read = async (attempt: number, fromByte = 0, maxBytes = 100) =>
        Buffer.from(
          (await made.elsewhere().readLog({ ...query, attempt, fromByte, maxBytes })) ?? [],
        ).toString();
      assert.equal(await read(1), 'first');
      assert.equal(await read(2, 1, 3), 'eco');
      assert.equal(await made.journal.readLog({ ...query, attempt: 3 }), undefined);
      await writer.close();
    });

    test('tells listeners of a start and of an end', async () => {
      let told: () => void = () => undefined;
      const next = () => new Promise<void>((resolve) => (told = resolve));
      const watching = made.elsewhere().onChange(() => told());
      let change = next();
      const writer = await create(made.journal, 'r1');
      await change;
      change = next();
      writer.append([ENDED]);
      await change;
      await writer.close();
      watching[Symbol.dispose]();
    });

    test('removes an ended run, but not a running one', async () => {
      const writer = await create(made.journal, 'r1');
      assert.equal(await made.journal.remove('r1'), 'running');
      writer.append([ENDED]);
      await writer.close();
      assert.equal(await made.journal.remove('r1'), 'removed');
      assert.deepEqual(await made.journal.list(), []);
      assert.equal(await made.journal.read('r1'), undefined);
    });
  });
}
