// How soon a run begins: from the start of `baton run` to the first output of its only step, and to the end of the
// command, beside `node -e 0` (the lower bound for any program in Node).
//
//   npm run build && node bench/start.js [rounds]
//
// Prints medians and ratios, measured in turn, pair by pair.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { CLI, line, runNode, temporaryFolder } from './measure.js';

const folder = temporaryFolder();
const fifo = path.join(folder, 'output');

const rounds = Number(process.argv[2] ?? 15);
spawnSync('mkfifo', [fifo]);
fs.writeFileSync(
  path.join(folder, 'one.workflow.yaml'),
  `defaults: { shell: sh }\nsteps: { a: { run: echo here > ${fifo} } }\n`,
);
// Open for writing too, so that it never ends while nobody writes.
const output = fs.createReadStream(fifo, { flags: 'r+' });

/** The step's first output comes through a pipe of its own, so that nobody has to look for it. */
async function start() {
  const began = performance.now();
  /** @type {Promise<number>} */
  const first = new Promise((resolve) => output.once('data', () => resolve(performance.now() - began)));
  const { wallMs } = await runNode([CLI, 'run', 'one', '--json'], folder);
  return { firstMs: await first, wallMs };
}

const rows = [];
for (let round = 0; round <= rounds; round++) {
  const row = { node: await runNode(['-e', '0']), baton: await start() };
  if (round > 0) rows.push(row); // the first one warms up
}
fs.writeFileSync(fifo, '\n'); // a read that waits would keep this process
output.destroy();
const node = rows.map((row) => row.node.wallMs);
console.log(`one step, ${rounds} rounds`);
console.log(line('node -e 0', node));
console.log(
  line(
    "baton run, to the step's first output",
    rows.map((row) => row.baton.firstMs),
    node,
  ),
);
console.log(
  line(
    '  the whole command',
    rows.map((row) => row.baton.wallMs),
    node,
  ),
);
