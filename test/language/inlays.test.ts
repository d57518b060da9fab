import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { analyze } from '../../src/language/analyze.ts';
import { inlays, type Inlay, type InlaySources } from '../../src/language/inlays.ts';
import { summary } from '../../src/language/summary.ts';
import { allFiles } from './corpus-files.ts';
import { edited } from './marked.ts';

/** The text with what is shown in it between its words. */
function shown(text: string, sources?: InlaySources): string {
  const edits = inlays(analyze(text), sources).map((inlay) => {
    return { range: { start: inlay.offset, end: inlay.offset }, newText: `‹${words(inlay)}›` };
  });
  return edited(text, edits.toReversed());
}

function words(inlay: Inlay): string {
  if (inlay.kind === 'wave') return `wave ${inlay.wave}/${inlay.waves}`;
  return inlay.kind === 'default' ? `${inlay.field} ${inlay.value}` : `next ${inlay.at}`;
}

suite('What is shown between the words of a workflow', () => {
  for (const [sentence, expected] of [
    [
      'the waves in which steps run',
      'steps:\n  a:‹wave 1/2›\n    run: x\n  b:‹wave 1/2› { run: x }\n  "c":‹wave 2/2› { run: x, needs: [a, b] }\n',
    ],
    ['no wave where all steps run at once', 'steps:\n  a: { run: x }\n  b: { run: x }\n'],
    [
      'the waves of every group of steps by itself',
      'steps:\n  l:\n    loop:\n      steps:\n        a:‹wave 1/2› { run: x }\n        b:‹wave 2/2› { run: x, needs: a }\n' +
        'finally:\n  f:‹wave 1/2› { run: x }\n  g:‹wave 2/2› { run: "echo ${{ steps.f.stdout }}" }\n',
    ],
    [
      'no wave for steps that wait for each other',
      'steps:\n  a: { run: x, needs: b }\n  b: { run: x, needs: a }\n',
    ],
    [
      'what `defaults` give to a step that does not say',
      'defaults: { shell: pwsh, timeout: 10m, retry: { max: 2 }, cwd: sub }\nsteps:\n' +
        '  a:‹shell pwsh›‹cwd sub›‹timeout 10m›‹retry 2› { run: x }\n' +
        '  b:‹cwd sub› { run: x, shell: sh, timeout: 1m, retry: { max: 0 } }\n' +
        '  c:‹cwd sub›‹timeout 10m›‹retry 2› { run: [x] }\n' +
        '  d:‹shell pwsh›‹cwd sub› { gate: { check: x } }\n  e:‹cwd sub› { gate: { when: "true" } }\n',
    ],
  ] as const) {
    test(`is ${sentence}`, () => {
      assert.equal(shown(expected.replaceAll(/‹[^›]*›/g, '')), expected);
    });
  }

  test('is when a schedule is due next', () => {
    const text =
      'on:\n  schedule:\n    - { cron: "0 2 * * *", timezone: UTC }\n    - every: 15m\nsteps: { a: { run: x } }\n';
    const nextTime: InlaySources['nextTime'] = ({ when }) => ('cron' in when ? 7 : undefined);
    assert.equal(shown(text, { nextTime }), text.replace('* * *"', '* * *"‹next 7›'));
    assert.equal(shown(text), text);
  });

  test('stays inside of any text, without a word thrown', () => {
    const text = fc.oneof(fc.constantFrom(...allFiles()), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(text, fc.double({ min: 0, max: 1, noNaN: true }), (one, share) => {
        const cut = one.slice(0, Math.floor(share * one.length));
        for (const { offset } of inlays(analyze(cut), { nextTime: () => 1 })) {
          assert.ok(offset >= 0 && offset <= cut.length);
        }
      }),
      { numRuns: 200 },
    );
  });
});

suite('A workflow in one line', () => {
  test('says how many steps there are, in how many waves', () => {
    const text = 'steps:\n  a: { run: x }\n  b: { run: x }\n  c: { run: x, needs: [a, b] }\n';
    assert.deepEqual(summary(analyze(text)), { errors: 0, warnings: 0, steps: 3, waves: 2 });
  });

  test('counts what is wrong', () => {
    assert.equal(summary(analyze('steps:\n  a: { run: x, needs: q }\n')).errors, 1);
  });
});
