// What it takes to list very many runs: reading the index and the names of their folders, then finding what the first page of
// the runs view shows, beside one pass over the same file.
//
//   node bench/many-runs.js [runs] [rounds]
//
// Prints medians in milliseconds: the first listing of a process, a listing after one more run, the rows of the first page.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { FileJournal } from '../src/journal/file-journal.ts';
import { appendIndex, indexFile } from '../src/journal/run-index.ts';
import { groupRuns } from '../src/views/run-groups.ts';

const count = Number(process.argv[2] ?? 10_000);
const rounds = Number(process.argv[3] ?? 9);
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-many-'));
const BEGAN = Date.parse('2026-01-01T00:00:00Z');

/** @param {number} i */
function add(i) {
  const run = `20260101T000000-${String(i).padStart(8, '0')}`;
  const startedAt = BEGAN + i * 60_000;
  fs.mkdirSync(path.join(root, 'runs', run), { recursive: true });
  const workflow = `ci/w${i % 20}.workflow.yaml`;
  appendIndex(root, { run, workflow, name: `W${i % 20}`, cause: { kind: 'person', door: 'cli' }, startedAt });
  appendIndex(root, { run, status: i % 9 === 0 ? 'failed' : 'succeeded', endedAt: startedAt + 5000 });
}

/** @param {() => unknown} work */
async function timed(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** @param {number[]} times */
const median = (times) => (times.toSorted((a, b) => a - b)[times.length >> 1] ?? NaN).toFixed(1);

try {
  for (let i = 0; i < count; i++) add(i);
  /** @type {Record<string, number[]>} */
  const times = { first: [], again: [], rows: [], bytes: [] };
  for (let round = 0; round < rounds; round++) {
    times['bytes']?.push(await timed(() => fs.readFileSync(indexFile(root), 'utf8').split('\n').length));
    const journal = new FileJournal(root);
    times['first']?.push(await timed(() => journal.list()));
    add(count + round);
    /** @type {Awaited<ReturnType<typeof journal.list>>} */
    let runs = [];
    times['again']?.push(await timed(async () => (runs = await journal.list())));
    if (runs.length < count) throw new Error(`${runs.length} runs are listed.`);
    const of = {
      summary: (/** @type {(typeof runs)[number]} */ run) => run,
      dayOf: (/** @type {number} */ at) => String(Math.floor(at / 86_400_000)),
      now: Date.now(),
    };
    times['rows']?.push(await timed(() => groupRuns(runs, 'day', of)));
  }
  for (const [what, all] of Object.entries(times)) console.log(`${what.padEnd(6)} ${median(all)} ms`);
} finally {
  fs.rmSync(root, { recursive: true, force: true });
}
