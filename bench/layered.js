// What running a graph costs beside a bare loop of spawns and counters over the same graph: 1,000 steps in layers, five
// edges a step, 8 at once, through the built command line, with journal, logs and process groups.
//
//   npm run build && node bench/layered.js [rounds] [steps] [steps a layer]
//
// Prints medians and ratios, measured in turn, pair by pair.
import { compareRuns } from './compare-runs.js';

const [rounds = 5, steps = 1000, perLayer = 20] = process.argv.slice(2).map(Number);

console.log(`${steps} steps in layers of ${perLayer}, 5 edges a step, 8 at once, ${rounds} rounds`);
await compareRuns({ steps, width: 8, perLayer }, rounds);
