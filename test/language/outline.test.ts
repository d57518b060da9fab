import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import { analyze } from '../../src/language/analyze.ts';
import { lenses } from '../../src/language/lenses.ts';
import { fileLinks } from '../../src/language/links.ts';
import { outline, type OutlineItem } from '../../src/language/outline.ts';
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
    for (const text of allFiles()) if (!/[&*]\w/.test(text)) outline(analyze(text)).forEach(check);
  });
});

test('Paths of other files lead to them', () => {
  const links = fileLinks(analyze(FILE, { ref: 'jobs/all.workflow.yaml' }));
  assert.deepEqual(
    links.map(({ kind, ref, range }) => [kind, ref, FILE.slice(range.start, range.end)]),
    [
      ['dotenv', '.env', '.env'],
      ['dotenv', 'more.env', './more.env'],
      ['workflow', 'ci/deploy.workflow.yaml', '../ci/deploy.workflow.yaml'],
    ],
  );
});

suite('What can be done at a line', () => {
  const shown = (text: string) =>
    lenses(analyze(text)).map(
      ({ action, step, range }) =>
        `${action} ${step ?? ''} @${text.slice(0, range.start).split('\n').length}`,
    );

  test('is running, planning and drawing the file, and running from each step', () => {
    assert.deepEqual(shown('name: x\nsteps:\n  a: { run: x }\n  b: { run: x }\n'), [
      'run  @1',
      'plan  @1',
      'graph  @1',
      'run-from a @3',
      'run-from b @4',
    ]);
  });

  test('is only looking where nothing can run', () => {
    assert.deepEqual(shown('steps:\n  a: { run: x, needs: b }\n'), ['plan  @1', 'graph  @1']);
    assert.deepEqual(shown('name: x\n'), []);
  });
});
