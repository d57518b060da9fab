// What a step that prints a lot costs: 1 GiB, with line breaks and without, printed by us and not, and with a secret to
// hide, beside `sh -c 'the same > file'`. Says how much memory the runner took more than for a step that prints nothing,
// and whether the log is whole.
//
//   npm run build && node bench/output.js [MiB]
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { CLI, runNode, temporaryFolder } from './measure.js';

const bytes = Number(process.argv[2] ?? 1024) * 1024 * 1024;
const folder = temporaryFolder();

/** @type {Readonly<Record<string, string>>} */
const PRINTS = {
  nothing: 'true',
  lines: `yes 'a line of some forty characters, or so' | head -c ${bytes}`,
  'no line break': `head -c ${bytes} /dev/zero | tr '\\0' x`,
};

/** @param {string} name @param {string} head */
function write(name, head) {
  const steps = `steps: { a: { shell: sh, run: ${JSON.stringify(PRINTS[name])} } }\n`;
  fs.writeFileSync(path.join(folder, 'print.workflow.yaml'), `${head}${steps}`);
}

/** @param {string} name @param {readonly string[]} flags @param {string} [head] */
async function run(name, flags, head = '') {
  fs.rmSync(path.join(folder, '.baton'), { recursive: true, force: true });
  write(name, head);
  const { wallMs, peakMiB } = await runNode([CLI, 'run', 'print', ...flags], folder, { keep: false });
  const runs = path.join(folder, '.baton/runs');
  const log = path.join(runs, fs.readdirSync(runs)[0] ?? '', 'logs/a.1.log');
  return { wallMs, peakMiB, logBytes: fs.statSync(log).size };
}

const SECRET = 'inputs: { token: { secret: true } }\n';
const ways = {
  '--json': { flags: ['--json'], head: '' },
  'printed too': { flags: [], head: '' },
  'a secret to hide': { flags: ['--json', '--input', 'token=correct horse battery'], head: SECRET },
};

const base = await run('nothing', ['--json']);
console.log(
  `${bytes / 1024 / 1024} MiB of output; a step that prints nothing: ${base.peakMiB.toFixed(0)} MiB`,
);
for (const name of ['lines', 'no line break']) {
  const began = performance.now();
  spawnSync('sh', ['-c', `${PRINTS[name]} > ${path.join(folder, 'bare')}`]);
  const bareMs = performance.now() - began;
  fs.rmSync(path.join(folder, 'bare'));
  console.log(`${name}, into a file by sh: ${bareMs.toFixed(0)} ms`);
  for (const [way, { flags, head }] of Object.entries(ways)) {
    const { wallMs, peakMiB, logBytes } = await run(name, flags, head);
    const whole = logBytes === bytes ? 'whole' : `${logBytes} bytes`;
    const more = `${(peakMiB - base.peakMiB).toFixed(0)} MiB more`;
    const ratio = `ratio ${(wallMs / bareMs).toFixed(2)}`;
    console.log(`  ${way.padEnd(17)} ${wallMs.toFixed(0).padStart(6)} ms  ${ratio}  ${more}, log ${whole}`);
  }
}
