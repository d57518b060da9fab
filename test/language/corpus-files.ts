import fs from 'node:fs';
import path from 'node:path';

const FOLDERS = [
  path.resolve(import.meta.dirname, '../corpus'),
  path.resolve(import.meta.dirname, '../../examples'),
];

/** The texts of every workflow file that the tests and the examples have. */
export function allFiles(): readonly string[] {
  return FOLDERS.flatMap((folder) =>
    fs
      .readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.yaml'))
      .toSorted()
      .map((name) => fs.readFileSync(path.join(folder, name), 'utf8')),
  );
}

/** The same with a name each, as workflow files of one folder. */
export function namedFiles(): readonly { readonly name: string; readonly text: string }[] {
  return FOLDERS.flatMap((folder) =>
    fs
      .readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.yaml'))
      .toSorted()
      .map((name) => ({
        name: `${name.replaceAll(/[\\/]/g, '-').replace(/(?:\.workflow)?\.yaml$/, '')}.workflow.yaml`,
        text: fs.readFileSync(path.join(folder, name), 'utf8'),
      })),
  );
}
