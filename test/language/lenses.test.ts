import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import { analyze } from '../../src/language/analyze.ts';
import { lenses, type LastRun } from '../../src/language/lenses.ts';
import { allFiles } from './corpus-files.ts';

const FILE = 'name: x\nsteps:\n  a: { run: x }\n  b: { run: y, needs: a }\nfinally:\n  c: { run: z }\n';

const ENDED: LastRun = {
  mayGoOn: true,
  endOf: (id) => (id === 'b' ? undefined : { status: 'succeeded', durationMs: 1200 }),
};

/** `what@where`, in their order. */
function shown(text: string, runs?: { readonly last: LastRun | undefined }): string {
  return lenses(analyze(text), runs)
    .map(({ action, range }) => `${action}@${text.slice(range.start, range.end)}`)
    .join(' ');
}

suite('What stands above the lines of a workflow', () => {
  test('is what can be done with all of it, before it ever ran', () => {
    assert.equal(shown(FILE, { last: undefined }), 'run@name plan@name graph@name');
  });

  test('is how it went, and going on from a step, once it did', () => {
    const expected =
      'run@name plan@name graph@name last-run@name run-from@a last-end@a run-from@b last-end@c';
    assert.equal(shown(FILE, { last: ENDED }), expected);
  });

  test('does not offer to go on from a step while the run goes on', () => {
    const expected = 'run@name plan@name graph@name last-run@name last-end@a last-end@c';
    assert.equal(shown(FILE, { last: { ...ENDED, mayGoOn: false } }), expected);
  });

  test('offers to go on from each step where nobody knows of runs', () => {
    assert.equal(shown(FILE), 'run@name plan@name graph@name run-from@a run-from@b');
  });

  test('offers no run of what cannot run', () => {
    assert.equal(shown(FILE.replace('needs: a', 'needs: q'), { last: undefined }), 'plan@name graph@name');
  });

  test('is nothing in a file without steps', () => {
    for (const text of ['', 'name: x\n', 'steps:\n', '- a\n', 'steps: [', '{']) assert.equal(shown(text), '');
  });

  test('is told of every file there is', () => {
    for (const text of allFiles()) assert.doesNotThrow(() => lenses(analyze(text), { last: ENDED }));
  });
});
