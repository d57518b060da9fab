import fs from 'node:fs';
import path from 'node:path';
import { nearest } from '../base/nearest.ts';
import { fromTemplate, placesFor, slug, TEMPLATES, type Template } from '../project/templates.ts';
import { UsageError, type Door } from './door.ts';
import { EXIT } from './run.ts';
import { table } from './table.ts';

/** `baton new`: writes a workflow to begin with, and says how to go on; without a pattern, which patterns there are. */
export function newWorkflow(
  door: Door,
  pattern: string | undefined,
  { name }: { readonly name?: string },
): number {
  if (pattern === undefined) {
    door.print(table(TEMPLATES.map(({ id, detail }) => [id, detail])));
    door.print('\n`baton new <pattern> --name "Build and test"` writes one of them.\n');
    return EXIT.succeeded;
  }
  const template = templateCalled(pattern);
  const title = name ?? titleOf(template.id);
  if (slug(title) === '') throw new UsageError('A name needs at least one letter or digit.');
  const ref = placesFor(title)[0] ?? '';
  write(door, ref, fromTemplate(template, title));
  door.print(`Wrote ${ref}\nRun it:  baton run ${slug(title)}\nPlan it: baton plan ${slug(title)}\n`);
  return EXIT.succeeded;
}

function templateCalled(pattern: string): Template {
  const found = TEMPLATES.find(({ id }) => id === pattern);
  if (found !== undefined) return found;
  const ids = TEMPLATES.map(({ id }) => id);
  const meant = nearest(pattern, ids);
  const hint = meant === undefined ? `There are ${ids.join(', ')}.` : `Did you mean "${meant}"?`;
  throw new UsageError(`There is no pattern "${pattern}". ${hint}`);
}

/** `fan-out` → `Fan-out`. */
function titleOf(id: string): string {
  return id.slice(0, 1).toUpperCase() + id.slice(1);
}

/** Never over a file that is there. */
function write(door: Door, ref: string, text: string): void {
  const file = path.join(door.project.folder, ref);
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text, { flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && fs.existsSync(file))
      throw new UsageError(`There is a file ${ref} already. Give the new one another name with --name.`, {
        cause: error,
      });
    throw new UsageError(`${ref} cannot be written: ${message}`, { cause: error });
  }
}
