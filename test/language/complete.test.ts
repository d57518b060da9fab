import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { analyze } from '../../src/language/analyze.ts';
import type { ChildLook } from '../../src/language/children.ts';
import { complete } from '../../src/language/complete.ts';
import type { Completion, CompletionSources } from '../../src/language/completion.ts';
import { allFiles } from './corpus-files.ts';

const CURSOR = '‸';

const child = analyze(
  'inputs: { tag: { required: true }, dry: { type: boolean } }\nsteps: { a: { run: x } }\n',
);
const SOURCES: CompletionSources = {
  workflows: ['child.workflow.yaml', 'ci/deploy.workflow.yaml'],
  look: (): ChildLook => ({ found: true, inputs: child.workflow.inputs, runnable: true, children: [] }),
  lastOutputs: (step) => (step === 'build' ? ['from_last_run'] : []),
  timeZones: ['Europe/Berlin', 'UTC'],
};

function at(marked: string): readonly Completion[] {
  const offset = marked.indexOf(CURSOR);
  return complete(analyze(marked.replace(CURSOR, '')), offset, SOURCES);
}

function labels(marked: string): string {
  return at(marked)
    .filter(({ kind }) => kind !== 'snippet')
    .map(({ label }) => label)
    .join(' ');
}

/** The text after a label was taken. */
function taken(marked: string, label: string): string {
  const text = marked.replace(CURSOR, '');
  const found = at(marked).find((each) => each.label === label);
  assert.ok(found !== undefined, `"${label}" is not offered: ${labels(marked)}`);
  return text.slice(0, found.range.start) + found.insert + text.slice(found.range.end);
}

const STEPS = `inputs:
  who: { type: string }
  token: { secret: true }
env: { TOP: x }
steps:
  build:
    run: |
      make
      echo "tag=1" >> "$BATON_OUTPUT"
  test: { needs: build, run: x }
  deploy: { needs: test, run: x }
`;

suite('Completion', () => {
  for (const [what, marked, expected] of [
    [
      'keys of the file',
      'name: x\n‸',
      'description inputs env dotenv defaults limits timeout concurrency on steps finally',
    ],
    [
      'keys that are not there yet',
      'steps: {}\nname: x\ndescription: y\ninputs: {}\nenv: {}\ndotenv: a\ndefaults: {}\nlim‸\n',
      'limits timeout concurrency on finally',
    ],
    ['keys of limits', 'limits:\n  ‸', 'parallel on_failure'],
    ['values of a choice', 'limits:\n  on_failure: ‸', 'continue finish kill'],
    ['true and false', `inputs:\n  a:\n    secret: ‸`, 'true false'],
    ['types', 'inputs:\n  a:\n    type: ‸', 'string number boolean path'],
    ['keys in braces', 'limits: { ‸ }', 'parallel on_failure'],
    ['keys in braces, but those there', 'limits: { parallel: 2, ‸ }', 'on_failure'],
    [
      'keys of a gate',
      'steps:\n  a:\n    gate:\n      ‸',
      'check when approval rewind_to max timeout on_timeout',
    ],
    [
      'keys of a gate with its kind',
      'steps:\n  a:\n    gate:\n      check: x\n      ‸',
      'rewind_to max timeout on_timeout',
    ],
    ['keys of a loop', 'steps:\n  a:\n    loop:\n      ‸', 'steps until max'],
    ['shells', 'steps:\n  a:\n    run: x\n    shell: ‸', 'bash sh zsh pwsh cmd'],
    ['what others need', `${STEPS}  last:\n    run: x\n    needs: ‸\n`, 'build test deploy'],
    ['what others need, in a list', `${STEPS}  last: { run: x, needs: [build, ‸] }\n`, 'test deploy'],
    ['what others need, in an open list', `${STEPS}  last:\n    needs: [build, ‸`, 'test deploy'],
    [
      'what others need, in a block',
      `${STEPS}  last:\n    run: x\n    needs:\n      - build\n      - ‸\n`,
      'test deploy',
    ],
    [
      'what others need, in a map',
      `${STEPS}  last:\n    run: x\n    needs:\n      - step: ‸\n`,
      'build test deploy',
    ],
    [
      'no step that waits for this one',
      'steps:\n  a: { run: x, needs: [‸] }\n  b: { run: x, needs: a }\n  c: { run: x, needs: b }\n  d: { run: x }\n',
      'd',
    ],
    [
      'no step that reads this one',
      'steps:\n  a: { run: x, needs: [‸] }\n  b: { run: "echo ${{ steps.a.outputs.x }}" }\n',
      '',
    ],
    [
      'where a gate may go back to',
      `${STEPS}  g:\n    needs: test\n    gate:\n      check: x\n      rewind_to: ‸\n`,
      'build test',
    ],
    [
      'steps beside it, in a loop',
      'steps:\n  o: { run: x }\n  l:\n    loop:\n      steps:\n        a: { run: x }\n        b: { run: x, needs: ‸ }\n',
      'a',
    ],
    [
      'contexts',
      `${STEPS}  last:\n    run: echo \${{ ‸ }}\n`,
      'inputs env steps run contains startsWith endsWith format join toJSON fromJSON hashFiles file default raw',
    ],
    ['inputs', `${STEPS}  last:\n    run: echo \${{ inputs.‸ }}\n`, 'who token'],
    ['inputs, unclosed', `${STEPS}  last:\n    run: echo \${{ inputs.w‸\n`, 'who token'],
    ['inputs, in a block', `${STEPS}  last:\n    run: |\n      echo \${{ inputs.‸ }}\n`, 'who token'],
    ['variables', `${STEPS}  last:\n    env: { OWN: y }\n    run: echo \${{ env.‸ }}\n`, 'TOP OWN'],
    ['steps', `${STEPS}  last:\n    run: echo \${{ steps.‸ }}\n`, 'build test deploy'],
    [
      'fields of a step',
      `${STEPS}  last:\n    run: echo \${{ steps.build.‸ }}\n`,
      'outputs result outcome exit_code stdout',
    ],
    [
      'outputs that are written, and of the last run',
      `${STEPS}  last:\n    run: echo \${{ steps.build.outputs.‸ }}\n`,
      'tag from_last_run',
    ],
    [
      'outputs in an if without braces',
      `${STEPS}  last:\n    run: x\n    if: steps.build.outputs.‸\n`,
      'tag from_last_run',
    ],
    [
      'steps by brackets',
      `${STEPS}  last:\n    run: echo \${{ steps['build'].‸ }}\n`,
      'outputs result outcome exit_code stdout',
    ],
    [
      'items of a fan-out',
      'steps:\n  a: { for_each: [1], run: x }\n  b: { run: "echo ${{ steps.a.‸ }}" }\n',
      'outputs result outcome exit_code stdout items',
    ],
    [
      'the matrix',
      'steps:\n  a:\n    matrix: { os: [x], version: [1], exclude: [] }\n    run: echo ${{ matrix.‸ }}\n',
      'os version',
    ],
    [
      'the loop',
      'steps:\n  l:\n    loop:\n      steps:\n        a:\n          run: echo ${{ loop.‸ }}\n',
      'round max',
    ],
    [
      'steps of the loop, in until',
      'steps:\n  l:\n    loop:\n      until: steps.‸\n      steps:\n        a: { run: x }\n',
      'a',
    ],
    [
      'answers of an approval',
      'steps:\n  g: { gate: { approval: Go? } }\n  b: { run: "echo ${{ steps.g.outputs.‸ }}" }\n',
      'answer by note',
    ],
    ['workflows', 'steps:\n  a:\n    workflow: ‸\n', 'child.workflow.yaml ci/deploy.workflow.yaml'],
    [
      'inputs of the child, needed ones first',
      'steps:\n  a:\n    workflow: child.workflow.yaml\n    with:\n      ‸\n',
      'tag dry',
    ],
    [
      'inputs of the child that are not there yet',
      'steps:\n  a: { workflow: child.workflow.yaml, with: { tag: x, ‸ } }\n',
      'dry',
    ],
    ['time zones', 'on:\n  schedule:\n    - cron: "0 1 * * *"\n      timezone: ‸\n', 'Europe/Berlin UTC'],
    [
      'keys of an item',
      'on:\n  schedule:\n    - ‸\n',
      'cron every at timezone overlap catch_up window jitter',
    ],
    ['keys of defaults', 'defaults:\n  ‸', 'shell cwd timeout retry env'],
    ['nothing in a comment', 'steps: {} # he‸re', ''],
    ['nothing in prose', 'name: He‸llo', ''],
    ['nothing in a command', 'steps:\n  a:\n    run: |\n      echo ‸\n', ''],
    ['nothing inside of quotes of an expression', `${STEPS}  last:\n    if: inputs.who == 'w‸'\n`, ''],
  ] as const) {
    test(`offers ${what}`, () => assert.equal(labels(marked), expected));
  }

  test('offers the kinds of a step first, and none when one is there', () => {
    assert.match(labels('steps:\n  a:\n    ‸\n'), /^run script agent workflow gate loop name needs if /);
    const others = labels('steps:\n  a:\n    run: x\n    ‸\n').split(' ');
    assert.deepEqual(
      others.filter((key) => ['script', 'gate', 'loop', 'language', 'with'].includes(key)),
      [],
    );
    assert.ok(others.includes('shell') && others.includes('retry'));
    assert.ok(labels('steps:\n  a:\n    workflow: x\n    ‸\n').split(' ').includes('with'));
  });

  test('offers status functions where a condition stands, and first', () => {
    assert.match(
      labels(`${STEPS}  last:\n    run: x\n    if: ‸\n`),
      /^success failure cancelled always none_failed inputs /,
    );
    assert.doesNotMatch(labels(`${STEPS}  last:\n    run: echo \${{ ‸ }}\n`), /success/);
  });

  test('offers whole steps and a whole file', () => {
    const snippets = (marked: string) =>
      at(marked).flatMap(({ kind, label }) => (kind === 'snippet' ? [label] : []));
    assert.deepEqual(snippets('‸'), ['workflow']);
    assert.deepEqual(snippets('steps:\n  ‸'), [
      'step',
      'pipeline',
      'fan-out',
      'matrix',
      'fan-in',
      'gate',
      'approval',
      'tdd',
      'workflow',
    ]);
    assert.deepEqual(snippets('steps: { a: { run: x } }\n‸'), []);
  });

  test('writes what belongs there', () => {
    assert.equal(taken('steps:\n  a:\n    ‸\n', 'run'), 'steps:\n  a:\n    run: \n');
    assert.equal(taken('steps:\n  a:\n    ga‸\n', 'gate'), 'steps:\n  a:\n    gate:\n      $0\n');
    assert.equal(taken('steps:\n  a: { ‸ }\n', 'gate'), 'steps:\n  a: { gate: { $0 } }\n');
    assert.equal(
      taken('steps:\n  a:\n    needs: b‸\n  build: { run: x }\n', 'build'),
      'steps:\n  a:\n    needs: build\n  build: { run: x }\n',
    );
    assert.equal(
      taken(`${STEPS}  z: { run: "\${{ steps.bu‸ild }}" }`, 'test'),
      `${STEPS}  z: { run: "\${{ steps.test. }}" }`,
    );
  });

  test('offers no key that the checks do not know, anywhere in any file', () => {
    const offsets = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom(...allFiles()), offsets, (text, share) => {
        const offset = Math.floor(share * text.length);
        for (const { range, insert, label } of complete(analyze(text), offset, SOURCES)) {
          assert.ok(insert !== '' && label !== '');
          assert.ok(range.start <= offset && offset <= range.end, JSON.stringify({ range, offset, label }));
        }
      }),
      { numRuns: 400 },
    );
  });

  test('offers only needs that close no cycle', () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const needs = fc.array(fc.uniqueArray(fc.constantFrom(...ids), { maxLength: 2 }), {
      minLength: 5,
      maxLength: 5,
    });
    fc.assert(
      fc.property(needs, fc.nat(4), (all, own) => {
        // Only backwards, so that there is no cycle to begin with.
        const lists = all.map((list, i) => list.filter((id) => ids.indexOf(id) < i));
        const lines = ids.map(
          (id, i) => `  ${id}: { run: x, needs: [${(lists[i] ?? []).join(', ')}${i === own ? CURSOR : ''}] }`,
        );
        const marked = `steps:\n${lines.join('\n')}\n`.replace(/(\w)‸/, '$1, ‸');
        for (const { insert } of at(marked)) {
          assert.deepEqual(analyze(marked.replace(CURSOR, insert)).cycles, []);
        }
      }),
      { numRuns: 200 },
    );
  });
});
