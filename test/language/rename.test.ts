import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { analyze, type Analysis } from '../../src/language/analyze.ts';
import type { OtherFile } from '../../src/language/navigate.ts';
import { namesIn } from '../../src/language/navigate.ts';
import { prepareRename, rename } from '../../src/language/rename.ts';
import { allFiles } from './corpus-files.ts';
import { cursorIn, edited } from './marked.ts';

/** The files after a rename at the cursor of the first; or the sentence that refuses it. */
function renamed(
  marked: string,
  to: string,
  others: Readonly<Record<string, string>> = {},
): string | readonly string[] {
  const { analysis, offset } = cursorIn(marked, { ref: 'own.yaml' });
  const files: readonly OtherFile[] = Object.entries(others).map(([ref, text]) => ({
    ref,
    analysis: analyze(text, { ref }),
  }));
  const result = rename(analysis, offset, { to, others: files });
  if (!result.ok) return result.error;
  return [{ ref: undefined, analysis }, ...files].map(({ ref, analysis: { text } }) =>
    edited(
      text,
      result.value.flatMap((each) => (each.ref === ref ? each.edits : [])),
    ),
  );
}

/** One file: input, and the same with the new name. */
function checkRename(marked: string, to: string, expected: string): void {
  assert.deepEqual(renamed(marked, to), [expected]);
}

const NESTED = `steps:
  a: { run: x }
  l:
    loop:
      until: steps.t.result == 'succeeded'
      steps:
        w: { run: "echo \${{ steps.a.result }}" }
        t: { needs: w, run: x }
  z: { needs: [a, l], run: x }
`;

suite('Renaming a step', () => {
  test('changes needs, expressions of every form, gates, and text in any quotes', () => {
    checkRename(
      `steps:
  'bu‸ild': { run: x }
  b:
    needs: ["build", { step: 'build', allow: skipped }]
    if: steps.build.result == 'build'
    run: |
      echo build \${{ toJSON(steps.build) }} \${{ steps['build'].outputs['build'] }}
      echo \${{ Steps . build . result }}
    env: { A: '\${{ steps[''build''].result }}', B: "\${{ steps.build.stdout }}" }
  g: { needs: b, gate: { check: build, rewind_to: build } }
`,
      'compile',
      `steps:
  'compile': { run: x }
  b:
    needs: ["compile", { step: 'compile', allow: skipped }]
    if: steps.compile.result == 'build'
    run: |
      echo build \${{ toJSON(steps.compile) }} \${{ steps['compile'].outputs['build'] }}
      echo \${{ Steps . compile . result }}
    env: { A: '\${{ steps[''compile''].result }}', B: "\${{ steps.compile.stdout }}" }
  g: { needs: b, gate: { check: build, rewind_to: compile } }
`,
    );
  });

  test('changes a name that is written with escapes, or over a block', () => {
    checkRename(
      'steps:\n  "\\x61b‸": { run: x }\n  c:\n    needs: |-\n      ab\n    run: x\n',
      'first',
      'steps:\n  "first": { run: x }\n  c:\n    needs: |-\n      first\n    run: x\n',
    );
  });

  test('changes what an anchor holds once', () => {
    checkRename(
      'steps:\n  a‸: { run: x }\n  b: { needs: &n [a], run: x }\n  c: { needs: *n, run: x }\n',
      'first',
      'steps:\n  first: { run: x }\n  b: { needs: &n [first], run: x }\n  c: { needs: *n, run: x }\n',
    );
  });

  test('of two levels with one id changes the one that is meant', () => {
    const text = `steps:
  a: { run: x }
  l:
    loop:
      until: steps.a.result == 'succeeded'
      steps:
        a: { run: x }
        b: { needs: a, run: "echo \${{ steps.a.result }}" }
  c: { needs: a, run: "echo \${{ steps.a.result }}" }
`;
    const [outer, inner] = [text.indexOf('a: {'), text.indexOf('a: {', text.indexOf('loop'))];
    const at = (offset: number) => `${text.slice(0, offset)}‸${text.slice(offset)}`;
    assert.deepEqual(renamed(at(inner), 'q'), [
      text
        .replace(/( {8})a:/, '$1q:')
        .replace('needs: a, run: "echo ${{ steps.a', 'needs: q, run: "echo ${{ steps.q')
        .replace('until: steps.a', 'until: steps.q'),
    ]);
    const after = renamed(at(outer), 'q');
    assert.match(
      String(after),
      /^steps:\n {2}q:[^]*until: steps\.a[^]*c: \{ needs: q, run: "echo \${{ steps\.q/,
    );
  });

  test('refuses what is no id', () => {
    const text = 'steps:\n  a‸: { run: x }\n';
    assert.match(String(renamed(text, 'two words')), /^"two words" cannot be a name/);
    assert.match(String(renamed(text, '')), /cannot be a name/);
    assert.match(String(renamed(text, 'x'.repeat(101))), /at most 100 characters/);
    assert.match(String(renamed(text, 'null')), /choose another name/);
    assert.match(String(renamed(text, '__proto__')), /Choose another name/);
  });

  test('refuses an id that is taken beside it, or under finally', () => {
    assert.equal(renamed('steps:\n  a‸: { run: x }\n  b: { run: x }\n', 'b'), 'There is a step "b" already.');
    assert.equal(
      renamed('steps:\n  a‸: { run: x }\nfinally:\n  b: { run: x }\n', 'b'),
      'There is a step "b" already.',
    );
  });

  test('refuses an id that would change what an expression means', () => {
    const outer = NESTED.replace('  a:', '  a‸:');
    assert.match(String(renamed(outer, 'w')), /`steps\.w` in step "w" would mean the wrong one/);
    const inner = NESTED.replace('        w:', '        w‸:');
    assert.match(String(renamed(inner, 'a')), /`steps\.a` in step "w" would mean the wrong one/);
  });

  test('takes an id of another level that nobody there reads', () => {
    const text = 'steps:\n  a‸: { run: x }\n  l: { loop: { steps: { b: { run: x } } } }\n';
    assert.deepEqual(renamed(text, 'b'), [text.replace('a‸', 'b')]);
  });

  test('refuses a part of the file that means several things', () => {
    assert.match(
      String(
        renamed(
          'steps:\n  a‸: { run: x }\n  b: { needs: &n a, run: x }\n  l: { loop: { steps: { a: { run: x }, c: { needs: *n, run: x } } } }\n',
          'q',
        ),
      ),
      /an alias repeats/,
    );
  });

  test('is offered for steps and inputs alone', () => {
    const says = (marked: string) => {
      const { analysis, offset } = cursorIn(marked);
      const found = prepareRename(analysis, offset);
      return found.ok ? analysis.text.slice(found.value.range.start, found.value.range.end) : found.error;
    };
    assert.equal(says("steps:\n  a: { run: x }\n  b: { needs: '‸a', run: x }\n"), 'a');
    assert.equal(says('name: ‸x\nsteps:\n  a: { run: x }\n'), 'There is no step and no input here.');
    assert.match(says('env: { A‸: x }\nsteps:\n  a: { run: x }\n'), /"A" is a variable/);
    assert.match(
      says('steps:\n  a: { run: x }\n  b: { run: "echo ${{ steps.a.outputs.‸t }}" }\n'),
      /"t" is what the program of step "a" writes/,
    );
  });
});

suite('Renaming an input', () => {
  const CALLER =
    'steps:\n  c: { workflow: ./own.yaml, with: { who: me } }\n  d: { run: "echo ${{ inputs.who }}" }\n';

  test('changes expressions in any case, and what other files give', () => {
    assert.deepEqual(
      renamed(
        'inputs: { "wh‸o": {} }\nsteps:\n  a: { run: "echo ${{ inputs.who }} ${{ inputs[\'WHO\'] }}" }\n',
        'name',
        { 'caller.yaml': CALLER, 'ci/other.yaml': CALLER },
      ),
      [
        'inputs: { "name": {} }\nsteps:\n  a: { run: "echo ${{ inputs.name }} ${{ inputs[\'name\'] }}" }\n',
        CALLER.replace('who: me', 'name: me'),
        CALLER,
      ],
    );
  });

  test('can begin where another file gives it', () => {
    assert.deepEqual(
      renamed('steps:\n  c: { workflow: ./sub/child.yaml, with: { ‸who: me } }\n', 'name', {
        'sub/child.yaml': 'inputs: { who: {} }\nsteps:\n  a: { run: "echo ${{ inputs.who }}" }\n',
      }),
      [
        'steps:\n  c: { workflow: ./sub/child.yaml, with: { name: me } }\n',
        'inputs: { name: {} }\nsteps:\n  a: { run: "echo ${{ inputs.name }}" }\n',
      ],
    );
  });

  test('refuses what is taken there, or given already', () => {
    assert.equal(
      renamed('inputs: { a‸: {}, B: {} }\nsteps: { s: { run: x } }\n', 'b'),
      'There is an input "B" already.',
    );
    assert.equal(
      renamed('inputs: { who‸: {} }\nsteps: { s: { run: x } }\n', 'me', {
        'caller.yaml': 'steps: { c: { workflow: own.yaml, with: { who: x, me: y } } }\n',
      }),
      '"caller.yaml" gives an input "me" already.',
    );
    assert.match(
      String(renamed('steps:\n  c: { workflow: ./gone.yaml, with: { ‸who: me } }\n', 'x')),
      /"who" belongs to "gone\.yaml", which is no workflow/,
    );
  });
});

/** What a person is told and what a run would do, with one name for another. */
function meaning({ diagnostics, graph, workflow }: Analysis, [from, to]: readonly [string, string]): object {
  const name = (text: string) => text.replaceAll(from, to);
  const hintless = (text: string) => text.replace(/ (?:Did you mean|There is|It takes) .*$/, '');
  return {
    diagnostics: diagnostics.map(({ code, message }) => `${code} ${name(hintless(message))}`).toSorted(),
    nodes: graph.nodes.map(({ id, kind }) => `${kind} ${name(id)}`),
    edges: graph.edges.map((edge) => `${name(edge.from)} ${edge.kind} ${name(edge.to)}`),
    inputs: workflow.inputs.map((input) => name(input.name)),
  };
}

test('After any rename everything is as it was but for the name, and it can be taken back', () => {
  let changed = 0;
  fc.assert(
    fc.property(fc.constantFrom(...allFiles()), fc.nat(), fc.nat(), (text, pick, usePick) => {
      const analysis = analyze(text);
      const all = namesIn(analysis);
      const named = all[pick % Math.max(1, all.length)];
      if (named === undefined) return;
      const places = [named.definition, ...named.uses];
      const place = places[usePick % places.length] ?? named.definition;
      const there = rename(analysis, place.start, { to: 'zz_other' });
      if (!there.ok) return assert.match(there.error, /alias/, text);
      const [file] = there.value;
      const after = analyze(edited(text, file?.edits ?? []));
      // Where the name itself was wrong, or stood twice, the new one is better; and broken YAML breaks elsewhere then.
      const inDoubt = analysis.diagnostics.some(({ code }) =>
        /\/(?:yaml|duplicate-key|refused-key)$/.test(code),
      );
      if (inDoubt || !/^[A-Za-z_][\w-]{0,99}$/.test(named.name)) return;
      assert.deepEqual(
        meaning(after, ['zz_other', named.name]),
        meaning(analysis, ['zz_other', named.name]),
        text,
      );
      const back = rename(after, after.text.indexOf('zz_other'), { to: named.name });
      assert.ok(back.ok, text);
      const restored = edited(after.text, back.value[0]?.edits ?? []);
      assert.deepEqual(
        meaning(analyze(restored), ['zz_other', named.name]),
        meaning(analysis, ['zz_other', named.name]),
      );
      changed++;
    }),
    { numRuns: 500 },
  );
  assert.ok(changed > 60, `only ${changed}`);
});

test('A rename to any other id of the file keeps the meaning, or is refused', () => {
  fc.assert(
    fc.property(fc.constantFrom(...allFiles(), NESTED), fc.nat(), fc.nat(), (text, pick, toPick) => {
      const analysis = analyze(text);
      if (analysis.diagnostics.some(({ severity }) => severity === 'error')) return;
      const all = namesIn(analysis);
      const named = all[pick % Math.max(1, all.length)];
      const to = all[toPick % Math.max(1, all.length)]?.name;
      if (named === undefined || to === undefined || to === named.name) return;
      const result = rename(analysis, named.definition.start, { to });
      if (!result.ok) return;
      const after = analyze(edited(text, result.value[0]?.edits ?? []));
      assert.deepEqual(
        after.diagnostics.map(({ code }) => code).toSorted(),
        analysis.diagnostics.map(({ code }) => code).toSorted(),
        text,
      );
      assert.equal(after.graph.edges.length, analysis.graph.edges.length);
    }),
    { numRuns: 500 },
  );
});
