import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { suite, test } from 'mocha';
import { parse } from 'yaml';
import { readSchema, schemaText } from '../../scripts/schema.js';
import { analyze } from '../../src/language/analyze.ts';
import { CODES } from '../../src/language/codes.ts';
import { look } from './corpus-children.ts';
import { shown } from './diagnostics.ts';

/**
 * `valid`: nothing to complain about, but for what cannot run yet. `structure`: the published schema refuses them, too.
 * `meaning`: well-formed, but wrong. `yaml`: no YAML, or none that a workflow may be. Beside each file stands what a
 * person sees of it; `UPDATE_CORPUS=1` writes that anew, to be read before it is believed.
 */
const CORPUS = path.resolve(import.meta.dirname, '../corpus');
const KINDS = ['valid', 'structure', 'meaning', 'yaml'] as const;

/** How long runs of these usually take. */
const USUAL_MS: Readonly<Record<string, number>> = { 'frequent.yaml': 10 * 60_000 };

interface Sample {
  readonly name: string;
  readonly text: string;
  readonly expectedFile: string;
}

function samplesOf(kind: (typeof KINDS)[number]): readonly Sample[] {
  const folder = path.join(CORPUS, kind);
  const files = fs.readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return files.toSorted().map((name) => ({
    name,
    text: fs.readFileSync(path.join(folder, name), 'utf8'),
    expectedFile: path.join(folder, name.replace('.yaml', '.expected')),
  }));
}

const VALID = samplesOf('valid');
const STRUCTURE = samplesOf('structure');
const MEANING = samplesOf('meaning');
const ALL = [...VALID, ...STRUCTURE, ...MEANING, ...samplesOf('yaml')];

suite('The corpus', () => {
  for (const { name, text, expectedFile } of ALL) {
    test(`${name}: ${path.basename(path.dirname(expectedFile))}`, () => {
      const { diagnostics } = analyze(text, { look, usualMs: USUAL_MS[name] });
      const seen = `${shown(text, diagnostics)}\n`;
      if (process.env['UPDATE_CORPUS'] === '1') fs.writeFileSync(expectedFile, seen);
      assert.equal(seen, fs.readFileSync(expectedFile, 'utf8'));
    });
  }

  test('is free of errors where it is valid, and full of them elsewhere', () => {
    for (const sample of ALL) {
      const hasError = analyze(sample.text, { look }).diagnostics.some(
        ({ severity }) => severity === 'error',
      );
      assert.equal(hasError, !VALID.includes(sample) && !sample.name.startsWith('warn-'), sample.name);
    }
  });

  test('shows every diagnostic there is', () => {
    const seen = new Set(
      ALL.flatMap(({ name, text }) =>
        analyze(text, { look, usualMs: USUAL_MS[name] }).diagnostics.map(({ code }) => code),
      ),
    );
    // A file too large for the corpus is made in the tests of reading.
    assert.deepEqual(
      Object.keys(CODES).filter((code) => !seen.has(code as keyof typeof CODES)),
      [],
    );
  });
});

suite('The published schema', () => {
  const validate = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(
    JSON.parse(readSchema()) as object,
  );

  test('is up to date: `node scripts/schema.js` writes it', async () => {
    assert.equal(readSchema(), await schemaText());
  });

  test('describes every field', () => {
    const missing: string[] = [];
    walk(JSON.parse(readSchema()) as SchemaNode, '', missing);
    assert.deepEqual(missing, []);
  });

  for (const { name, text } of VALID) {
    test(`accepts ${name}`, () => {
      assert.ok(validate(parse(text, { merge: true })), JSON.stringify(validate.errors, null, 1));
    });
  }

  for (const { name, text } of MEANING) {
    test(`accepts ${name}, whose mistake only Baton sees`, () => {
      assert.ok(validate(parse(text, { merge: true })), JSON.stringify(validate.errors, null, 1));
    });
  }

  for (const { name, text } of STRUCTURE) {
    test(`refuses ${name}`, () => {
      assert.ok(!validate(parse(text, { uniqueKeys: false, merge: true })));
    });
  }
});

interface SchemaNode {
  readonly description?: string;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

function walk(node: SchemaNode, where: string, missing: string[]): void {
  for (const [name, each] of Object.entries({ ...node.properties, ...node.$defs })) {
    const described = each.$ref === undefined ? each.description : 'as what it refers to';
    if (described === undefined) missing.push(`${where}/${name}`);
    walk(each, `${where}/${name}`, missing);
  }
  for (const each of [...(node.anyOf ?? []), ...(node.items === undefined ? [] : [node.items])])
    walk(each, where, missing);
}
