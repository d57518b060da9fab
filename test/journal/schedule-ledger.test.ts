import { deepEqual, equal, ok } from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FileLedger, MemoryLedger, type ScheduleLedger } from '../../src/journal/schedule-ledger.ts';
import type { ScheduleFact } from '../../src/model/schedule-record.ts';

let folder: string;

setup(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'baton-ledger-'));
});

teardown(() => {
  rmSync(folder, { recursive: true, force: true });
});

const ADOPTED: ScheduleFact = {
  type: 'schedule-adopted',
  schedule: 'a',
  at: 10,
  workflow: 'w.yaml',
  text: 'every 1h',
};
const fired = (nominal: number): ScheduleFact => ({
  type: 'schedule-fired',
  schedule: 'a',
  at: nominal,
  nominal,
  run: `r${nominal}`,
  isCatchUp: false,
});

const KINDS: readonly (readonly [string, () => ScheduleLedger])[] = [
  ['in memory', () => new MemoryLedger()],
  ['in files', () => new FileLedger(folder)],
];
for (const [kind, open] of KINDS) {
  suite(`A ledger of schedules ${kind}`, () => {
    test('knows nothing at first, and then what it was told', () => {
      const ledger = open();
      equal(ledger.read().size, 0);
      ledger.append([ADOPTED, fired(20)]);
      const record = ledger.read().get('a');
      equal(record?.enabledAt, 10);
      equal(record.handledUntil, 20);
      equal(record.fired, 1);
      deepEqual(record.last, { nominal: 20, run: 'r20' });
    });

    test('counts once what two tell of the same time', () => {
      const ledger = open();
      const missed: ScheduleFact = {
        type: 'schedule-missed',
        schedule: 'a',
        at: 99,
        first: 20,
        last: 40,
        count: 3,
      };
      const skipped: ScheduleFact = { type: 'schedule-skipped', schedule: 'a', at: 50, nominal: 50 };
      ledger.append([ADOPTED, ADOPTED, missed]);
      ledger.append([missed, skipped, skipped]);
      const record = ledger.read().get('a');
      equal(record?.missed, 3);
      equal(record.skipped, 1);
      equal(record.handledUntil, 50);
      equal(record.lately.length, 2);
    });

    test('lets a paused schedule begin anew when it goes on', () => {
      const ledger = open();
      ledger.append([ADOPTED, { type: 'schedule-paused', schedule: 'a', at: 20 }]);
      equal(ledger.read().get('a')?.paused, true);
      ledger.append([{ type: 'schedule-resumed', schedule: 'a', at: 100 }]);
      const record = ledger.read().get('a');
      equal(record?.paused, false);
      equal(record.enabledAt, 100);
      equal(record.handledUntil, 100);
    });
  });
}

suite('A ledger of schedules in files', () => {
  test('is the same for all who look, also while they write', () => {
    const [one, other] = [new FileLedger(folder), new FileLedger(folder)];
    one.append([ADOPTED]);
    other.append([fired(20)]);
    one.append([fired(30)]);
    deepEqual([...one.read().values()], [...other.read().values()]);
    deepEqual([...new FileLedger(folder).read().values()], [...one.read().values()]);
  });

  test('passes over lines that cannot be read', () => {
    const ledger = new FileLedger(folder);
    ledger.append([ADOPTED]);
    appendFileSync(
      path.join(folder, 'schedules/0.jsonl'),
      '{"type":"schedule-fired","schedule":"a"\nrubbish\n',
    );
    ledger.append([fired(20)]);
    equal(new FileLedger(folder).read().get('a')?.fired, 1);
  });

  test('stays small for ever, and loses and doubles nothing on the way', () => {
    const ledgers = Array.from({ length: 3 }, () => new FileLedger(folder, { growthBytes: 2000 }));
    ledgers[0]?.append([ADOPTED]);
    for (let i = 1; i <= 600; i++) ledgers[i % 3]?.append([fired(i * 10)]);
    for (const ledger of [...ledgers, new FileLedger(folder)]) {
      const record = ledger.read().get('a');
      equal(record?.fired, 600);
      equal(record.handledUntil, 6000);
    }
    const files = readdirSync(path.join(folder, 'schedules'));
    ok(files.length <= 2, files.join());
    ok(!files.includes('0.jsonl'));
  });
});
