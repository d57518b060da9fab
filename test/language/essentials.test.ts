import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { linesOf } from '../../src/base/lines.ts';
import { analyze, blockers } from '../../src/language/analyze.ts';
import { CODES } from '../../src/language/codes.ts';

/** `line:column code message`, from 1, and related places below. */
function told(text: string): string[] {
  const lines = linesOf(text);
  const place = (offset: number) => {
    const { line, character } = lines.position(offset);
    return `${line + 1}:${character + 1}`;
  };
  return analyze(text, { ref: 'x.workflow.yaml' }).diagnostics.flatMap(
    ({ code, message, range, related }) => [
      `${place(range.start)} ${code} ${message}`,
      ...related.map((each) => `  ${place(each.range.start)} ${each.message}`),
    ],
  );
}

suite('Analysis', () => {
  test('tells a cycle of three in a thousand steps with three related places, each the need that draws it', () => {
    const step = (i: number) => {
      const needs = i === 100 ? 's102' : i === 101 ? 's100' : i === 102 ? 's101' : i > 0 ? `s${i - 1}` : '';
      return `  s${i}:\n    needs: [${needs}]\n    run: echo ${i}\n`;
    };
    const text = `steps:\n${Array.from({ length: 1000 }, (_, i) => step(i)).join('')}`;
    const { diagnostics } = analyze(text);
    assert.equal(diagnostics.length, 1);
    const [cycle] = diagnostics;
    assert.equal(cycle?.code, 'baton/cycle');
    assert.match(cycle.message, /s100 → s102 → s101 → s100/);
    const named = cycle.related.map(
      ({ range, message }) => `${message} | ${text.slice(range.start, range.end)}`,
    );
    assert.deepEqual(named, [
      '"s100" needs "s102" | s102',
      '"s102" needs "s101" | s101',
      '"s101" needs "s100" | s100',
    ]);
  });

  test('draws an edge for every step that an expression reads, and finds cycles through them', () => {
    const text = 'steps:\n  a: { run: "echo ${{ steps.b.outputs.x }}" }\n  b: { needs: a, run: x }\n';
    assert.deepEqual(told(text), [
      '2:23 baton/cycle These steps wait for each other, so none of them can start: a → b → a. Take one of these needs away.',
      '  2:23 "a" reads the result of "b"',
      '  3:15 "b" needs "a"',
    ]);
    const { workflow } = analyze(
      'steps:\n  a: { run: x }\n  b: { run: "${{ steps.a.result }}${{ steps.a.stdout }}" }\n',
    );
    assert.deepEqual(
      workflow.steps.map(({ needs, keepStdout }) => [
        needs.map(({ step, kind }) => `${kind} ${step}`),
        keepStdout,
      ]),
      [
        [[], true],
        [['data a'], false],
      ],
    );
  });

  test('lays defaults under the steps, field by field', () => {
    const { workflow } = analyze(
      'defaults: { shell: sh, cwd: app, timeout: 1m, retry: { max: 2, delay: 3s }, env: { A: "1" } }\nenv: { A: "0", B: "2" }\nsteps:\n  a: { run: x, retry: { max: 5 } }\n  b: { run: x, shell: bash, timeout: 2s, cwd: lib }\n',
    );
    const [a, b] = workflow.steps;
    assert.deepEqual({ ...workflow.env }, { A: '1', B: '2' });
    assert.deepEqual([a?.cwd, a?.timeoutMs, a?.retry.max, a?.retry.delayMs], ['app', 60_000, 5, 3000]);
    assert.deepEqual([b?.cwd, b?.timeoutMs, b?.retry.max], ['lib', 2000, 2]);
    assert.deepEqual(
      workflow.steps.map((step) => (step.kind === 'run' ? step.with.shell : '')),
      ['sh', 'bash'],
    );
  });

  test('keeps a workflow from being run by errors and by what cannot run yet, not by hints', () => {
    const blocks = (text: string) => blockers(analyze(text)).map(({ code }) => code);
    assert.deepEqual(
      blocks('steps:\n  a: { loop: { steps: { b: { agent: { prompt: x, command: [y] } } } } }\n'),
      ['baton/not-yet'],
    );
    assert.deepEqual(blocks('on: { schedule: { cron: "0 2 * * *" } }\nsteps:\n  a: { run: x }\n'), []);
    assert.deepEqual(blocks('steps:\n  a: { rum: x }\n').includes('baton/unknown-key'), true);
  });

  test('is silenced for one line and one code at a time', () => {
    const text =
      'steps:\n  # baton-ignore: unknown-step\n  a: { needs: zz, run: x }\n  b: { needs: zz, run: x }\n';
    assert.deepEqual(told(text).length, 1);
    assert.match(told(text)[0] ?? '', /^4:/);
  });

  test('refuses what is too large, too deep or made to explode, at once', () => {
    const lol = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghi'
        .split('')
        .map((c, i) => `${c}: &${c} [${Array.from({ length: 9 }, () => `*${'abcdefgh'[i]}`).join(',')}]`),
    ].join('\n');
    const texts = [
      'x'.repeat(1024 * 1024 + 1),
      '['.repeat(100_000),
      '{a: '.repeat(5000),
      lol,
      `a: ${'[1, '.repeat(70)}`,
    ];
    for (const text of texts) {
      const { diagnostics, runnable } = analyze(text);
      assert.equal(runnable, false);
      assert.ok(
        diagnostics.some(({ code }) => code === 'baton/limit'),
        text.slice(0, 40),
      );
    }
  });

  test('takes ids that every object has for ids like any other, and refuses those that would harm', () => {
    assert.deepEqual(told('steps:\n  toString: { run: x }\n  b: { needs: toString, run: x }\n'), []);
    assert.match(told('steps:\n  constructor: { run: x }\n').join(), /2:3 baton\/refused-key/);
    assert.match(told('env: { __proto__: x }\nsteps: { a: { run: x } }\n').join(), /1:8 baton\/refused-key/);
  });

  test('never throws, and never points outside of the text', () => {
    const seed =
      'name: x\ninputs: { a: { type: number } }\nsteps:\n  a:\n    run: |\n      echo ${{ inputs.a }} "x"\n  b: { needs: [a], if: "failure() && steps.a.result", script: "1", language: node }\n';
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            at: fc.nat(seed.length),
            cut: fc.nat(8),
            put: fc.string({
              unit: fc.constantFrom(
                'a',
                ':',
                ' ',
                '\n',
                '-',
                '{',
                '[',
                '"',
                "'",
                '$',
                '&',
                '*',
                '|',
                '\t',
                '#',
                '}',
                ']',
                '!',
                '%',
              ),
            }),
          }),
          { maxLength: 4 },
        ),
        (edits) => {
          let text = seed;
          for (const { at, cut, put } of edits) text = text.slice(0, at) + put + text.slice(at + cut);
          for (const { range, related, code } of analyze(text).diagnostics) {
            assert.ok(code in CODES, code);
            for (const { start, end } of [range, ...related.map((each) => each.range)]) {
              assert.ok(
                start >= 0 && start <= end && end <= text.length,
                JSON.stringify({ text, code, start, end }),
              );
            }
          }
        },
      ),
      { numRuns: 1500 },
    );
  }).timeout(60_000);
});
