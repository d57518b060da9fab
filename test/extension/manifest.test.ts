import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import { STEP_STATUSES } from '../../src/model/run-state.ts';
import { DEFAULT_FILES } from '../../src/project/workflow-files.ts';
import { WORDS as COMPARED } from '../../src/views/compare-text.ts';
import { WORDS as STORY } from '../../src/views/timeline.ts';
import { statusWords } from '../../src/views/words.ts';
import { WORDS as PANEL } from '../../src/webview/words.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const BUNDLE = path.join(ROOT, 'l10n/bundle.l10n.json');

interface Manifest {
  readonly contributes: {
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly default: unknown }>> };
  };
}

/** With BATON_UPDATE=1 in the environment, the file of texts is written instead of compared. */
const UPDATE = process.env['BATON_UPDATE'] === '1';

suite('The settings of the extension', () => {
  test('find the workflow files that the language names, unless told otherwise', () => {
    const { contributes } = JSON.parse(read('package.json')) as Manifest; // ours
    assert.deepEqual(contributes.configuration.properties['baton.files']?.default, DEFAULT_FILES);
  });
});

suite('The texts of the extension', () => {
  test('stand all in the file that translators start from', () => {
    const shared = [
      ...STEP_STATUSES.map(statusWords),
      ...Object.values(PANEL),
      ...Object.values(STORY),
      ...Object.values(COMPARED),
    ];
    const texts = [...textsInCode(), ...shared].sort();
    const bundle = Object.fromEntries(texts.map((text) => [text, text]));
    if (UPDATE) fs.writeFileSync(BUNDLE, `${JSON.stringify(bundle, null, 2)}\n`);
    assert.deepEqual(readJson(BUNDLE), bundle);
  });

  test('that package.json names stand in package.nls.json, and no others', () => {
    const named = [...read('package.json').matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key ?? '');
    const there = Object.keys(readJson(path.join(ROOT, 'package.nls.json')));
    assert.deepEqual([...new Set(named)].sort(), there.sort());
  });
});

suite('A translation', () => {
  for (const language of ['de']) {
    test(`to ${language} has every text, with everything that is filled in, and no other`, () => {
      for (const [from, to] of [
        ['l10n/bundle.l10n.json', `l10n/bundle.l10n.${language}.json`],
        ['package.nls.json', `package.nls.${language}.json`],
      ] as const) {
        const texts = Object.entries(readJson(path.join(ROOT, from)) as Record<string, string>); // ours
        const translated = readJson(path.join(ROOT, to)) as Record<string, string>; // ours
        assert.deepEqual(Object.keys(translated).sort(), texts.map(([key]) => key).sort(), to);
        for (const [key, text] of texts) {
          const said = translated[key] ?? '';
          assert.ok(said.trim() !== '', key);
          for (const pattern of [/\{\w+\}/g, /\(command:[\w.]+\)/g, /`[^`]+`/g])
            assert.deepEqual((said.match(pattern) ?? []).sort(), (text.match(pattern) ?? []).sort(), key);
        }
      }
    });
  }
});

/** What is handed to `l10n.t` as a plain string. */
function textsInCode(): string[] {
  const folder = path.join(ROOT, 'src/extension');
  const files = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const calls = read(`src/extension/${file}`).matchAll(
        /(?<![\w.])(?:(?:vscode\.)?l10n\.)?t\(\s*'((?:\\.|[^'\\])*)'/g,
      );
      return [...calls].map(([, text = '']) => text.replaceAll("\\'", "'"));
    });
}

function read(file: string): string {
  return fs.readFileSync(path.join(ROOT, file), 'utf8');
}

function readJson(file: string): object {
  return JSON.parse(fs.readFileSync(file, 'utf8')) as object; // ours, and compared at once
}
