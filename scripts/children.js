import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { ROOT } from './root.js';

/**
 * @typedef {object} How
 * @property {string} [cwd] The repository's root unless said otherwise.
 * @property {Readonly<Record<string, string>>} [env] Added to ours.
 * @property {'inherit' | 'collect' | 'ignore'} [output] Where its output goes; ours unless said otherwise.
 * @property {number} [timeoutMs] Then it is ended, and has failed.
 */

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
let listening = false;

/**
 * Starts a program that is ended with us, however we end. It leads a process group of its own, so that whatever it
 * started goes with it.
 * @param {string} command @param {readonly string[]} args @param {How} [how]
 */
export function start(command, args, how = {}) {
  endChildrenWithUs();
  const piped = how.output === 'collect' ? 'pipe' : (how.output ?? 'inherit');
  const child = spawn(command, args, {
    cwd: how.cwd ?? ROOT,
    env: { ...environment(), ...how.env },
    stdio: ['ignore', piped, piped],
    detached: process.platform !== 'win32',
    // Only cmd.exe can start npm and npx on Windows; the arguments here never need quoting.
    shell: process.platform === 'win32' && !/[\\/]/.test(command),
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.once('error', () => running.delete(child));
  return child;
}

/**
 * Runs a program to its end. A program that cannot be started has failed like any other.
 * @param {string} command @param {readonly string[]} args @param {How} [how]
 * @returns {Promise<{ readonly ok: boolean, readonly output: string }>}
 */
export function run(command, args, how = {}) {
  return new Promise((resolve) => {
    const child = start(command, args, how);
    let output = '';
    const collect = (/** @type {Buffer} */ chunk) => (output += chunk.toString());
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    const late = () => {
      console.error(`${command} took longer than ${(how.timeoutMs ?? 0) / 1000} seconds and was ended.`);
      void end(child);
    };
    const timer = how.timeoutMs === undefined ? undefined : setTimeout(late, how.timeoutMs);
    const finish = (/** @type {boolean} */ ok) => {
      clearTimeout(timer);
      resolve({ ok, output });
    };
    child.once('error', (error) => {
      output += String(error);
      finish(false);
    });
    child.once(how.output === 'collect' ? 'close' : 'exit', (code) => finish(code === 0));
  });
}

/**
 * Runs a program that talks with the person at the terminal, and answers its exit code. Ctrl-C reaches it without us;
 * we only stay until it has ended.
 * @param {string} command @param {readonly string[]} args @param {Readonly<Record<string, string>>} [env]
 * @returns {Promise<number>}
 */
export function runInForeground(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, env: { ...environment(), ...env }, stdio: 'inherit' });
    process.on('SIGINT', () => undefined);
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    process.on('SIGHUP', () => child.kill('SIGHUP'));
    if (process.env['npm_lifecycle_event'] !== undefined) whenOrphaned(() => child.kill('SIGTERM'));
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/**
 * Asks a child and its descendants to end, and insists after five seconds.
 * @param {import('node:child_process').ChildProcess} child
 */
export function end(child) {
  return new Promise((/** @type {(value?: undefined) => void} */ resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const insist = setTimeout(() => signal(child, 'SIGKILL'), 5000);
    child.once('exit', () => {
      clearTimeout(insist);
      signal(child, 'SIGKILL'); // what is left of its group
      resolve();
    });
    signal(child, 'SIGTERM');
  });
}

/** @param {import('node:child_process').ChildProcess} child @param {NodeJS.Signals} name */
function signal(child, name) {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') spawn('taskkill', ['/pid', String(child.pid), '/T', '/F']);
    else process.kill(-child.pid, name);
  } catch {
    // The group is gone, which is what was wanted.
  }
}

function endChildrenWithUs() {
  if (listening) return;
  listening = true;
  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(name, () => {
      void Promise.all([...running].map(end)).then(() => process.exit(130));
    });
  }
  if (process.env['BATON_INSTALLED'] === '1') whenOrphaned(() => process.kill(process.pid, 'SIGTERM'));
  process.on('exit', () => running.forEach((child) => signal(child, 'SIGKILL')));
}

/**
 * Whoever ends npm ends its shell, and nobody tells us; a parent that is killed tells nobody either. Windows keeps no
 * such family, so there nothing happens.
 * @param {() => void} react
 */
function whenOrphaned(react) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    react();
  }, 500);
  timer.unref();
}

/** Ours, with the programs that were installed for us first: `node` is then the one the lock file names. */
function environment() {
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  return { ...process.env, [name]: join(ROOT, 'node_modules/.bin') + delimiter + (process.env[name] ?? '') };
}
