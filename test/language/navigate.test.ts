import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { analyze } from '../../src/language/analyze.ts';
import { namedAt, namesIn } from '../../src/language/navigate.ts';
import { allFiles } from './corpus-files.ts';
import { bracketed, cursorIn, edited } from './marked.ts';

function places(marked: string): string | undefined {
  const { analysis, offset } = cursorIn(marked);
  const found = namedAt(analysis, offset);
  return found && bracketed(analysis.text, [found.named.definition, ...found.named.uses]);
}

function renamed(marked: string, to: string): string {
  const { analysis, offset } = cursorIn(marked);
  const edits = rename(analysis, offset, to);
  return edits.ok ? edited(analysis.text, edits.value) : edits.error;
}

suite('A name', () => {
  for (const [what, marked, expected] of [
    [
      'of a step stands in needs, expressions and gates',
      'steps:\n  bu‸ild: { run: x }\n  b: { needs: [build, { step: build }], run: "echo ${{ steps.build.outputs.x }}" }\n  g: { needs: b, gate: { check: x, rewind_to: build } }\n',
      'steps:\n  «build»: { run: x }\n  b: { needs: [«build», { step: «build» }], run: "echo ${{ steps.«build».outputs.x }}" }\n  g: { needs: b, gate: { check: x, rewind_to: «build» } }\n',
    ],
    [
      'is found from any of its places',
      "steps:\n  a: { run: x }\n  b: { if: \"steps['‸a'].result == 'failed'\", run: x }\n",
      "steps:\n  «a»: { run: x }\n  b: { if: \"steps['«a»'].result == 'failed'\", run: x }\n",
    ],
    [
      'in quotes is meant without them',
      'steps:\n  "a": { run: x }\n  b: { needs: \'‸a\', run: x }\n',
      'steps:\n  "«a»": { run: x }\n  b: { needs: \'«a»\', run: x }\n',
    ],
    [
      'means the nearest step of that name',
      "steps:\n  a: { run: x }\n  l:\n    loop:\n      until: steps.a.result == 'succeeded'\n      steps:\n        ‸a: { run: x }\n        b: { needs: a, run: x }\n  c: { needs: a, run: x }\n",
      "steps:\n  a: { run: x }\n  l:\n    loop:\n      until: steps.«a».result == 'succeeded'\n      steps:\n        «a»: { run: x }\n        b: { needs: «a», run: x }\n  c: { needs: a, run: x }\n",
    ],
    [
      'of an input stands in expressions',
      'inputs:\n  who: {}\nsteps:\n  a:\n    run: |\n      echo ${{ inputs.‸who }} ${{ toJSON(inputs.who) }}\n',
      'inputs:\n  «who»: {}\nsteps:\n  a:\n    run: |\n      echo ${{ inputs.«who» }} ${{ toJSON(inputs.«who») }}\n',
    ],
    [
      'in finally means the step before it',
      'steps:\n  a: { run: x }\nfinally:\n  z: { run: "echo ${{ steps.‸a.result }}" }\n',
      'steps:\n  «a»: { run: x }\nfinally:\n  z: { run: "echo ${{ steps.«a».result }}" }\n',
    ],
  ] as const) {
    test(what, () => assert.equal(places(marked), expected));
  }

  test('is none where there is no step and no input', () => {
    assert.equal(places('name: ‸x\nsteps: { a: { run: x } }\n'), undefined);
    assert.equal(places('steps: { a: { needs: gon‸e, run: x } }\n'), undefined);
  });

  test('can be changed everywhere at once', () => {
    assert.equal(
      renamed(
        'steps:\n  a‸: { run: x }\n  b: { needs: a, if: "steps.a.outputs.a == \'a\'", run: a }\n',
        'first',
      ),
      'steps:\n  first: { run: x }\n  b: { needs: first, if: "steps.first.outputs.a == \'a\'", run: a }\n',
    );
  });

  test('cannot be changed to one that is taken, or that is none', () => {
    const text = 'steps:\n  a‸: { run: x }\n  b: { run: x }\n';
    assert.equal(renamed(text, 'b'), 'There is a step "b" already.');
    assert.match(renamed(text, 'two words'), /^"two words" cannot be a name/);
    assert.equal(renamed('name: ‸x\n', 'y'), 'There is no step and no input here.');
  });

  test('can be changed and changed back, in any file, and nothing else has changed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...allFiles()), fc.nat(), (text, pick) => {
        const analysis = analyze(text);
        // Where the file itself is in doubt, so is what is meant.
        if (analysis.diagnostics.some(({ severity }) => severity === 'error')) return;
        const all = namesIn(analysis);
        const named = all[pick % Math.max(1, all.length)];
        if (named === undefined || !/^[A-Za-z_][\w-]*$/.test(named.name)) return;
        const there = rename(analysis, named.definition.start, 'zz_other');
        if (!there.ok) return assert.match(there.error, /already/);
        const after = analyze(edited(text, there.value));
        const codes = ({ diagnostics }: typeof after) => diagnostics.map(({ code }) => code).toSorted();
        assert.deepEqual(codes(after), codes(analysis), text);
        assert.equal(after.graph.edges.length, analysis.graph.edges.length);
        const back = rename(after, after.text.indexOf('zz_other'), named.name);
        if (back.ok) assert.equal(edited(after.text, back.value), text);
      }),
      { numRuns: 300 },
    );
  });
});
