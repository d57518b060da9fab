import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import { analyze, blockers } from '../../src/language/analyze.ts';
import { checkDiagnostics, checkSteps, placeIn } from './diagnostics.ts';

suite('Steps', () => {
  test('are of exactly one kind', () => {
    checkSteps(
      'a: { needs: b }\nb: { run: x, gate: { when: "true" } }',
      `
       2:3-4 baton/kind: Step "a" does nothing: it needs one of run, script, agent, workflow, gate, loop.
       3:16-20 baton/kind: Step "b" has \`run\` and \`gate\`, but a step is exactly one of run, script, agent, workflow, gate, loop. Make 2 steps of it.
         3:8-11 \`run\` stands here`,
    );
  });

  test('have no keys but their own, and the fix is there where one thing can be meant', () => {
    const { diagnostics } = checkSteps(
      'a: { rum: x, need: b }\nb: { run: x, need: a, needs: [] }',
      `
       2:8-11 baton/unknown-key: Step "a" has no key "rum". Did you mean "run"?
         fix: Change to "run"
       2:16-20 baton/unknown-key: Step "a" has no key "need". Did you mean "needs"?
         fix: Change to "needs"
       3:16-20 baton/unknown-key: Step "b" has no key "need". There is script, language, agent, workflow, with, gate, loop, name, if, env, cwd, shell, ….`,
    );
    assert.deepEqual(diagnostics[0]?.fixes[0]?.edits, [{ range: { start: 14, end: 17 }, newText: 'run' }]);
  });

  test('are known by ids of one form', () => {
    checkSteps(
      '1a: { run: x }',
      '2:3-5 baton/step-id: "1a" cannot be a step id: it begins with a letter or _, and holds letters, digits, _ and -. Use `name` for what people see.',
    );
  });
});

suite('Needs', () => {
  test('name steps that exist', () => {
    checkSteps(
      'build: { run: x }\ntest: { needs: biuld, run: x }',
      `
       3:18-23 baton/unknown-step: Step "test" needs "biuld", which does not exist. Did you mean "build"?
         fix: Change to "build"`,
    );
  });

  test('may be one of two: then nothing is fixed', () => {
    checkSteps(
      'lint_a: { run: x }\nlint_b: { run: x }\nc: { needs: lint_c, run: x }',
      '4:15-21 baton/unknown-step: Step "c" needs "lint_c", which does not exist. Did you mean "lint_a" or "lint_b"?',
    );
  });

  test('draw no cycle: the loop is printed, and each hop is a place to go to', () => {
    const { cycles, runnable } = checkSteps(
      'a: { needs: c, run: x }\nb: { needs: [a], run: x }\nc:\n  run: echo ${{ steps.b.outputs.x }}',
      `
       2:15-16 baton/cycle: These steps wait for each other, so none of them can start: a → c → b → a. Take one of these needs away.
         2:15-16 "a" needs "c"
         5:19-36 "c" reads the result of "b"
         3:16-17 "b" needs "a"`,
    );
    assert.deepEqual(cycles, [['a', 'b', 'c']]);
    assert.equal(runnable, false);
  });

  test('of a gate that goes back are no cycle', () => {
    const { cycles } = checkSteps('a: { run: x }\nb: { needs: a, gate: { check: x, rewind_to: a } }', '');
    assert.deepEqual(cycles, []);
  });
});

suite('Expressions', () => {
  test('draw edges, one for each step that is read, unless `needs` has drawn it', () => {
    const { workflow } = checkSteps(
      [
        'a: { run: x }',
        'b: { run: x }',
        'c:',
        '  needs: a',
        '  if: steps.a.result == steps.b.result',
        '  env: { B: "${{ steps.b.stdout }}" }',
        '  run: x',
      ].join('\n'),
      '',
    );
    const needs = workflow.steps.map((step) => step.needs.map(({ step: id, kind }) => `${kind} ${id}`));
    assert.deepEqual(needs, [[], [], ['needs a', 'data b']]);
    assert.deepEqual(
      workflow.steps.map(({ keepStdout }) => keepStdout),
      [false, true, false],
    );
  });

  test('are pointed at exactly, in any style of writing', () => {
    checkSteps(
      'a:\n  run: |\n    echo one\n    echo "${{ inputs.x }}"\nb: { run: "a\\tb ${{ inputs.y }}" }\nc: { run: \'it\'\'s ${{ inputs.z }}\' }',
      `
       5:24-25 baton/unknown-value: There is no input "x". Declare it under \`inputs\`.
       6:30-31 baton/unknown-value: There is no input "y". Declare it under \`inputs\`.
       7:31-32 baton/unknown-value: There is no input "z". Declare it under \`inputs\`.`,
    );
  });

  test('stand in shell text only where the shell fills them in', () => {
    checkSteps(
      "a:\n  run: |\n    cat <<'E'\n    ${{ run.id }}\n    E",
      '5:7-20 baton/shell: The shell fills nothing into a here-document whose delimiter is quoted: take the quotes off the delimiter, or print the value with its own command.',
    );
  });

  test('never become text of another program', () => {
    checkSteps(
      'a: { language: python, script: "print(${{ run.id }})" }',
      '2:41-54 baton/shell: An expression cannot stand inside a python program: values never become program text. Give it to `env`, and read the variable in the program.',
    );
  });

  test('ask for the state of steps only in `if` and `until`', () => {
    checkSteps(
      'a: { if: failure(), run: "echo ${{ success() }}" }',
      '2:38-45 baton/expression: `success()` can only be asked in `if` and `until`: elsewhere it is not known which steps it is about.',
    );
  });
});

suite('Loops', () => {
  test('hide their steps from the outside, and show them what is around', () => {
    const { workflow } = checkSteps(
      [
        'before: { run: x }',
        'loop:',
        '  loop:',
        "    until: steps.in.result == 'succeeded'",
        '    steps: { in: { run: "echo ${{ steps.before.stdout }} ${{ loop.round }}" } }',
        'after: { run: "echo ${{ steps.in.stdout }} ${{ steps.loop.outputs.x }}" }',
      ].join('\n'),
      `
       7:33-35 baton/unknown-step: Step "in" stands inside of the loop "loop". From outside, read \`steps.loop.outputs\`: the outputs of its last round.`,
    );
    assert.deepEqual(
      workflow.steps.map(({ id, needs }) => `${id}: ${needs.map(({ step }) => step).join(' ')}`),
      ['before: ', 'loop: before', 'after: loop'],
    );
  });
});

suite('Defaults', () => {
  test('are laid under what steps say themselves', () => {
    const { workflow } = checkDiagnostics(
      [
        'env: { A: 1, B: 2 }',
        'defaults: { shell: sh, cwd: sub, timeout: 1m, retry: { max: 2, delay: 5s, on: { exit_codes: [7] } }, env: { B: 3 } }',
        'steps:',
        '  a: { run: x }',
        '  b: { run: x, shell: bash, cwd: other, timeout: 2s, retry: { max: 1, jitter: full } }',
        '',
      ].join('\n'),
      '',
    );
    const [a, b] = workflow.steps;
    assert.deepEqual({ ...workflow.env }, { A: '1', B: '3' });
    assert.deepEqual(
      [a, b].map((step) => [step?.kind === 'run' && step.with.shell, step?.cwd, step?.timeoutMs]),
      [
        ['sh', 'sub', 60_000],
        ['bash', 'other', 2000],
      ],
    );
    const shared = { delayMs: 5000, factor: 2, maxDelayMs: 300_000, exitCodes: [7], onTimeout: true };
    assert.deepEqual(a?.retry, { max: 2, jitter: 0, ...shared });
    assert.deepEqual(b?.retry, { max: 1, jitter: 'full', ...shared });
  });
});

suite('What keeps a workflow from running', () => {
  const codes = (text: string): string =>
    blockers(analyze(text))
      .map(({ code }) => code)
      .join(' ');

  test('are errors, and what cannot run yet', () => {
    assert.equal(codes('steps: { a: { agent: { prompt: x, command: [y] } } }'), 'baton/not-yet');
    assert.equal(codes('steps: { a: { run: x, cach: true } }'), 'baton/unknown-key');
    assert.equal(codes('steps: { a: { needs: b, run: x } }'), 'baton/unknown-step');
  });

  test('is no schedule, and no other warning', () => {
    assert.equal(codes('on: { schedule: { every: 1h } }\nsteps: { a: { run: x } }'), '');
    assert.equal(codes('steps: { a: { run: x }, b: { needs: [a, a], run: x } }'), '');
  });

  test('stays there when it is silenced, if the run relies on it; a matter of opinion does not', () => {
    const silenced = (code: string, line: string): string =>
      codes(`steps:\n  a:\n    run: x\n    # baton-ignore: ${code}\n    ${line}\n`);
    assert.equal(silenced('cycle', 'needs: a'), 'baton/cycle');
    assert.equal(
      codes('steps:\n  a:\n    # baton-ignore: not-yet\n    agent: { prompt: x, command: [y] }\n'),
      'baton/not-yet',
    );
    assert.equal(silenced('unknown-key', 'x-note: mine'), '');
    assert.equal(silenced('unknown-value', 'env: { A: "${{ inputs.a }}" }'), '');
  });
});

suite('Silencing', () => {
  /** Which lines still have an unknown key. */
  const lines = (comment: string): string => {
    const text = `steps:\n  a:\n    run: x\n    ${comment}\n    x: 1\n    y: 1\n`;
    const { diagnostics } = analyze(text);
    assert.ok(diagnostics.every(({ code }) => code === 'baton/unknown-key'));
    return diagnostics.map(({ range }) => placeIn(text)(range).split(':')[0]).join(' ');
  };

  test('takes away the named diagnostics of the next line, and no others', () => {
    assert.equal(lines('# nothing'), '5 6');
    assert.equal(lines('# baton-ignore: baton/unknown-key'), '6');
    assert.equal(lines('#baton-ignore:cycle, unknown-key'), '6');
    assert.equal(lines('# It is ours. baton-ignore: unknown-key'), '5 6');
    assert.equal(lines('# baton-ignore: cycle'), '5 6');
    assert.equal(lines('# baton-ignore:'), '5 6');
  });

  test('keeps what was taken away at hand', () => {
    const { silenced } = analyze('steps:\n  a:\n    run: x\n    # baton-ignore: unknown-key\n    x: 1\n');
    assert.deepEqual(
      silenced.map(({ code }) => code),
      ['baton/unknown-key'],
    );
  });
});
