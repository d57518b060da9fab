import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { crc32 } from '../../src/base/crc32.ts';
import { formatDuration, parseDuration } from '../../src/base/duration.ts';
import { Heap } from '../../src/base/heap.ts';
import { emptyRecord, recordFrom } from '../../src/base/json.ts';
import { linesOf } from '../../src/base/lines.ts';
import { nearest } from '../../src/base/nearest.ts';
import { sha256 } from '../../src/base/sha256.ts';

suite('A duration', () => {
  test('is read from every unit and from sums', () => {
    const cases = {
      '500ms': 500,
      '10s': 10_000,
      '5m': 300_000,
      '2h': 7_200_000,
      '1d': 86_400_000,
      '1h30m': 5_400_000,
      '1.5s': 1500,
    };
    for (const [text, ms] of Object.entries(cases)) assert.equal(parseDuration(text), ms, text);
  });

  test('is refused in any other form', () => {
    for (const text of ['', '10', 's', '10 s', '-5s', '10s ', 'soon', '1h 30m'])
      assert.equal(parseDuration(text), undefined, text);
  });

  test('is shown as a person says it', () => {
    const cases = [
      [0, '0 ms'],
      [340, '340 ms'],
      [2100, '2.1 s'],
      [9999, '10 s'],
      [65_000, '1 min 5 s'],
      [60_000, '1 min'],
      [7_380_000, '2 h 3 min'],
      [90_000_000, '1 d 1 h'],
    ] as const;
    for (const [ms, text] of cases) assert.equal(formatDuration(ms), text);
  });
});

suite('A guess at what was meant', () => {
  test('finds slips of the hand and nothing far-fetched', () => {
    const words = ['build', 'test', 'deploy', 'timeout'];
    const cases = [
      ['biuld', 'build'],
      ['Test', 'test'],
      ['tets', 'test'],
      ['dpeloy', 'deploy'],
      ['timeuot', 'timeout'],
      ['xyz', undefined],
      ['a', undefined],
    ] as const;
    for (const [word, meant] of cases) assert.equal(nearest(word, words), meant, word);
  });
});

suite('Lines', () => {
  test('turn any offset into a position and back, whatever ends them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'é', '😀', '\n', '\r\n', '\r'), { maxLength: 40 }),
        fc.nat(200),
        (parts, at) => {
          const text = parts.join('');
          const offset = Math.min(at, text.length);
          const lines = linesOf(text);
          if (text[offset - 1] === '\r' && text[offset] === '\n') return; // between the two halves of one line end
          assert.equal(lines.offset(lines.position(offset)), offset);
          assert.ok(lines.position(offset).line < lines.count);
        },
      ),
    );
  });
});

suite('A heap', () => {
  test('gives everything back in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (numbers) => {
        const heap = new Heap<number>((a, b) => a < b);
        for (const number of numbers) heap.push(number);
        const out = numbers.map(() => heap.pop());
        assert.deepEqual(
          out,
          numbers.toSorted((a, b) => a - b),
        );
        assert.equal(heap.size, 0);
      }),
    );
  });
});

suite('A record', () => {
  test('holds any key and nothing else', () => {
    const record = recordFrom([
      ['constructor', 1],
      ['__proto__', 2],
      ['toString', 3],
    ]);
    assert.deepEqual(Object.keys(record), ['constructor', '__proto__', 'toString']);
    assert.equal(emptyRecord<number>()['constructor'], undefined);
  });
});

test('The checksum is the one of zip and PNG', () => {
  assert.equal(crc32(Buffer.from('123456789')), 0xcbf43926);
});

test('The digest is SHA-256', () => {
  const expected = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  for (let length = 0; length < 200; length++) {
    const bytes = new Uint8Array(length).fill(length);
    assert.equal(sha256(bytes), expected(bytes));
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => sha256(bytes) === expected(bytes)));
});
