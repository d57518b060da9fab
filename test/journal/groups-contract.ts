import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import type { Entered, GroupRequest, Groups, Holder, Lease } from '../../src/journal/groups.ts';
import { eventually } from '../eventually.ts';

/** What a test is given: groups nobody used before. */
export interface GroupsUnderTest {
  readonly groups: Groups;
  /** Makes a second view of the same groups, as another process would have it. */
  readonly elsewhere: () => Groups;
  readonly dispose: () => void;
}

/** One request and what came of it so far. */
interface Asked {
  readonly told: string[];
  readonly evicted: string[];
  readonly leave: () => void;
  readonly entered: Promise<Entered>;
  readonly ended: () => Entered | undefined;
}

function nameOf({ run, step }: Holder): string {
  return step === undefined ? run : `${run}.${step}`;
}

function ask(groups: Groups, name: string, more: Partial<GroupRequest> = {}): Asked {
  const [run = '', step] = name.split('.');
  const told: string[] = [];
  const evicted: string[] = [];
  const abort = new AbortController();
  let ended: Entered | undefined;
  const entered = groups.enter(
    {
      group: 'g',
      limit: 1,
      whenFull: 'queue',
      holder: step === undefined ? { run } : { run, step },
      evict: (holder) => Promise.resolve(evicted.push(nameOf(holder)) > 0),
      onWait: (position, holders) => told.push(`${position} behind ${holders.map(nameOf).join(' ')}`),
      ...more,
    },
    abort.signal,
  );
  void entered.then((end) => (ended = end));
  return { told, evicted, leave: () => abort.abort(), entered, ended: () => ended };
}

async function held(asked: Asked | Promise<Entered>): Promise<Lease> {
  const entered = await ('entered' in asked ? asked.entered : asked);
  assert.ok(
    typeof entered === 'object' && 'release' in entered,
    `expected a place, got ${JSON.stringify(entered)}`,
  );
  return entered;
}

async function waits(asked: Asked): Promise<void> {
  await eventually(() => asked.told.length > 0);
  assert.equal(asked.ended(), undefined);
}

/** The one contract of all groups. */
export function groupsContract(name: string, make: () => GroupsUnderTest): void {
  suite(`${name}, as all groups,`, () => {
    let made: GroupsUnderTest;
    setup(() => (made = make()));
    teardown(() => made.dispose());

    const look = async (group = 'g') => {
      const { holders, waiting } = await made.elsewhere().look(group);
      return `${holders.map(nameOf).join(' ')} | ${waiting.map(nameOf).join(' ')}`;
    };

    test('gives a free place at once, and shows who has it until it is given back', async () => {
      assert.equal(await look(), ' | ');
      const first = ask(made.groups, 'a');
      const lease = await held(first);
      assert.deepEqual(first.told, []);
      assert.equal(await look(), 'a | ');
      lease.release();
      lease.release();
      assert.equal(await look(), ' | ');
    });

    test('gives a place back at the end of a scope', async () => {
      {
        using lease = await held(ask(made.groups, 'a'));
        assert.equal(await look(), 'a | ');
        assert.equal(typeof lease.release, 'function');
      }
      assert.equal(await look(), ' | ');
    });

    test('lets in as many as the limit says, and tells the next behind whom it waits', async () => {
      const a = await held(ask(made.groups, 'a', { limit: 2 }));
      const b = await held(ask(made.elsewhere(), 'b', { limit: 2 }));
      const third = ask(made.elsewhere(), 'c', { limit: 2 });
      await waits(third);
      assert.deepEqual(third.told, ['1 behind a b']);
      assert.equal(await look(), 'a b | c');
      b.release();
      const c = await held(third);
      assert.equal(await look(), 'a c | ');
      a.release();
      c.release();
    });

    test('gives places in the order of arrival', async () => {
      let lease = await held(ask(made.groups, 'a'));
      const names = ['b', 'c', 'd', 'e'];
      const queue: Asked[] = [];
      for (const name of names) {
        const asked = ask(made.elsewhere(), name);
        await waits(asked);
        queue.push(asked);
      }
      assert.equal(await look(), 'a | b c d e');
      for (const [i, asked] of queue.entries()) {
        lease.release();
        lease = await held(asked);
        const behind = queue.slice(i + 1);
        await eventually(() =>
          behind.every(({ told }, at) => told.at(-1) === `${at + 1} behind ${names[i]}`),
        );
        assert.ok(behind.every(({ ended }) => ended() === undefined));
      }
      lease.release();
    });

    test('lets somebody who waits go, and those behind move up', async () => {
      const lease = await held(ask(made.groups, 'a'));
      const b = ask(made.groups, 'b');
      await waits(b);
      const c = ask(made.elsewhere(), 'c');
      await waits(c);
      b.leave();
      assert.equal(await b.entered, 'aborted');
      await eventually(() => c.told.length === 2);
      assert.deepEqual(c.told, ['2 behind a', '1 behind a']);
      assert.equal(await look(), 'a | c');
      lease.release();
      (await held(c)).release();
    });

    test('takes no place for somebody who went before asking', async () => {
      const gone = made.groups.enter(
        { group: 'g', limit: 1, whenFull: 'queue', holder: { run: 'a' }, evict: () => Promise.resolve(true) },
        AbortSignal.abort(),
      );
      assert.equal(await gone, 'aborted');
      assert.equal(await look(), ' | ');
    });

    test('turns away who will not wait: no place is free, or somebody waits already', async () => {
      const a = await held(ask(made.groups, 'a', { whenFull: 'reject' }));
      const refused = ask(made.elsewhere(), 'b', { whenFull: 'reject' });
      assert.equal(await refused.entered, 'full');
      assert.deepEqual(refused.told, []);
      assert.equal(await look(), 'a | ');
      const waiting = ask(made.groups, 'c');
      await waits(waiting);
      assert.equal(await ask(made.elsewhere(), 'd', { whenFull: 'reject', limit: 3 }).entered, 'full');
      a.release();
      (await held(waiting)).release();
      (await held(ask(made.elsewhere(), 'e', { whenFull: 'reject' }))).release();
    });

    test('asks the holder and those who wait to make room for the newest', async () => {
      const a = await held(ask(made.groups, 'a'));
      const b = ask(made.groups, 'b');
      await waits(b);
      const z = ask(made.elsewhere(), 'z', { whenFull: 'cancel_oldest' });
      await waits(z);
      assert.deepEqual(z.evicted, ['a', 'b']);
      b.leave();
      assert.equal(await b.entered, 'aborted');
      assert.equal(z.ended(), undefined, 'the place comes when it is given back, not before');
      a.release();
      (await held(z)).release();
      assert.deepEqual(z.evicted, ['a', 'b'], 'each is asked once');
    });

    test('leaves the place to the newest, when many come at once that all want it', async () => {
      const leases = new Map<string, Lease>();
      const stopped = new Set<string>();
      const asked: Asked[] = [];
      const stop = ({ run }: Holder) => {
        stopped.add(run);
        asked[Number(run)]?.leave();
        leases.get(run)?.release();
        return Promise.resolve(true);
      };
      for (let i = 0; i < 20; i++) {
        const groups = i % 2 === 0 ? made.groups : made.elsewhere();
        asked.push(ask(groups, String(i), { whenFull: 'cancel_oldest', evict: stop }));
        void held(asked[i]?.entered ?? assert.fail()).then(
          (lease) => (stopped.has(String(i)) ? lease.release() : leases.set(String(i), lease)),
          () => undefined,
        );
      }
      await Promise.all(asked.map(({ entered }) => entered));
      assert.deepEqual([stopped.size, stopped.has('19')], [19, false]);
      assert.equal(await look(), '19 | ');
      leases.get('19')?.release();
    });

    test('asks only the oldest of several holders', async () => {
      const a = await held(ask(made.groups, 'a', { limit: 2 }));
      const b = await held(ask(made.groups, 'b', { limit: 2 }));
      const z = ask(made.elsewhere(), 'z', { limit: 2, whenFull: 'cancel_oldest' });
      await waits(z);
      a.release();
      (await held(z)).release();
      assert.deepEqual(z.evicted, ['a']);
      b.release();
    });

    test('asks again where somebody could not be asked yet', async () => {
      const a = await held(ask(made.groups, 'a'));
      let times = 0;
      const z = ask(made.elsewhere(), 'z', {
        whenFull: 'cancel_oldest',
        evict: () => {
          times++;
          return times === 1
            ? Promise.resolve(false)
            : times === 2
              ? Promise.reject(new Error('no'))
              : Promise.resolve(true);
        },
      });
      await eventually(() => times === 3);
      a.release();
      (await held(z)).release();
      assert.equal(times, 3);
    });

    test('lets a step into the group of its own run, ahead of those who wait for that run', async () => {
      const run = await held(ask(made.groups, 'a'));
      const next = ask(made.elsewhere(), 'b');
      await waits(next);
      const step = await held(ask(made.groups, 'a.s'));
      const beside = ask(made.groups, 'a.t');
      await waits(beside);
      assert.deepEqual(beside.told, ['1 behind a.s'], 'steps beside each other keep to their limit');
      assert.equal(await look(), 'a a.s | b a.t');
      step.release();
      (await held(beside)).release();
      assert.equal(next.ended(), undefined);
      run.release();
      (await held(next)).release();
    });

    test('counts two steps of one run like two runs', async () => {
      const first = await held(ask(made.groups, 'a.s'));
      const second = ask(made.groups, 'a.t');
      await waits(second);
      first.release();
      (await held(second)).release();
    });

    test('holds each request to its own limit', async () => {
      const a = await held(ask(made.groups, 'a', { limit: 3 }));
      const b = await held(ask(made.groups, 'b', { limit: 3 }));
      const alone = ask(made.elsewhere(), 'c', { limit: 1 });
      await waits(alone);
      a.release();
      await eventually(() => alone.told.length === 2);
      assert.deepEqual(alone.told, ['1 behind a b', '1 behind b']);
      b.release();
      (await held(alone)).release();
    });

    test('takes any text for a group, and keeps them apart', async () => {
      const groups = [
        '',
        'g',
        'G',
        ' g',
        'g ',
        'con',
        '.',
        '..',
        '../../x',
        '/',
        'a\0b',
        'ä',
        'a\u0308',
        '💥',
        '\ud800',
        '\udbff',
      ];
      const long = ['x'.repeat(5000), `${'x'.repeat(5000)}y`];
      const leases: Lease[] = [];
      for (const group of [...groups, ...long])
        leases.push(await held(ask(made.groups, 'a', { group, whenFull: 'reject' })));
      for (const group of [...groups, ...long])
        assert.equal(await ask(made.elsewhere(), 'b', { group, whenFull: 'reject' }).entered, 'full');
      for (const lease of leases) lease.release();
    });

    test('lets many in at once come through one after the other', async () => {
      let inside = 0;
      let most = 0;
      const each = async (i: number) => {
        const lease = await held(ask(i % 2 === 0 ? made.groups : made.elsewhere(), `r${i}`, { limit: 3 }));
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside--;
        lease.release();
      };
      await Promise.all(Array.from({ length: 30 }, (_, i) => each(i)));
      assert.equal(most, 3);
      assert.equal(await look(), ' | ');
    });
  });
}
