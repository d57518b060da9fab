import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import type { Range } from '../../src/base/lines.ts';
import { analyze } from '../../src/language/analyze.ts';
import {
  definition,
  highlights,
  namedAt,
  references,
  symbolAt,
  type OtherFile,
} from '../../src/language/navigate.ts';
import { occurrencesIn } from '../../src/language/occurrences.ts';
import { allFiles } from './corpus-files.ts';
import { bracketed, cursorIn } from './marked.ts';

function places(marked: string): string | undefined {
  const { analysis, offset } = cursorIn(marked);
  const found = namedAt(analysis, offset);
  return found && bracketed(analysis.text, [found.named.definition, ...found.named.uses]);
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
});

const CHILD = 'inputs:\n  who: {}\nsteps:\n  a: { run: "echo ${{ inputs.who }}" }\n';

function filesOf(texts: Readonly<Record<string, string>>): readonly OtherFile[] {
  return Object.entries(texts).map(([ref, text]) => ({ ref, analysis: analyze(text, { ref }) }));
}

/** `3 who` for a place in the file itself, `sub/child.yaml 2 who` for one in another. */
function shownIn(
  text: string,
  files: readonly OtherFile[],
): (place: { readonly ref?: string; readonly range: Range }) => string {
  return ({ ref, range }) => {
    const source = ref === undefined ? text : (files.find((file) => file.ref === ref)?.analysis.text ?? '');
    const line = source.slice(0, range.start).split('\n').length;
    return [ref, line, source.slice(range.start, range.end)]
      .filter((part) => part !== undefined)
      .join(' ')
      .trim();
  };
}

function leadsTo(marked: string, others: Readonly<Record<string, string>> = {}): readonly string[] {
  const { analysis, offset } = cursorIn(marked, { ref: 'own.yaml' });
  const files = filesOf(others);
  return (definition(analysis, offset, files)?.targets ?? []).map(shownIn(analysis.text, files));
}

function namedBy(marked: string, others: Readonly<Record<string, string>> = {}): readonly string[] {
  const { analysis, offset } = cursorIn(marked, { ref: 'own.yaml' });
  const files = filesOf(others);
  return references(analysis, offset, files).map(shownIn(analysis.text, files));
}

suite('A definition', () => {
  test('of an output is the line that writes it', () => {
    const text = (program: string) =>
      `steps:\n  a:\n    run: |\n${program.replaceAll(/^/gm, '      ')}\n  b: { run: "echo \${{ steps.a.outputs.ta‸g }}" }\n`;
    assert.deepEqual(leadsTo(text('echo tag=no\necho "tag=v1" >> "$BATON_OUTPUT"')), ['5 tag']);
    assert.deepEqual(leadsTo(text("echo xtag=1 >> $BATON_OUTPUT\nprintf 'tag<<E\\n' >> $BATON_OUTPUT")), [
      '5 tag',
    ]);
    assert.deepEqual(leadsTo(text("git ls-files | sed 's/^/tag=/' >> $BATON_OUTPUT")), ['4 tag']);
    assert.deepEqual(leadsTo(text('{\n  echo tag=1\n} >> "$BATON_OUTPUT"')), ['5 tag']);
    assert.deepEqual(leadsTo(text('cat <<E >> "$BATON_OUTPUT"\ntag=1\nE')), ['5 tag']);
  });

  test('of an output that a program writes unseen is its step', () => {
    assert.deepEqual(
      leadsTo('steps:\n  a: { run: make }\n  b: { run: "echo ${{ steps.a.outputs.ta‸g }}" }\n'),
      ['2 a'],
    );
  });

  test('of an output of a loop is the line inside of it', () => {
    assert.deepEqual(
      leadsTo(
        'steps:\n  l:\n    loop:\n      steps:\n        w: { run: "echo t=1 >> $BATON_OUTPUT" }\n  b: { run: "echo ${{ steps.l.outputs.‸t }}" }\n',
      ),
      ['5 t'],
    );
  });

  test('of a variable is the nearest env that sets it, from expressions and programs', () => {
    const text = (use: string) =>
      `env: { A: x }\ndefaults: { env: { B: x } }\nsteps:\n  a: { env: { A: y }, run: "${use}" }\n  b: { run: "echo $A" }\n`;
    assert.deepEqual(leadsTo(text('echo ${{ env.‸A }}')), ['4 A']);
    assert.deepEqual(leadsTo(text('echo $‸A')), ['4 A']);
    assert.deepEqual(leadsTo(text('echo ${‸B:-x}')), ['2 B']);
    assert.deepEqual(leadsTo(text('echo $‸HOME')), []);
    assert.deepEqual(
      leadsTo('env: { A: x }\nsteps:\n  a: { language: node, script: "console.log(process.env.‸A)" }\n'),
      ['1 A'],
    );
  });

  test('of an input that is given to another file is there, and of a path the file', () => {
    const files = { 'sub/child.yaml': CHILD };
    assert.deepEqual(leadsTo('steps:\n  c: { workflow: ./sub/child.yaml, with: { wh‸o: me } }\n', files), [
      'sub/child.yaml 2 who',
    ]);
    assert.deepEqual(leadsTo('steps:\n  c: { workflow: ./sub/ch‸ild.yaml }\n', files), ['sub/child.yaml 1']);
    assert.deepEqual(leadsTo('dotenv: .e‸nv\nsteps:\n  c: { run: x }\n'), ['.env 1']);
  });
});

suite('References', () => {
  test('to an input stand in every file that gives it', () => {
    const files = {
      'caller.yaml': 'steps:\n  c: { workflow: own.yaml, with: { who: me } }\n',
      'other.yaml': 'steps:\n  c: { workflow: gone.yaml, with: { who: me } }\n',
    };
    assert.deepEqual(namedBy(CHILD.replace('who: {}', 'wh‸o: {}'), files), [
      '2 who',
      '4 who',
      'caller.yaml 2 who',
    ]);
    assert.deepEqual(
      namedBy('steps:\n  c: { workflow: ./sub/child.yaml, with: { w‸ho: me } }\n', {
        'sub/child.yaml': CHILD,
      }),
      ['2 who', 'sub/child.yaml 2 who', 'sub/child.yaml 4 who'],
    );
  });

  test('to an output are found from the line that writes it', () => {
    assert.deepEqual(
      namedBy(
        'steps:\n  a: { run: "echo ‸t=1 >> $BATON_OUTPUT" }\n  b: { run: "echo ${{ steps.a.outputs.t }}" }\n',
      ),
      ['2 t', '3 t'],
    );
  });

  test('are marked as writes and reads', () => {
    const { analysis, offset } = cursorIn('steps:\n  a: { run: x }\n  b: { needs: ‸a, run: x }\n');
    assert.deepEqual(
      highlights(analysis, offset).map(({ role }) => role),
      ['write', 'read'],
    );
  });
});

test('Every name in any file is found at every character of it, and nothing is thrown anywhere', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...allFiles()),
      fc.nat(),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (text, pick, share) => {
        const analysis = analyze(text, { ref: 'own.yaml' });
        const files = [{ ref: 'other.yaml', analysis }];
        const anywhere = Math.floor(share * text.length);
        definition(analysis, anywhere, files);
        references(analysis, anywhere, files);
        const all = occurrencesIn(analysis);
        const each = all[pick % Math.max(1, all.length)];
        if (each === undefined) return;
        const { start, end } = each.range;
        assert.ok(0 <= start && start <= end && end <= text.length, text);
        const at = symbolAt(analysis, start + (pick % Math.max(1, end - start)));
        assert.deepEqual(at?.range, each.range, text);
        assert.ok(
          references(analysis, start).some(({ range }) => range.start === start),
          text,
        );
      },
    ),
    { numRuns: 500 },
  );
});
