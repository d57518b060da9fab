import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { signatureAt } from '../../src/language/signature.ts';
import { allFiles } from './corpus-files.ts';

/** The signature at the cursor, with the parameter that is being written in brackets. */
function at(marked: string): string {
  const found = signatureAt(marked.replace('‸', ''), marked.indexOf('‸'));
  if (found === undefined) return 'none';
  const { label, parameters, active } = found;
  const range = active === undefined ? undefined : parameters[active];
  return range === undefined
    ? label
    : `${label.slice(0, range.start)}«${label.slice(range.start, range.end)}»${label.slice(range.end)}`;
}

suite('The signature of a function', () => {
  for (const [marked, expected] of [
    ['steps:\n  a:\n    run: echo ${{ contains(‸', 'contains(«search», item)'],
    ['steps:\n  a:\n    run: echo ${{ contains(inputs.a, ‸) }}', 'contains(search, «item»)'],
    ["steps:\n  a:\n    run: echo ${{ contains('a, b‸', 1) }}", 'contains(«search», item)'],
    ['steps:\n  a:\n    run: echo ${{ contains(a, b, ‸) }}', 'contains(search, item)'],
    ['steps:\n  a:\n    run: echo ${{ contains(toJSON(‸x), 1) }}', 'toJSON(«value»)'],
    ['steps:\n  a:\n    run: echo ${{ contains(toJSON(x), ‸1) }}', 'contains(search, «item»)'],
    ['steps:\n  a:\n    run: echo ${{ contains((‸a), 1) }}', 'contains(«search», item)'],
    ['steps:\n  a:\n    run: echo ${{ steps[contains(‸', 'contains(«search», item)'],
    ["steps:\n  a:\n    run: echo ${{ format('{0}', a, b, c, ‸", "format('{0} of {1}', a, «b»)"],
    ["steps:\n  a:\n    run: echo ${{ FORMAT(‸'{0}'", "format(«'{0} of {1}'», a, b)"],
    ['steps:\n  a:\n    run: |\n      echo a\n      echo ${{ join(‸steps.a.items) }}', "join(«list», ', ')"],
    ['steps:\n  a: { run: "echo ${{ default(x, ‸" }', "default(value, «'fallback'»)"],
    ['steps:\n  a:\n    if: startsWith(a, ‸)', 'startsWith(text, «start»)'],
    ['steps:\n  a:\n    if: "endsWith(‸"', 'endsWith(«text», end)'],
    ['steps:\n  a:\n    if: success(‸)', 'success()'],
    ['steps:\n  a:\n    if: success()‸', 'none'],
    ['steps:\n  a:\n    run: contains(‸', 'none'],
    ['steps:\n  a:\n    run: echo ${{ contains(a, b) }} (‸', 'none'],
    ['steps:\n  a:\n    run: echo ${{ nothing(‸', 'none'],
    ['‸', 'none'],
  ] as const) {
    test(`${JSON.stringify(marked)} is ${expected}`, () => assert.equal(at(marked), expected));
  }

  test('is asked for anywhere in any text without a mishap', () => {
    const files = allFiles();
    fc.assert(
      fc.property(
        fc.nat(files.length - 1),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom('', 'contains(', '${{ join(a, ', "'", ']'),
        (file, share, added) => {
          const text = files[file] ?? '';
          const offset = Math.floor(share * text.length);
          const changed = text.slice(0, offset) + added + text.slice(offset);
          const found = signatureAt(changed, offset + added.length);
          for (const { start, end } of found?.parameters ?? [])
            assert.ok(start < end && end <= (found?.label.length ?? 0));
        },
      ),
    );
  });
});
