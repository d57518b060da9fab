import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './children.js';
import { LIBRARY, writeLibraryTypes } from './library-types.js';
import { ROOT } from './root.js';

/** Whoever uses the library has none of our settings and none of the packages that are bundled into it. */
await writeLibraryTypes();
const { ok, output } = await compileUser();
if (!ok) console.error(`A strict TypeScript program cannot use the library's declarations:\n${output}`);
process.exitCode = ok ? 0 : 1;

/** The strictest user: our declarations are checked with the program, and Node's types are the only others. */
async function compileUser() {
  const folder = mkdtempSync(join(tmpdir(), 'baton-types-'));
  try {
    symlinkSync(LIBRARY, join(folder, 'library'), 'junction');
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
    writeFileSync(join(folder, 'user.mts'), userOf('types'));
    writeFileSync(join(folder, 'user.cts'), userOf('types-cjs'));
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings()));
    return await run('tsc', ['-p', folder], { output: 'collect' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} types */
function userOf(types) {
  return `import * as library from './library/${types}/index.js';\nexport const all: object = library;\n`;
}

function settings() {
  return {
    compilerOptions: {
      noEmit: true,
      strict: true,
      module: 'nodenext',
      target: 'es2023',
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules/@types')],
      preserveSymlinks: true, // otherwise the packages of this repository would be found after all
    },
    include: ['user.*'],
  };
}
