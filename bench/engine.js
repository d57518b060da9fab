/**
 * What the engine itself costs a step: programs that do nothing and end at once, the memory journal, 8 at once. Prints
 * microseconds a step, and as a lower bound a bare loop that counts down needs and calls the same function. Its goal: at
 * most 5 µs a step, growing linearly. Run it alone: `node bench/engine.js [shape] [steps]`.
 */
import { execFileSync } from 'node:child_process';
import { carryOn } from '../src/engine/run.ts';
import { MemoryJournal } from '../src/journal/memory-journal.ts';
import { systemClock } from '../src/project/system-clock.ts';

const PARALLEL = 8;
const DONE = Promise.resolve(/** @type {const} */ ({ ok: true, outputs: {} }));
const NOWHERE = { start: 0, end: 0 };

/** Needs by number, for each step. @type {Readonly<Record<string, (steps: number) => readonly (readonly number[])[]>>} */
const SHAPES = {
  chain: (steps) => Array.from({ length: steps }, (_, i) => (i === 0 ? [] : [i - 1])),
  'fan-out with join': (steps) =>
    Array.from({ length: steps }, (_, i) =>
      i === 0 ? [] : i < steps - 1 ? [0] : Array.from({ length: steps - 2 }, (_, k) => k + 1),
    ),
  'layered random': (steps) => {
    const next = random(7);
    const width = 50;
    return Array.from({ length: steps }, (_, i) => {
      const layer = Math.floor(i / width);
      const one = () => (layer - 1) * width + Math.floor(next() * width);
      return layer === 0 ? [] : [...new Set([one(), one(), one()])];
    });
  },
};

/** @param {number} seed */
function random(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** @param {readonly (readonly number[])[]} graph @returns {import('../src/model/run-event.ts').RunStarted} */
function firstFact(graph) {
  const steps = graph.map((needs, i) => ({
    id: `s${i}`,
    kind: /** @type {const} */ ('run'),
    with: { command: ['true'] },
    needs: needs.map((need) => ({
      step: `s${need}`,
      allowSkipped: false,
      kind: /** @type {const} */ ('needs'),
      range: NOWHERE,
    })),
    env: {},
    retry: { max: 0, delayMs: 1000, factor: 2, maxDelayMs: 300_000, jitter: 0, onTimeout: true },
    continueOn: /** @type {const} */ ('nothing'),
    stop: { signal: 'SIGTERM', graceMs: 10_000 },
    keepStdout: false,
    range: NOWHERE,
    idRange: NOWHERE,
  }));
  const workflow = {
    ref: 'bench.workflow.yaml',
    name: 'bench',
    digest: '',
    inputs: [],
    env: {},
    dotenv: [],
    steps,
    finally: [],
    schedules: [],
    limits: { onFailure: /** @type {const} */ ('continue') },
  };
  const cause = /** @type {const} */ ({ kind: 'person', door: 'library' });
  const common = {
    inputs: {},
    env: {},
    cause,
    parallel: PARALLEL,
    onFailure: /** @type {const} */ ('continue'),
  };
  return { type: 'run-started', version: 1, workflow, ...common };
}

/** @param {import('../src/model/run-event.ts').RunStarted} first */
async function engine(first) {
  const journal = new MemoryJournal();
  const writer = await journal.create('run', first);
  if (writer === 'exists') throw new Error('The run is there already.');
  const events = (await journal.read('run'))?.events ?? [];
  const backend = { execute: () => DONE, close: () => Promise.resolve() };
  const world = { backend, clock: systemClock, random: Math.random };
  const state = await carryOn({ writer, events, world });
  if (state.ended !== 'succeeded') throw new Error(`The run ${state.ended}.`);
}

/** @param {readonly (readonly number[])[]} graph */
async function bareLoop(graph) {
  const open = graph.map((needs) => needs.length);
  const dependents = graph.map(() => /** @type {number[]} */ ([]));
  for (const [i, needs] of graph.entries()) for (const need of needs) dependents[need]?.push(i);
  const ready = graph.flatMap((needs, i) => (needs.length === 0 ? [i] : []));
  let at = 0;
  let left = graph.length;
  await new Promise((resolve) => {
    let running = 0;
    const turn = () => {
      while (running < PARALLEL && at < ready.length) {
        const step = ready[at++] ?? 0;
        running++;
        void DONE.then(() => {
          running--;
          for (const each of dependents[step] ?? []) {
            open[each] = (open[each] ?? 0) - 1;
            if (open[each] === 0) ready.push(each);
          }
          if (--left === 0) resolve(undefined);
          else turn();
        });
      }
    };
    turn();
  });
}

/** The best of several, in microseconds a step: noise only ever adds. @param {number} steps @param {() => Promise<void>} work */
async function best(steps, work) {
  let least = Infinity;
  for (let i = 0; i < Math.max(3, Math.min(30, 100_000 / steps)); i++) {
    const began = performance.now();
    await work();
    least = Math.min(least, performance.now() - began);
  }
  return (least * 1000) / steps;
}

const [onlyShape, onlySteps] = process.argv.slice(2);
const heading = 'µs a step                        engine   bare loop   times';
if (onlyShape === undefined || onlySteps === undefined) {
  console.log(heading);
  for (const name of onlyShape === undefined ? Object.keys(SHAPES) : [onlyShape]) {
    for (const steps of [1_000, 10_000, 100_000]) {
      // A process each: nobody pays for what another one left behind.
      const args = [import.meta.filename, name, String(steps)];
      const [, row] = execFileSync(process.execPath, args, { encoding: 'utf8' }).split('\n');
      console.log(row);
    }
  }
} else {
  const steps = Number(onlySteps);
  const shape = SHAPES[onlyShape];
  if (shape === undefined || !(steps > 2)) throw new Error(`Shapes: ${Object.keys(SHAPES).join(', ')}`);
  const graph = shape(steps);
  const first = firstFact(graph);
  await best(1_000, () => engine(firstFact(shape(1_000)))); // warm
  const ours = await best(steps, () => engine(first));
  const bare = await best(steps, () => bareLoop(graph));
  const label = `${onlyShape}, ${steps.toLocaleString('en')}`.padEnd(30);
  console.log(heading);
  console.log(
    `${label}  ${ours.toFixed(2).padStart(7)}  ${bare.toFixed(2).padStart(10)}  ${(ours / bare).toFixed(1).padStart(6)}`,
  );
}
