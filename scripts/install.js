import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, runInForeground } from './children.js';
import { ROOT } from './root.js';

const STAMP = join(ROOT, 'node_modules/.baton-installed');

/** The Node the lock file names: tests and tools run on it, whichever Node npm was started with. */
export const NODE = join(ROOT, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Installs what the lock file says, unless that is done already. Throws with npm's own words when it cannot be. */
export async function ensureInstalled() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted && nodeRuns()) return;
  console.log('Installing what package-lock.json names (about half a minute) …');
  await install();
  await ensureNode();
  writeFileSync(STAMP, wanted);
}

/**
 * `npm ci` refuses a lock file made where some other platform's optional package could not be had; `npm install`
 * takes it, and without saving it leaves the lock file alone.
 */
async function install() {
  const clean = await run('npm', ['ci', '--no-audit', '--no-fund'], { output: 'collect' });
  if (clean.ok) return;
  console.log('npm ci refused the lock file; installing with npm install --no-save instead …');
  const lenient = await run('npm', ['install', '--no-save', '--no-audit', '--no-fund'], {
    output: 'collect',
  });
  if (!lenient.ok)
    throw new Error(`The dependencies could not be installed.\n${clean.output}\n${lenient.output}`);
}

/** Where npm holds install scripts back, the `node` package is an empty shell until its own script has run. */
async function ensureNode() {
  if (nodeRuns()) return;
  const script = await run(process.execPath, ['installArchSpecificPackage'], {
    cwd: join(ROOT, 'node_modules/node'),
    output: 'collect',
  });
  if (!nodeRuns()) throw new Error(`Node 24 could not be installed.\n${script.output}`);
}

function nodeRuns() {
  const { status, stdout } = spawnSync(NODE, ['--version'], { encoding: 'utf8' });
  return status === 0 && stdout.startsWith('v24.');
}

/**
 * Makes sure that everything is installed, then goes on in the installed Node: a script that awaits this first may
 * import what it likes afterwards. In any other Node it does not return.
 */
export async function continueInstalled() {
  if (process.env['BATON_INSTALLED'] === '1') return;
  await ensureInstalled();
  process.exit(await runInForeground(NODE, process.argv.slice(1), { BATON_INSTALLED: '1' }));
}
