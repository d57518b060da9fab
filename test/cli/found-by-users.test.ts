import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import { eventually } from '../eventually.ts';
import { baton, eventsIn, ROOT, start, workspace } from './cli.ts';
import { spawnSync } from 'node:child_process';

const SECRET = 'correct horse/battery?staple(9)! and so much more of it that base64 breaks its lines';

function shell(folder: string, command: string): { readonly code: number | null; readonly err: string } {
  const main = path.join(ROOT, 'src/cli/main.ts');
  const text = `"${process.execPath}" "${main}" ${command}`;
  const env = { ...process.env, NODE_NO_WARNINGS: '1' };
  const { status, stderr } = spawnSync('sh', ['-c', text], { cwd: folder, env, encoding: 'utf8' });
  return { code: status, err: stderr };
}

suite('What people found who tried it', function () {
  let folder = '';
  let dispose = () => undefined as void;
  setup(() => ({ folder, dispose } = workspace({})));
  teardown(() => dispose());

  function file(name: string, text: string): void {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }

  async function statusOf(run: string): Promise<string | undefined> {
    const runs = JSON.parse((await baton(folder, 'runs', '--json')).out) as { run: string; status: string }[];
    return runs.find((each) => each.run === run)?.status;
  }

  test('a secret can be no item, no name, and no open input of a child', async () => {
    file(
      's.workflow.yaml',
      `inputs: { token: { secret: true } }
limits: { on_failure: continue }
steps:
  each: { for_each: ["\${{ inputs.token }}", b], run: "echo \${{ item }}" }
  grid: { matrix: { t: ["\${{ inputs.token }}"] }, run: "echo \${{ matrix.t }}" }
  json: { if: "fromJSON(inputs.token)", run: echo }
  child: { workflow: ./c.workflow.yaml, with: { tok: "\${{ inputs.token }}" } }
  safe: { workflow: ./d.workflow.yaml, with: { tok: "\${{ inputs.token }}" } }
`,
    );
    file('c.workflow.yaml', 'inputs: { tok: {} }\nsteps: { a: { run: "echo ${{ inputs.tok }}" } }\n');
    file(
      'd.workflow.yaml',
      'inputs: { tok: { secret: true } }\nsteps: { a: { run: "true # ${{ inputs.tok }}" } }\n',
    );
    const { code, out, err } = await baton(folder, 'run', 's', '--input', `token=${SECRET}`);
    assert.equal(code, 1);
    assert.match(out, /each .*An item holds the secret input "token"/);
    assert.match(out, /grid .*An item holds the secret input "token"/);
    assert.match(out, /child .*its input "tok" is given a secret, but not declared/);
    assert.match(out, /✓ safe/);
    assert.doesNotMatch(out + err, /correct|battery/);
    for (const name of fs.readdirSync(path.join(folder, '.baton'), { recursive: true, encoding: 'utf8' })) {
      assert.doesNotMatch(name, /battery/);
      const full = path.join(folder, '.baton', name);
      if (fs.statSync(full).isFile()) assert.doesNotMatch(fs.readFileSync(full, 'latin1'), /battery/, name);
    }
  });

  test('a run in the background waits for people as long as it takes, and can be stopped', async () => {
    file(
      'a.workflow.yaml',
      'steps: { q: { gate: { approval: "ok?" } }, r: { needs: q, gate: { approval: "sure?" } } }\n',
    );
    const run = (await baton(folder, 'run', 'a', '--detach')).out.trim();
    await eventually(async () => (await statusOf(run)) === 'waiting');
    assert.equal((await baton(folder, 'answer', run, 'q', 'approve')).code, 0);
    await eventually(async () => /sure\?/.test((await baton(folder, 'show', run)).out));
    assert.equal(await statusOf(run), 'waiting');
    assert.equal((await baton(folder, 'stop', run)).code, 0);
    assert.equal(await statusOf(run), 'cancelled');
  }).timeout(60_000);

  test('a run goes on behind the gate of a child that was answered', async () => {
    file(
      'p.workflow.yaml',
      'steps: { c: { workflow: a.workflow.yaml }, d: { needs: c, run: echo after } }\n',
    );
    file('a.workflow.yaml', 'steps: { q: { gate: { approval: "child ok?" } } }\n');
    const run = (await baton(folder, 'run', 'p', '--detach')).out.trim();
    await eventually(async () => /child ok\?/.test((await baton(folder, 'logs', run, 'c')).out));
    assert.equal((await baton(folder, 'answer', `${run}-c1`, 'q', 'approve')).code, 0);
    await eventually(async () => (await statusOf(run)) === 'succeeded');
  }).timeout(60_000);

  test('the time to answer runs on when nobody watches', async () => {
    file(
      't.workflow.yaml',
      'steps: { g: { gate: { approval: "a?", timeout: 1s, on_timeout: approve } }, z: { needs: g, run: echo z } }\n',
    );
    const { code, out } = await baton(folder, 'run', 't', '--json');
    assert.equal(code, 3);
    const run = eventsIn(out)[0]?.run ?? '';
    await eventually(async () => (await statusOf(run)) === 'succeeded');
  }).timeout(60_000);

  test('a path means the folder that somebody stands in', async () => {
    file('x.workflow.yaml', 'steps: { a: { run: echo at the root } }\n');
    file('sub/x.workflow.yaml', 'steps: { a: { run: echo in the folder } }\n');
    fs.mkdirSync(path.join(folder, '.baton'));
    const sub = path.join(folder, 'sub');
    for (const [word, expected] of [
      ['./x.workflow.yaml', /in the folder/],
      ['x', /in the folder/],
      ['../x.workflow.yaml', /at the root/],
      ['../x', /at the root/],
    ] as const) {
      assert.match((await baton(sub, 'run', word)).out, expected, word);
    }
    assert.equal((await baton(sub, 'run', './gone/x.workflow.yaml')).code, 2);
  });

  test('what is taken over keeps the inputs that it was made with', async () => {
    file(
      'h.workflow.yaml',
      `inputs: { who: { default: world } }
steps:
  a: { run: 'echo "w=\${{ inputs.who }}" >> "$BATON_OUTPUT"' }
  b: { needs: a, run: 'echo built for \${{ steps.a.outputs.w }}, asked for \${{ inputs.who }}' }
`,
    );
    await baton(folder, 'run', 'h', '--input', 'who=staging');
    const again = await baton(folder, 'run', 'h', '--from', 'b');
    assert.match(again.out, /built for staging, asked for staging/);
    const other = await baton(folder, 'run', 'h', '--from', 'b', '--input', 'who=production');
    assert.match(other.err, /was made with who=staging, not who=production\./);
  });

  test('a fan-out of nothing publishes lists of nothing', async () => {
    file(
      'f.workflow.yaml',
      `inputs: { list: { default: '[]' } }
steps:
  par: { for_each: "\${{ fromJSON(inputs.list) }}", run: 'echo "v=$ITEM" >> "$BATON_OUTPUT"' }
  sum: { needs: par, run: 'echo "got \${{ toJSON(steps.par.outputs.v) }} \${{ toJSON(steps.par.items) }}"' }
`,
    );
    const { code, out } = await baton(folder, 'run', 'f');
    assert.equal(code, 0, out);
    assert.match(out, /got \[\] \[\]/);
  });

  test('one dead link keeps no other file from being checked', async () => {
    file('bad.workflow.yaml', 'steps: { a: { run: x, needs: b } }\n');
    fs.symlinkSync('/nonexistent', path.join(folder, 'z.workflow.yaml'));
    const { code, out, err } = await baton(folder, 'lint');
    assert.equal(code, 2);
    assert.match(err, /"z\.workflow\.yaml" cannot be read/);
    assert.match(out, /needs "b"/);
  });

  test('help that cannot be written is told in a line', function () {
    if (process.platform !== 'linux') this.skip();
    const { code, err } = shell(folder, 'run --help > /dev/full');
    assert.match(err, /^baton: The output cannot be written: [^\n]*ENOSPC[^\n]*\n$/);
    assert.notEqual(code, 0);
  });

  test('the log of a fan-out is what its items printed, and a plan shows no secret', async () => {
    file(
      'l.workflow.yaml',
      `inputs: { token: { secret: true } }
concurrency: { group: "g-\${{ inputs.token }}" }
steps:
  par: { for_each: [1, 2], run: 'echo item \${{ item }}' }
`,
    );
    const plan = await baton(folder, 'plan', 'l', '--input', `token=${SECRET}`, '--json');
    assert.equal(plan.code, 0, plan.err);
    assert.doesNotMatch(plan.out, /battery/);
    const { out } = await baton(folder, 'run', 'l', '--json', '--input', 'token=abcdef');
    const shown = await baton(folder, 'logs', eventsIn(out)[0]?.run ?? '', 'par');
    assert.match(shown.out, /── par\{0\}\nitem 1\n── par\{1\}\nitem 2\n/);
    const none = await baton(folder, 'runs', '--workflow', 'nope');
    assert.equal(none.out, 'No run is like that; `baton runs` shows all.\n');
    assert.equal((await baton(folder, 'runs', '--status', 'wat')).code, 2);
    const wrong = await baton(folder, 'run', 'l', '--env', 'A B=c', '--input', 'token=abcdef');
    assert.match(wrong.err, /"A B" cannot be the name of a variable/);
  });

  test('a resume at once waits for what the dead runner left, and fails nothing by it', async function () {
    if (process.platform !== 'linux') this.skip();
    file(
      'r.workflow.yaml',
      `steps: { a: { run: 'trap "" TERM; for i in 1 2 3 4 5 6 7 8; do echo $BATON_ATTEMPT >> log; sleep 0.2; done' } }\n`,
    );
    const running = start(folder, 'run', 'r', '--json');
    const log = () =>
      fs.existsSync(path.join(folder, 'log')) ? fs.readFileSync(path.join(folder, 'log'), 'utf8') : '';
    await eventually(() => log().includes('1') && running.out().includes('attempt-started'));
    const run = eventsIn(running.out())[0]?.run ?? '';
    running.child.kill('SIGKILL');
    await running.ended;
    const resumed = await baton(folder, 'resume', run);
    assert.equal(resumed.code, 0, resumed.out + resumed.err);
    assert.match(log(), /^(1\n)+(2\n){8}$/);
  }).timeout(60_000);

  test('large values of children stay apart, and those of their lists are whole', async () => {
    file(
      'p.workflow.yaml',
      `steps:
  gen: { language: node, script: "require('fs').appendFileSync(process.env.BATON_OUTPUT, 'x=' + 'A'.repeat(200000))" }
  kids: { needs: gen, for_each: [P, Q], workflow: ./c.workflow.yaml, with: { c: "\${{ item }}" } }
  sum:
    run: |
      head -c 3 \${{ file(steps.gen.outputs.x) }}
      head -c 3 \${{ file(steps.kids.outputs.x[0]) }}
      head -c 3 \${{ file(steps.kids.outputs.x[1]) }}
      wc -c < \${{ file(steps.kids.outputs.y[0]) }}
`,
    );
    file(
      'c.workflow.yaml',
      `inputs: { c: {} }
steps:
  gen: { language: node, env: { C: "\${{ inputs.c }}" }, script: "require('fs').appendFileSync(process.env.BATON_OUTPUT, 'x=' + process.env.C.repeat(200000))" }
  list: { for_each: [1, 2], language: node, script: "require('fs').appendFileSync(process.env.BATON_OUTPUT, 'y=' + 'y'.repeat(200000))" }
`,
    );
    const { code, out, err } = await baton(folder, 'run', 'p');
    assert.equal(code, 0, out.slice(-2000) + err);
    assert.match(out, /AAAPPPQQQ4000\d\d/);
  }).timeout(60_000);

  test('equal combinations of a matrix have names of their own, and exit codes of signals can be forgiven', async () => {
    file(
      'm.workflow.yaml',
      `steps:
  m: { matrix: { v: [a, 'a#2', a] }, run: 'echo \${{ matrix.v }}' }
  k: { run: 'kill -KILL $$', continue_on_error: { exit_codes: [137] } }
`,
    );
    const { code, out } = await baton(folder, 'run', 'm');
    assert.equal(code, 0, out);
    assert.match(out, /✓ m .*3 items/);
    assert.equal((await baton(folder, 'run', 'm', '--env', 'BATON_X=1')).code, 2);
  });

  test('an answer after its time is none', async () => {
    file(
      'late.workflow.yaml',
      'steps: { g: { gate: { approval: "a?", timeout: 1s, on_timeout: reject } }, z: { needs: g, run: echo z } }\n',
    );
    const { out } = await baton(folder, 'run', 'late', '--json');
    const run = eventsIn(out)[0]?.run ?? '';
    await eventually(async () => (await statusOf(run)) === 'failed');
    assert.equal((await baton(folder, 'answer', run, 'g', 'approve')).code, 2);
  }).timeout(60_000);

  test('what stands in the way of runs is named, and what to do about it', async () => {
    for (const [what, put] of [
      ['a file', (root: string) => fs.writeFileSync(root, '')],
      ['a link that leads to no folder', (root: string) => fs.symlinkSync('nowhere', root)],
    ] as const) {
      const { folder, dispose } = workspace({ 'a.workflow.yaml': 'steps: { a: { run: "true" } }' });
      put(path.join(folder, '.baton'));
      const { code, err } = await baton(folder, 'run', 'a');
      assert.equal(code, 1);
      assert.match(err, new RegExp(`\\.baton is ${what}, and runs are kept in a folder of that name`));
      assert.doesNotMatch(err, /E[A-Z]{4,}/);
      dispose();
    }
  });

  test('the workflow may stand behind the steps of --only, and has to stand somewhere', async () => {
    const { folder, dispose } = workspace({
      'a.workflow.yaml':
        'steps: { a: { run: echo a >> marks }, b: { run: echo b >> marks }, c: { run: "true" } }',
    });
    assert.equal((await baton(folder, 'run', '--only', 'a', 'b', 'a')).code, 0);
    assert.deepEqual(fs.readFileSync(path.join(folder, 'marks'), 'utf8').split('\n').toSorted(), [
      '',
      'a',
      'b',
    ]);
    const missing = await baton(folder, 'run');
    assert.equal(missing.code, 2);
    assert.match(missing.err, /Name the workflow/);
    dispose();
  });

  test('a run whose file is gone says so, and tables stay tables whatever files are called', async () => {
    const { folder, dispose } = workspace({
      'a.workflow.yaml': 'steps: { a: { run: "true" } }',
      'b\nc.workflow.yaml': 'steps: { a: { run: "true" } }',
    });
    assert.equal((await baton(folder, 'run', 'a')).code, 0);
    const list = await baton(folder, 'list');
    assert.equal(list.out.trimEnd().split('\n').length, 2, list.out);
    assert.match(list.out, / 1 step /);
    fs.rmSync(path.join(folder, 'a.workflow.yaml'));
    const run = /\d{8}-[\w-]+/.exec((await baton(folder, 'runs')).out)?.[0] ?? '';
    const gone = await baton(folder, 'rerun', run);
    assert.equal(gone.code, 2);
    assert.match(gone.err, /Run .* was of "a.workflow.yaml"/);
    dispose();
  });

  test('a stop sends its signal once', async function () {
    if (process.platform !== 'linux') this.skip();
    const script =
      "let n = 0; process.on('SIGTERM', () => { n++; setTimeout(() => { console.log('heard', n); process.exit(0); }, 300); }); console.log('ready'); setInterval(() => {}, 1000);";
    file('s.workflow.yaml', `steps: { s: { language: node, script: ${JSON.stringify(script)} } }\n`);
    const running = start(folder, 'run', 's');
    await eventually(() => running.out().includes('ready'));
    running.child.kill('SIGTERM');
    await running.ended;
    assert.match(running.out(), /heard 1\n/);
  });
});
