import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root.js';

/** Where other tools find what a workflow file may hold. */
const FILE = join(ROOT, 'media', 'workflow.schema.json');

/** The JSON schema of workflow files, as it has to stand in its file. */
export async function schemaText() {
  const { publishedSchema } = await import('../src/language/schema.ts');
  return `${JSON.stringify(publishedSchema(), null, 2)}\n`;
}

/** Writes the schema, unless it is up to date. */
export async function writeSchema() {
  const text = await schemaText();
  if (existsSync(FILE) && readFileSync(FILE, 'utf8') === text) return;
  writeFileSync(FILE, text);
}

/** What stands in the file now. */
export function readSchema() {
  return readFileSync(FILE, 'utf8');
}

if (process.argv[1] === import.meta.filename) await writeSchema();
