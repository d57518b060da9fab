import { deepEqual, equal, ok } from 'node:assert/strict';
import * as vscode from 'vscode';
import { baton, becomes, drawn, endOf, events, remove, uriOf, write } from './baton.ts';

suite('What is inside of steps', () => {
  let tree: Awaited<ReturnType<typeof baton>>['runsTree'];

  suiteSetup(async () => {
    tree = (await baton()).runsTree;
  });

  async function start(file: string, inputs: Record<string, string> = {}): Promise<string> {
    const run = await vscode.commands.executeCommand<string>('baton.run', uriOf(file), { inputs });
    ok(run);
    return run;
  }

  /** The rows of the newest run of a name, as deep as they go, without times. */
  async function rowsOf(name: string): Promise<readonly string[]> {
    const lines = await drawn(tree, 4);
    const at = lines.findIndex((line) => line.startsWith(name));
    const end = lines.findIndex((line, i) => i > at && !line.startsWith(' '));
    const rows = at < 0 ? [] : lines.slice(at, end < 0 ? undefined : end);
    return rows.map((line) => line.replaceAll(/\d+(\.\d+)? m?s/g, '<time>'));
  }

  test('shows below what holds it: the items of a fan-out, by what they are', async () => {
    await endOf(await start('for-each.workflow.yaml'));
    const lines = await becomes(
      () => rowsOf('For each file'),
      ([first]) => first?.includes('succeeded') === true,
    );
    deepEqual(
      lines.filter((line) => /count|\.yaml/.test(line)),
      [
        '  count | <time>, 3 items [pass]',
        '    failing.workflow.yaml | <time> [pass]',
        '    fan-out.workflow.yaml | <time> [pass]',
        '    pipeline.workflow.yaml | <time> [pass]',
      ],
    );
  });

  test('shows the rounds of a loop, and the steps of a run that a step began', async () => {
    await endOf(await start('tdd.workflow.yaml'));
    const rounds = await becomes(
      () => rowsOf('TDD loop'),
      ([first]) => first?.includes('succeeded') === true,
    );
    ok(
      rounds.some((line) => line.startsWith('    test (3) |')),
      rounds.join('\n'),
    );
    await endOf(await start('release.workflow.yaml'));
    const child = await becomes(
      () => rowsOf('Release'),
      ([first]) => first?.includes('succeeded') === true,
    );
    ok(
      child.some((line) => line.startsWith('    say |')),
      child.join('\n'),
    );
    ok(
      !(await drawn(tree, 1)).some((line) => line.startsWith('Greeting')),
      'the child is listed by itself, too',
    );
  });

  test('answers a gate by command, and the run goes on', async () => {
    const run = await start('approval.workflow.yaml', { version: '1' });
    const lines = await becomes(
      () => rowsOf('Approval'),
      (rows) => rows.some((row) => row.includes('Publish version')),
    );
    ok(
      lines.some((line) => line.startsWith('  sign_off | waiting · Publish version 1?')),
      lines.join('\n'),
    );
    const answer = vscode.commands.executeCommand('baton.answerGate', run, { answer: 'approve', note: 'go' });
    equal(await answer, 'approve');
    equal(await endOf(run), 'succeeded');
    const answered = events(run).find(({ type }) => type === 'gate-answered');
    equal(answered?.type === 'gate-answered' && answered.note, 'go');
    equal(await vscode.commands.executeCommand('baton.answerGate', run, { answer: 'approve' }), undefined);
  });

  test('runs again only what did not succeed, or from a step on', async () => {
    await write(
      'again.workflow.yaml',
      'steps:\n  one: { run: echo one }\n  two: { needs: one, run: test -e fixed }\n',
    );
    const first = await start('again.workflow.yaml');
    equal(await endOf(first), 'failed');
    await write('fixed', '');
    const second = await vscode.commands.executeCommand<string>('baton.rerunFailed', first);
    equal(await endOf(second), 'succeeded');
    deepEqual(startsIn(second), ['two']);
    const third = await vscode.commands.executeCommand<string>('baton.runFromStep', second, { step: 'one' });
    equal(await endOf(third), 'succeeded');
    deepEqual(startsIn(third), ['one', 'two']);
    await remove('again.workflow.yaml');
    await remove('fixed');
  });
});

function startsIn(run: string): readonly string[] {
  return events(run).flatMap((event) => (event.type === 'attempt-started' ? [event.step] : []));
}
