import { statSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './children.js';
import { continueInstalled, NODE } from './install.js';
import { ROOT } from './root.js';

/** Asked for by the product: it is installed in a moment, also over a slow line. */
const LIMIT_KIB = 1024;
const VSIX = join(ROOT, 'baton.vsix');

await continueInstalled();
process.exitCode = (await pack()) ? 0 : 1;

async function pack() {
  const built = await run(NODE, ['esbuild.js']);
  if (!built.ok) return false;
  const packed = await run('vsce', ['package', ...quietly(), '--out', VSIX], { output: 'collect' });
  if (!packed.ok) {
    console.error(packed.output);
    return false;
  }
  return smallEnough();
}

/** The bundles hold all dependencies, and there is nobody to answer a question. */
function quietly() {
  return ['--no-dependencies', '--allow-missing-repository', '--skip-license', '--no-rewrite-relative-links'];
}

function smallEnough() {
  const sizeKiB = statSync(VSIX).size / 1024;
  console.log(`package: baton.vsix, ${sizeKiB.toFixed(1)} KiB of at most ${LIMIT_KIB}`);
  if (sizeKiB <= LIMIT_KIB) return true;
  console.error(
    `error: baton.vsix is larger than ${LIMIT_KIB} KiB. \`npx vsce ls --tree\` shows what is in it.`,
  );
  return false;
}
