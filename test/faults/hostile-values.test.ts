import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { suite, test } from 'mocha';
import { LONG } from './long.ts';
import { built, endOf, eventsOf, runIds } from './built.ts';

/** Values that want to be more than text: each that runs leaves a file `canary`, in whatever folder. */
const VALUES: readonly string[] = [
  '$(touch canary)',
  '`touch canary`',
  "'; touch canary; '",
  '"; touch canary; "',
  '"$(touch canary)"\'$(touch canary)\'`touch canary`',
  '\\"; touch canary #',
  "\\'; touch canary #",
  '\n touch canary\n',
  'x\rtouch canary\r\ntouch canary\r\n',
  '; touch canary & touch canary | touch canary || touch canary && touch canary',
  '> canary < canary >> canary 2>canary',
  'EOF\ntouch canary\nEOF\nE\ntouch canary\nE\n',
  '$HOME ${HOME} ${IFS} ~ * ? [a-z] {touch,canary} !! !touch %PATH% %CD% ^& $x',
  '${x:=$(touch canary)} $((x[$(touch canary)])) x[$(touch canary)]',
  '-rf',
  '--version',
  '-e console.log',
  "${{ inputs.v }} }} ${{ 'a' }}",
  '  led and trailed by spaces  ',
  'ends in newlines\n\n\n',
  '\\',
  '\\n\\t\\0',
  'a\tb\u0001\u001B[31m\u007F\u0085\u2028\u2029',
  'ümläut ‮right to left‬ 😀 e\u0301',
  '#{x} #comment',
  '%s %n %d',
  '=x=y',
  '/etc/passwd;touch canary',
  'true',
  '0x10',
  '1e3',
  'null',
  '~',
  `${'long $(touch canary) '.repeat(5000)}end`,
];

/** The short form: the worst of all, each of the kinds that differ, and all in one. */
const FEW = [
  VALUES[4],
  VALUES[7],
  VALUES[11],
  VALUES[13],
  '-rf',
  VALUES[19],
  VALUES.at(-1),
  VALUES.slice(0, -1).join('|'),
].flatMap((value) => value ?? []);

/** A step that hands the value on, and what is to come out: the value itself, where nothing else is said. */
interface Place {
  readonly step: Readonly<Record<string, unknown>>;
  readonly comesOut?: (value: string) => string;
}

const V = '${{ inputs.v }}';
const SAVE_ENV = ['node', 'save.cjs'];
const OUTPUT_BLOCK = `printf 'v<<%s\\n%s\\n%s\\n' the-only-end "$V" the-only-end >> "$BATON_OUTPUT"`;

/** A place where a value may go is a row here; its id is the name of the file that it is saved in. */
const PLACES: Readonly<Record<string, Place>> = {
  bare: { step: { run: `printf '%s' ${V} > got/bare` } },
  double: { step: { run: `printf '%s' "${V}" > got/double` } },
  single: { step: { run: `printf '%s' '${V}' > got/single` } },
  inside: { step: { run: `printf '%s' "<${V}>" > got/inside` }, comesOut: (value) => `<${value}>` },
  substituted: {
    step: { run: `printf '%s' "$(printf '%s.' "${V}")" > got/substituted` },
    comesOut: (value) => `${value}.`,
  },
  heredoc: { step: { run: `cat > got/heredoc <<EOF\n${V}\nEOF` }, comesOut: (value) => `${value}\n` },
  sh_bare: { step: { shell: 'sh', run: `printf '%s' ${V} > got/sh_bare` } },
  sh_single: { step: { shell: 'sh', run: `printf '%s' '${V}' > got/sh_single` } },
  tested: { step: { run: `[[ "$(cat; echo .)" == "${V}." ]] < given && printf '%s' '${V}' > got/tested` } },
  program_name: {
    step: {
      run: `a=${V}; export a; node -e 'require("fs").writeFileSync("got/program_name", process.env.a)'`,
    },
  },
  list: { step: { run: [...SAVE_ENV, 'got/list', V] } },
  step_env: { step: { env: { V }, run: [...SAVE_ENV, 'got/step_env'] } },
  env_in_text: { step: { env: { V }, run: `printf '%s' "\${{ env.V }}" > got/env_in_text` } },
  given_env: {
    step: { run: ['node', '-e', 'require("fs").writeFileSync("got/given_env", process.env.GIVEN)'] },
  },
  dotenv_like: {
    step: { env: { V: `a${V}b` }, run: [...SAVE_ENV, 'got/dotenv_like'] },
    comesOut: (value) => `a${value}b`,
  },
  bash_script: { step: { language: 'bash', script: `printf '%s' ${V} > got/bash_script\n` } },
  sh_script: { step: { language: 'sh', script: `printf '%s' '${V}' > got/sh_script\n` } },
  node_script: {
    step: {
      language: 'node',
      env: { V },
      script: `require('fs').writeFileSync('got/node_script', process.env.V);`,
    },
  },
  python_script: {
    step: {
      language: 'python',
      env: { V },
      script: `import os\nopen('got/python_script', 'wb').write(os.environb[b'V'])\n`,
    },
  },
  condition: {
    step: {
      env: { V },
      if: "${{ env.V == inputs.v && format('{0}', inputs.v) == env.V }}",
      run: [...SAVE_ENV, 'got/condition'],
    },
  },
  publish: { step: { env: { V }, run: `${OUTPUT_BLOCK}\nprintf '%s' "$V"; printf '%s' "$V" > got/publish` } },
  output: { step: { run: `printf '%s' \${{ steps.publish.outputs.v }} > got/output` } },
  output_list: { step: { run: [...SAVE_ENV, 'got/output_list', '${{ steps.publish.outputs.v }}'] } },
  stdout: {
    step: { env: { V: '${{ steps.publish.stdout }}' }, run: [...SAVE_ENV, 'got/stdout'] },
    comesOut: (value) => value.replace(/\r?\n$/, ''),
  },
  json: {
    step: { env: { V: '${{ fromJSON(toJSON(inputs)).v }}' }, run: [...SAVE_ENV, 'got/json'] },
  },
  file_name: { step: { if: 'inputs.is_name', run: `cat -- names/${V} > got/file_name` } },
  folder: {
    step: { if: 'inputs.is_name', cwd: `folders/${V}`, run: `cat here > "$BATON_WORKSPACE/got/folder"` },
  },
};

const WORKFLOW = {
  inputs: { v: { type: 'string' }, is_name: { type: 'boolean', default: false } },
  steps: Object.fromEntries(Object.entries(PLACES).map(([id, { step }]) => [id, step])),
};
const SAVE = `const [, , file, value = process.env.V] = process.argv;
require('node:fs').writeFileSync(file, value);\n`;

/** What the system takes as the name of a file. */
function isName(value: string): boolean {
  return !value.includes('/') && Buffer.byteLength(value) <= 255;
}

/** The folder's own name is as bad as a name can be. */
function hostileWorkspace(): { readonly folder: string; readonly dispose: () => void } {
  const parent = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'baton-hostile-')));
  const folder = path.join(parent, `-a b'c"d$(touch canary)\`touch canary\`;x\n*`);
  for (const name of ['got', 'names', 'folders']) fs.mkdirSync(path.join(folder, name), { recursive: true });
  fs.writeFileSync(path.join(folder, 'save.cjs'), SAVE);
  fs.writeFileSync(path.join(folder, 'hostile.workflow.yaml'), JSON.stringify(WORKFLOW));
  return { folder, dispose: () => fs.rmSync(parent, { recursive: true, force: true }) };
}

suite('Hostile values', function () {
  if (process.platform !== 'linux') return;
  let folder = '';
  let dispose = () => undefined as void;
  suiteSetup(() => ({ folder, dispose } = hostileWorkspace()));
  suiteTeardown(() => dispose());

  function checkNoCanary(value: string): void {
    const all = fs.readdirSync(path.dirname(folder), { recursive: true, encoding: 'utf8' });
    const found = all.filter((name) => path.basename(name) === 'canary');
    assert.deepEqual(found, [], `something ran: ${JSON.stringify(value.slice(0, 80))}`);
  }

  function prepare(value: string): void {
    for (const name of ['got', 'names', 'folders']) {
      fs.rmSync(path.join(folder, name), { recursive: true });
      fs.mkdirSync(path.join(folder, name));
    }
    fs.writeFileSync(path.join(folder, 'given'), value);
    if (!isName(value)) return;
    fs.writeFileSync(path.join(folder, 'names', value), value);
    fs.mkdirSync(path.join(folder, 'folders', value), { recursive: true });
    fs.writeFileSync(path.join(folder, 'folders', value, 'here'), value);
  }

  function checkArrived(value: string): void {
    for (const [id, { step, comesOut = (same: string) => same }] of Object.entries(PLACES)) {
      const file = path.join(folder, 'got', id);
      if (step['if'] === 'inputs.is_name' && !isName(value)) {
        assert.equal(fs.existsSync(file), false, id);
        continue;
      }
      const [got, expected] = [fs.readFileSync(file), Buffer.from(comesOut(value))];
      assert.ok(got.equals(expected), `${id}: ${JSON.stringify(got.toString('latin1').slice(0, 200))}`);
    }
  }

  for (const value of LONG ? VALUES : FEW) {
    test(`arrive everywhere as they are: ${JSON.stringify(value.slice(0, 60))}`, async () => {
      prepare(value);
      const given = [
        '--input',
        `v=${value}`,
        '--input',
        `is_name=${isName(value)}`,
        '--env',
        `GIVEN=${value}`,
      ];
      const { code, out, err } = await built(folder, 'run', 'hostile', ...given);
      assert.deepEqual([code, err], [0, ''], out);
      checkArrived(value);
      checkNoCanary(value);
    });
  }

  test('arrive as they are when a run is run again, and show as text', async () => {
    const value = VALUES[4] ?? '';
    prepare(value);
    await built(
      folder,
      'run',
      'hostile',
      '--input',
      `v=${value}`,
      '--env',
      `GIVEN=${value}`,
      '--input',
      'is_name=true',
    );
    const first = runIds(folder).at(-1) ?? '';
    prepare(value);
    assert.equal((await built(folder, 'rerun', first)).code, 0);
    checkArrived(value);
    for (const args of [
      ['show', first],
      ['logs', first],
      ['graph', first, '--format', 'dot'],
      ['list'],
      ['runs'],
    ])
      assert.equal((await built(folder, ...args)).code, 0);
    checkNoCanary(value);
  });

  test('that a shell would calculate with, or take for a name, are refused before anything runs', async () => {
    const steps = {
      sum: { run: 'echo $(( ${{ inputs.v }} + 1 ))' },
      index: { run: 'a=(1 2); echo "${a[${{ inputs.v }}]}"' },
      test: { run: '[[ ${{ inputs.v }} -eq 1 ]] && echo yes' },
      let: { run: 'let "x = ${{ inputs.v }}"' },
      declare: { run: 'declare "${{ inputs.v }}=1"' },
    };
    fs.writeFileSync(
      path.join(folder, 'sums.workflow.yaml'),
      JSON.stringify({ inputs: { v: { type: 'string' } }, steps }),
    );
    for (const value of ['x[$(touch canary)]', 'a=$(touch canary)', '$(touch canary)', '1;touch canary']) {
      const { code, err } = await built(folder, 'run', 'sums', '--input', `v=${value}`);
      assert.notEqual(code, 0, err);
      checkNoCanary(value);
    }
  });

  const make = `const fs = require('fs');
    fs.writeFileSync(process.env.BATON_OUTPUT, 'nul=a\\0b\\nlong=' + 'x'.repeat(200000) + '\\n');`;

  /** Steps that are given what no program can be given, and why each of them ended as it did. */
  async function reasons(steps: Readonly<Record<string, object>>): Promise<Readonly<Record<string, string>>> {
    const all = { make: { language: 'node', script: make }, ...steps };
    fs.writeFileSync(path.join(folder, 'no.workflow.yaml'), JSON.stringify({ steps: all }));
    const { code, err } = await built(folder, 'run', 'no');
    assert.deepEqual([code, err], [1, '']);
    const run = runIds(folder).at(-1) ?? '';
    assert.equal(endOf(eventsOf(folder, run)), 'failed');
    checkNoCanary('no');
    const ended = eventsOf(folder, run).flatMap((event) => (event.type === 'attempt-ended' ? [event] : []));
    assert.equal(ended.length, Object.keys(all).length);
    return Object.fromEntries(
      ended.flatMap(({ step, outcome }) =>
        outcome.ok
          ? []
          : [[step, 'message' in outcome.failure ? outcome.failure.message : outcome.failure.kind]],
      ),
    );
  }

  test('that no program can be given are refused with a reason: too long, with a NUL', async () => {
    const found = await reasons({
      nul_env: { env: { V: '${{ steps.make.outputs.nul }}' }, run: 'touch canary' },
      nul_text: { run: 'touch canary ${{ steps.make.outputs.nul }}' },
      nul_list: { run: ['touch', 'canary', '${{ steps.make.outputs.nul }}'] },
      nul_folder: { cwd: '${{ steps.make.outputs.nul }}', run: 'touch canary' },
      long_env: { env: { V: '${{ steps.make.outputs.long }}' }, run: 'touch canary' },
      long_text: { run: 'touch canary ${{ steps.make.outputs.long }}' },
      long_list: { run: ['touch', 'canary', '${{ steps.make.outputs.long }}'] },
    });
    assert.deepEqual(Object.keys(found).length, 7);
    assert.match(found['nul_text'] ?? '', /holds a NUL character/);
    for (const step of ['nul_env', 'nul_list']) assert.match(found[step] ?? '', /NUL|null bytes/);
    for (const step of ['long_env', 'long_list'])
      assert.match(found[step] ?? '', /is 196 KiB large, and the system takes at most 128/);
  });

  test('that no program can be given are refused in plain words, and half a character, too', async () => {
    const found = await reasons({
      nul_env: { env: { V: '${{ steps.make.outputs.nul }}' }, run: 'touch canary' },
      nul_list: { run: ['touch', 'canary', '${{ steps.make.outputs.nul }}'] },
      nul_folder: { cwd: '${{ steps.make.outputs.nul }}', run: 'touch canary' },
      half_env: { env: { V: '${{ fromJSON(\'"\\ud800"\') }}' }, run: 'touch canary' },
      half_list: { run: ['touch', '${{ fromJSON(\'"\\ud800"\') }}', 'canary'] },
    });
    for (const step of ['nul_env', 'nul_list', 'nul_folder'])
      assert.match(found[step] ?? '', /holds a NUL character/);
    for (const step of ['half_env', 'half_list']) assert.match(found[step] ?? '', /half a character/);
  });

  test('as the name of a workflow file or of the workflow are text, too', async () => {
    const name = '$(touch canary)`touch canary`;"\' x';
    fs.writeFileSync(
      path.join(folder, `${name}.workflow.yaml`),
      JSON.stringify({ name, steps: { a: { run: 'echo ${{ run.workflow }}' } } }),
    );
    const { code, out } = await built(folder, 'run', name);
    assert.equal(code, 0);
    assert.ok(out.includes(`│ ${name}\n`), out);
    for (const args of [['list'], ['runs'], ['lint'], ['graph', name]])
      assert.notEqual((await built(folder, ...args)).code, 1, args.join(' '));
    checkNoCanary(name);
  });
}).timeout(60_000);
