import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import { DiagnosticSeverity } from 'vscode-languageserver-protocol/node';
import { baton, workspace } from '../cli/cli.ts';
import { namedFiles } from '../language/corpus-files.ts';
import { Client } from './client.ts';

interface Told {
  readonly file: string;
  readonly diagnostics: readonly {
    readonly code: string;
    readonly severity: string;
    readonly message: string;
    readonly range: unknown;
    readonly related: readonly { readonly message: string; readonly range: unknown }[];
  }[];
}

const SEVERITIES: Readonly<Record<string, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

suite('One checker', () => {
  test('says the same of every file of the corpus on the command line and through the language server', async () => {
    const files = namedFiles();
    const { folder, dispose } = workspace(Object.fromEntries(files.map(({ name, text }) => [name, text])));
    const linted = JSON.parse((await baton(folder, 'lint', '--json')).out) as readonly Told[];
    assert.equal(linted.length, files.length);
    const client = await Client.start(folder);
    for (const { file, diagnostics } of linted) {
      // As an editor opens it: without the mark that some put before UTF-8.
      await client.open(file, fs.readFileSync(path.join(folder, file), 'utf8').replace(/^\uFEFF/, ''));
      const told = await client.diagnostics(file, 1);
      assert.deepEqual(
        told.diagnostics.map(({ code, severity, message, range, relatedInformation = [] }) => ({
          code,
          severity,
          message,
          range,
          related: relatedInformation.map((each) => ({ message: each.message, range: each.location.range })),
        })),
        diagnostics.map(({ code, severity, message, range, related }) => ({
          code,
          severity: SEVERITIES[severity],
          message,
          range,
          related: related.map((each) => ({ message: each.message, range: each.range })),
        })),
        file,
      );
    }
    await client.stop();
    dispose();
  }).timeout(120_000);
});
