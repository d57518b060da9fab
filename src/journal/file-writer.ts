import fs from 'node:fs';
import path from 'node:path';
import type { RunId, StepAddress } from '../model/attempt.ts';
import { fileNameOf } from '../model/file-name.ts';
import type { LogSink } from '../model/log-sink.ts';
import type { Fact, RunEvent } from '../model/run-event.ts';
import { latestTaking, letGo } from './claim.ts';
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
  /** How many owners the run had before this one. */
  readonly taking: number;
  readonly onClose: () => void;
}

/** Facts reach the disk at most this long after they were written. */
const SYNC_AFTER_MS = 50;
/** Requests are looked for this often even when the system tells us nothing. */
const LOOK_FOR_REQUESTS_MS = 500;

/** Appends to one run's files. The only writer there is, as long as `owner.json` names this process. */
export class FileWriter implements JournalWriter {
  readonly run: RunId;
  startedAt = 0;
  first: readonly RunEvent[] = [];
  readonly #root: string;
  readonly #stamper: Stamper;
  readonly #fd: number;
  readonly #heart: NodeJS.Timeout;
  readonly #taking: number;
  readonly #onClose: () => void;
  /** What people in this process asked for, until somebody listens. */
  #asked: Request[] = [];
  #listener: ((request: Request) => void) | undefined;
  #folder: string;
  #syncing: NodeJS.Timeout | undefined;
  #syncs: Promise<void> = Promise.resolve();
  #closed = false;
  /** Why nothing may be written any more. */
  #trouble: string | undefined;
  readonly #logs: number[] = [];

  static open(options: FileWriterOptions): FileWriter {
    return new FileWriter(options);
  }

  private constructor(options: FileWriterOptions) {
    this.run = options.run;
    this.#root = options.root;
    this.#folder = options.folder;
    this.#stamper = new Stamper(options.run, options.now, options.lastSeq);
    this.#taking = options.taking;
    this.#onClose = options.onClose;
    this.#fd = fs.openSync(path.join(options.folder, 'events.jsonl'), 'a');
    this.#heart = setInterval(() => this.#beat(), HEARTBEAT_EVERY_MS);
    this.#heart.unref();
  }

  get scratch(): string {
    return path.join(this.#folder, 'scratch');
  }

  get values(): string {
    return path.join(this.#folder, 'values');
  }

  /** The draft folder was renamed; open files move along. */
  moved(folder: string): void {
    this.#folder = folder;
  }

  append(facts: readonly Fact[], at?: number): readonly RunEvent[] {
    const events = this.#stamper.stamp(facts, at);
    this.startedAt ||= events[0]?.at ?? 0;
    const isEnd = events.at(-1)?.type === 'run-ended';
    try {
      if (isEnd) this.#checkHeld();
      if (this.#trouble !== undefined) throw new Error(this.#trouble);
      const [line, ...more] = events.map(lineOf);
      if (line !== undefined) writeAll(this.#fd, more.length === 0 ? line : Buffer.concat([line, ...more]));
    } catch (error) {
      throw new JournalFailure(this.#failure(error as Error), { cause: error });
    }
    if (isEnd) this.#tellIndex(events);
    this.#syncing ??= setTimeout(() => this.#sync(), SYNC_AFTER_MS);
    return events;
  }

  #failure({ message }: Error): string {
    const what = `The journal of run ${this.run} cannot be written: ${message}. What was running has been ended.`;
    if (this.#trouble !== undefined) return what;
    return `${what} When that is mended, \`baton resume ${this.run}\` goes on with it.`;
  }

  /** Whoever was thought dead (its machine slept, its files were deleted) must not go on beside a new owner. */
  #checkHeld(): void {
    try {
      if (fs.fstatSync(this.#fd).nlink === 0) this.#trouble = 'it was deleted while the run went on';
      else if (latestTaking(this.#folder) > this.#taking)
        this.#trouble = 'another process has taken the run over';
    } catch {
      this.#trouble = 'its folder was deleted while the run went on';
    }
  }

  #beat(): void {
    this.#checkHeld();
    if (this.#trouble === undefined) beat(this.#folder);
    // Whoever listens wants to write that down, and is told then that it cannot.
    else this.ask({ type: 'stop', force: true, by: 'request' });
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
    let isBroken = false;
    return {
      path: file,
      write: (chunk) => {
        if (this.#closed || isBroken) return;
        try {
          if (fd === undefined) this.#logs.push((fd = fs.openSync(file, 'a')));
          writeAll(fd, chunk);
        } catch {
          // What a step printed is worth less than the step: where there is no room for it, the step goes on. Whether the
          // run can go on is for its journal to say.
          isBroken = true;
        }
      },
    };
  }

  onRequest(listener: (request: Request) => void): Disposable {
    this.#listener = listener;
    const watching = openRequests(this.#folder).watch(listener);
    this.#deliver();
    return {
      [Symbol.dispose]: () => {
        this.#listener = undefined;
        watching[Symbol.dispose]();
      },
    };
  }

  /** What somebody in this process asks needs no file, so a full disk cannot keep Ctrl-C from being heard. */
  ask(request: Request): void {
    this.#asked.push(request);
    // Not at once: whoever asks may have been called by whoever listens.
    setImmediate(() => this.#deliver());
  }

  #deliver(): void {
    if (this.#listener === undefined) return;
    for (const request of this.#asked.splice(0)) this.#listener?.(request);
  }

  async close(): Promise<void> {
    await this.abandon();
    letGo(this.#folder, this.#taking);
    for (const name of ['owner.json', 'scratch']) {
      try {
        if (this.#isOurs()) fs.rmSync(path.join(this.#folder, name), { recursive: true, force: true });
      } catch {
        // A disk that fails cannot make an ended run worse; a dead process owns nothing.
      }
    }
  }

  /** After another process took the run over, the folder is that one's. */
  #isOurs(): boolean {
    return this.#trouble === undefined && latestTaking(this.#folder) <= this.#taking;
  }

  /** Closes the files and leaves the folder as it is. */
  async abandon(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#heart);
    clearTimeout(this.#syncing);
    this.#sync();
    await this.#syncs;
    for (const fd of [...this.#logs, this.#fd]) fs.closeSync(fd);
    this.#onClose();
  }
}

/** A full disk may take a part of a line; then the rest is refused with an error, and the reader drops the part. */
function writeAll(fd: number, data: Uint8Array): void {
  let bytes = data;
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
      return requestIn(JSON.parse(fs.readFileSync(file, 'utf8')) as Partial<Request> | null) ?? [];
    } catch {
      return [];
    } finally {
      fs.rmSync(file, { force: true });
    }
  });
}

/** A file that anybody may have written, read with care. */
function requestIn(value: Partial<Request> | null): Request | undefined {
  switch (value?.type) {
    case 'stop':
      return { type: 'stop', force: value.force === true, by: value.by ?? 'request' };
    case 'stop-step':
      return typeof value.step === 'string'
        ? { type: 'stop-step', step: value.step, by: value.by === 'group' ? 'group' : 'request' }
        : undefined;
    case 'answer':
      if (typeof value.step !== 'string' || (value.answer !== 'approve' && value.answer !== 'reject'))
        return undefined;
      return {
        type: 'answer',
        step: value.step,
        answer: value.answer,
        ...(typeof value.who === 'string' && { who: value.who }),
        ...(typeof value.note === 'string' && { note: value.note }),
      };
    default:
      return undefined;
  }
}
