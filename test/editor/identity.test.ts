import { deepEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { baton, becomes, folder, remove, uriOf, write } from './baton.ts';

const FOLDER = 'identity';

interface Told {
  readonly file: string;
  readonly diagnostics: readonly {
    readonly code: string;
    readonly severity: string;
    readonly message: string;
    readonly range: { readonly start: Place; readonly end: Place };
  }[];
}

interface Place {
  readonly line: number;
  readonly character: number;
}

suite('One checker', () => {
  suiteTeardown(() => remove(FOLDER));

  test('says the same of every file of the corpus in the editor and on the command line', async () => {
    await baton();
    const root = vscode.extensions.getExtension('baton.baton')?.extensionPath ?? '';
    const corpus = join(root, 'test/corpus');
    const names = readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.yaml'),
    );
    for (const name of names) {
      const ref = `${FOLDER}/${name.replaceAll(/[\\/]/g, '-').replace(/\.yaml$/, '')}.workflow.yaml`;
      await write(ref, readFileSync(join(corpus, name), 'utf8'));
    }
    const linted = await lint(join(root, 'dist/cli.cjs'));
    deepEqual(linted.length, names.length);
    for (const { file, diagnostics } of linted) {
      const expected = diagnostics.map(
        ({ code, severity, message, range }) => `${lineOf(range)} ${severity} ${code} ${message}`,
      );
      const found = await becomes(
        () => shown(uriOf(file)),
        (all) => all.join('\n') === expected.join('\n') || all.length === expected.length,
      );
      deepEqual(found, expected, file);
    }
  });

  function lint(cli: string): Promise<readonly Told[]> {
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [cli, 'lint', '--json', FOLDER],
        { cwd: folder().uri.fsPath, env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, maxBuffer: 1 << 26 },
        (_error, out) => resolve(JSON.parse(out) as readonly Told[]), // it ends with 2, for there are errors
      );
    });
  }

  function shown(uri: vscode.Uri): readonly string[] {
    return vscode.languages
      .getDiagnostics(uri)
      .filter(({ source }) => source === 'baton')
      .map(({ severity, code, message, range }) => {
        const name = typeof code === 'object' ? code.value : code;
        return `${lineOf(range)} ${SEVERITIES[severity]} ${name} ${message}`;
      });
  }

  function lineOf({ start, end }: { readonly start: Place; readonly end: Place }): string {
    return `${start.line}:${start.character}-${end.line}:${end.character}`;
  }

  const SEVERITIES = ['error', 'warning', 'information', 'hint'];
});
