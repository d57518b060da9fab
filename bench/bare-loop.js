// The lower bound for any engine in Node: nothing but `child_process.spawn('/bin/sh', ['-c', 'true'])` and a counter per
// step, no output kept. For the other scripts here; by itself: node bench/bare-loop.js STEPS WIDTH [PER_LAYER]
// Prints how long the loop took, in milliseconds.
import { spawn } from 'node:child_process';
import { layeredNeeds } from './workflows.js';

const [steps = 500, width = 8, perLayer = 0] = process.argv.slice(2).map(Number);

const needs = layeredNeeds(steps, perLayer);
const waitingFor = needs.map((some) => some.length);
/** @type {number[][]} */
const neededBy = needs.map(() => []);
needs.forEach((some, step) => some.forEach((need) => neededBy[need]?.push(step)));
const ready = needs.flatMap((some, step) => (some.length === 0 ? [step] : [])).toReversed();
let running = 0;

function startWhatIsReady() {
  while (running < width && ready.length > 0) {
    const step = ready.pop() ?? 0;
    running++;
    spawn('/bin/sh', ['-c', 'true'], { stdio: 'ignore' }).on('exit', () => ended(step));
  }
}

/** @param {number} step */
function ended(step) {
  running--;
  for (const next of neededBy[step] ?? []) {
    waitingFor[next] = (waitingFor[next] ?? 0) - 1;
    if (waitingFor[next] === 0) ready.push(next);
  }
  startWhatIsReady();
}

const began = performance.now();
process.on('exit', () => console.log(performance.now() - began));
startWhatIsReady();
