import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import type { Json } from '../../src/base/json.ts';
import { MATCHER_NAMES, matchersOf, readMatchers } from '../../src/model/matchers-of.ts';

function mistake(json: Json): string {
  const read = matchersOf(json);
  return read.ok ? 'none' : read.error;
}

function patternOf(json: Json): unknown {
  const read = matchersOf({ pattern: json });
  return read.ok ? read.value[0]?.pattern[0] : read.error;
}

suite('Problem matchers', () => {
  test('are known by the names that they have in VS Code', () => {
    for (const name of MATCHER_NAMES) assert.equal(mistake(name), 'none', name);
    assert.ok(
      ['$tsc', '$tsc-watch', '$eslint-stylish', '$gcc', '$go'].every((name) => MATCHER_NAMES.includes(name)),
    );
  });

  test('may be several', () => {
    const read = matchersOf(['$tsc', { base: '$gcc', source: 'clang' }]);
    assert.deepEqual(read.ok && read.value.map(({ source }) => source), ['ts', 'clang']);
  });

  test('take from their base what they do not say themselves', () => {
    const read = matchersOf({
      base: '$tsc',
      source: 'mine',
      severity: 'info',
      fileLocation: ['relative', '${workspaceFolder}/packages'],
    });
    assert.ok(read.ok);
    const { pattern, ...rest } = read.value[0] ?? assert.fail();
    assert.deepEqual(rest, {
      source: 'mine',
      severity: 'info',
      fileLocation: { kind: 'relative', from: '${workspaceFolder}/packages' },
    });
    assert.deepEqual(patternOf('$tsc'), pattern[0]);
  });

  test('know a pattern by its matcher, in all its forms', () => {
    const read = matchersOf({ source: 'mine', pattern: '$python' });
    assert.deepEqual(read.ok && read.value.map(({ source, pattern }) => [source, pattern.length]), [
      ['mine', 4],
      ['mine', 3],
      ['mine', 2],
    ]);
  });

  test('may leave out the numbers of the first three groups, and then the message is all of the line', () => {
    assert.deepEqual(patternOf({ regexp: '(a):(1):(2)' }), {
      regexp: '(a):(1):(2)',
      file: 1,
      line: 2,
      column: 3,
      message: 0,
    });
    assert.deepEqual(patternOf({ regexp: '(a):(1): (.*)', message: 3 }), {
      regexp: '(a):(1): (.*)',
      file: 1,
      line: 2,
      message: 3,
    });
    assert.deepEqual(patternOf({ regexp: '(a)', kind: 'file' }), {
      regexp: '(a)',
      kind: 'file',
      file: 1,
      message: 0,
    });
  });

  test('take what people paste from VS Code along with them', () => {
    const pasted = {
      applyTo: 'closedDocuments',
      background: { activeOnStart: true },
      base: '$tsc',
      name: 'x',
    };
    assert.equal(mistake(pasted), 'none');
  });

  test('say what is wrong with them, and where', () => {
    const two = (a: Json, b: Json): Json => ({ pattern: [a, b] });
    const expected: readonly (readonly [Json, string])[] = [
      ['$tcs', 'There is no problem matcher "$tcs". Did you mean "$tsc"?'],
      ['tsc', 'There is no problem matcher "tsc". Did you mean "$tsc"?'],
      [['$tsc', '$constructor'], '1: There is no problem matcher "$constructor".'],
      [{ base: '$gc' }, 'base: There is no problem matcher "$gc". Did you mean "$gcc"?'],
      [{ base: 7 }, 'base: This is not of the form it has to be.'],
      [{ owner: 'me' }, 'A problem matcher needs a "pattern", or a "base" to take one from.'],
      [
        { pattern: { regexp: '(' } },
        'pattern.regexp: This regular expression cannot be read: Unterminated group.',
      ],
      [
        { pattern: { regexp: 'a\\' } },
        'pattern.regexp: This regular expression cannot be read: \\ at end of pattern.',
      ],
      [
        { pattern: { regexp: '(a)(b)(c)', message: 4 } },
        'pattern.message: There is no group 4: the regular expression has 3 groups.',
      ],
      [
        { pattern: { regexp: '(a)' } },
        'pattern: The pattern needs "line", the number of the group that captures it, or `kind: file`.',
      ],
      [
        two({ regexp: '(a)', line: 1 }, { regexp: '(b)', message: 1 }),
        'pattern: The pattern needs "file", the number of the group that captures it.',
      ],
      [
        two({ regexp: '(a)(b)', file: 1, line: 2, loop: true }, { regexp: '(b)', message: 1 }),
        'pattern.0.loop: Only the last pattern of a list can loop.',
      ],
      [
        two({ regexp: '(a)(b)', file: 1, line: 2 }, { regexp: '(b)', message: 1, kind: 'file' }),
        'pattern.1.kind: Only the first pattern of a list has a "kind".',
      ],
      [{ pattern: [] }, 'pattern: This is not of the form it has to be.'],
      [{ pattern: 5 }, 'pattern: This is not of the form it has to be.'],
      [{ base: '$tsc', severity: 'bad' }, 'severity: This is not of the form it has to be.'],
      [
        { base: '$tsc', fileLocation: ['absolute', 'x'] },
        'fileLocation: It must be absolute, relative, autoDetect, or a list such as [relative, "${workspaceFolder}/src"].',
      ],
      [3, 'This is not of the form it has to be.'],
    ];
    for (const [json, message] of expected) assert.equal(mistake(json), message, JSON.stringify(json));
  });

  test('of any form are read without a word thrown; what is read can be used', () => {
    const word = fc.constantFrom('$tsc', '$python', 'relative', '(a)(b)', '(', '$x', 'file', 'error');
    const leaf = fc.oneof(word, fc.integer({ min: -1, max: 4 }), fc.boolean(), fc.constant(null));
    const key = fc.constantFrom(
      'base',
      'pattern',
      'regexp',
      'file',
      'line',
      'message',
      'loop',
      'kind',
      'fileLocation',
    );
    const { json } = fc.letrec<{ json: Json }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('json'), { maxLength: 3 }),
        fc.dictionary(key, tie('json'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(json, (value) => {
        const { matchers, mistakes } = readMatchers(value);
        assert.equal(matchersOf(value).ok, mistakes.length === 0);
        for (const { pattern } of matchers) {
          assert.ok(pattern.length > 0);
          for (const { regexp } of pattern) assert.ok(new RegExp(regexp) instanceof RegExp);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
