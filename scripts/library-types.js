import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './children.js';
import { ROOT } from './root.js';

/** Where the library's bundles and declarations are. */
export const LIBRARY = join(ROOT, 'dist/library');

/**
 * Writes the library's declarations, once for `import` and once for `require`: a declaration file is an ES module or
 * not by the package.json above it. Type errors are not said here; `npm run check` finds them.
 */
export async function writeLibraryTypes() {
  for (const folder of ['types', 'types-cjs'])
    rmSync(join(LIBRARY, folder), { recursive: true, force: true });
  await run('tsc', ['-p', 'tsconfig.library.json'], { output: 'ignore' });
  cpSync(join(LIBRARY, 'types'), join(LIBRARY, 'types-cjs'), { recursive: true });
  writeFileSync(join(LIBRARY, 'types-cjs/package.json'), '{ "type": "commonjs" }\n');
}
