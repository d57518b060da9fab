import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import { runCommand } from '../../src/executors/run-step.ts';
import { scriptCommand } from '../../src/executors/script-step.ts';
import type { Programs } from '../../src/executors/programs.ts';
import type { Shell } from '../../src/model/step-kind.ts';

const ALL: Programs = { find: (name) => `/bin/${name}` };
const NONE: Programs = { find: () => undefined };

/** The command of a `run` step, and the file that was written for it. */
function lineOf(shell: Shell | undefined, text: string, { programs = ALL, folder = '/scratch' } = {}) {
  const written: Record<string, string> = {};
  const fields = shell === undefined ? { text } : { text, shell };
  const line = runCommand(fields, programs, (ending, content) => {
    written[`${folder}/a.1${ending}`] = content;
    return `${folder}/a.1${ending}`;
  });
  return { ...line, written };
}

suite('The command of a `run` step', () => {
  test('for bash, sh and zsh is the text as one argument, and ends at the first failure', () => {
    assert.deepEqual(lineOf('bash', 'a'), {
      file: '/bin/bash',
      args: ['-e', '-o', 'pipefail', '-c', 'a'],
      written: {},
    });
    assert.deepEqual(lineOf('sh', 'a').args, ['-e', '-c', 'a']);
    assert.deepEqual(lineOf('zsh', 'a').args, ['-f', '-e', '-o', 'pipefail', '-c', 'a']);
  });

  test('for a text too long for an argument is a file', () => {
    const text = 'é'.repeat(64 * 1024);
    const { args, written } = lineOf('sh', text);
    assert.deepEqual(args, ['-e', '/scratch/a.1.sh']);
    assert.deepEqual(written, { '/scratch/a.1.sh': text });
  });

  test('without a shell named is for bash, or for sh where there is none', () => {
    assert.equal(lineOf(undefined, 'a').file, '/bin/bash');
    assert.equal(lineOf(undefined, 'a', { programs: NONE }).file, 'sh');
  });

  test('for pwsh is a file of its own, and hands on the exit code of the last program', () => {
    const { file, args, written } = lineOf('pwsh', 'using namespace System\nexit 3');
    assert.equal(file, '/bin/pwsh');
    assert.deepEqual(args.slice(0, -1), ['-NoProfile', '-NonInteractive', '-Command']);
    assert.equal(
      args.at(-1),
      "$ErrorActionPreference = 'Stop'; & '/scratch/a.1.ps1'; if (Test-Path -LiteralPath variable:\\LASTEXITCODE) { exit $LASTEXITCODE }",
    );
    assert.deepEqual(written, { '/scratch/a.1.ps1': 'using namespace System\nexit 3' });
  });

  test('for pwsh quotes the path of its file, typographic quotes too', () => {
    const { args } = lineOf('pwsh', 'a', { folder: '/it’s $x' });
    assert.match(args.at(-1) ?? '', /& '\/it’’s \$x\/a\.1\.ps1';/);
  });

  test('for cmd is a script whose exit code is cmd’s own, in UTF-8 and with line ends that cmd reads', () => {
    const { file, args, verbatim, written } = lineOf('cmd', 'echo a\r\necho b\n:end', { folder: 'C:\\a b' });
    assert.equal(file, '/bin/cmd');
    assert.deepEqual(args, ['/D', '/E:ON', '/V:OFF', '/S', '/C', '"call "C:\\a b/a.1.cmd""']);
    assert.equal(verbatim, true);
    assert.deepEqual(written, {
      'C:\\a b/a.1.cmd': '@echo off\r\n@chcp 65001 >nul 2>&1\r\necho a\r\necho b\r\n:end',
    });
  });

  test('that is a list has no shell at all', () => {
    const line = runCommand({ argv: ['a', '$(b)', ''] }, ALL, () => assert.fail('no file is needed'));
    assert.deepEqual(line, { file: 'a', args: ['$(b)', ''] });
  });
});

suite('The command of a `script` step', () => {
  function scriptLine(language: string): readonly string[] {
    const { file, args } = scriptCommand({ language, text: 'a' }, ALL, (ending) => `/scratch/a${ending}`);
    return [file, ...args];
  }

  test('in a language of a shell gives its file to that shell', () => {
    assert.deepEqual(scriptLine('bash'), ['/bin/bash', '-e', '-o', 'pipefail', '/scratch/a.sh']);
    assert.deepEqual(scriptLine('zsh'), ['/bin/zsh', '-f', '-e', '-o', 'pipefail', '/scratch/a.zsh']);
    assert.deepEqual(scriptLine('pwsh'), ['/bin/pwsh', '-NoProfile', '-File', '/scratch/a.ps1']);
    for (const language of ['cmd', 'batch', 'bat']) {
      assert.deepEqual(scriptLine(language).slice(-2), ['/C', '"call "/scratch/a.cmd""'], language);
    }
  });
});
