import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import { workspace } from '../cli/cli.ts';
import { eventually } from '../eventually.ts';
import { built, endOf, eventsOf, runIds, startBuilt } from './built.ts';

/** What every object in this language answers to, and a key that changes an object instead of standing in it. */
const NAMES = [
  'toString',
  'hasOwnProperty',
  'valueOf',
  'isPrototypeOf',
  '__defineGetter__',
  '__lookupSetter__',
];
/** Refused as keys of a file (rule F1); as names of outputs and variables they may come from programs and people. */
const REFUSED = ['__proto__', 'constructor', 'prototype'];
const ALL = [...NAMES, ...REFUSED];

/** Every name as a step, an input, a variable; every step publishes all of them; the last one reads all. */
const WORKFLOW = {
  inputs: Object.fromEntries(NAMES.map((name) => [name, { type: 'string', default: `input ${name}` }])),
  env: Object.fromEntries(NAMES.map((name) => [name, `env ${name}`])),
  steps: {
    ...Object.fromEntries(
      NAMES.map((name) => [
        name,
        { run: ALL.map((output) => `echo "${output}=${name} ${output}" >> "$BATON_OUTPUT"`).join('\n') },
      ]),
    ),
    wait: { needs: NAMES, run: '[ -e again ] || { touch again; sleep 600; }' },
    read: {
      needs: 'wait',
      run: NAMES.flatMap((name) => [
        `echo "\${{ inputs.${name} }} \${{ env.${name} }} $(printenv ${name})"`,
        ...ALL.map((output) => `echo "\${{ steps.${name}.outputs.${output} }}"`),
        `echo "\${{ steps['${name}'].outputs['constructor'] }} \${{ steps.${name}.result }}"`,
      ]).join('\n'),
    },
  },
};
const EXPECTED = NAMES.flatMap((name) => [
  `input ${name} env ${name} env ${name}`,
  ...ALL.map((output) => `${name} ${output}`),
  `${name} constructor succeeded`,
]);

suite('Names that objects of this language have already', () => {
  let folder = '';
  let dispose = () => undefined as void;
  setup(() => ({ folder, dispose } = workspace({ 'names.workflow.yaml': JSON.stringify(WORKFLOW) })));
  teardown(() => dispose());

  const write = (name: string, workflow: object) =>
    fs.writeFileSync(path.join(folder, `${name}.workflow.yaml`), JSON.stringify(workflow));
  const lastRun = () => runIds(folder).at(-1) ?? '';

  test('are names like any other: of steps, inputs, variables and outputs, also after a resume and a rerun', async () => {
    const runner = startBuilt({ folder, args: ['run', 'names'] });
    await eventually(() => fs.existsSync(path.join(folder, 'again')));
    runner.child.kill('SIGKILL');
    await runner.ended;
    const run = lastRun();
    assert.deepEqual((await built(folder, 'resume', run)).code, 0);
    assert.equal(endOf(eventsOf(folder, run)), 'succeeded');
    const check = async (of: string) =>
      assert.deepEqual((await built(folder, 'logs', of, 'read')).out.trimEnd().split('\n'), EXPECTED);
    await check(run);
    assert.equal((await built(folder, 'rerun', run)).code, 0);
    await check(lastRun());

    const shown = JSON.parse((await built(folder, 'show', run, '--json')).out) as {
      steps: { id: string; outputs: Record<string, string> }[];
    };
    assert.deepEqual(
      shown.steps.map(({ id }) => id),
      [...NAMES, 'wait', 'read'],
    );
    for (const { id, outputs } of shown.steps.slice(0, NAMES.length))
      assert.deepEqual(
        Object.entries(outputs),
        ALL.map((name) => [name, `${id} ${name}`]),
      );
  });

  test('are refused as keys of a file where they would be a trap', async () => {
    for (const name of REFUSED) {
      for (const text of [
        `{"steps": {"${name}": {"run": "x"}}}`,
        `{"inputs": {"${name}": {"type": "string"}}, "steps": {"a": {"run": "x"}}}`,
        `{"env": {"${name}": "x"}, "steps": {"a": {"run": "x"}}}`,
        `{"steps": {"a": {"run": "x", "${name}": {"x": 1}}}}`,
      ]) {
        fs.writeFileSync(path.join(folder, 'trap.workflow.yaml'), text);
        const { code, out } = await built(folder, 'lint', 'trap.workflow.yaml');
        assert.equal(code, 2);
        assert.match(out, /baton\/refused-key/);
      }
    }
  });

  test('are missing where nobody gave them, and never what an object brings along', async () => {
    write('missing', {
      steps: {
        a: { run: 'echo "x=1" >> "$BATON_OUTPUT"' },
        ...Object.fromEntries(
          ALL.map((name, i) => [
            `m${i}`,
            { if: 'always()', run: `echo "\${{ steps.a.outputs['${name}'] }}"` },
          ]),
        ),
        ...Object.fromEntries(ALL.map((name, i) => [`e${i}`, { run: `echo "\${{ env.${name} }}"` }])),
        json: { env: { J: "${{ fromJSON('{}').toString }}" }, run: 'echo "$J"' },
      },
    });
    assert.equal((await built(folder, 'run', 'missing')).code, 1);
    const ended = eventsOf(folder, lastRun()).flatMap((event) =>
      event.type === 'attempt-ended' && event.step !== 'a' ? [event.outcome] : [],
    );
    assert.equal(ended.length, 2 * ALL.length + 1);
    for (const outcome of ended)
      assert.match(
        outcome.ok || !('message' in outcome.failure) ? '' : outcome.failure.message,
        /has no value/,
      );
    for (const expression of ['inputs.toString', 'steps.toString.result', 'run.valueOf']) {
      write('unknown', { steps: { a: { run: `echo \${{ ${expression} }}` } } });
      assert.equal((await built(folder, 'lint', 'unknown.workflow.yaml')).code, 2, expression);
    }
  });

  test('given on the command line are told apart from what there is', async () => {
    for (const name of ALL) {
      const { code, err } = await built(folder, 'run', 'names', '--input', `${name}x=1`);
      assert.equal(code, 2);
      assert.match(err, /has no input/);
    }
    for (const args of [
      ['show', '__proto__'],
      ['logs', 'constructor'],
      ['runs', '--status', 'toString'],
      ['run', 'constructor'],
      ['graph', 'toString'],
    ]) {
      const { code, out, err } = await built(folder, ...args);
      assert.equal(code, 2);
      assert.doesNotMatch(out + err, /\n +at |native code|\[object/);
    }
  });

  test('are variables like any other when they are given with --env', async () => {
    write('printed', { steps: { a: { run: `for name in ${NAMES.join(' ')}; do printenv "$name"; done` } } });
    const given = NAMES.flatMap((name) => ['--env', `${name}=given ${name}`]);
    assert.equal((await built(folder, 'run', 'printed', ...given)).code, 0);
    const { out } = await built(folder, 'logs', lastRun(), 'a');
    assert.deepEqual(
      out.trimEnd().split('\n'),
      NAMES.map((name) => `given ${name}`),
    );
  });

  test('are variables like any other in a dotenv file, and so is the one that changes objects', async () => {
    const all = [...NAMES, '__proto__', 'constructor'];
    fs.writeFileSync(path.join(folder, '.env'), all.map((name) => `${name}=from file ${name}\n`).join(''));
    write('printed', {
      dotenv: ['.env'],
      steps: { a: { run: `for name in ${all.join(' ')}; do printenv "$name"; done` } },
    });
    assert.equal((await built(folder, 'run', 'printed')).code, 0);
    const { out } = await built(folder, 'logs', lastRun(), 'a');
    assert.deepEqual(
      out.trimEnd().split('\n'),
      all.map((name) => `from file ${name}`),
    );
    write('given', { steps: { a: { run: 'printenv __proto__' } } });
    assert.equal((await built(folder, 'run', 'given', '--env', '__proto__=x')).code, 0);
  });
}).timeout(30_000);
