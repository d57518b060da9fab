import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { suite, test } from 'mocha';
import { startRun } from '../../src/project/own-runs.ts';
import { openProject } from '../../src/project/project.ts';

/** What one would write to run a command, or to have a value read in another way. */
const HOSTILE = [
  '',
  'plain',
  '$(touch canary) `touch canary` ; touch canary & touch canary |',
  `'; touch canary; '"; touch canary; "`,
  'a[$(touch canary)]',
  '-rf',
  '--',
  '%PATH% !PATH! $PATH $env:PATH ${PATH}',
  '* ? ~ =ls {a,b} [a-z] (e:touch canary:)',
  'line 1\nEOF\n\'@\n"@\ntouch canary\n\nlast\n',
  '  spaces\tand tabs  ',
  'back\\slash \\n \\',
  'ünïcödé 你好 🎉 “x” ‘y’',
];

/** A text that writes the value into one file for each way it may stand. */
const POSIX = `
printf '%s' \${{ inputs.v }} > bare
printf '%s' "\${{ inputs.v }}" > double
printf '%s' '\${{ inputs.v }}' > single
x=\${{ inputs.v }}
printf '%s' "$x" > assigned
printf '%s' "\${none:-\${{ inputs.v }}}" > default
cat <<EOF > document
\${{ inputs.v }}
EOF
case \${{ inputs.v }} in \${{ inputs.v }}) printf '%s' \${{ inputs.v }} > case ;; esac
`;
const BASH = `${POSIX}
if [[ \${{ inputs.v }} == \${{ inputs.v }} ]]; then printf '%s' $'\${{ inputs.v }}' > test; fi
`;
const PWSH = `
function keep($name, $value) { [System.IO.File]::WriteAllText((Join-Path (Get-Location) $name), $value) }
keep bare \${{ inputs.v }}
keep double "\${{ inputs.v }}"
keep single '\${{ inputs.v }}'
$x = \${{ inputs.v }}
keep assigned $x
$y = @'
\${{ inputs.v }}
'@
keep document ($y + "\`n")
if (\${{ inputs.v }} -ceq '\${{ inputs.v }}') { keep test "$(Write-Output \${{ inputs.v }})" }
`;

interface Kind {
  readonly shell: string;
  readonly text: string;
  /** Writes the variable X into the file env. */
  readonly keepX: string;
}

const KINDS: readonly Kind[] = [
  { shell: 'bash', text: BASH, keepX: `printf '%s' "$X" > env` },
  { shell: 'sh', text: POSIX, keepX: `printf '%s' "$X" > env` },
  { shell: 'zsh', text: BASH, keepX: `printf '%s' "$X" > env` },
  {
    shell: 'pwsh',
    text: PWSH,
    keepX: '[System.IO.File]::WriteAllText((Join-Path (Get-Location) env), $env:X)',
  },
];

const FOLDERS = ['run', 'script', 'env', 'list'];

function workflowFor({ shell, text, keepX }: Kind): string {
  const list = ['sh', '-c', `printf '%s' "$1" > list`, 'x', '${{ inputs.v }}'];
  const steps = {
    run: { shell, run: text, cwd: 'run' },
    script: { language: shell, script: text, cwd: 'script' },
    env: { shell, run: keepX, cwd: 'env', env: { X: '${{ inputs.v }}' } },
    list: { run: list, cwd: 'list' },
  };
  return JSON.stringify({ inputs: { v: { type: 'string', default: '' } }, steps });
}

/** Runs the workflow with a value; what every file of its steps holds in the end. */
async function filesAfter(folder: string, value: string): Promise<ReadonlyMap<string, string>> {
  for (const name of FOLDERS) {
    fs.rmSync(path.join(folder, name), { recursive: true, force: true });
    fs.mkdirSync(path.join(folder, name));
  }
  const project = openProject(folder);
  const workflow = await project.workflows.load('a.workflow.yaml');
  if (!workflow.ok) assert.fail(workflow.error);
  const request = {
    workflow: workflow.value,
    inputs: { v: value },
    cause: { kind: 'person', door: 'library' } as const,
  };
  const started = await startRun(project, request);
  if (!started.ok) assert.fail(JSON.stringify(started.error));
  const { ended } = await started.value.ended;
  assert.equal(ended, 'succeeded', JSON.stringify(value));
  const files = FOLDERS.flatMap((name) =>
    fs.readdirSync(path.join(folder, name)).map((file) => `${name}/${file}`),
  );
  return new Map(files.map((file) => [file, fs.readFileSync(path.join(folder, file), 'utf8')]));
}

suite('A value in a step', function () {
  this.timeout(120_000);

  for (const kind of KINDS) {
    test(`arrives byte for byte and runs nothing, in ${kind.shell}, its scripts, variables and lists`, async function () {
      const found = spawnSync(kind.shell, [kind.shell === 'pwsh' ? '-Version' : '-c', ':']);
      if (found.status !== 0) this.skip(); // there is no such shell on this machine
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-values-'));
      try {
        fs.writeFileSync(path.join(folder, 'a.workflow.yaml'), workflowFor(kind));
        for (const value of HOSTILE) {
          const files = await filesAfter(folder, value);
          assert.ok(files.size >= 14, [...files.keys()].join(' '));
          for (const [file, text] of files) {
            const expected = file.endsWith('/document') ? `${value}\n` : value;
            assert.equal(text, expected, `${file} for ${JSON.stringify(value)}`);
          }
        }
      } finally {
        fs.rmSync(folder, { recursive: true, force: true });
      }
    });
  }
});
