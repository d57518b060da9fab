import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { analyze, type Analysis } from '../../src/language/analyze.ts';
import type { ExpressionUse } from '../../src/language/expression-uses.ts';
import type { StepLevel } from '../../src/language/step-entries.ts';
import { allFiles } from './corpus-files.ts';

/** Everything that an analysis says, as data. */
function told(analysis: Analysis): unknown {
  const { tree, workflow, index, graph, cycles, diagnostics, silenced, runnable } = analysis;
  const { references, expressions } = index;
  return structuredClone({
    tree,
    workflow,
    steps: levelOf(index.steps),
    finally: levelOf(index.finally),
    references: references.map(({ id, range, from, kind }) => ({ id, range, from: from?.id, kind })),
    expressions: expressions.map(useOf),
    graph,
    cycles,
    diagnostics,
    silenced,
    runnable,
  });
}

function levelOf({ place, entries, byId, loop }: StepLevel): unknown {
  return {
    place,
    loop: loop?.id,
    ids: [...byId.keys()],
    entries: entries.map(({ id, key, range, kinds, inner }) => ({
      id,
      key,
      range,
      kinds: kinds.map(({ kind, range: at }) => ({ kind, at })),
      inner: inner && levelOf(inner),
    })),
  };
}

function useOf({ parsed, range, field, step, mentions, toFile }: ExpressionUse): unknown {
  const length = parsed.ok ? parsed.value.source.length : 0;
  return { parsed, range, field, step: step?.id, mentions, ends: [toFile(0), toFile(length)] };
}

interface Edit {
  readonly at: number;
  readonly take: number;
  readonly put: string;
}

/** Reads a text, then every edit on top of the one before, and holds each against reading it alone. */
function follow(text: string, edits: readonly Edit[]): void {
  let now = text;
  let last = analyze(now, { piecesFrom: 0 });
  for (const { at, take, put } of edits) {
    const start = Math.floor(at * now.length);
    now = now.slice(0, start) + put + now.slice(start + take);
    last = analyze(now, { piecesFrom: 0 }, last);
    assert.deepEqual(told(last), told(analyze(now)), JSON.stringify({ text, edits, now }));
  }
}

const TEXTS = allFiles();

const put = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\n',
    '\n  ',
    '\n    ',
    'x',
    ':',
    ': ',
    '- ',
    '#',
    ' # note',
    "'",
    '"',
    '${{ ',
    ' }}',
    '|',
    '{',
    '}',
    '[',
    ']',
    ',',
    '&a ',
    '*a',
    '\r\n',
    '\t',
  ),
  fc.constantFrom(
    '\n  extra: { run: echo extra }\n',
    '\n  other:\n    needs: extra\n    run: echo ${{ steps.extra.outputs.x }}\n',
    '    if: always()\n',
    '    run: |\n      one\n      two\n',
    '    needs: [a, b]\n',
    '# baton-ignore: unknown-step\n',
    'finally:\n  z: { run: x }\n',
    '    env: { BATON_X: 1 }\n',
  ),
);
const edit = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), take: fc.nat(12), put });

suite('An analysis that follows another', () => {
  test('says what the text alone says, whatever was edited in any file of the corpus', () =>
    fc.assert(
      fc.property(fc.nat(TEXTS.length - 1), fc.array(edit, { minLength: 1, maxLength: 6 }), (i, edits) =>
        follow(TEXTS[i] ?? '', edits),
      ),
      { numRuns: 1_500 },
    )).timeout(120_000);

  test('says what the text alone says while a file is typed, character by character, and taken back', () => {
    for (const text of TEXTS.filter((each) => each.length < 900).slice(0, 25)) {
      let last = analyze('', { piecesFrom: 0 });
      for (let end = 1; end <= text.length; end++) {
        last = analyze(text.slice(0, end), { piecesFrom: 0 }, last);
        assert.deepEqual(last.diagnostics, analyze(text.slice(0, end)).diagnostics);
      }
      for (let end = text.length; end > 0; end -= 3) {
        last = analyze(text.slice(0, end), { piecesFrom: 0 }, last);
        assert.deepEqual(last.diagnostics, analyze(text.slice(0, end)).diagnostics);
      }
    }
  }).timeout(120_000);

  test('moves what it kept when lines above come and go', () => {
    const text = `name: moves
inputs: { who: { default: x } }
steps:
  one: { run: 'echo \${{ inputs.who }}' }
  two: { needs: [one, gone], run: 'echo \${{ steps.one.outputs.a }} \${{ inputs.whom }}', env: { BATON_A: 1 } }
  three:
    loop:
      max: 2
      steps: { a: { run: 'echo \${{ loop.round }}' }, b: { needs: a, rnu: x } }
finally:
  four: { run: 'echo \${{ steps.two.result }} \${{ nothing }}' }
`;
    const at = (needle: string) => text.indexOf(needle) / text.length;
    follow(text, [
      { at: at('echo'), take: 4, put: 'printf "%s\\n"' },
      { at: at('  one'), take: 0, put: '  zero: { run: x }\n' },
      { at: at('one'), take: 3, put: 'eins' },
      { at: at('  one'), take: 30, put: '' },
    ]);
  });
});
