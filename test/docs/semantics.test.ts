import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';

const ROOT = path.resolve(import.meta.dirname, '../..');

interface Row {
  readonly rule: string;
  readonly says: string;
  readonly tests: readonly { readonly file: string; readonly title: string }[];
}

/** Every rule that the language numbers, sections 3 to 8. */
const RULES: readonly string[] = [
  ...numbered('G', 5),
  ...numbered('S', 7),
  ...numbered('E', 6),
  ...numbered('V', 7),
  ...numbered('F', 3),
];

function numbered(letter: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `${letter}${i + 1}`);
}

/** Rows `| rule | says | file › title; file › title |`; a title may hold a semicolon, so each begins at its file. */
function rows(): readonly Row[] {
  const page = fs.readFileSync(path.join(ROOT, 'docs/semantics.md'), 'utf8');
  return page.split('\n').flatMap((line) => {
    const [, rule = '', says = '', proof = ''] = /^\| ([A-Z]\d) +\| (.*?) +\| (.*?) +\|$/.exec(line) ?? [];
    if (rule === '') return [];
    const tests = [...proof.matchAll(/`(test\/[^`]+)` › (.*?)(?=; `test\/|$)/g)];
    return [{ rule, says, tests: tests.map(([, file = '', title = '']) => ({ file, title })) }];
  });
}

suite('The page on what a workflow means', () => {
  test('has every rule of the language', () => {
    const there = new Set(rows().map(({ rule }) => rule));
    assert.deepEqual(
      RULES.filter((rule) => !there.has(rule)),
      [],
    );
  });

  test('names a test for everything that it says, and no test that is not there', () => {
    const texts = new Map<string, string>();
    const missing: string[] = [];
    for (const { rule, says, tests } of rows()) {
      if (tests.length === 0) missing.push(`${rule}: ${says}`);
      for (const { file, title } of tests) {
        if (!texts.has(file)) texts.set(file, readIfThere(file));
        if (!isTitle(texts.get(file) ?? '', title)) missing.push(`${rule}: ${file} › ${title}`);
      }
    }
    assert.deepEqual(missing, []);
  });
});

function readIfThere(file: string): string {
  const place = path.join(ROOT, file);
  return fs.existsSync(place) ? fs.readFileSync(place, 'utf8') : '';
}

/** A title as it stands in the source: between quotes, behind `test(`. */
function isTitle(text: string, title: string): boolean {
  return ["'", '"', '`'].some(
    (quote) =>
      text.includes(`${quote}${title}${quote}`) || text.includes(`${quote}${escaped(title, quote)}${quote}`),
  );
}

function escaped(title: string, quote: string): string {
  return title.replaceAll(quote, `\\${quote}`);
}
