import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { maskerOf } from '../../src/journal/mask.ts';

const secret = fc
  .string({ unit: 'grapheme', minLength: 3, maxLength: 24 })
  .filter((text) => text.trim().length >= 3);

function masked(secrets: readonly string[], bytes: Uint8Array, cuts: readonly number[]): string {
  const stream = maskerOf(secrets)?.stream();
  assert.ok(stream);
  const told: Uint8Array[] = [];
  let from = 0;
  for (const cut of [
    ...cuts.map((each) => each % (bytes.length + 1)).toSorted((a, b) => a - b),
    bytes.length,
  ]) {
    told.push(Buffer.from(stream.write(bytes.subarray(from, cut))));
    from = cut;
  }
  told.push(Buffer.from(stream.end()));
  return Buffer.concat(told).toString('utf8');
}

/** Every way in which a program may write a secret down. */
const FORMS: Readonly<Record<string, (secret: string) => string>> = {
  plain: (text) => text,
  json: (text) => JSON.stringify(text).slice(1, -1),
  url: (text) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD')),
  form: (text) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD')).replaceAll('%20', '+'),
  strictly: (text) => strictUrl(text),
  'a path': (text) => strictUrl(text).replaceAll('%2F', '/'),
  'a strict form': (text) => strictUrl(text).replaceAll('%20', '+'),
  'JSON in JSON': (text) => JSON.stringify(JSON.stringify(text).slice(1, -1)).slice(1, -1),
  'JSON in ASCII': (text) => asciiJson(text),
  'JSON in ASCII in JSON': (text) => JSON.stringify(asciiJson(text)).slice(1, -1),
  shell: (text) => text.replaceAll("'", "'\\''"),
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
};

/** As Python's `json.dumps` does. */
function asciiJson(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(/[\u0080-\uFFFF]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** As Python's `quote` does, with nothing but letters, digits and `_.-~` as they are. */
function strictUrl(text: string): string {
  const url = encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD'));
  return url.replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

test('A masker hides a long secret whose base64 is broken into lines', () => {
  const long = 'a token that is long enough for base64 to break its lines, and then some more, and more';
  const masker = maskerOf([long]);
  for (const text of [long, `${long}\n`]) {
    for (const width of [64, 76]) {
      const lines =
        Buffer.from(text)
          .toString('base64')
          .match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
      assert.ok(lines.length > 1);
      for (const line of lines.filter((each) => each.length >= 8)) assert.equal(masker?.text(line), '***');
    }
  }
});

suite('A masker', () => {
  for (const [name, form] of Object.entries(FORMS)) {
    test(`hides a secret written as ${name}, however the bytes come`, () => {
      fc.assert(
        fc.property(
          secret,
          fc.string(),
          fc.string(),
          fc.array(fc.nat(200), { maxLength: 6 }),
          (text, before, after, cuts) => {
            const written = form(text);
            fc.pre(written.length >= 4 && Buffer.from(text).toString() === text);
            const seen = masked([text], Buffer.from(`${before}\n${written}\n${after}`), cuts);
            const rest = `${before}\n\n${after}`;
            // What the text around it happens to hold of it is no leak.
            fc.pre(!rest.includes(written));
            assert.ok(!seen.includes(written), `${JSON.stringify(written)} in ${JSON.stringify(seen)}`);
          },
        ),
        { numRuns: 200 },
      );
    });
  }

  test('hides base64 of a secret among other bytes', () => {
    const token = 's3cr3t-passw0rd';
    for (const before of ['', 'a', 'ab', 'abc']) {
      for (const after of ['', 'z', 'yz']) {
        const seen = masked([token], Buffer.from(Buffer.from(before + token + after).toString('base64')), []);
        const decoded = Buffer.from(seen.replace('***', ''), 'base64').toString('latin1');
        assert.match(seen, /\*\*\*/);
        assert.ok(!decoded.includes('cr3t-pass'));
      }
    }
  });

  test('says the same whatever the pieces are, and leaves everything else as it is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('abc', 'abcd', 'bcde', 'xyz'), { minLength: 1, maxLength: 3 }),
        fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'x', 'y', 'z', '\n', 'ä'), { maxLength: 40 }),
        fc.array(fc.nat(60), { maxLength: 8 }),
        (secrets, letters, cuts) => {
          const bytes = Buffer.from(letters.join(''));
          const whole = masked(secrets, bytes, []);
          assert.equal(masked(secrets, bytes, cuts), whole);
          if (!secrets.some((each) => letters.join('').includes(each))) assert.equal(whole, letters.join(''));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('lets everything through at once that cannot be the beginning of a secret', () => {
    const stream = maskerOf(['password'])?.stream();
    assert.ok(stream);
    assert.equal(Buffer.from(stream.write(Buffer.from('half a line, pa'))).toString(), 'half a line, ');
    assert.equal(Buffer.from(stream.write(Buffer.from('per'))).toString(), 'paper');
  });

  test('hides each line of a secret of several lines', () => {
    const key = '-----BEGIN-----\nAAAABBBB\nCCCCDDDD\n-----END-----';
    assert.equal(maskerOf([key])?.text('got CCCCDDDD here'), 'got *** here');
  });

  test('hides in values and keys of JSON', () => {
    assert.deepEqual(
      { ...maskerOf(['hush'])?.json({ a: ['hush!', 1], hush: null }) },
      { a: ['***!', 1], '***': null },
    );
  });

  test('is not there where there is nothing to hide, or only what everything holds', () => {
    assert.equal(maskerOf([]), undefined);
    assert.equal(maskerOf(['', ' ', 'ab']), undefined);
  });

  test('takes a bounded time, however often a beginning comes', () => {
    const bytes = Buffer.alloc(4 * 1024 * 1024, 'a');
    const stream = maskerOf([`${'a'.repeat(500)}b`])?.stream();
    assert.ok(stream);
    let told = 0;
    for (let i = 0; i < bytes.length; i += 65_536) told += stream.write(bytes.subarray(i, i + 65_536)).length;
    assert.equal(told + stream.end().length, bytes.length);
  }).timeout(60_000);
});
