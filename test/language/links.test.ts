import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { analyze } from '../../src/language/analyze.ts';
import { fileLinks } from '../../src/language/links.ts';
import { allFiles } from './corpus-files.ts';

/** `workflow ci/deploy.workflow.yaml: ../ci/deploy.workflow.yaml` for each link, where all of the given files exist. */
function links(text: string, { ref = '', files = [] as readonly string[] } = {}): readonly string[] {
  return fileLinks(analyze(text, { ref }), (path) => files.includes(path)).map(
    ({ kind, ref: to, range }) => `${kind} ${to}: ${text.slice(range.start, range.end)}`,
  );
}

suite('Links', () => {
  test('lead to workflows from the file, and to dotenv files from the project', () => {
    const text =
      'dotenv: [.env, "./more.env", "${{ inputs.x }}.env"]\nsteps:\n  a: { workflow: ../ci/deploy.workflow.yaml }\n';
    assert.deepEqual(links(text, { ref: 'jobs/all.workflow.yaml' }), [
      'dotenv .env: .env',
      'dotenv more.env: ./more.env',
      'workflow ci/deploy.workflow.yaml: ../ci/deploy.workflow.yaml',
    ]);
  });

  test('lead to files that a command line names, where there are such files', () => {
    const files = ['scripts/build.sh', 'tools/run', 'a.py', 'b.ts'];
    assert.deepEqual(
      links(
        `steps:
  a:
    run: |
      ./scripts/build.sh --fast && python "a.py" >out.txt
      node b.ts; ./tools/run; ./gone.sh; $HOME/a.py http://x/a.py
`,
        { files },
      ),
      [
        'script scripts/build.sh: ./scripts/build.sh',
        'script a.py: a.py',
        'script b.ts: b.ts',
        'script tools/run: ./tools/run',
      ],
    );
  });

  test('lead to files that stand in lists of arguments, and in gates and agents', () => {
    assert.deepEqual(
      links(
        'steps:\n  a: { run: [node, "scripts/x.js", x.js] }\n  g: { gate: { check: ./check.sh } }\n  c: { agent: { prompt: x.js, command: [./agent.py] } }\n',
        { files: ['scripts/x.js', 'check.sh', 'agent.py'] },
      ),
      ['script scripts/x.js: scripts/x.js', 'script check.sh: ./check.sh', 'script agent.py: ./agent.py'],
    );
  });

  test('begin in the folder that the step works in', () => {
    const files = ['web/build.sh', 'api/build.sh', 'build.sh'];
    assert.deepEqual(
      links(
        'defaults: { cwd: web }\nsteps:\n  a: { run: ./build.sh }\n  b: { cwd: api/, run: ../build.sh }\n  c: { cwd: "${{ inputs.x }}", run: ./build.sh }\n',
        { files },
      ),
      ['script web/build.sh: ./build.sh', 'script build.sh: ../build.sh'],
    );
  });

  test('never lead out of the project, and ask for no file where nobody knows', () => {
    assert.deepEqual(
      links('steps:\n  a: { run: ../x.sh /etc/x.conf }\n', { files: ['../x.sh', '/etc/x.conf'] }),
      [],
    );
    assert.deepEqual(fileLinks(analyze('steps:\n  a: { run: ./x.sh }\n')), []);
  });

  test('are found in any file without a word thrown, each where it says', () => {
    fc.assert(
      fc.property(fc.constantFrom(...allFiles()), (text) => {
        for (const { range, ref } of fileLinks(analyze(text), () => true)) {
          assert.ok(range.start < range.end && range.end <= text.length, text);
          assert.notEqual(ref, '', text);
        }
      }),
    );
  });
});
