import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { readAnyYaml, readYaml } from '../../src/language/read-yaml.ts';
import { plainShare } from './plain-share.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

function textsBelow(folder: string): string[] {
  return fs
    .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => fs.readFileSync(path.join(ROOT, folder, name), 'utf8'));
}

const TEXTS = [...textsBelow('test/corpus'), ...textsBelow('examples')];

/** The short way gives up, or says what the long way says. */
function checkSame(text: string): void {
  assert.deepEqual(readYaml(text), readAnyYaml(text), JSON.stringify(text));
}

suite('The short way through plain YAML', () => {
  test('leads where the long way leads: the corpus and the examples', () => TEXTS.forEach(checkSame));

  test('is taken by what people write', () => {
    assert.ok(plainShare(textsBelow('examples')) === 1, 'the examples');
    assert.ok(plainShare(textsBelow('test/corpus/valid')) > 0.8, 'the valid texts');
  });

  test('leads where the long way leads: a comment at the beginning of a line between brackets is one', () => {
    for (const text of ['j: {k: l\n# p\n }\n', 'j: [k,\r\n# p\r\n l]\r\n']) {
      checkSame(text);
      assert.deepEqual(readYaml(text).diagnostics, []);
    }
  });

  test('leads where the long way leads: cut off anywhere', () => {
    for (const text of TEXTS) {
      const step = Math.max(1, Math.floor(text.length / 60));
      for (let end = 0; end < text.length; end += step) checkSame(text.slice(0, end));
    }
  });

  test('leads where the long way leads: with random edits', function () {
    this.timeout(60_000);
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      take: fc.nat(4),
      put: pieces(3),
    });
    const edits = fc.array(edit, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...TEXTS), edits, (text, all) => {
        let changed = text;
        for (const { at, take, put } of all) {
          const start = Math.floor(at * changed.length);
          changed = changed.slice(0, start) + put + changed.slice(start + take);
        }
        checkSame(changed);
      }),
      { numRuns: 3000 },
    );
  });

  test('leads where the long way leads: small texts of all that YAML is made of', function () {
    this.timeout(60_000);
    fc.assert(fc.property(pieces(14), checkSame), { numRuns: 20_000 });
  });

  test('leads where the long way leads: lines at any indentation', function () {
    this.timeout(60_000);
    const content = fc.constantFrom(
      'a:',
      'b: c',
      '- d',
      '- e: f',
      'g: |',
      '- >-',
      'h: [i,',
      'j: {k: l',
      ']',
      '}',
      '"m": n',
      "'o':",
      '# p',
      'q: "r',
      's"',
      '',
      'a: 1',
      '-',
      't: u v',
      'w',
      '? x',
      ': y',
      '- - z',
    );
    const line = fc.tuple(fc.nat(5), content).map(([indent, text]) => ' '.repeat(indent) + text);
    const texts = fc.array(line, { maxLength: 8 }).map((lines) => `${lines.join('\n')}\n`);
    fc.assert(fc.property(texts, checkSame), { numRuns: 20_000 });
  });
});

function pieces(maxLength: number): fc.Arbitrary<string> {
  const piece = fc.constantFrom(
    ...'a b c: - [ ] { } , " \' \n # & * ! | > ? % @ ` \t 1 ~ null true 0x1 1.5 .inf <<: *a &a --- ... : :a - -\n'.split(
      ' ',
    ),
    ' ',
    ' ',
    '\n',
    '\n',
    '\n  ',
    '\n    ',
    ': ',
    ':\n',
    '- ',
    '"a"',
    "'b'",
    '\\',
    '\r\n',
    '\uFEFF',
    ' # c\n',
    'a: b\n',
    '|\n',
    '>\n  ',
  );
  return fc.array(piece, { maxLength }).map((all) => all.join(''));
}
