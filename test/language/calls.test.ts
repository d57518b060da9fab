import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { analyze } from '../../src/language/analyze.ts';
import { callItemAt, callsFrom, callsInto, type Call } from '../../src/language/calls.ts';
import { allFiles } from './corpus-files.ts';
import { cursorIn } from './marked.ts';

const CALLER = 'name: Caller\nsteps:\n  ship: { workflow: ./own.yaml }\n';

function at(marked: string) {
  const { analysis, offset } = cursorIn(marked, { ref: 'own.yaml' });
  const others = [{ ref: 'caller.yaml', analysis: analyze(CALLER, { ref: 'caller.yaml' }) }];
  const shown = ({ item: { kind, name, detail, ref }, ranges }: Call) => {
    const text = ref === undefined || kind === 'file' ? analysis.text : CALLER;
    return `${ref === undefined ? '' : `${ref}: `}${name} (${detail}) ${ranges
      .map(({ start, end }) => text.slice(start, end))
      .join(', ')}`;
  };
  const item = callItemAt(analysis, offset);
  return {
    item: item && `${item.name} (${item.detail})`,
    into: callsInto(analysis, offset, others).map(shown),
    from: callsFrom(analysis, offset, others).map(shown),
  };
}

const FILE = (mark: string, replaced: string) =>
  `name: Own
steps:
  build: { run: x }
  lint: { run: x }
  test:
    needs: [build, { step: lint }]
    run: echo \${{ steps.build.outputs.a }}
  tdd:
    loop:
      until: steps.try.result == 'succeeded'
      steps:
        write: { run: "echo \${{ steps.build.result }}" }
        try: { needs: write, run: x }
  call: { needs: tdd, workflow: caller.yaml }
finally:
  tidy: { run: "echo \${{ steps.test.result }}" }
`.replace(mark, replaced);

suite('The hierarchy of steps', () => {
  test('says who needs a step, and by which words', () => {
    const { item, into, from } = at(FILE('build:', 'bu‸ild:'));
    assert.equal(item, 'build (run)');
    assert.deepEqual(into, [
      'test (run) build, steps.build.outputs.a',
      'write (run · in tdd) steps.build.result',
    ]);
    assert.deepEqual(from, []);
  });

  test('says whom a step needs', () => {
    assert.deepEqual(at(FILE('test:', '‸test:')).from, [
      'build (run) build, steps.build.outputs.a',
      'lint (run) lint',
    ]);
    assert.deepEqual(at(FILE('test:', '‸test:')).into, ['tidy (run · finally) steps.test.result']);
  });

  test('goes into loops', () => {
    const { item, into, from } = at(FILE('try:', '‸try:'));
    assert.equal(item, 'try (run · in tdd)');
    assert.deepEqual(into, ['tdd (loop) steps.try.result']);
    assert.deepEqual(from, ['write (run · in tdd) write']);
  });

  test('goes on in the file that a step runs', () => {
    assert.deepEqual(at(FILE('call:', '‸call:')).from, [
      'tdd (loop) tdd',
      'caller.yaml: Caller (caller.yaml) caller.yaml',
    ]);
  });

  test('of a file names those who run it, and those that it runs', () => {
    const { item, into, from } = at(FILE('Own', 'O‸wn'));
    assert.equal(item, 'Own (own.yaml)');
    assert.deepEqual(into, ['caller.yaml: ship (workflow) ./own.yaml']);
    assert.deepEqual(from, ['caller.yaml: Caller (caller.yaml) caller.yaml']);
  });

  test('reads the same from both ends, in any file', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...allFiles()),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (text, share) => {
          const analysis = analyze(text, { ref: 'own.yaml' });
          const item = callItemAt(analysis, Math.floor(share * text.length));
          if (item === undefined || item.kind === 'file') return;
          for (const { item: need, ranges } of callsFrom(analysis, item.selection.start)) {
            const back: Call | undefined = callsInto(analysis, need.selection.start).find(
              ({ item: { selection } }) => selection.start === item.selection.start,
            );
            // Steps that an alias repeats stand at one place and are two.
            if (!/[&*]\w/.test(text)) assert.deepEqual(back?.ranges, ranges, text);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
