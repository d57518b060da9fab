import fs from 'node:fs';
import path from 'node:path';
import type { RunId, StepAddress } from '../model/attempt.ts';
import { fileNameOf } from '../model/file-name.ts';
import type { Fact, RunEvent, RunStarted } from '../model/run-event.ts';
import { claim, giveBack, isTaking, latestTaking, takeOver } from './claim.ts';
import { followFile } from './follow-file.ts';
import { FileWriter, openRequests } from './file-writer.ts';
import {
  isHeard,
  JournalFailure,
  presenceAfter,
  type Asked,
  type Journal,
  type JournalNews,
  type JournalWriter,
  type LogQuery,
  type Reopened,
  type Request,
  type RunRecord,
  type RunSummary,
} from './journal.ts';
import { noticeOf, readLines, readTypes, type ReadLines } from './journal-lines.ts';
import { isOwned, thisProcess, writeOwner } from './owner.ts';
import { prepareRoot } from './prepare-root.ts';
import { appendIndex, IndexReader, type IndexedRun } from './run-index.ts';
import { summaryOf } from './summary.ts';
import { watchRuns } from './watch-runs.ts';

/** Keeps runs under a folder (`.baton` of a project). The layout is drawn in the architecture's page. */
export class FileJournal implements Journal {
  readonly #root: string;
  readonly #now: () => number;
  /** The runs that this process owns by this journal. */
  readonly #own = new Map<RunId, FileWriter>();
  readonly #index: IndexReader;

  constructor(root: string, now: () => number = Date.now) {
    this.#root = root;
    this.#now = now;
    this.#index = new IndexReader(root);
  }

  async create(run: RunId, first: RunStarted): Promise<JournalWriter | 'exists'> {
    const draft = path.join(this.#root, 'runs', `.draft-${process.pid}-${run}`);
    let writer: FileWriter | undefined;
    try {
      prepareRoot(this.#root);
      writer = this.#draft(run, draft);
      writer.first = writer.append([first]);
      if (claim(draft, this.#folder(run))) return this.#begun(writer, first);
      await writer.abandon();
      return 'exists';
    } catch (error) {
      await writer?.abandon();
      const { message } = error instanceof JournalFailure ? (error.cause as Error) : (error as Error);
      throw new JournalFailure(`No run could begin: ${message}`, { cause: error });
    } finally {
      fs.rmSync(draft, { recursive: true, force: true });
    }
  }

  #draft(run: RunId, draft: string): FileWriter {
    fs.rmSync(draft, { recursive: true, force: true });
    // Output may hold what others should not read, even where nothing is declared secret.
    fs.mkdirSync(draft, { recursive: true, mode: 0o700 });
    for (const name of ['logs', 'requests', 'scratch'])
      fs.mkdirSync(path.join(draft, name), { recursive: true });
    writeOwner(draft, thisProcess());
    return this.#open(run, draft, { lastSeq: 0, taking: 0 });
  }

  #open(
    run: RunId,
    folder: string,
    { lastSeq, taking }: { readonly lastSeq: number; readonly taking: number },
  ): FileWriter {
    const onClose = () => {
      if (this.#own.get(run) === writer) this.#own.delete(run);
    };
    const [root, now] = [this.#root, this.#now];
    const writer = FileWriter.open({ run, folder, now, root, lastSeq, taking, onClose });
    return writer;
  }

  #begun(writer: FileWriter, { workflow, cause }: RunStarted): FileWriter {
    const { run, startedAt } = writer;
    writer.moved(this.#folder(run));
    this.#own.set(run, writer);
    appendIndex(this.#root, { run, workflow: workflow.ref, name: workflow.name, cause, startedAt });
    return writer;
  }

  #folder(run: RunId): string {
    return path.join(this.#root, 'runs', run);
  }

  async reopen(run: RunId): Promise<Reopened | 'owned' | 'ended' | 'unknown' | 'unreadable'> {
    const folder = this.#folder(run);
    if (!fs.existsSync(folder)) return 'unknown';
    // Asked first: who takes the run over after this moment makes our own taking fail.
    const earlier = latestTaking(folder);
    const record = await this.read(run);
    if (record === undefined) return 'unknown';
    if (record.presence === 'ended') return 'ended';
    if (record.presence === 'live' || isTaking(folder, earlier)) return 'owned';
    if (record.events.length === 0) return 'unreadable';
    try {
      if (!takeOver(folder, earlier + 1)) return 'owned';
      return this.#takenOver(record, earlier + 1);
    } catch (error) {
      giveBack(folder, earlier + 1);
      throw new JournalFailure(`Run ${run} could not be taken over: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  #takenOver(record: RunRecord, taking: number): Reopened {
    const { run, events } = record;
    const folder = this.#folder(run);
    const tail = cutTail(folder, run);
    fs.mkdirSync(path.join(folder, 'scratch'), { recursive: true });
    const writer = this.#open(run, folder, { lastSeq: events.length, taking });
    this.#own.set(run, writer);
    // A fact that was cut off while it was written had led to nothing yet: nothing is lost.
    return { writer, record: tail === 'torn' ? { ...record, notices: [] } : record };
  }

  read(run: RunId): Promise<RunRecord | undefined> {
    const folder = this.#folder(run);
    // Asked before reading: an owner that is gone by now has written its last fact.
    const owned = isOwned(folder);
    const bytes = readWhole(path.join(folder, 'events.jsonl'));
    if (bytes === undefined) return Promise.resolve(undefined);
    const { events, tail } = readLines(bytes, run);
    const presence = presenceAfter(events.at(-1), owned);
    // While the owner is at work, a line without its end is simply being written.
    const notices = presence === 'live' && tail === 'torn' ? [] : noticeOf(tail, events.length);
    return Promise.resolve({ run, events, presence, notices });
  }

  readFacts(run: RunId, types: ReadonlySet<Fact['type']>): Promise<readonly RunEvent[]> {
    const bytes = readWhole(path.join(this.#folder(run), 'events.jsonl'));
    return Promise.resolve(bytes === undefined ? [] : readTypes(bytes, run, types));
  }

  follow(run: RunId, signal?: AbortSignal): AsyncIterable<JournalNews> {
    return followFile({ run, folder: this.#folder(run), isOwned, ...(signal && { signal }) });
  }

  async list(): Promise<readonly RunSummary[]> {
    const indexed = this.#index.read();
    const summaries: RunSummary[] = [];
    const others: Promise<RunSummary | undefined>[] = [];
    for (const run of runFolders(this.#root)) {
      const known = indexed.get(run);
      if (known?.end === undefined) others.push(this.#summary(run, known));
      else summaries.push(summaryOfIndexed(known, known.end));
    }
    for (const summary of await Promise.all(others)) if (summary !== undefined) summaries.push(summary);
    return summaries.sort((a, b) => b.startedAt - a.startedAt || (a.run < b.run ? 1 : -1));
  }

  /** From the index where it is whole; from the journal where a line is missing or the owner is gone. */
  async #summary(run: RunId, indexed: IndexedRun | undefined): Promise<RunSummary | undefined> {
    if (indexed !== undefined && isOwned(this.#folder(run))) return { ...indexed, status: 'running' };
    const record = await this.read(run);
    const summary = record && summaryOf(record);
    // A journal of which nothing can be read any more: the index still knows that there was a run.
    return summary ?? (record && indexed && { ...indexed, status: 'lost' });
  }

  onChange(listener: () => void): Disposable {
    return watchRuns(this.#root, listener);
  }

  async request(run: RunId, request: Request): Promise<Asked> {
    const own = this.#own.get(run);
    if (own !== undefined) {
      own.ask(request);
      return 'told';
    }
    const folder = this.#folder(run);
    const presence = isOwned(folder) ? 'live' : (await this.read(run))?.presence;
    if (presence === undefined || !isHeard(presence, request)) return 'gone';
    if (!openRequests(folder).drop(request)) return 'gone';
    return presence === 'live' ? 'told' : 'left';
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

/** Facts are written behind the last good line. What is damaged is set aside, for those who want to know what was lost. */
function cutTail(folder: string, run: RunId): ReadLines['tail'] {
  const file = path.join(folder, 'events.jsonl');
  const bytes = fs.readFileSync(file);
  const { goodBytes, tail } = readLines(bytes, run);
  if (tail === 'damaged')
    fs.appendFileSync(path.join(folder, 'events.damaged.jsonl'), bytes.subarray(goodBytes));
  fs.truncateSync(file, goodBytes);
  return tail;
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

function summaryOfIndexed(
  { run, workflow, name, cause, startedAt }: IndexedRun,
  end: NonNullable<IndexedRun['end']>,
): RunSummary {
  return { run, workflow, name, cause, startedAt, status: end.status, endedAt: end.at };
}
