import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { analyze } from '../../src/language/analyze.ts';
import { selections } from '../../src/language/selection.ts';
import { allFiles } from './corpus-files.ts';
import { cursorIn } from './marked.ts';

function grown(marked: string): readonly string[] {
  const { analysis, offset } = cursorIn(marked);
  return selections(analysis, offset).map(({ start, end }) => analysis.text.slice(start, end));
}

suite('A selection grows', () => {
  test('from a word to its value, its entry, the step, all steps and the file', () => {
    assert.deepEqual(grown('name: x\nsteps:\n  a:\n    run: echo he‸llo\n    env: {}\n  b: { run: y }\n'), [
      'hello',
      'echo hello',
      'run: echo hello',
      'run: echo hello\n    env: {}',
      'a:\n    run: echo hello\n    env: {}',
      'a:\n    run: echo hello\n    env: {}\n  b: { run: y }',
      'steps:\n  a:\n    run: echo hello\n    env: {}\n  b: { run: y }',
      'name: x\nsteps:\n  a:\n    run: echo hello\n    env: {}\n  b: { run: y }',
      'name: x\nsteps:\n  a:\n    run: echo hello\n    env: {}\n  b: { run: y }\n',
    ]);
  });

  test('inside of an expression by its parts, and then by its braces', () => {
    assert.deepEqual(grown('env: { A: "x ${{ inputs.a == steps.bu‸ild.outputs.tag }} y" }\n').slice(0, 8), [
      'build',
      'steps.build',
      'steps.build.outputs',
      'steps.build.outputs.tag',
      'inputs.a == steps.build.outputs.tag',
      ' inputs.a == steps.build.outputs.tag ',
      '${{ inputs.a == steps.build.outputs.tag }}',
      'x ${{ inputs.a == steps.build.outputs.tag }} y',
    ]);
  });

  test('in a text of several lines from the line to the text', () => {
    assert.deepEqual(grown('run: |\n  first li‸ne\n  second\n').slice(0, 4), [
      'line',
      'first line',
      'first line\n  second',
      '|\n  first line\n  second\n',
    ]);
  });

  test('out of quotes, and out of lists', () => {
    assert.deepEqual(grown('needs: [a, "b‸c"]\n').slice(0, 4), [
      'bc',
      '"bc"',
      '[a, "bc"]',
      'needs: [a, "bc"]',
    ]);
  });

  test('each time, and to the whole of any text from anywhere in it', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom(...allFiles()), fc.string({ unit: 'grapheme' })),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (text, share) => {
          const found = selections(analyze(text), Math.floor(share * text.length));
          if (text !== '') assert.deepEqual(found.at(-1), { start: 0, end: text.length });
          for (const [i, { start, end }] of found.entries()) {
            const next = found[i + 1];
            if (next === undefined) continue;
            assert.ok(next.start <= start && end <= next.end && next.end - next.start > end - start, text);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
