import assert from 'node:assert/strict';
import path from 'node:path';
import { suite, test } from 'mocha';
import type { LogQuery } from '../../src/journal/journal.ts';
import { analyze } from '../../src/language/analyze.ts';
import type { RunEvent } from '../../src/model/run-event.ts';
import { replay } from '../../src/model/apply-event.ts';
import type { RunState } from '../../src/model/run-state.ts';
import { problemsOf, problemsOfRun } from '../../src/project/step-problems.ts';
import { startOf } from '../model/sketches.ts';

const FOLDER = path.resolve('/project');

/** A run of these steps, each with one attempt, or two where that is said. */
function runOf(steps: string, attempts = 1): RunState {
  const { workflow } = analyze(`steps:\n${steps}`);
  const ids = workflow.steps.map(({ id }) => id);
  const facts = ids.flatMap((step) =>
    Array.from({ length: attempts }, (_, i) => ({ type: 'attempt-started', step, attempt: i + 1 }) as const),
  );
  const events = [startOf(workflow), ...facts].map((fact, i): RunEvent => ({
    seq: i + 1,
    at: i,
    run: 'r',
    ...fact,
  }));
  return replay(events) ?? assert.fail();
}

/** Logs by `step.attempt`, read in pieces as small as they are asked for. */
function projectWith(logs: Readonly<Record<string, string>>, mostBytes = Infinity) {
  const readLog = ({ step, attempt, fromByte, maxBytes }: LogQuery) => {
    const log = logs[`${step}.${attempt}`];
    const end = fromByte + Math.min(maxBytes, mostBytes);
    return Promise.resolve(
      log === undefined ? undefined : new TextEncoder().encode(log).slice(fromByte, end),
    );
  };
  return { folder: FOLDER, runs: { journal: { readLog } } };
}

async function filesIn(step: string, log: string): Promise<readonly string[]> {
  const state = runOf(`  a: { run: x, ${step} }\n`);
  const found = await problemsOf(projectWith({ 'a.1': log }), state, state.steps['a'] ?? assert.fail());
  return found?.problems.map(({ file }) => file) ?? assert.fail();
}

const at = (file: string): string => `${file}(1,1): error TS1: x\n`;

suite('The problems of a step', () => {
  test('are in files of the project, wherever the step worked', async () => {
    assert.deepEqual(await filesIn('problem_matcher: $tsc', at('src/a.ts') + at(`${FOLDER}/b.ts`)), [
      'src/a.ts',
      'b.ts',
    ]);
    assert.deepEqual(
      await filesIn('cwd: packages/one, problem_matcher: $tsc', at('a.ts') + at('../two/b.ts')),
      ['packages/one/a.ts', 'packages/two/b.ts'],
    );
    assert.deepEqual(await filesIn('problem_matcher: $tsc', at('../other/a.ts') + at('C:\\src\\a.ts')), [
      path.resolve(FOLDER, '../other/a.ts'),
      'C:\\src\\a.ts',
    ]);
  });

  test('begin at the folder that the matcher names', async () => {
    const from = (folder: string) =>
      filesIn(
        `cwd: one, problem_matcher: { base: $tsc, fileLocation: [relative, '${folder}'] }`,
        at('a.ts') + at(`${FOLDER}/b.ts`),
      );
    assert.deepEqual(await from('${workspaceFolder}'), ['a.ts', 'b.ts']);
    assert.deepEqual(await from('${workspaceFolder}/src'), ['src/a.ts', 'b.ts']);
    assert.deepEqual(await from('${cwd}/src'), ['one/src/a.ts', 'b.ts']);
    assert.deepEqual(await from('src'), ['one/src/a.ts', 'b.ts']);
    assert.deepEqual(await from(`${FOLDER}/abs`), ['abs/a.ts', 'b.ts']);
  });

  test('are those of the last attempt', async () => {
    const state = runOf('  a: { run: x, problem_matcher: $tsc }\n', 2);
    const project = projectWith({ 'a.1': at('old.ts'), 'a.2': at('new.ts') });
    const all = await problemsOfRun(project, state);
    assert.deepEqual(
      all.get('a')?.problems.map(({ file }) => file),
      ['new.ts'],
    );
  });

  test('are not looked for where nobody asked, or the matcher cannot be used', async () => {
    const state = runOf(
      '  a: { run: x }\n  b: { run: x, problem_matcher: $nothing }\n  c: { run: x, problem_matcher: $tsc }\n',
    );
    const all = await problemsOfRun(projectWith({ 'a.1': at('a.ts'), 'b.1': at('b.ts') }), state);
    assert.deepEqual([...all], [['c', { problems: [], more: 0 }]]);
  });

  test('are the same however small the pieces of the log are', async () => {
    const state = runOf('  a: { run: x, problem_matcher: $tsc }\n');
    const log = `größe\n${at('grün.ts')}${at('日本.ts')}`;
    const whole = await problemsOfRun(projectWith({ 'a.1': log }), state);
    for (const size of [1, 2, 3, 7])
      assert.deepEqual(await problemsOfRun(projectWith({ 'a.1': log }, size), state), whole);
    assert.deepEqual(
      whole.get('a')?.problems.map(({ file }) => file),
      ['grün.ts', '日本.ts'],
    );
  });

  test('do not need a long log in memory', async () => {
    const state = runOf('  a: { run: x, problem_matcher: $tsc }\n');
    const line = new TextEncoder().encode(`${'x'.repeat(99)}\n`);
    let asked = 0;
    const readLog = ({ fromByte, maxBytes }: LogQuery) => {
      asked = Math.max(asked, maxBytes);
      const size = Math.min(maxBytes, 5_000_000 - fromByte);
      return Promise.resolve(new Uint8Array(size).map((_, i) => line[(fromByte + i) % line.length] ?? 0));
    };
    await problemsOfRun({ folder: FOLDER, runs: { journal: { readLog } } }, state);
    assert.equal(asked, 1024 * 1024);
  });
});
