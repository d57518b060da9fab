import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './children.js';
import { ROOT } from './root.js';

const LIBRARY = join(ROOT, 'dist/library');

/**
 * Writes the library's declarations, once for `import` and once for `require` (a declaration file is an ES module or
 * not by the package.json above it), and compiles a program that uses them. Answers what is wrong with them.
 */
export async function writeLibraryTypes() {
  for (const folder of ['types', 'types-cjs'])
    rmSync(join(LIBRARY, folder), { recursive: true, force: true });
  const emitted = await run('tsc', ['-p', 'tsconfig.library.json'], { output: 'collect' });
  if (!emitted.ok) return said(`The library's declarations could not be written:\n${emitted.output}`);
  cpSync(join(LIBRARY, 'types'), join(LIBRARY, 'types-cjs'), { recursive: true });
  writeFileSync(join(LIBRARY, 'types-cjs/package.json'), '{ "type": "commonjs" }\n');
  const used = await compileUser();
  if (!used.ok)
    return said(`A strict TypeScript program cannot use the library's declarations:\n${used.output}`);
  console.log('library types: dist/library/types, and a strict program compiles with them');
  return [];
}

/** The strictest reader: no skipped checks, nothing of our own settings, and Node's types as its only others. */
async function compileUser() {
  const folder = mkdtempSync(join(tmpdir(), 'baton-types-'));
  try {
    const types = join(ROOT, 'node_modules/@types');
    for (const ext of ['mts', 'cts']) {
      const place = ext === 'mts' ? 'types' : 'types-cjs';
      const program = `import * as library from './library/${place}/index.js';\nexport const all: object = library;\n`;
      writeFileSync(join(folder, `user.${ext}`), program);
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
    symlinkSync(LIBRARY, join(folder, 'library'), 'junction');
    const settings = {
      compilerOptions: {
        noEmit: true,
        strict: true,
        module: 'nodenext',
        target: 'es2023',
        types: ['node'],
        typeRoots: [types],
        preserveSymlinks: true,
      },
      include: ['user.*'],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
    return await run('tsc', ['-p', folder], { output: 'collect' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} problem */
function said(problem) {
  console.error(`error: ${problem}`);
  return [problem];
}
