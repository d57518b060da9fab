import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import { analyze } from '../../src/language/analyze.ts';
import { outline, workspaceSymbols, type OutlineItem } from '../../src/language/outline.ts';
import { allFiles } from './corpus-files.ts';

const FILE = `inputs:
  who: {}
on:
  schedule: { every: 1h }
steps:
  build: { run: x }
  tdd:
    loop:
      steps:
        write: { run: x }
        test: { needs: write, run: x }
  call: { workflow: ../ci/deploy.workflow.yaml }
finally:
  tidy: { run: x }
`;

suite('Symbols', () => {
  test('lie within those above them in every file, aliases and all', () => {
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

  test('of a window are the inputs and steps of all its files, loops around them named', () => {
    const files = [
      { ref: 'ci/all.workflow.yaml', analysis: analyze(FILE) },
      { ref: 'b.workflow.yaml', analysis: analyze('steps:\n  test_all: { run: x }\n') },
    ];
    const found = (query: string) =>
      workspaceSymbols(files, query).map(({ name, kind, container }) => `${kind} ${name} (${container})`);
    assert.deepEqual(found('tst'), [
      'run test (ci/all.workflow.yaml › tdd)',
      'run test_all (b.workflow.yaml)',
    ]);
    assert.deepEqual(found('WHO'), ['input who (ci/all.workflow.yaml)']);
    assert.deepEqual(found('tidy'), ['run tidy (ci/all.workflow.yaml)']);
    assert.equal(found('').length, 8);
    assert.deepEqual(found('zz'), []);
  });
});
