import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import { baton, eventsIn, start, workspace } from './cli.ts';

const TOKEN = `tok'en "with\\ ev3ry$thing& é`;

const WORKFLOW = `
inputs: { token: { secret: true, required: true, description: What opens the door } }
steps:
  say:
    env: { TOKEN: "\${{ inputs.token }}" }
    language: node
    script: |
      const t = process.env.TOKEN;
      const fs = require('node:fs');
      process.stdout.write('plain ' + t + '\\n' + JSON.stringify({ t }) + '\\n' + encodeURIComponent(t) + '\\n');
      process.stdout.write(Buffer.from(t).toString('base64') + '\\n' + Buffer.from('x' + t).toString('base64') + '\\n');
      for (const byte of Buffer.from(t)) fs.writeSync(1, Buffer.from([byte]));
      fs.writeSync(2, t + '\\n');
      fs.appendFileSync(process.env.BATON_OUTPUT, 'out=' + t + '\\n');
  cmp: { needs: say, run: 'test \${{ inputs.token }} = "$WANT" && echo same', env: { WANT: "\${{ inputs.token }}" } }
  ask: { needs: cmp, gate: { approval: "Use \${{ inputs.token }}?" } }
  last: { needs: ask, run: 'echo "\${{ steps.say.outputs.out }}"; exit 7' }`;

/** Every form of the token that must never be found. */
const FORMS = [
  TOKEN,
  JSON.stringify(TOKEN).slice(1, -1),
  encodeURIComponent(TOKEN),
  Buffer.from(TOKEN).toString('base64').replace(/=+$/, ''),
  Buffer.from(`x${TOKEN}`).toString('base64').slice(4, 20),
];

function leaksIn(folder: string): readonly string[] {
  const files = fs.readdirSync(path.join(folder, '.baton'), { recursive: true, encoding: 'utf8' });
  return files.filter((name) => {
    const file = path.join(folder, '.baton', name);
    if (!fs.statSync(file).isFile()) return false;
    const text = fs.readFileSync(file, 'utf8');
    return FORMS.some((form) => text.includes(form));
  });
}

suite('A secret that is too short to be hidden', () => {
  test('is refused, and nothing runs', async () => {
    const { folder, dispose } = workspace({
      'a.workflow.yaml': 'inputs: { pin: { secret: true } }\nsteps: { a: { run: echo hi } }',
    });
    const short = await baton(folder, 'run', 'a', '--input', 'pin=42');
    assert.equal(short.code, 2);
    assert.match(short.err, /"pin" is secret, but so short that it cannot be hidden/);
    dispose();
  });
});

suite('A secret', () => {
  test('is at no place where Baton writes, in no form, and reaches its steps as it is', async () => {
    const { folder, dispose } = workspace({ 's.workflow.yaml': WORKFLOW });
    const first = await baton(folder, 'run', 's', '--json', '--input', `token=${TOKEN}`);
    assert.equal(first.code, 3, first.err);
    assert.deepEqual(leaksIn(folder), []);
    for (const form of FORMS) assert.ok(!first.out.includes(form) && !first.err.includes(form));
    const run = eventsIn(first.out)[0]?.run ?? '';
    assert.match((await baton(folder, 'logs', run, 'cmp')).out, /same/);
    assert.match((await baton(folder, 'show', run)).out, /Use \*\*\*\?/);

    const refused = await baton(folder, 'answer', run, 'ask', 'approve');
    assert.equal(refused.code, 2);
    assert.match(refused.err, /Input "token" is secret, so it was not kept.*BATON_SECRET_TOKEN/);

    process.env['BATON_SECRET_TOKEN'] = TOKEN;
    try {
      const resumed = start(folder, 'resume', run);
      assert.equal((await resumed.ended).code, 1);
      assert.match((await baton(folder, 'logs', run, 'last')).out, /\*\*\*/);
      assert.deepEqual(leaksIn(folder), []);
      assert.equal((await baton(folder, 'run', 's')).code, 3);
    } finally {
      delete process.env['BATON_SECRET_TOKEN'];
    }
    dispose();
  });

  test('that is missing is asked for by name, with the ways to give it', async () => {
    const { folder, dispose } = workspace({ 's.workflow.yaml': WORKFLOW });
    const { code, err } = await baton(folder, 'run', 's');
    assert.equal(code, 2);
    assert.match(err, /Input "token" needs a value/);
    dispose();
  });

  test('is not among the variables that steps inherit, unless the file gives it to them', async () => {
    const { folder, dispose } = workspace({
      's.workflow.yaml': 'inputs: { t: { secret: true } }\nsteps: { a: { run: "env > seen" } }',
    });
    process.env['BATON_SECRET_T'] = 'hidden-value';
    try {
      assert.equal((await baton(folder, 'run', 's')).code, 0);
    } finally {
      delete process.env['BATON_SECRET_T'];
    }
    assert.ok(!fs.readFileSync(path.join(folder, 'seen'), 'utf8').includes('hidden-value'));
    dispose();
  });

  test('is kept from other people’s eyes: the folder of a run is its owner’s alone', async () => {
    const { folder, dispose } = workspace({ 's.workflow.yaml': 'steps: { a: { run: "true" } }' });
    assert.equal((await baton(folder, 'run', 's')).code, 0);
    const [run = ''] = fs.readdirSync(path.join(folder, '.baton/runs'));
    if (process.platform !== 'win32') {
      assert.equal(fs.statSync(path.join(folder, '.baton/runs', run)).mode & 0o77, 0);
    }
    dispose();
  });
});
