import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { end, run, start } from './children.js';
import { NODE } from './install.js';
import { ROOT } from './root.js';

/** Which build of VS Code opens in a browser. The package `code-server` carries it, together with its own wrapper. */
const HOST = 'code-server@4.139.1';
const HOST_FOLDER = join(ROOT, '.vscode-test/host');
const VSCODE = join(HOST_FOLDER, 'node_modules/code-server/lib/vscode');
const STAMP = join(HOST_FOLDER, 'installed');

/** An editor that is quiet: nothing pops up, nothing asks, nothing looks for updates. */
export const QUIET_SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.commandCenter.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'update.showReleaseNotes': false,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.startupPrompt': 'never',
  'editor.accessibilitySupport': 'off',
};

/**
 * Installs the editor that opens in a browser, unless it is there. Its native parts come prebuilt, so its install
 * scripts (which would compile them again) are left out.
 */
export async function installHost() {
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === HOST) return;
  console.log(`Installing the editor for tests (${HOST}, about 600 MB, under .vscode-test) …`);
  mkdirSync(HOST_FOLDER, { recursive: true });
  const quick = ['--ignore-scripts', '--no-audit', '--no-fund'];
  await npm(['install', '--prefix', HOST_FOLDER, HOST, ...quick], ROOT);
  await npm(['install', '--omit=dev', ...quick], VSCODE);
  writeFileSync(STAMP, HOST); // last, so that an install that was cut short is done again
}

/** @param {readonly string[]} args @param {string} cwd */
async function npm(args, cwd) {
  const { ok, output } = await run('npm', args, { cwd, output: 'collect', timeoutMs: 600_000 });
  if (!ok) throw new Error(`npm ${args.join(' ')} failed:\n${output}`);
}

/**
 * @typedef {object} ServerOptions
 * @property {Readonly<Record<string, unknown>>} [settings] The user's, added to the quiet ones.
 * @property {string} [extension] The source folder of an extension that is to be there as if it were installed.
 * @property {boolean} [suites] Whether the address may bring suites to run; notifications do not pop up then.
 * @property {boolean} [restricted] Whether folders are untrusted until someone says otherwise.
 * @property {string} [dataFolder] Kept between starts; a fresh one, removed at the end, unless said otherwise.
 * @property {Readonly<Record<string, string>>} [env] What extensions find in their environment.
 */

/**
 * Starts VS Code's server on a free port of this machine.
 * @param {ServerOptions} [options]
 */
export async function startServer(options = {}) {
  const { dataFolder, settings = {}, extension, env = {} } = options;
  const data = dataFolder ?? mkdtempSync(join(tmpdir(), 'baton-editor-'));
  writeSettings(data, settings);
  if (extension !== undefined) linkExtension(data, extension);
  const child = start(NODE, [join(VSCODE, 'out/server-main.js'), ...serverArguments(data, options)], {
    output: 'collect',
    env,
  });
  return {
    port: await portOf(child),
    /** When it has ended, for whatever reason. */
    ended: new Promise((/** @type {(code: unknown) => void} */ resolve) => child.once('exit', resolve)),
    /** Ends the editor and all it started. */
    async end() {
      await end(child);
      if (dataFolder === undefined) rmSync(data, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** @param {string} data @param {Readonly<Record<string, unknown>>} settings */
function writeSettings(data, settings) {
  const file = join(data, 'data/User/settings.json');
  if (existsSync(file)) return; // the folder was kept, and they are the user's by now
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ ...QUIET_SETTINGS, ...settings }, null, 2));
}

/**
 * A link in place of an installed copy: what users get, yet always the newest build. A folder without a list of what
 * is in it is read by the server as it starts.
 * @param {string} data @param {string} extension
 */
function linkExtension(data, extension) {
  const folder = join(data, 'extensions');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  symlinkSync(extension, join(folder, 'baton'), 'junction');
}

/** @param {string} data @param {ServerOptions} options */
function serverArguments(data, { suites = false, restricted = false }) {
  const values = { host: '127.0.0.1', port: '0', 'server-data-dir': data };
  const switches = [
    'without-connection-token',
    'accept-server-license-terms',
    'disable-telemetry',
    ...(suites ? ['enable-smoke-test-driver'] : []),
    ...(restricted ? [] : ['disable-workspace-trust']),
  ];
  return [
    ...Object.entries(values).map(([name, value]) => `--${name}=${value}`),
    ...switches.map((name) => `--${name}`),
  ];
}

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<number>} */
function portOf(child) {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (/** @type {Buffer} */ chunk) => {
      output = (output + chunk.toString()).slice(-20_000);
      const port = /Extension host agent listening on (\d+)/.exec(output)?.[1];
      if (port !== undefined) resolve(Number(port));
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`The editor's server did not start:\n${output}`)));
  });
}

/**
 * The address that opens a folder. With `tests`, an extension from its source folder comes along, and the module that
 * runs its suites. (It shows none of the themes then, and says "Extension Development Host".)
 * @param {{ port: number, folder: string, tests?: { extension: string, module: string } }} what All are absolute.
 */
export function addressOf({ port, folder, tests }) {
  const path = encodeURIComponent(folder).replaceAll('%2F', '/'); // it is read by people, too
  const address = `http://127.0.0.1:${port}/?folder=${path}`;
  if (tests === undefined) return address;
  const remote = (/** @type {string} */ path) => `vscode-remote://127.0.0.1:${port}${path}`;
  const payload = [
    ['extensionDevelopmentPath', remote(tests.extension)],
    ['extensionTestsPath', remote(tests.module)],
  ];
  return `${address}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
}
