import { parentPort, workerData } from 'node:worker_threads';
import { checkCase, fuzzCase } from './fuzz-cases.ts';

/** What the thread is given; `at` tells the other side which case is being worked on. */
export interface FuzzOrder {
  readonly seed: number;
  readonly from: number;
  readonly untilMs: number;
  readonly at: Int32Array;
}

export type FuzzNews =
  | { readonly kind: 'found'; readonly number: number; readonly message: string; readonly text: string }
  | { readonly kind: 'done'; readonly cases: number };

const { seed, from, untilMs, at } = workerData as FuzzOrder; // given by fuzz.test.ts
// oxlint-disable-next-line require-post-message-target-origin -- a thread's port is no window
const tell = (news: FuzzNews) => parentPort?.postMessage(news);
let number = from;
for (; Date.now() < untilMs; number++) {
  Atomics.store(at, 0, number);
  const fuzzed = fuzzCase(seed, number);
  try {
    checkCase(fuzzed);
  } catch (error) {
    const message = (error as Error).stack ?? String(error);
    tell({ kind: 'found', number, message: message.slice(0, 2000), text: fuzzed.text });
  }
}
tell({ kind: 'done', cases: number - from });
