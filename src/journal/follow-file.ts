import fs from 'node:fs';
import path from 'node:path';
import type { RunId } from '../model/attempt.ts';
import type { RunEvent } from '../model/run-event.ts';
import { presenceAfter, type JournalNews, type Presence } from './journal.ts';
import { readLines } from './journal-lines.ts';

interface FollowOptions {
  readonly run: RunId;
  readonly folder: string;
  readonly isOwned: (folder: string) => boolean;
  readonly signal?: AbortSignal;
}

/** A follower looks this often even when the system tells it nothing; it also notices a dead owner by it. */
const LOOK_AGAIN_MS = 250;

/** The past of a run at once, then what is appended, until it ends, its owner dies, or the signal aborts. */
export async function* followFile({
  run,
  folder,
  isOwned,
  signal,
}: FollowOptions): AsyncGenerator<JournalNews> {
  const file = path.join(folder, 'events.jsonl');
  const waker = new Waker(file, signal);
  let offset = 0;
  let seq = 0;
  let told: Presence | undefined;
  let last: RunEvent | undefined;
  try {
    while (signal?.aborted !== true) {
      // Asked before reading: an owner that is gone by now has written its last fact.
      const owned = isOwned(folder);
      const bytes = readFrom(file, offset);
      if (bytes === undefined) return;
      const { events, goodBytes } = readLines(bytes, run, seq);
      offset += goodBytes;
      seq += events.length;
      last = events.at(-1) ?? last;
      const presence = presenceAfter(last, owned);
      if (events.length > 0 || presence !== told) yield { events, presence: (told = presence) };
      if (presence !== 'live') return;
      if (events.length === 0) await waker.next();
    }
  } finally {
    waker.close();
  }
}

function readFrom(file: string, offset: number): Uint8Array | undefined {
  let fd: number;
  try {
    fd = fs.openSync(file, 'r');
  } catch {
    return undefined; // The run was removed.
  }
  try {
    const bytes = Buffer.alloc(Math.max(0, fs.fstatSync(fd).size - offset));
    return bytes.subarray(0, fs.readSync(fd, bytes, 0, bytes.length, offset));
  } finally {
    fs.closeSync(fd);
  }
}

/** Wakes a follower when the file changes, some time passes, or it is told to stop. */
class Waker {
  #watcher: fs.FSWatcher | undefined;
  #wake: (() => void) | undefined;
  #changed = false;
  readonly #signal: AbortSignal | undefined;

  constructor(file: string, signal: AbortSignal | undefined) {
    this.#signal = signal;
    signal?.addEventListener('abort', this.#onChange);
    try {
      this.#watcher = fs.watch(file, this.#onChange);
      this.#watcher.on('error', () => this.#watcher?.close());
      this.#watcher.unref();
    } catch {
      // Then time alone wakes.
    }
  }

  readonly #onChange = () => {
    this.#changed = true;
    this.#wake?.();
  };

  async next(): Promise<void> {
    if (!this.#changed) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, LOOK_AGAIN_MS);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#wake = undefined;
    this.#changed = false;
  }

  close(): void {
    this.#watcher?.close();
    this.#signal?.removeEventListener('abort', this.#onChange);
  }
}
