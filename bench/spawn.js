// What running steps costs, beside a bare loop of `child_process.spawn('/bin/sh', ['-c', 'true'])` of the same width:
// 500 independent steps at parallel 8 through the built command line, journal and logs included.
//
//   npm run build && node bench/spawn.js [rounds]
//
// Prints medians and the ratio, measured in turn, pair by pair: the machine may be noisy, the ratio is not.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const STEPS = 500;
const WIDTH = 8;
const rounds = Number(process.argv[2] ?? 7);
const cli = path.resolve(import.meta.dirname, '../dist/cli.cjs');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-bench-'));

/** @param {number} count @param {string} shell @param {boolean} chain */
function workflow(count, shell, chain) {
  const steps = Array.from({ length: count }, (_, i) => {
    const needs = chain && i > 0 ? `    needs: s${i - 1}\n` : '';
    return `  s${i}:\n${needs}    run: "true"\n`;
  });
  return `name: bench\ndefaults: { shell: ${shell} }\nlimits: { parallel: ${WIDTH} }\nsteps:\n${steps.join('')}`;
}

fs.writeFileSync(path.join(folder, 'sh.workflow.yaml'), workflow(STEPS, 'sh', false));
fs.writeFileSync(path.join(folder, 'bash.workflow.yaml'), workflow(STEPS, 'bash', false));
fs.writeFileSync(path.join(folder, 'none.workflow.yaml'), 'name: none\nsteps: { a: { run: [/bin/true] } }\n');
fs.writeFileSync(path.join(folder, 'chain.workflow.yaml'), workflow(40, 'bash', true));

/** The loop alone, in this process: the lower bound for any engine in Node. @returns {Promise<number>} */
function bareLoop() {
  const began = performance.now();
  return new Promise((resolve) => {
    let started = 0;
    let ended = 0;
    const next = () => {
      if (started === STEPS) return;
      started++;
      spawn('/bin/sh', ['-c', 'true'], { stdio: 'ignore' }).on('exit', () => {
        if (++ended === STEPS) resolve(performance.now() - began);
        next();
      });
    };
    for (let i = 0; i < WIDTH; i++) next();
  });
}

/** From the run's first fact to its last, as its journal says; and the whole process. @param {string} name */
function baton(name) {
  const began = performance.now();
  const { stdout, status } = spawnSync(
    process.execPath,
    [cli, 'run', `${name}.workflow.yaml`, '--json', '--folder', folder],
    {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    },
  );
  const processMs = performance.now() - began;
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  if (status !== 0) throw new Error(`${name} ended with ${status}`);
  return { loopMs: events.at(-1).at - events[0].at, processMs };
}

/** @param {number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** @param {number} ms */
const shown = (ms) => `${ms.toFixed(0)} ms`;

const rows = [];
for (let round = 0; round <= rounds; round++) {
  const row = {
    bare: await bareLoop(),
    sh: baton('sh'),
    bash: baton('bash'),
    none: baton('none'),
    chain: baton('chain'),
  };
  if (round > 0) rows.push(row); // the first one warms up
}
const node = [];
for (let round = 0; round < rounds; round++) {
  const began = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  node.push(performance.now() - began);
}
console.log(`${STEPS} independent steps, ${WIDTH} at once, ${rounds} rounds, medians`);
console.log(`bare spawn loop              ${shown(median(rows.map((r) => r.bare)))}`);
console.log(
  `baton, shell: sh             ${shown(median(rows.map((r) => r.sh.loopMs)))}   ratio ${median(rows.map((r) => r.sh.loopMs / r.bare)).toFixed(2)}`,
);
console.log(
  `  with start and load        ${shown(median(rows.map((r) => r.sh.processMs)))}   ratio ${median(rows.map((r) => r.sh.processMs / r.bare)).toFixed(2)}`,
);
console.log(
  `baton, shell: bash           ${shown(median(rows.map((r) => r.bash.loopMs)))}   ratio ${median(rows.map((r) => r.bash.loopMs / r.bare)).toFixed(2)}`,
);
console.log(`40 steps in a row, all of it ${shown(median(rows.map((r) => r.chain.processMs)))}`);
console.log(
  `one step, all of it          ${shown(median(rows.map((r) => r.none.processMs)))}   node -e 0: ${shown(median(node))}   ratio ${(median(rows.map((r) => r.none.processMs)) / median(node)).toFixed(2)}`,
);
fs.rmSync(folder, { recursive: true, force: true });
