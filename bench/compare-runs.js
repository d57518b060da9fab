import fs from 'node:fs';
import path from 'node:path';
import { CLI, factsMs, line, median, runNode, temporaryFolder } from './measure.js';
import { idleWorkflow } from './workflows.js';

const BARE = path.join(import.meta.dirname, 'bare-loop.js');

/**
 * Runs a graph of idle steps, and the bare loop over the same graph, in turn; prints what they took.
 * @param {{ steps: number, width: number, perLayer: number }} graph @param {number} rounds
 */
export async function compareRuns(graph, rounds) {
  const folder = temporaryFolder();
  for (const shell of ['sh', 'bash'])
    fs.writeFileSync(path.join(folder, `${shell}.workflow.yaml`), idleWorkflow({ ...graph, shell }));
  const { steps, width, perLayer } = graph;
  const rows = [];
  for (let round = 0; round <= rounds; round++) {
    const row = {
      bare: await runNode([BARE, String(steps), String(width), String(perLayer)]),
      sh: await runNode([CLI, 'run', 'sh', '--json'], folder),
      bash: await runNode([CLI, 'run', 'bash', '--json'], folder),
    };
    if (round > 0) rows.push(row); // the first one warms up
  }
  const bareLoop = rows.map(({ bare }) => Number(bare.out));
  const bareWhole = rows.map(({ bare }) => bare.wallMs);
  console.log(line('bare spawn loop', bareLoop));
  console.log(line('  with the start of Node', bareWhole));
  for (const shell of /** @type {const} */ (['sh', 'bash'])) {
    const ran = rows.map((row) => row[shell]);
    console.log(
      line(
        `baton, shell: ${shell}, first fact to last`,
        ran.map(({ out }) => factsMs(out)),
        bareLoop,
      ),
    );
    console.log(
      line(
        '  the whole command',
        ran.map(({ wallMs }) => wallMs),
        bareWhole,
      ),
    );
  }
  const peak = median(rows.map(({ sh }) => sh.peakMiB));
  console.log(`${'most memory of the runner'.padEnd(44)} ${peak.toFixed(0).padStart(6)} MiB`);
}
