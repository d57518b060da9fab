import fs from 'node:fs';
import path from 'node:path';
import {
  applyScheduleFact,
  type ScheduleFact,
  type ScheduleRecord,
  type ScheduleRecords,
} from '../model/schedule-record.ts';
import { checkedJson, parseChecked } from './checked-json.ts';
import { prepareRoot } from './prepare-root.ts';
import { watchFolder } from './watch-folder.ts';

/** Where it is written down what became of the times of schedules, for all who keep them. */
export interface ScheduleLedger {
  read(): ScheduleRecords;
  append(facts: readonly ScheduleFact[]): void;
  /** Tells when somebody may have written. */
  onChange(listener: () => void): Disposable;
}

/** For tests, and for programs that keep schedules of their own. */
export class MemoryLedger implements ScheduleLedger {
  readonly #records = new Map<string, ScheduleRecord>();

  read(): ScheduleRecords {
    return this.#records;
  }

  append(facts: readonly ScheduleFact[]): void {
    for (const fact of facts) take(this.#records, fact);
  }

  onChange(): Disposable {
    return { [Symbol.dispose]: () => undefined };
  }
}

/** First line of a generation after the first: what the one before it came to, and up to which byte that was read. */
interface Summary {
  readonly type: 'summary';
  readonly upTo: number;
  readonly records: readonly ScheduleRecord[];
}

/** A generation that has grown by so much gives way to the next. */
const GROWTH_BYTES = 1024 * 1024;

/**
 * Keeps the facts as lines of `<root>/schedules/<generation>.jsonl`, each appended in one write, so that any number of
 * processes can tell and nobody needs a lock. Where a generation has grown long, somebody writes the next, which begins
 * with a summary of the one before up to some byte: what others still append behind that byte is read, too, so nothing
 * is lost and nothing is counted twice. Lines that cannot be read are passed over.
 */
export class FileLedger implements ScheduleLedger {
  readonly #root: string;
  readonly #folder: string;
  readonly #growthBytes: number;
  #generation = -1;
  #records = new Map<string, ScheduleRecord>();
  /** How far the last generation, and the one before it, were read. */
  #offset = 0;
  #offsetBefore = 0;
  #firstBytes = 0;

  constructor(root: string, { growthBytes = GROWTH_BYTES }: { readonly growthBytes?: number } = {}) {
    this.#root = root;
    this.#folder = path.join(root, 'schedules');
    this.#growthBytes = growthBytes;
  }

  read(): ScheduleRecords {
    const generation = this.#latest();
    if (generation !== this.#generation) this.#begin(generation);
    if (generation < 0) return this.#records;
    this.#offsetBefore = this.#readOn(generation - 1, this.#offsetBefore);
    this.#offset = this.#readOn(generation, this.#offset);
    return this.#records;
  }

  append(facts: readonly ScheduleFact[]): void {
    if (facts.length === 0) return;
    prepareRoot(this.#root);
    fs.mkdirSync(this.#folder, { recursive: true });
    const generation = Math.max(0, this.#latest());
    const lines = Buffer.concat(facts.map((fact) => checkedJson(fact, '\n')));
    fs.appendFileSync(this.#file(generation), lines);
    this.read();
    if (this.#offset - this.#firstBytes > this.#growthBytes) this.#goOn();
  }

  onChange(listener: () => void): Disposable {
    prepareRoot(this.#root);
    fs.mkdirSync(this.#folder, { recursive: true });
    const watcher = watchFolder(this.#folder, listener);
    return { [Symbol.dispose]: () => watcher?.close() };
  }

  #begin(generation: number): void {
    this.#generation = generation;
    this.#records = new Map();
    this.#offset = this.#offsetBefore = this.#firstBytes = 0;
    if (generation < 1) return;
    const bytes = read(this.#file(generation), 0);
    const end = bytes.indexOf(NEWLINE);
    const first = end < 0 ? undefined : (parseChecked(bytes.subarray(0, end)) as Summary | undefined); // as below
    if (first?.type !== 'summary') return;
    for (const record of first.records) this.#records.set(record.schedule, record);
    this.#offset = this.#firstBytes = end + 1;
    this.#offsetBefore = first.upTo;
  }

  #readOn(generation: number, offset: number): number {
    if (generation < 0) return offset;
    const bytes = read(this.#file(generation), offset);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      const fact = parseChecked(bytes.subarray(start, end)) as ScheduleFact | undefined; // the checksum says that we wrote it
      if (fact !== undefined) take(this.#records, fact);
      start = end + 1;
    }
    return offset + start;
  }

  /** Writes the next generation. Only one of many can: its name is the claim. */
  #goOn(): void {
    const summary: Summary = { type: 'summary', upTo: this.#offset, records: [...this.#records.values()] };
    const next = this.#generation + 1;
    const draft = path.join(this.#folder, `.draft-${process.pid}`);
    try {
      fs.writeFileSync(draft, checkedJson(summary, '\n'));
      fs.linkSync(draft, this.#file(next));
      fs.rmSync(this.#file(next - 2), { force: true });
    } catch {
      // Somebody else was first, or the disk is full: this generation goes on growing.
    } finally {
      fs.rmSync(draft, { force: true });
    }
  }

  #latest(): number {
    try {
      const numbers = fs
        .readdirSync(this.#folder)
        .map((name) => Number(/^(\d+)\.jsonl$/.exec(name)?.[1] ?? -1));
      return Math.max(-1, ...numbers);
    } catch {
      return -1; // Nobody wrote anything yet.
    }
  }

  #file(generation: number): string {
    return path.join(this.#folder, `${generation}.jsonl`);
  }
}

const NEWLINE = 10;

function take(records: Map<string, ScheduleRecord>, fact: ScheduleFact): void {
  const record = applyScheduleFact(records.get(fact.schedule), fact);
  if (record !== undefined) records.set(fact.schedule, record);
}

function read(file: string, offset: number): Buffer {
  let fd: number;
  try {
    fd = fs.openSync(file, 'r');
  } catch {
    return Buffer.alloc(0); // It went, or never was.
  }
  try {
    const bytes = Buffer.alloc(Math.max(0, fs.fstatSync(fd).size - offset));
    return bytes.subarray(0, fs.readSync(fd, bytes, 0, bytes.length, offset));
  } finally {
    fs.closeSync(fd);
  }
}
