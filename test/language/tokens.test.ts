import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { analyze } from '../../src/language/analyze.ts';
import { tokens } from '../../src/language/tokens.ts';
import { allFiles } from './corpus-files.ts';

/** `text:type.modifier`, in their order. */
function named(text: string): string {
  return tokens(analyze(text))
    .map(({ start, end, type, modifiers }) => `${text.slice(start, end)}:${[type, ...modifiers].join('.')}`)
    .join(' ');
}

/** Of a step `b` beside a step `a`, with an input `who`: what its own line says. */
function inStep(line: string): string {
  const head = 'a:step.declaration b:step.declaration';
  const found = named(`inputs: { who: {} }\nsteps:\n  a: { run: x }\n  b:\n    ${line}\n`);
  return found.replace('who:parameter.declaration ', '').replace(head, '').trim();
}

suite('The names in a workflow', () => {
  for (const [line, expected] of [
    ['needs: a', 'a:step'],
    ['needs: [a, q]', 'a:step q:step.unknown'],
    ['needs: [{ step: a, allow: skipped }]', 'a:step'],
    ['gate: { check: x, rewind_to: q }', 'q:step.unknown'],
    [
      'run: echo ${{ steps.a.outputs.tag }}',
      'steps:variable.defaultLibrary a:step outputs:property tag:property',
    ],
    [
      "if: steps['a'].result == 'x'",
      "steps:variable.defaultLibrary 'a':step result:property ==:operator 'x':string",
    ],
    ['run: echo ${{ steps.q.stdout }}', 'steps:variable.defaultLibrary q:step.unknown stdout:property'],
    [
      'run: echo ${{ inputs.who }} ${{ inputs.what }}',
      'inputs:variable.defaultLibrary who:parameter inputs:variable.defaultLibrary what:parameter.unknown',
    ],
    [
      "if: always() && contains('it''s', 1.5)",
      "always:function.defaultLibrary &&:operator contains:function.defaultLibrary 'it''s':string 1.5:number",
    ],
    ['if: nope() || true', 'nope:function.unknown ||:operator true:keyword'],
    ['if: "${{ what.x }}"', 'what:variable.unknown x:property'],
    ['if: steps.', 'steps:variable.defaultLibrary'],
    ["if: '''x'' == env.A'", "''x'':string ==:operator env:variable.defaultLibrary A:property"],
    ['run: |\n      echo ${{ inputs.who }}', 'inputs:variable.defaultLibrary who:parameter'],
    ['run: >\n      echo\n      ${{ inputs.who }}', 'inputs:variable.defaultLibrary who:parameter'],
  ] as const) {
    test(line, () => assert.equal(inStep(line), expected));
  }

  test('are told apart by whether they exist, inside of loops too', () => {
    const text =
      'steps:\n  a: { run: x }\n  l:\n    loop:\n      until: ${{ steps.in.result == steps.a.result }}\n' +
      '      steps:\n        in: { run: x, needs: a }\n';
    const expected =
      'a:step.declaration l:step.declaration steps:variable.defaultLibrary in:step result:property ==:operator ' +
      'steps:variable.defaultLibrary a:step result:property in:step.declaration a:step.unknown';
    assert.equal(named(text), expected);
  });

  test('stand one behind the other, inside of any text, without a word thrown', () => {
    const text = fc.oneof(fc.constantFrom(...allFiles()), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(text, fc.double({ min: 0, max: 1, noNaN: true }), (one, share) => {
        const cut = one.slice(0, Math.floor(share * one.length));
        let last = 0;
        for (const { start, end } of tokens(analyze(cut))) {
          assert.ok(start >= last && end > start && end <= cut.length);
          last = end;
        }
      }),
      { numRuns: 200 },
    );
  });
});
