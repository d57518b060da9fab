import fs from 'node:fs';
import path from 'node:path';
import type { RunId, StepAddress } from '../model/attempt.ts';
import { fileNameOf } from '../model/file-name.ts';
import type { RunStarted } from '../model/run-event.ts';
import { followFile } from './follow-file.ts';
import { FileWriter, openRequests } from './file-writer.ts';
import type {
  Journal,
  JournalNews,
  JournalWriter,
  LogQuery,
  Reopened,
  Request,
  RunRecord,
  RunSummary,
} from './journal.ts';
import { noticeOf, readLines } from './journal-lines.ts';
import { isOwned, readOwner, thisProcess, writeOwner } from './owner.ts';
import { appendIndex, readIndex, type IndexedRun } from './run-index.ts';
import { summaryOf } from './summary.ts';
import { watchRuns } from './watch-runs.ts';

/** Keeps runs under a folder (`.baton` of a project). The layout is drawn in the architecture's page. */
export class FileJournal implements Journal {
  readonly #root: string;
  readonly #now: () => number;

  constructor(root: string, now: () => number = Date.now) {
    this.#root = root;
    this.#now = now;
  }

  async create(run: RunId, first: RunStarted): Promise<JournalWriter | 'exists'> {
    this.#prepareRoot();
    const draft = path.join(this.#root, 'runs', `.draft-${process.pid}-${run}`);
    if (fs.existsSync(draft)) fs.rmSync(draft, { recursive: true, force: true });
    for (const name of ['', 'logs', 'requests', 'scratch']) fs.mkdirSync(path.join(draft, name));
    writeOwner(draft, thisProcess());
    const writer = FileWriter.open({ run, folder: draft, now: this.#now, lastSeq: 0, root: this.#root });
    writer.first = writer.append([first]);
    if (!claim(draft, this.#folder(run))) {
      await writer.abandon();
      fs.rmSync(draft, { recursive: true, force: true });
      return 'exists';
    }
    writer.moved(this.#folder(run));
    const { workflow, cause } = first;
    appendIndex(this.#root, {
      run,
      workflow: workflow.ref,
      name: workflow.name,
      cause,
      startedAt: writer.first[0]?.at ?? 0,
    });
    return writer;
  }

  #prepareRoot(): void {
    const ignore = path.join(this.#root, '.gitignore');
    if (fs.existsSync(ignore) && fs.existsSync(path.join(this.#root, 'runs'))) return;
    fs.mkdirSync(path.join(this.#root, 'runs'), { recursive: true });
    fs.writeFileSync(ignore, '*\n');
  }

  #folder(run: RunId): string {
    return path.join(this.#root, 'runs', run);
  }

  async reopen(run: RunId): Promise<Reopened | 'owned' | 'ended' | 'unknown'> {
    const folder = this.#folder(run);
    const record = await this.read(run);
    if (record === undefined) return 'unknown';
    if (record.presence === 'ended') return 'ended';
    if (record.presence === 'live' || !takeOver(folder)) return 'owned';
    const file = path.join(folder, 'events.jsonl');
    fs.truncateSync(file, readLines(fs.readFileSync(file), run).goodBytes);
    fs.mkdirSync(path.join(folder, 'scratch'), { recursive: true });
    const lastSeq = record.events.length;
    const writer = FileWriter.open({ run, folder, now: this.#now, lastSeq, root: this.#root });
    return { writer, record };
  }

  read(run: RunId): Promise<RunRecord | undefined> {
    const folder = this.#folder(run);
    // Asked before reading: an owner that is gone by now has written its last fact.
    const owned = isOwned(folder);
    const bytes = readWhole(path.join(folder, 'events.jsonl'));
    if (bytes === undefined) return Promise.resolve(undefined);
    const { events, tail } = readLines(bytes, run);
    const presence = events.at(-1)?.type === 'run-ended' ? 'ended' : owned ? 'live' : 'lost';
    // While the owner is at work, a line without its end is simply being written.
    const notices = presence === 'live' && tail === 'torn' ? [] : noticeOf(tail, events.length);
    return Promise.resolve({ run, events, presence, notices });
  }

  follow(run: RunId, signal?: AbortSignal): AsyncIterable<JournalNews> {
    return followFile({ run, folder: this.#folder(run), isOwned, ...(signal && { signal }) });
  }

  async list(): Promise<readonly RunSummary[]> {
    const indexed = readIndex(this.#root);
    const summaries = await Promise.all(
      runFolders(this.#root).map((run) => this.#summary(run, indexed.get(run))),
    );
    return summaries
      .filter((summary) => summary !== undefined)
      .sort((a, b) => b.startedAt - a.startedAt || (a.run < b.run ? 1 : -1));
  }

  /** From the index where it is whole; from the journal where a line is missing or the owner is gone. */
  async #summary(run: RunId, indexed: IndexedRun | undefined): Promise<RunSummary | undefined> {
    if (indexed?.end !== undefined) {
      const { end, ...start } = indexed;
      return { ...start, status: end.status, endedAt: end.at };
    }
    if (indexed !== undefined && isOwned(this.#folder(run))) return { ...indexed, status: 'running' };
    const record = await this.read(run);
    return record && summaryOf(record);
  }

  onChange(listener: () => void): Disposable {
    return watchRuns(this.#root, listener);
  }

  request(run: RunId, request: Request): Promise<boolean> {
    const folder = this.#folder(run);
    if (!isOwned(folder)) return Promise.resolve(false);
    return Promise.resolve(openRequests(folder).drop(request));
  }

  readLog({ run, step, attempt, fromByte, maxBytes }: LogQuery): Promise<Uint8Array | undefined> {
    return Promise.resolve(readPart(this.logPath(run, step, attempt), fromByte, maxBytes));
  }

  logPath(run: RunId, step: StepAddress, attempt: number): string {
    return path.join(this.#folder(run), 'logs', `${fileNameOf(step, attempt)}.log`);
  }

  async remove(run: RunId): Promise<'removed' | 'running' | 'unknown'> {
    const folder = this.#folder(run);
    const record = await this.read(run);
    if (record === undefined) return 'unknown';
    if (record.presence === 'live') return 'running';
    // Renamed first: a reader sees the whole run or none of it.
    const grave = path.join(this.#root, 'runs', `.removed-${process.pid}-${run}`);
    fs.renameSync(folder, grave);
    fs.rmSync(grave, { recursive: true, force: true });
    return 'removed';
  }
}

/** Creating the folder is the claim: a draft that already holds its first fact is renamed into place, or loses. */
function claim(draft: string, folder: string): boolean {
  try {
    fs.renameSync(draft, folder);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/** Of several processes that want a dead owner's run, the one that makes the folder named after that owner wins. */
function takeOver(folder: string): boolean {
  const dead = readOwner(folder);
  const claimed = path.join(folder, `taken-from-${dead?.pid ?? 0}-${dead?.processStart ?? 0}`);
  try {
    fs.mkdirSync(claimed);
  } catch {
    return false;
  }
  writeOwner(folder, thisProcess());
  return true;
}

function runFolders(root: string): RunId[] {
  try {
    return fs.readdirSync(path.join(root, 'runs')).filter((name) => !name.startsWith('.'));
  } catch {
    return [];
  }
}

function readWhole(file: string): Uint8Array | undefined {
  try {
    return fs.readFileSync(file);
  } catch {
    return undefined;
  }
}

function readPart(file: string, fromByte: number, maxBytes: number): Uint8Array | undefined {
  let fd: number;
  try {
    fd = fs.openSync(file, 'r');
  } catch {
    return undefined;
  }
  try {
    const bytes = Buffer.alloc(Math.max(0, Math.min(maxBytes, fs.fstatSync(fd).size - fromByte)));
    return bytes.subarray(0, fs.readSync(fd, bytes, 0, bytes.length, fromByte));
  } finally {
    fs.closeSync(fd);
  }
}
