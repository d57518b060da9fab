import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './children.js';

/** Quiet, without a sandbox (as root there is none), and without looking for anything on the network. */
export const BROWSER_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const PROGRAMS = [
  'google-chrome-stable',
  'google-chrome',
  'chromium',
  'chromium-browser',
  'microsoft-edge-stable',
  'microsoft-edge',
];

const INSTALLED = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

const ADVICE =
  'No Chrome, Chromium or Edge was found, and none could be installed. Install one of them (on Debian and Ubuntu ' +
  '`apt-get install chromium`), or name one in the variable BATON_CHROMIUM.';

/** Finds a browser, or brings one. Throws with advice when there is none to be had. */
export async function findBrowser() {
  const browser = (await installed()) ?? (await fromPlaywright()) ?? (await fromDebian());
  if (browser === undefined) throw new Error(ADVICE);
  return browser;
}

async function installed() {
  const named = process.env['BATON_CHROMIUM'];
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const onPath = PROGRAMS.flatMap((program) => folders.map((folder) => join(folder, program)));
  return firstThatRuns([...(named === undefined ? [] : [named]), ...onPath, ...INSTALLED]);
}

/** Fails within seconds where there is no network. */
async function fromPlaywright() {
  const { chromium } = await import('playwright-core');
  const there = await firstThatRuns([chromium.executablePath()]);
  if (there !== undefined) return there;
  console.log('No browser is installed; asking Playwright for a Chromium …');
  await run('playwright-core', ['install', '--no-shell', 'chromium'], {
    output: 'collect',
    timeoutMs: 300_000,
  });
  return firstThatRuns([chromium.executablePath()]);
}

async function fromDebian() {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
  console.log('Installing Debian’s chromium …');
  const quietly = {
    output: /** @type {const} */ ('collect'),
    env: { DEBIAN_FRONTEND: 'noninteractive' },
    timeoutMs: 300_000,
  };
  await run('apt-get', ['update'], quietly);
  const packages = ['chromium', 'fonts-liberation'];
  const done = await run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], quietly);
  if (!done.ok) console.error(done.output);
  return firstThatRuns(['/usr/bin/chromium']);
}

/**
 * A browser may be there and lack a library of the system, or be a stub that asks for a snap. On Windows Chrome knows
 * no `--version`: being there has to be enough.
 * @param {readonly string[]} paths
 */
async function firstThatRuns(paths) {
  for (const path of paths.filter((path) => existsSync(path))) {
    if (process.platform === 'win32') return path;
    const { ok } = await run(path, ['--version'], { output: 'collect', timeoutMs: 30_000 });
    if (ok) return path;
  }
  return undefined;
}
