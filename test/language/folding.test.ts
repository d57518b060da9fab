import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { folds } from '../../src/language/folding.ts';
import { allFiles } from './corpus-files.ts';

/** `2-5`, lines from 1; what is no block says so. */
function shown(text: string): string {
  return folds(text)
    .map(
      ({ startLine, endLine, kind }) =>
        `${startLine + 1}-${endLine + 1}${kind === 'block' ? '' : ` ${kind}`}`,
    )
    .join(', ');
}

suite('What can be folded', () => {
  for (const [what, text, expected] of [
    [
      'is every step and every map in it',
      'steps:\n  a:\n    run: x\n    env:\n      A: x\n  b:\n    run: x\n',
      '1-7, 2-5, 4-5, 6-7',
    ],
    [
      'is a text of several lines, with what is indented in it',
      'run: |\n  if x\n    y\n\n  z\nname: x\n',
      '1-5, 2-3',
    ],
    ['leaves out empty lines at its end', 'a:\n  b: x\n\n\nc:\n  d: x\n', '1-2, 5-6'],
    [
      'is a list, indented or not, and an item of several lines',
      'needs:\n- a\n- b: x\n  c: y\nlast: x\n',
      '1-4, 3-4',
    ],
    [
      'is a list and its items under their key',
      'on:\n  schedule:\n    - cron: x\n      timezone: y\n    - every: 1h\n',
      '1-5, 2-5, 3-4',
    ],
    ['is a map in braces', 'env: {\n  A: x,\n  B: y\n}\nname: x\n', '1-3'],
    ['is a run of comments', '# one\n# two\nname: x\n# alone\nsteps: {}\n', '1-2 comment'],
    [
      'is a region',
      '# region checks\na: x\n#region\nb: x\n# endregion\n# ENDREGION\n# endregion\n',
      '1-6 region, 3-5 region',
    ],
    ['has comments in the block that they are indented into', 'a:\n  b: x\n  # last words\nc: x\n', '1-3'],
    ['does not need a whole file', 'steps:\n  a:\n    run: "x\n  b: [\n', '1-4, 2-3'],
    ['is nothing in nothing', '', ''],
    ['holds with other line ends', 'a:\r\n  b: x\r\nc: x\r\n', '1-2'],
  ] as const) {
    test(what, () => assert.equal(shown(text), expected));
  }

  test('lies within the text and never crosses, in any text', () => {
    const text = fc.oneof(
      fc.constantFrom(...allFiles()),
      fc.string({ unit: fc.constantFrom(' ', '\n', 'a', '-', '#', ':') }),
    );
    fc.assert(
      fc.property(text, (one) => {
        const found = folds(one).filter(({ kind }) => kind === 'block');
        const count = one.split('\n').length;
        for (const [i, { startLine, endLine }] of found.entries()) {
          assert.ok(startLine < endLine && endLine < count);
          const next = found[i + 1];
          if (next !== undefined && next.startLine <= endLine) assert.ok(next.endLine <= endLine, one);
        }
      }),
      { numRuns: 500 },
    );
  });
});
