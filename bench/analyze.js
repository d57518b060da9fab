// What checking a whole workflow costs, beside the bare `parseDocument` of the `yaml` package for the same text:
// steps with `needs`, `env` and a command with one expression, and one cycle of three among them.
//
//   node bench/analyze.js [rounds] [steps …]
//
// Then the same for a text that is broken in its middle: a bracket that is not closed, and a key without its colon.
// Prints medians and their ratio. They are measured in turn, so that a noisy machine disturbs all alike. The library
// compares every key with every other of its map, which shows at 5,000 steps; so it is also measured without.
import { parseDocument } from 'yaml';
import { analyze } from '../src/language/analyze.ts';

const rounds = Number(process.argv[2] ?? 15);
const sizes = process.argv.length > 3 ? process.argv.slice(3).map(Number) : [100, 1000, 5000];

/** @param {number} count */
function workflow(count) {
  const steps = Array.from({ length: count }, (_, i) => {
    const needs = i === 10 ? 'step_12' : i === 0 ? undefined : `step_${i - 1}`;
    return [
      `  step_${i}:`,
      ...(needs === undefined ? [] : [`    needs: ${needs}`]),
      `    env: { LEVEL: low, NUMBER: "${i}" }`,
      `    run: echo "step ${i} of" \${{ inputs.target }} >> out.txt`,
      '',
    ].join('\n');
  });
  return `name: bench\ninputs:\n  target: { type: string, default: src }\nsteps:\n${steps.join('')}`;
}

/** @param {() => unknown} work */
function timed(work) {
  const began = performance.now();
  work();
  return performance.now() - began;
}

/** @param {number[]} times */
function median(times) {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? NaN;
}

/** @param {string} text */
function broken(text) {
  const half = text.indexOf('  step_', text.length >> 1);
  return `${text.slice(0, half)}  torn: { run: [x\n  bare\n${text.slice(half)}`;
}

for (const size of sizes) {
  const text = workflow(size);
  const found = analyze(text).diagnostics.map(({ code, related }) => `${code} with ${related.length} hops`);
  if (found.join() !== 'baton/cycle with 3 hops')
    throw new Error(`Expected one cycle of three: ${found.join()}`);
  const warmUp = Math.max(5, Math.ceil(2000 / size));
  for (let i = 0; i < warmUp; i++) void (parseDocument(text), analyze(text));
  /** @type {number[]} */
  const bare = [];
  /** @type {number[]} */
  const whole = [];
  /** @type {number[]} */
  const unchecked = [];
  for (let i = 0; i < rounds; i++) {
    bare.push(timed(() => parseDocument(text)));
    whole.push(timed(() => analyze(text)));
    unchecked.push(timed(() => parseDocument(text, { uniqueKeys: false })));
  }
  const [a, b, c] = [median(bare), median(whole), median(unchecked)];
  const torn = broken(text);
  if (!analyze(torn).diagnostics.some(({ code }) => code === 'baton/yaml'))
    throw new Error('It is not broken.');
  /** @type {number[]} */
  const bareTorn = [];
  /** @type {number[]} */
  const wholeTorn = [];
  for (let i = 0; i < rounds; i++) {
    bareTorn.push(timed(() => parseDocument(torn)));
    wholeTorn.push(timed(() => analyze(torn)));
  }
  const [d, e] = [median(bareTorn), median(wholeTorn)];
  console.log(
    `${String(size).padStart(5)} steps, ${(text.length / 1024).toFixed(0).padStart(4)} KiB: ` +
      `parseDocument ${a.toFixed(2)} ms, analyze ${b.toFixed(2)} ms, ratio ${(b / a).toFixed(2)} ` +
      `(${(b / c).toFixed(2)} to parseDocument without its check of keys)\n` +
      `       broken: parseDocument ${d.toFixed(2)} ms, analyze ${e.toFixed(2)} ms, ratio ${(e / d).toFixed(2)}`,
  );
}
