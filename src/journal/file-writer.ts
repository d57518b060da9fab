import fs from 'node:fs';
import path from 'node:path';
import type { RunId, StepAddress } from '../model/attempt.ts';
import { fileNameOf } from '../model/file-name.ts';
import type { LogSink } from '../model/log-sink.ts';
import type { Fact, RunEvent } from '../model/run-event.ts';
import { JournalFailure, type JournalWriter, type Request } from './journal.ts';
import { lineOf } from './journal-lines.ts';
import { beat, HEARTBEAT_EVERY_MS } from './owner.ts';
import { appendIndex } from './run-index.ts';
import { Stamper } from './stamp.ts';
import { watchFolder } from './watch-folder.ts';

interface FileWriterOptions {
  readonly run: RunId;
  readonly folder: string;
  readonly now: () => number;
  readonly lastSeq: number;
  /** The journal's root, whose index is told of the end. */
  readonly root: string;
}

/** Facts reach the disk at most this long after they were written. */
const SYNC_AFTER_MS = 50;
/** Requests are looked for this often even when the system tells us nothing. */
const LOOK_FOR_REQUESTS_MS = 500;

/** Appends to one run's files. The only writer there is, as long as `owner.json` names this process. */
export class FileWriter implements JournalWriter {
  readonly run: RunId;
  first: readonly RunEvent[] = [];
  readonly #root: string;
  readonly #stamper: Stamper;
  readonly #fd: number;
  readonly #heart: NodeJS.Timeout;
  #folder: string;
  #syncing: NodeJS.Timeout | undefined;
  #syncs: Promise<void> = Promise.resolve();
  #closed = false;
  readonly #logs: number[] = [];

  static open(options: FileWriterOptions): FileWriter {
    return new FileWriter(options);
  }

  private constructor(options: FileWriterOptions) {
    this.run = options.run;
    this.#root = options.root;
    this.#folder = options.folder;
    this.#stamper = new Stamper(options.run, options.now, options.lastSeq);
    this.#fd = fs.openSync(path.join(options.folder, 'events.jsonl'), 'a');
    this.#heart = setInterval(() => beat(this.#folder), HEARTBEAT_EVERY_MS);
    this.#heart.unref();
  }

  get scratch(): string {
    return path.join(this.#folder, 'scratch');
  }

  /** The draft folder was renamed; open files move along. */
  moved(folder: string): void {
    this.#folder = folder;
  }

  append(facts: readonly Fact[]): readonly RunEvent[] {
    const events = this.#stamper.stamp(facts);
    try {
      writeAll(this.#fd, events.map(lineOf));
      this.#tellIndex(events);
    } catch (error) {
      throw new JournalFailure(`The run's journal cannot be written: ${(error as Error).message}`, {
        cause: error,
      });
    }
    this.#syncing ??= setTimeout(() => this.#sync(), SYNC_AFTER_MS);
    return events;
  }

  #tellIndex(events: readonly RunEvent[]): void {
    const last = events.at(-1);
    if (last?.type !== 'run-ended') return;
    appendIndex(this.#root, { run: this.run, status: last.status, endedAt: last.at });
  }

  #sync(): void {
    this.#syncing = undefined;
    this.#syncs = this.#syncs.then(
      () =>
        new Promise((resolve) => {
          // A failed sync changes nothing we could act on: the facts are with the operating system.
          fs.fdatasync(this.#fd, () => resolve());
        }),
    );
  }

  log(step: StepAddress, attempt: number): LogSink {
    const file = path.join(this.#folder, 'logs', `${fileNameOf(step, attempt)}.log`);
    let fd: number | undefined;
    return {
      path: file,
      write: (chunk) => {
        if (this.#closed) return;
        if (fd === undefined) this.#logs.push((fd = fs.openSync(file, 'a')));
        fs.writeSync(fd, chunk);
      },
    };
  }

  onRequest(listener: (request: Request) => void): Disposable {
    return openRequests(this.#folder).watch(listener);
  }

  async close(): Promise<void> {
    await this.abandon();
    fs.rmSync(path.join(this.#folder, 'owner.json'), { force: true });
    fs.rmSync(path.join(this.#folder, 'scratch'), { recursive: true, force: true });
  }

  /** Closes the files and leaves the folder as it is. */
  async abandon(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#heart);
    clearTimeout(this.#syncing);
    this.#sync();
    await this.#syncs;
    for (const fd of this.#logs) fs.closeSync(fd);
    fs.closeSync(this.#fd);
  }
}

/** A full disk may take a part of a line; then the rest is refused with an error, and the reader drops the part. */
function writeAll(fd: number, lines: readonly Uint8Array[]): void {
  let bytes = lines.length === 1 && lines[0] !== undefined ? lines[0] : Buffer.concat(lines);
  while (bytes.length > 0) bytes = bytes.subarray(fs.writeSync(fd, bytes));
}

/** The folder in which people leave requests: one file each, dropped in by rename, removed by the owner. */
export function openRequests(folder: string): {
  drop(request: Request): boolean;
  watch(listener: (request: Request) => void): Disposable;
} {
  const requests = path.join(folder, 'requests');
  return {
    drop(request) {
      const name = `${Date.now()}-${process.pid}-${Math.random().toString(36).slice(2)}.json`;
      try {
        fs.writeFileSync(path.join(requests, `.${name}`), JSON.stringify(request));
        fs.renameSync(path.join(requests, `.${name}`), path.join(requests, name));
        return true;
      } catch {
        return false; // The run ended and was removed in the meantime.
      }
    },
    watch(listener) {
      const look = () => {
        for (const request of take(requests)) listener(request);
      };
      const watcher = watchFolder(requests, look);
      const timer = setInterval(look, LOOK_FOR_REQUESTS_MS);
      timer.unref();
      look();
      return {
        [Symbol.dispose]() {
          watcher?.close();
          clearInterval(timer);
        },
      };
    },
  };
}

function take(folder: string): Request[] {
  let names: string[];
  try {
    names = fs.readdirSync(folder).filter((name) => !name.startsWith('.'));
  } catch {
    return [];
  }
  return names.toSorted().flatMap((name) => {
    const file = path.join(folder, name);
    try {
      const value = JSON.parse(fs.readFileSync(file, 'utf8')) as Partial<Request> | null;
      return value?.type === 'stop'
        ? [{ type: 'stop', force: value.force === true, by: value.by ?? 'request' }]
        : [];
    } catch {
      return [];
    } finally {
      fs.rmSync(file, { force: true });
    }
  });
}
