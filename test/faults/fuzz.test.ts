import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { suite, test } from 'mocha';
import { fuzzCase } from './fuzz-cases.ts';
import type { FuzzNews, FuzzOrder } from './fuzz-worker.ts';
import { LONG } from './long.ts';

/** The short form always tries the same cases; the long form goes on for minutes, with cases of its own. */
const SEED = LONG ? Number(process.env['BATON_SEED'] ?? Date.now() % 1_000_000) : 1;
const FOR_MS = LONG ? Number(process.env['BATON_FUZZ_MINUTES'] ?? 10) * 60_000 : 6_000;
/** A case that takes longer than this will not end. */
const HANGS_AFTER_MS = 30_000;
const MOST_FOUND = 50;

interface Found {
  readonly number: number;
  readonly message: string;
  readonly text: string;
}

suite('Reading whatever there is to read', () => {
  test('never throws, never takes long, never says two things of one text: mutated workflows and expressions', async () => {
    const { found, cases } = await fuzz();
    if (LONG) console.log(`      seed ${SEED}, ${cases} cases, ${found.length} found`);
    for (const each of LONG ? found : []) keep(each);
    assert.deepEqual(
      found.map(({ number, message }) => `seed ${SEED}, case ${number}: ${message}`),
      [],
    );
    assert.ok(cases > 20, `only ${cases} cases`);
  }).timeout(FOR_MS + 120_000);
});

/** Works in a thread, so that a case that never ends is noticed; then the next thread goes on behind it. */
async function fuzz(): Promise<{ readonly found: readonly Found[]; readonly cases: number }> {
  const untilMs = Date.now() + FOR_MS;
  const found: Found[] = [];
  let next = 0;
  while (Date.now() < untilMs && found.length < MOST_FOUND) {
    const at = new Int32Array(new SharedArrayBuffer(4));
    const hung = await work({ seed: SEED, from: next, untilMs, at }, found);
    next = Atomics.load(at, 0) + 1;
    if (hung) found.push({ number: next - 1, message: 'it hangs', text: fuzzCase(SEED, next - 1).text });
  }
  return { found, cases: next };
}

function work(order: FuzzOrder, found: Found[]): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./fuzz-worker.ts', import.meta.url), { workerData: order });
    let last = -1;
    const watch = setInterval(() => {
      const now = Atomics.load(order.at, 0);
      if (now === last || found.length >= MOST_FOUND) {
        void worker.terminate();
        resolve(now === last);
      }
      last = now;
    }, HANGS_AFTER_MS);
    worker.on('message', (news: FuzzNews) => {
      if (news.kind === 'found') found.push(news);
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      clearInterval(watch);
      resolve(false);
    });
  });
}

/** What the long form finds is kept beside the other results, so that it can become a test. */
function keep({ number, message, text }: Found): void {
  const folder = path.resolve(import.meta.dirname, '../../test-results/fuzz');
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, `${SEED}-${number}.txt`), text);
  fs.writeFileSync(path.join(folder, `${SEED}-${number}.message.txt`), message);
}
