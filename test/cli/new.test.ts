import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import { analyze } from '../../src/language/analyze.ts';
import { fromTemplate, slug, TEMPLATES } from '../../src/project/templates.ts';
import { baton, eventsIn, ROOT, workspace } from './cli.ts';

/** What each pattern promises, as the steps that succeed in a run of it, once for each attempt. */
const RUNS: Readonly<Record<string, readonly string[]>> = {
  start: ['prepare', 'greet', 'check', 'finish'],
  pipeline: ['build', 'test', 'publish'],
  'fan-out': [
    'each',
    'combinations',
    'each{0}',
    'each{1}',
    'each{2}',
    'combinations{linux,20}',
    'combinations{linux,22}',
    'combinations{macos,20}',
    'combinations{macos,22}',
    'combinations{windows,22}',
  ],
  'fan-in': ['lint', 'parts', 'parts{0}', 'parts{1}', 'parts{2}', 'report'],
  gate: ['draft', 'draft', 'draft', 'quality', 'publish', 'tidy'],
  approval: ['build'],
  node: ['install', 'lint', 'types', 'test', 'build'],
  release: ['clean', 'free', 'changes'],
  backup: ['pack', 'verify', 'tidy'],
  'agent-review': ['change', 'review'],
  tdd: ['tdd', 'tdd[1].write', 'tdd[2].write', 'tdd[2].test', 'ship'],
};

/** They end at a question. */
const ASKS = new Set<string>(['approval', 'release', 'agent-review']);

const ofGit = new Set<string>(['release', 'agent-review']);
const hasGit = spawnSync('git', ['--version']).status === 0;

/** What a folder of that kind has anyway. */
function prepare(id: string, folder: string): void {
  const write = (name: string, value: object) =>
    fs.writeFileSync(path.join(folder, name), JSON.stringify(value));
  if (id === 'node') {
    write('package.json', { name: 'x', version: '1.0.0', scripts: { test: 'node -e 0' } });
    write('package-lock.json', {
      name: 'x',
      version: '1.0.0',
      lockfileVersion: 3,
      packages: { '': { name: 'x' } },
    });
  }
  if (ofGit.has(id) && hasGit) {
    const git = (...words: string[]) =>
      execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@x', ...words], { cwd: folder });
    git('init', '-q');
    git('commit', '-q', '--allow-empty', '-m', 'Begin');
  }
}

function hasPython(): boolean {
  return spawnSync('python3', ['-c', 'import venv, ensurepip']).status === 0;
}

suite('A new workflow', function () {
  let folder = '';
  let dispose = () => undefined as void;
  setup(() => ({ folder, dispose } = workspace({})));
  teardown(() => dispose());

  for (const { id } of TEMPLATES) {
    test(`of the pattern "${id}" has no findings, and runs as it stands`, async () => {
      const made = await baton(folder, 'new', id, '--name', 'Try & see');
      assert.equal(made.code, 0, made.err);
      assert.match(made.out, /^Wrote \.workflows\/try-see\.yaml\n/);
      const text = fs.readFileSync(path.join(folder, '.workflows/try-see.yaml'), 'utf8');
      assert.deepEqual(analyze(text, { ref: 'x.workflow.yaml' }).diagnostics, []);
      prepare(id, folder);
      if (id === 'python' && !hasPython()) return;
      if (ofGit.has(id) && !hasGit) return;
      const run = await baton(folder, 'run', 'try-see', '--json');
      assert.equal(run.code, ASKS.has(id) ? 3 : 0, run.out + run.err);
      const succeeded = eventsIn(run.out).flatMap((event) =>
        event.type === 'attempt-ended' && event.outcome.ok ? [event.step] : [],
      );
      if (id !== 'python') assert.deepEqual(succeeded.toSorted(), RUNS[id]?.toSorted());
    });
  }

  test('that waits for a person goes on when it is answered', async () => {
    await baton(folder, 'new', 'approval');
    const { out } = await baton(folder, 'run', 'approval', '--json');
    const answered = await baton(folder, 'answer', eventsIn(out)[0]?.run ?? '', 'sign_off', 'approve');
    assert.equal(answered.code, 0, answered.err);
    const shown = await baton(folder, 'logs', '--follow', eventsIn(out)[0]?.run ?? '');
    assert.match(shown.out, /published, as .* said/);
  });

  test('never takes the place of another one, and a wrong word is told with the right one', async () => {
    await baton(folder, 'new', 'gate');
    const again = await baton(folder, 'new', 'gate');
    assert.equal(again.code, 2);
    assert.equal(
      again.err,
      'baton: There is a file .workflows/gate.yaml already. Give the new one another name with --name.\n',
    );
    const wrong = await baton(folder, 'new', 'pipline');
    assert.deepEqual(
      [wrong.code, wrong.err],
      [2, 'baton: There is no pattern "pipline". Did you mean "pipeline"?\n'],
    );
    const nameless = await baton(folder, 'new', 'gate', '--name', '…');
    assert.deepEqual(
      [nameless.code, nameless.err],
      [2, 'baton: A name needs at least one letter or digit.\n'],
    );
  });

  test('can be chosen from a list', async () => {
    const { code, out } = await baton(folder, 'new');
    assert.equal(code, 0);
    for (const { id, detail } of TEMPLATES) assert.match(out, new RegExp(`^${id} +${detail}$`, 'm'));
  });
});

suite('Each pattern of the seed', () => {
  const examples = ['pipeline', 'fan-out', 'for-each', 'gate', 'approval', 'tdd'];
  for (const name of examples) {
    test(`is an example, too: ${name}`, () => {
      assert.ok(fs.existsSync(path.join(ROOT, 'examples', `${name}.workflow.yaml`)));
    });
  }
});

test('The name of a new workflow is written so that YAML reads it back', () => {
  const [template] = TEMPLATES;
  assert.ok(template !== undefined);
  for (const name of ['Build and test', 'no', '1.0', 'a: b', '"', '# x', 'Übung', 'true']) {
    const { workflow, diagnostics } = analyze(fromTemplate(template, name), { ref: 'x.workflow.yaml' });
    assert.deepEqual(diagnostics, [], name);
    assert.equal(workflow.name, name);
  }
  assert.equal(slug('Build & test!'), 'build-test');
});
