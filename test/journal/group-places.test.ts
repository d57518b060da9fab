import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import type { Holder } from '../../src/journal/groups.ts';
import { hasRoomFor, holdersOf, standingOf, victimsOf, type Member } from '../../src/journal/group-places.ts';

/** `a`, `a.step`, `a.step:2` (limit 2), `b<a.step` (a child run), `a?` (not settled), in their order. */
function line(sketch: string): Member[] {
  return sketch.split(' ').map((text, i) => {
    const [name = '', limit = '1'] = text.replace('?', '').split(':');
    const holder = name
      .split('<')
      .reduceRight<Holder | undefined>((within, each) => holderOf(each, within), undefined);
    assert.ok(holder);
    return { id: `${i} ${name}`, holder, limit: Number(limit), settled: !text.includes('?') };
  });
}

function holderOf(name: string, within: Holder | undefined): Holder {
  const [run = '', ...step] = name.split('.');
  return { run, ...(step.length > 0 && { step: step.join('.') }), ...(within && { within }) };
}

function names(members: Iterable<Member>): string {
  return [...members].map(({ holder }) => [holder.run, holder.step].filter(Boolean).join('.')).join(' ');
}

function victims(sketch: string, asked: readonly string[] = []): string {
  const members = line(sketch);
  const own = members.at(-1);
  assert.ok(own);
  const standing = standingOf(members, own.id);
  assert.ok(standing);
  const ids = members.filter((each) => asked.includes(names([each]))).map(({ id }) => id);
  return names(victimsOf(standing, own.limit, new Set(ids)));
}

suite('Who holds a place in a group', () => {
  for (const [sketch, holders] of [
    ['a', 'a'],
    ['a b', 'a'],
    ['a:2 b:2 c:2', 'a b'],
    ['a:1 b:2', 'a b'],
    ['a:2 b:1', 'a'],
    ['a b c:9', 'a'],
    ['a.s b.s', 'a.s'],
    ['a.s a.t', 'a.s'],
    ['a b a.s', 'a a.s'],
    ['a b a.s a.t', 'a a.s'],
    ['a b a.s:2 a.t:2', 'a a.s a.t'],
    ['a b b.s', 'a'],
    ['a a', 'a a'],
    ['a.tdd b.s a.tdd[2].test', 'a.tdd a.tdd[2].test'],
    ['a.tdd b.s a.tddx', 'a.tdd'],
    ['a.scan{1} a.scan{2}', 'a.scan{1}'],
    ['a b c<a.s', 'a c'],
    ['a.s b c<a.s', 'a.s c'],
    ['a.s b c<a.t', 'a.s'],
    ['a b d.s<c.t<a.s', 'a d.s'],
    ['a c<a.s c.t<a.s', 'a c c.t'],
  ] as const) {
    test(`of ${sketch}: ${holders}`, () => assert.equal(names(holdersOf(line(sketch))), holders));
  }

  test('once holds for good, never overtakes, and begins behind fewer than its limit, whoever comes and goes', () => {
    const step = fc.record({
      leaves: fc.nat(5),
      comes: fc.record({
        run: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
        step: fc.constantFrom(undefined, undefined, 's', 't', 's[1].u'),
        limit: fc.integer({ min: 1, max: 3 }),
      }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (history) => {
        let members: Member[] = [];
        let before: ReadonlySet<Member> = new Set();
        for (const [i, { leaves, comes }] of history.entries()) {
          const gone = members[leaves];
          // A place is given back after those inside it; with it goes everything of its run.
          if (gone !== undefined) members = members.filter(({ holder }) => holder.run !== gone.holder.run);
          const { run, limit, step } = comes;
          const holder = step === undefined ? { run } : { run, step };
          members = [...members, { id: String(i), holder, limit, settled: true }];
          const now = holdersOf(members);
          for (const member of before) assert.ok(now.has(member) || !members.includes(member));
          for (const member of now) {
            if (before.has(member)) continue;
            const standing = standingOf(members, member.id);
            assert.ok(standing && standing.held && standing.waiting.length === 0);
            assert.ok(standing.holders.length < member.limit);
          }
          assert.ok(members[0] === undefined || now.has(members[0]));
          before = now;
        }
      }),
      { numRuns: 500 },
    );
  });

  test('is not certain while somebody before it is not settled', () => {
    const members = line('a? b');
    assert.deepEqual(standingOf(members, members[1]?.id ?? ''), {
      held: false,
      unsure: true,
      holders: [],
      waiting: [],
    });
  });
});

suite('Who finds room in a group', () => {
  test('is whoever would have a place at once', () => {
    assert.equal(hasRoomFor([], { run: 'z' }, 1), true);
    assert.equal(hasRoomFor(line('a'), { run: 'z' }, 1), false);
    assert.equal(hasRoomFor(line('a'), { run: 'z' }, 2), true);
    assert.equal(hasRoomFor(line('a b'), { run: 'z' }, 3), false);
    assert.equal(hasRoomFor(line('a b'), { run: 'a', step: 's' }, 1), true);
    assert.equal(hasRoomFor(line('a?'), { run: 'z' }, 1), true);
  });
});

suite('Who has to make room in a group', () => {
  for (const [sketch, expected] of [
    ['a z', 'a'],
    ['a b c z', 'a b c'],
    ['a:2 b:2 z:2', 'a'],
    ['a:2 b:2 c:2 z:2', 'a c'],
    ['a:3 b:3 c:3 z:1', 'a b c'],
    ['a z z.s', ''],
    ['z b z.s z.t', 'z.s'],
    ['a? z', ''],
  ] as const) {
    test(`for the last of ${sketch}: ${expected || 'nobody'}`, () => assert.equal(victims(sketch), expected));
  }

  test('is never more than was needed, when those that were asked take their time', () => {
    assert.equal(victims('a:2 b:2 c:2 z:2', ['a', 'c']), '');
    assert.equal(victims('b:2 c:2 z:2', ['a', 'c']), '');
  });
});
