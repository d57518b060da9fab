import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { RunId } from '../model/attempt.ts';
import { fileNameOf } from '../model/file-name.ts';
import type { Fact, RunEvent, RunStarted } from '../model/run-event.ts';
import type { LogSink } from '../model/log-sink.ts';
import type {
  Asked,
  Journal,
  JournalNews,
  JournalWriter,
  LogQuery,
  Presence,
  Reopened,
  Request,
  RunRecord,
  RunSummary,
} from './journal.ts';
import { isHeard, JournalFailure, presenceAfter } from './journal.ts';
import { Stamper } from './stamp.ts';
import { summaryOf } from './summary.ts';

interface KeptRun {
  readonly events: RunEvent[];
  readonly logs: Map<string, Uint8Array[]>;
  readonly requests: Request[];
  readonly changed: Set<() => void>;
  owner: MemoryWriter | undefined;
}

/** Keeps runs in this process: for the library and for tests. */
export class MemoryJournal implements Journal {
  readonly #runs = new Map<RunId, KeptRun>();
  readonly #listeners = new Set<() => void>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  create(run: RunId, first: RunStarted): Promise<JournalWriter | 'exists'> {
    if (this.#runs.has(run)) return Promise.resolve('exists');
    const kept: KeptRun = { events: [], logs: new Map(), requests: [], changed: new Set(), owner: undefined };
    this.#runs.set(run, kept);
    const writer = this.#own(run, kept);
    writer.first = writer.append([first]);
    this.#tell();
    return Promise.resolve(writer);
  }

  reopen(run: RunId): Promise<Reopened | 'owned' | 'ended' | 'unknown'> {
    const kept = this.#runs.get(run);
    if (kept === undefined) return Promise.resolve('unknown');
    if (kept.owner !== undefined) return Promise.resolve('owned');
    if (hasEnded(kept)) return Promise.resolve('ended');
    const record = recordOf(run, kept);
    return Promise.resolve({ writer: this.#own(run, kept), record });
  }

  #own(run: RunId, kept: KeptRun): MemoryWriter {
    const writer = new MemoryWriter(run, kept, this.#now, () => this.#tell());
    kept.owner = writer;
    return writer;
  }

  read(run: RunId): Promise<RunRecord | undefined> {
    const kept = this.#runs.get(run);
    return Promise.resolve(kept && recordOf(run, kept));
  }

  readFacts(run: RunId, types: ReadonlySet<Fact['type']>): Promise<readonly RunEvent[]> {
    return Promise.resolve((this.#runs.get(run)?.events ?? []).filter(({ type }) => types.has(type)));
  }

  async *follow(run: RunId, signal?: AbortSignal): AsyncIterable<JournalNews> {
    const kept = this.#runs.get(run);
    let told = 0;
    let toldPresence: Presence | undefined;
    while (kept !== undefined && signal?.aborted !== true) {
      const events = kept.events.slice(told);
      const presence = presenceOf(kept);
      if (events.length > 0 || presence !== toldPresence) {
        told += events.length;
        toldPresence = presence;
        yield { events, presence };
        continue;
      }
      if (presence !== 'live') return;
      await nextChange(kept, signal);
    }
  }

  list(): Promise<readonly RunSummary[]> {
    const summaries = [...this.#runs].flatMap(([run, kept]) => summaryOf(recordOf(run, kept)) ?? []);
    return Promise.resolve(summaries.toReversed());
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  request(run: RunId, request: Request): Promise<Asked> {
    const kept = this.#runs.get(run);
    if (kept === undefined || !isHeard(presenceOf(kept), request)) return Promise.resolve('gone');
    kept.requests.push(request);
    kept.owner?.deliver();
    return Promise.resolve(kept.owner === undefined ? 'left' : 'told');
  }

  readLog({ run, step, attempt, fromByte, maxBytes }: LogQuery): Promise<Uint8Array | undefined> {
    const chunks = this.#runs.get(run)?.logs.get(fileNameOf(step, attempt));
    if (chunks === undefined) return Promise.resolve(undefined);
    return Promise.resolve(Buffer.concat(chunks).subarray(fromByte, fromByte + maxBytes));
  }

  logPath(): undefined {
    return undefined;
  }

  remove(run: RunId): Promise<'removed' | 'running' | 'unknown'> {
    const kept = this.#runs.get(run);
    if (kept === undefined) return Promise.resolve('unknown');
    if (presenceOf(kept) === 'live') return Promise.resolve('running');
    this.#runs.delete(run);
    this.#tell();
    return Promise.resolve('removed');
  }
}

class MemoryWriter implements JournalWriter {
  readonly run: RunId;
  first: readonly RunEvent[] = [];
  readonly #kept: KeptRun;
  readonly #stamper: Stamper;
  readonly #tell: () => void;
  readonly #listeners = new Set<(request: Request) => void>();
  #scratch: string | undefined;

  constructor(run: RunId, kept: KeptRun, now: () => number, tell: () => void) {
    this.run = run;
    this.#kept = kept;
    this.#stamper = new Stamper(run, now, kept.events.length);
    this.#tell = tell;
  }

  /** Made when first asked for: a run of functions needs no folder. */
  get scratch(): string {
    return (this.#scratch ??= mkdtempSync(path.join(os.tmpdir(), 'baton-')));
  }

  append(facts: readonly Fact[], at?: number): readonly RunEvent[] {
    if (this.#kept.owner !== this) throw new JournalFailure(`Run ${this.run} was given up by this writer.`);
    const events = this.#stamper.stamp(facts, at);
    for (const event of events) this.#kept.events.push(event);
    for (const changed of this.#kept.changed) changed();
    if (facts.some((fact) => fact.type === 'run-ended')) this.#tell();
    return events;
  }

  get values(): string {
    return path.join(this.scratch, 'values');
  }

  log(step: string, attempt: number): LogSink {
    const chunks: Uint8Array[] = [];
    this.#kept.logs.set(fileNameOf(step, attempt), chunks);
    return { write: (chunk) => chunks.push(chunk) };
  }

  onRequest(listener: (request: Request) => void): Disposable {
    this.#listeners.add(listener);
    this.deliver();
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  deliver(): void {
    if (this.#listeners.size === 0) return;
    for (const request of this.#kept.requests.splice(0))
      for (const listener of this.#listeners) listener(request);
  }

  close(): Promise<void> {
    this.#kept.owner = undefined;
    if (this.#scratch !== undefined) rmSync(this.#scratch, { recursive: true, force: true });
    for (const changed of this.#kept.changed) changed();
    this.#tell();
    return Promise.resolve();
  }
}

function hasEnded(kept: KeptRun): boolean {
  return kept.events.at(-1)?.type === 'run-ended';
}

function presenceOf(kept: KeptRun): Presence {
  return presenceAfter(kept.events.at(-1), kept.owner !== undefined);
}

function recordOf(run: RunId, kept: KeptRun): RunRecord {
  return { run, events: [...kept.events], presence: presenceOf(kept), notices: [] };
}

function nextChange(kept: KeptRun, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      kept.changed.delete(done);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    kept.changed.add(done);
    signal?.addEventListener('abort', done);
  });
}
