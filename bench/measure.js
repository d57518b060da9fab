// What the scripts here share. Figures of a noisy machine are worth something as ratios of runs made in turn.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const CLI = path.resolve(import.meta.dirname, '../dist/cli.cjs');

/** @typedef {{ wallMs: number, out: string, peakMiB: number }} Ran */

/**
 * Runs Node on a script, and looks at its memory while it runs (where there is a /proc). `out` is read to its end, and
 * kept where nothing else is said.
 * @param {readonly string[]} args @param {string} [cwd] @param {{ keep: boolean }} [options] @returns {Promise<Ran>}
 */
export function runNode(args, cwd, { keep } = { keep: true }) {
  const began = performance.now();
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  /** @type {Buffer[]} */
  const chunks = [];
  child.stdout.on('data', (chunk) => keep && chunks.push(chunk));
  let peakMiB = 0;
  const look = setInterval(() => (peakMiB = Math.max(peakMiB, peakOf(child.pid ?? 0))), 20);
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      clearInterval(look);
      const wallMs = performance.now() - began;
      if (code === 0) resolve({ wallMs, out: Buffer.concat(chunks).toString(), peakMiB });
      else reject(new Error(`${args.join(' ')} ended with ${code}`));
    });
  });
}

/** The most memory a process has had so far. @param {number} pid */
function peakOf(pid) {
  try {
    const [, kib] = /^VmHWM:\s*(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kib ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** From the first fact of a run to its last. @param {string} facts as `--json` prints them */
export function factsMs(facts) {
  const lines = facts.trim().split('\n');
  return JSON.parse(lines.at(-1) ?? '').at - JSON.parse(lines[0] ?? '').at;
}

/** A folder that is gone when this process is. @returns {string} */
export function temporaryFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-bench-'));
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** @param {readonly number[]} values */
export function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/**
 * One line of figures: the median, and how many times the bound it is, pair by pair.
 * @param {string} name @param {readonly number[]} values @param {readonly number[]} [bounds] measured beside them
 */
export function line(name, values, bounds) {
  const ratios = bounds?.map((bound, i) => (values[i] ?? NaN) / bound);
  const ratio = ratios === undefined ? '' : `   ratio ${median(ratios).toFixed(2)}`;
  return `${name.padEnd(44)} ${median(values).toFixed(0).padStart(6)} ms${ratio}`;
}
