import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ROOT } from './root.js';

/** VS Code and its relatives, by the commands that open them. */
const EDITORS = ['code', 'code-insiders', 'codium', 'vscodium', 'cursor', 'windsurf'];

/** An editor that this machine's owner uses, by its command. As root they all refuse to start. */
export function findEditor() {
  if (process.getuid?.() === 0) return undefined;
  const endings = process.platform === 'win32' ? ['.cmd', '.exe'] : [''];
  return EDITORS.find((editor) => endings.some((ending) => onPath(editor + ending) !== undefined));
}

/**
 * Desktop VS Code for tests, downloaded when it can be: the words that start it, or undefined. Nothing waits long for
 * a network that is not there.
 * @returns {Promise<readonly string[] | undefined>}
 */
export async function findDesktop() {
  const screen = screenOf();
  if (process.env['BATON_TEST_HOST'] === 'browser' || screen === undefined) return undefined;
  const { downloadAndUnzipVSCode, SilentReporter } = await import('@vscode/test-electron');
  const cachePath = join(ROOT, '.vscode-test');
  try {
    const program = await downloadAndUnzipVSCode({
      timeout: 5000,
      cachePath,
      reporter: new SilentReporter(),
    });
    return [...screen, program];
  } catch {
    return undefined;
  }
}

/** What has to stand before a program that opens windows: nothing, a screen in memory, or undefined for "it cannot". */
function screenOf() {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform !== 'linux' || DISPLAY !== undefined || WAYLAND_DISPLAY !== undefined) return [];
  return onPath('xvfb-run') === undefined ? undefined : ['xvfb-run', '-a'];
}

/** @param {string} program */
function onPath(program) {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}
