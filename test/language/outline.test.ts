import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import { analyze } from '../../src/language/analyze.ts';
import { outline, workspaceSymbols, type OutlineItem } from '../../src/language/outline.ts';
import { allFiles } from './corpus-files.ts';

const FILE = `name: All
inputs:
  who: { type: number, required: true }
on:
  schedule:
    - cron: 0 2 * * *
      timezone: Europe/Berlin
    - { every: 1h }
dotenv: [.env, ./more.env]
steps:
  build: { name: The build, run: x }
  tdd:
    needs: build
    loop:
      steps:
        write: { run: x }
        test: { needs: write, run: x }
  call: { workflow: ../ci/deploy.workflow.yaml }
finally:
  tidy: { run: x }
`;

function lines(items: readonly OutlineItem[], indent = ''): string[] {
  return items.flatMap(({ name, detail, kind, children }) => [
    `${indent}${kind} ${name}${detail === '' ? '' : ` (${detail})`}`,
    ...lines(children, `${indent}  `),
  ]);
}

suite('The outline of a workflow', () => {
  test('names inputs, triggers and steps, those of loops below them', () => {
    assert.deepEqual(lines(outline(analyze(FILE))), [
      'section inputs',
      '  input who (number, required)',
      'section on',
      '  trigger cron 0 2 * * * (Europe/Berlin)',
      '  trigger every 1h',
      'section steps',
      '  run build (The build · run)',
      '  loop tdd (loop · needs build)',
      '    run write (run)',
      '    run test (run · needs write)',
      '  workflow call (workflow)',
      'section finally',
      '  run tidy (run)',
    ]);
  });

  test('has names inside of ranges, and ranges inside of each other, in every file', () => {
    const check = ({ range, selection, children }: OutlineItem) => {
      assert.ok(range.start <= selection.start && selection.end <= range.end);
      for (const child of children) {
        assert.ok(range.start <= child.range.start && child.range.end <= range.end);
        check(child);
      }
    };
    for (const text of allFiles()) outline(analyze(text)).forEach(check);
  });

  test('shows what an alias stands for where the alias is', () => {
    const text = 'finally: &f\n  z: { run: x }\nsteps: *f\n';
    const [last, steps] = outline(analyze(text));
    assert.deepEqual(
      [last, steps].map((section) => section?.children.map(({ name }) => name)),
      [['z'], ['z']],
    );
  });
});

test('The symbols of a window are the inputs and steps of all its files, loops around them named', () => {
  const files = [
    { ref: 'ci/all.workflow.yaml', analysis: analyze(FILE) },
    { ref: 'b.workflow.yaml', analysis: analyze('steps:\n  test_all: { run: x }\n') },
  ];
  const found = (query: string) =>
    workspaceSymbols(files, query).map(({ name, kind, container }) => `${kind} ${name} (${container})`);
  assert.deepEqual(found('tst'), ['run test (ci/all.workflow.yaml › tdd)', 'run test_all (b.workflow.yaml)']);
  assert.deepEqual(found('WHO'), ['input who (ci/all.workflow.yaml)']);
  assert.deepEqual(found('tidy'), ['run tidy (ci/all.workflow.yaml)']);
  assert.equal(found('').length, 8);
  assert.deepEqual(found('zz'), []);
});
