import fs from 'node:fs';
import path from 'node:path';
import type { RunId } from '../model/attempt.ts';
import type { Cause, RunEnd } from '../model/run-event.ts';
import { checkedJson, parseChecked } from './checked-json.ts';

/** One line of `index.jsonl`: a start or an end. It only saves reading every journal and can be made again from them. */
export type IndexLine =
  | {
      readonly run: RunId;
      readonly workflow: string;
      readonly name: string;
      readonly cause: Cause;
      readonly startedAt: number;
    }
  | { readonly run: RunId; readonly status: RunEnd; readonly endedAt: number };

/** What the index knows of one run; the end is missing while it goes on, and for ever when its owner died. */
export interface IndexedRun {
  readonly run: RunId;
  readonly workflow: string;
  readonly name: string;
  readonly cause: Cause;
  readonly startedAt: number;
  readonly end?: { readonly status: RunEnd; readonly at: number };
}

/**
 * Appends a line in one write, so that lines of several processes never mix. A line that cannot be written is missing,
 * nothing more: no run fails for it.
 */
export function appendIndex(root: string, line: IndexLine): void {
  try {
    fs.appendFileSync(indexFile(root), checkedJson(line, '\n'));
  } catch {
    // Then the run's own journal is read.
  }
}

export function indexFile(root: string): string {
  return path.join(root, 'index.jsonl');
}

/** Reads the index; lines that cannot be read are passed over, since the journals know better. */
export function readIndex(root: string): ReadonlyMap<RunId, IndexedRun> {
  return new IndexReader(root).read();
}

/** Reads the index again and again: each time only what was written since. */
export class IndexReader {
  readonly #file: string;
  #runs = new Map<RunId, IndexedRun>();
  /** The file that was read, and how far: always to the end of a line. */
  #inode = 0;
  #offset = 0;

  constructor(root: string) {
    this.#file = indexFile(root);
  }

  read(): ReadonlyMap<RunId, IndexedRun> {
    let fd: number;
    try {
      fd = fs.openSync(this.#file, 'r');
    } catch {
      this.#forget(0);
      return this.#runs;
    }
    try {
      const { ino, size } = fs.fstatSync(fd);
      // Another file, or one that somebody cut.
      if (ino !== this.#inode || size < this.#offset) this.#forget(ino);
      this.#take(readFrom(fd, this.#offset, size - this.#offset));
    } catch {
      this.#forget(0);
    } finally {
      fs.closeSync(fd);
    }
    return this.#runs;
  }

  #forget(inode: number): void {
    this.#runs = new Map();
    this.#inode = inode;
    this.#offset = 0;
  }

  #take(bytes: Buffer): void {
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      this.#line(bytes.subarray(start, end));
      start = end + 1;
    }
    this.#offset += start;
  }

  #line(bytes: Buffer): void {
    const line = parseChecked(bytes) as IndexLine | undefined; // the checksum says that we wrote it
    if (line === undefined) return;
    if (!('status' in line)) {
      this.#runs.set(line.run, line);
      return;
    }
    const started = this.#runs.get(line.run);
    if (started !== undefined)
      this.#runs.set(line.run, { ...started, end: { status: line.status, at: line.endedAt } });
  }
}

const NEWLINE = 10;

function readFrom(fd: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const count = fs.readSync(fd, bytes, read, length - read, offset + read);
    if (count === 0) break;
    read += count;
  }
  return bytes.subarray(0, read);
}
