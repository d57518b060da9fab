// What running steps costs beside a bare loop of `child_process.spawn('/bin/sh', ['-c', 'true'])` of the same width:
// independent steps, 8 at once, through the built command line, with journal, logs and process groups.
//
//   npm run build && node bench/spawn.js [rounds] [steps …]        (default: 7 rounds of 500; 10000 takes a while)
//
// Prints medians and ratios, measured in turn, pair by pair.
import { compareRuns } from './compare-runs.js';

const rounds = Number(process.argv[2] ?? 7);
const sizes = process.argv.length > 3 ? process.argv.slice(3).map(Number) : [500];

for (const steps of sizes) {
  console.log(`${steps} independent steps, 8 at once, ${rounds} rounds`);
  await compareRuns({ steps, width: 8, perLayer: 0 }, rounds);
}
