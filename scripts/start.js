import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { run, runInForeground } from './children.js';
import { findEditor } from './desktop.js';
import { addressOf, installHost, startServer } from './editor-host.js';
import { continueInstalled, NODE } from './install.js';
import { ROOT } from './root.js';

const EXAMPLES = join(ROOT, 'examples');
const FIRST_EXAMPLE = 'fan-out';

await continueInstalled();
process.exitCode = (await begin(process.argv.slice(2))) ? 0 : 1;

/** @param {readonly string[]} args */
async function begin(args) {
  console.log('Building Baton …');
  const built = await run(NODE, ['esbuild.js'], { output: 'collect' });
  if (!built.ok) {
    console.error(built.output);
    return false;
  }
  if (args[0] === '--cli') return inTerminal(args.slice(1));
  const editor = args.includes('--browser') ? undefined : findEditor();
  return editor === undefined ? inBrowser() : inEditor(editor);
}

/** @param {readonly string[]} args The example's name or path, then whatever `baton run` takes. */
async function inTerminal([name = FIRST_EXAMPLE, ...more]) {
  const file = [name, join('examples', `${name}.workflow.yaml`)].find((path) => existsSync(join(ROOT, path)));
  if (file === undefined) {
    console.error(`There is no example called "${name}". The folder examples shows which there are.`);
    return false;
  }
  console.log(`Running ${file}. You could type this yourself: node dist/cli.cjs run ${file}\n`);
  return (await runInForeground(NODE, ['dist/cli.cjs', 'run', file, ...more])) === 0;
}

/** @param {string} editor */
async function inEditor(editor) {
  console.log(`Opening the examples in ${editor}, with Baton from this folder. Open a file that ends in`);
  console.log(
    '.workflow.yaml to begin. After a change, `npm run build` and "Developer: Reload Window" show it.',
  );
  return (await run(editor, ['--new-window', `--extensionDevelopmentPath=${ROOT}`, EXAMPLES])).ok;
}

/** Stays until it is interrupted; the editor's state is kept from one start to the next. */
async function inBrowser() {
  console.log('No desktop editor was found, so VS Code will open in your browser instead.');
  await installHost();
  const dataFolder = join(ROOT, '.vscode-test/start');
  mkdirSync(dataFolder, { recursive: true });
  const server = await startServer({ dataFolder, extension: ROOT });
  console.log(`\nReady. Open this address in a browser on this machine:\n`);
  console.log(`  ${addressOf({ port: server.port, folder: EXAMPLES })}\n`);
  console.log('Open a file that ends in .workflow.yaml to begin. Ctrl-C here ends the editor.');
  await server.ended;
  return true;
}
