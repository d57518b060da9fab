import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { placeAt, type Place } from '../../src/language/place.ts';
import { allFiles } from './corpus-files.ts';

const CURSOR = '‸';

function at(marked: string): Place & { readonly written: string } {
  const offset = marked.indexOf(CURSOR);
  const text = marked.replace(CURSOR, '');
  const place = placeAt(text, offset);
  return { ...place, written: text.slice(place.word.start, place.word.end) };
}

function brief(marked: string): string {
  const { path, role, written, expression } = at(marked);
  const text = marked.replace(CURSOR, '');
  const source = expression === undefined ? '' : ` <${text.slice(expression.start, expression.end)}>`;
  return `${role} ${path.join('.')}: ${written}${source}`.trimEnd();
}

suite('The place of a cursor', () => {
  for (const [marked, expected] of [
    ['‸', 'key :'],
    ['na‸', 'key : na'],
    ['name: x\nste‸\n', 'key : ste'],
    ['name: x\n‸\nsteps:\n', 'key :'],
    ['name: He‸llo\n', 'value name: Hello'],
    ['name: ‸\n', 'value name:'],
    ['name:‸\n', 'value name:'],
    ['name: "a # b‸" # c\n', 'value name: "a # b"'],
    ['name: x # he‸re\n', 'comment :'],
    ['# he‸re\n', 'comment :'],
    ['steps:\n  ‸', 'key steps:'],
    ['steps:\n  build:\n    ‸\n', 'key steps.build:'],
    ['steps:\n  build:\n    ru‸n: x\n', 'key steps.build: run'],
    ['steps:\n  build:\n    run: x\n    ‸\n  test:\n    run: y\n', 'key steps.build:'],
    ['steps:\n  build:\n    run: x\n  ‸\n', 'key steps:'],
    ['steps:\n  build:\n    run: x\n‸\n', 'key :'],
    ['steps:\n  build:\n    run: x\n\n    # words\n    ‸\n', 'key steps.build:'],
    ['steps:\n  build:\n    needs: [a, ‸]\n', 'value steps.build.needs.1:'],
    ['steps:\n  build:\n    needs: [a, b‸', 'value steps.build.needs.1: b'],
    ['steps:\n  build:\n    needs:\n      - a\n      - ‸\n', 'value steps.build.needs.1:'],
    ['steps:\n  build:\n    needs:\n    - a\n    - b‸\n', 'value steps.build.needs.1: b'],
    ['steps:\n  build:\n    needs:\n      - step: a\n        al‸: x\n', 'key steps.build.needs.0: al'],
    ['steps:\n  build:\n    needs:\n      - step: ‸\n', 'value steps.build.needs.0.step:'],
    ['steps:\n  build:\n    needs:\n      - { step: a, ‸ }\n', 'key steps.build.needs.0:'],
    ['steps: { build: { run: x, ‸ } }\n', 'key steps.build:'],
    ['steps: { build: { run: x, needs: [a, { step: ‸ } ] } }\n', 'value steps.build.needs.1.step:'],
    ['steps: { build: { run: x },\n  test: { ne‸', 'key steps.test: ne'],
    ['steps:\n  build: { run: x,\n    ‸ }\n', 'key steps.build:'],
    ['steps: { build: { run: x } }\n‸', 'key :'],
    ['on:\n  schedule:\n    - cron: "0 ‸"\n', 'value on.schedule.0.cron: "0 "'],
    ['on:\n  schedule:\n    - cron: x\n    - ‸\n', 'value on.schedule.1:'],
    ['on:\n  schedule:\n    - ti‸\n', 'value on.schedule.0: ti'],
    ['steps:\n  b:\n    run: |\n      echo ‸hi\n', 'text steps.b.run: hi'],
    ['steps:\n  b:\n    run: |\n      echo: hi\n      a: ‸\n', 'text steps.b.run:'],
    ['steps:\n  b:\n    run: |\n      echo hi\n    ‸\n', 'key steps.b:'],
    ['steps:\n  l:\n    loop:\n      steps:\n        a:\n          ‸\n', 'key steps.l.loop.steps.a:'],
    ['steps:\n  b:\n    run: echo ${{ steps.‸ }}\n', 'value steps.b.run: echo ${{ steps. }} < steps. >'],
    ['steps:\n  b:\n    run: echo ${{ steps.‸\n', 'value steps.b.run: echo ${{ steps. < steps.>'],
    ['steps:\n  b:\n    run: echo ${{ x }} ‸\n', 'value steps.b.run: echo ${{ x }}'],
    ['steps:\n  b:\n    run: |\n      echo ${{ inp‸\n      echo\n', 'text steps.b.run: inp < inp>'],
    ['steps:\n  b:\n    if: steps.a.‸\n', 'value steps.b.if: steps.a. <steps.a.>'],
    ['steps:\n  b:\n    if: ‸\n', 'value steps.b.if:  <>'],
    ['steps:\n  b:\n    if: ${{ a ‸ }}\n', 'value steps.b.if: ${{ a  }} < a  >'],
    ['steps: { b: { if: "‸" } }\n', 'value steps.b.if: ""'],
    ['steps: { b: { env: { A: "${{ env.‸ }}" } } }\n', 'value steps.b.env.A: "${{ env. < env. >'],
    ['steps:\n  "odd key": { r‸ }\n', 'key steps.odd key: r'],
    ['steps:\r\n  b:\r\n    run: x\r\n    ‸\r\n', 'key steps.b:'],
  ] as const) {
    test(JSON.stringify(marked), () => assert.equal(brief(marked), expected));
  }

  test('comes with the keys that are there already', () => {
    assert.deepEqual(at('steps:\n  a:\n    run: x\n    ‸\n    env: {}\n  b: {}\n').siblings, ['run', 'env']);
    assert.deepEqual(at('name: x\n‸\nsteps:\n  a: {}\n').siblings, ['name', 'steps']);
    assert.deepEqual(at('steps: { a: { run: x, ‸, env: {} } }').siblings, ['run', 'env']);
    assert.deepEqual(at('on:\n  schedule:\n    - cron: x\n      ‸\n    - every: 1h\n').siblings, ['cron']);
    assert.deepEqual(at('on:\n  schedule:\n    - cr‸: x\n      timezone: x\n').siblings, ['timezone']);
  });

  test('is told anywhere in any text, without a word thrown', () => {
    const text = fc.oneof(fc.constantFrom(...allFiles()), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(text, fc.double({ min: 0, max: 1, noNaN: true }), (one, share) => {
        const offset = Math.floor(share * one.length);
        const { word } = placeAt(one, offset);
        assert.ok(word.start <= offset && offset <= Math.max(word.end, offset));
      }),
      { numRuns: 500 },
    );
  });
});
