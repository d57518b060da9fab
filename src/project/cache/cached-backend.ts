import fs from 'node:fs';
import path from 'node:path';
import type { AttemptIo, Backend } from '../../backends/backend.ts';
import { emptyRecord, recordFrom } from '../../base/json.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Assignment, LargeValue, Outcome } from '../../model/attempt.ts';
import { fileNameOf } from '../../model/file-name.ts';
import type { CacheMode } from '../../model/run-event.ts';
import { entriesIn, type Draft, type Entries, type Entry } from './entries.ts';
import { hashFile, type Content } from './file-content.ts';
import { fingerprintOf, partsOf, type CachedAssignment, type FingerprintParts } from './fingerprint.ts';
import { hashInputs } from './input-files.ts';
import { CacheTrouble, copyContent, restoration, saveFiles } from './output-files.ts';
import { CACHE_LIMITS, prune, type CacheLimits } from './prune.ts';

export interface CacheOptions {
  /** The project's folder, absolute: where steps work. */
  readonly folder: string;
  /** Where entries are kept, absolute; it is made when there is one. */
  readonly root: string;
  /** Where this run keeps values that are too large for its journal, absolute. */
  readonly values: string;
  readonly mode: CacheMode;
  readonly journal: Pick<Journal, 'readLog'>;
  readonly limits?: CacheLimits;
}

/**
 * A backend around another: what has a cache, and ran with the same fingerprint before, does not run again. Trouble of
 * the cache itself is told in the step's log, and then the step runs as if it had none.
 */
export function cachedBackend(inner: Backend, options: CacheOptions): Backend {
  return options.mode === 'off' ? inner : new CachedBackend(inner, options);
}

class CachedBackend implements Backend {
  readonly #inner: Backend;
  readonly #options: CacheOptions;
  readonly #entries: Entries;
  #kept = false;

  constructor(inner: Backend, options: CacheOptions) {
    this.#inner = inner;
    this.#options = options;
    this.#entries = entriesIn(options.root);
  }

  readonly execute = (assignment: Assignment, io: AttemptIo): Promise<Outcome> =>
    assignment.cache === undefined || assignment.kind === 'workflow'
      ? this.#inner.execute(assignment, io)
      : this.#execute(assignment, io);

  async close(): Promise<void> {
    await this.#inner.close();
    // Nobody has to wait for it; the process lives until it is done.
    if (this.#kept) void prune(this.#options.root, this.#options.limits);
  }

  async #execute(assignment: CachedAssignment, io: AttemptIo): Promise<Outcome> {
    const told = new Told(io);
    const parts = await attempting(() => this.#partsOf(assignment));
    if (!parts.ok) {
      told.say(`left aside, since ${parts.error}`);
      return this.#inner.execute(assignment, io);
    }
    const { cache } = assignment;
    if (parts.value.inputs.size === 0 && cache !== undefined && cache.inputs.length > 0) {
      told.say(`no file matches \`inputs\` (${cache.inputs.join(', ')})`);
    }
    const hit =
      this.#options.mode === 'refresh' ? undefined : await this.#take(parts.value, assignment, told);
    if (hit !== undefined) return hit;
    const outcome = await this.#inner.execute(assignment, io);
    if (outcome.ok) await this.#keep(outcome, { assignment, parts: parts.value, told });
    return outcome;
  }

  async #partsOf(assignment: CachedAssignment): Promise<Result<FingerprintParts, string>> {
    const { folder, values } = this.#options;
    const inputs = await hashInputs(folder, assignment.cache?.inputs ?? []);
    if (!inputs.ok) return inputs;
    const dotenv: string[] = [];
    for (const file of assignment.dotenv) dotenv.push(await hashIfThere(path.resolve(folder, file)));
    return ok({ ...partsOf(assignment, { values }), inputs: inputs.value, dotenv });
  }

  /** The kept end, with everything put back that belongs to it; undefined where the step has to run. */
  async #take(
    parts: FingerprintParts,
    assignment: CachedAssignment,
    told: Told,
  ): Promise<Outcome | undefined> {
    const fingerprint = fingerprintOf(parts);
    const read = await attempting(() => this.#entries.read(fingerprint));
    const entry = read.ok ? read.value : undefined;
    if (!read.ok) told.say(`what is kept cannot be used: ${read.error}`);
    if (entry === undefined || told.io.cancel.aborted) return undefined;
    // It was kept when nobody read what the step prints.
    if (assignment.keepStdout && entry.stdout === undefined) return undefined;
    const taken = await attempting(async () =>
      ok(await this.#restore(entry, { fingerprint, assignment, told })),
    );
    if (taken.ok) return taken.value;
    told.say(`what run ${entry.run} left cannot be used: ${taken.error}`);
    return undefined;
  }

  async #restore(
    entry: Entry,
    {
      fingerprint,
      assignment,
      told,
    }: { readonly fingerprint: string; readonly assignment: CachedAssignment; readonly told: Told },
  ): Promise<Outcome> {
    const entries = this.#entries;
    await using draft = await entries.draft();
    const copyOf = async (content: Content) => {
      const copy = draft.place();
      await copyContent(entries.contentOf(fingerprint, content), copy, content.sha256);
      return copy;
    };
    const log = await copyOf(entry.log);
    const values = new Map<string, string>();
    for (const [name, content] of Object.entries(entry.large)) values.set(name, await copyOf(content));
    const files = await restoration(this.#options.folder, entry.files, { entries, fingerprint, draft });
    await files.carryOut();
    const large = await this.#adoptValues(values, entry, assignment);
    await entries.touch(fingerprint).catch(() => undefined);
    told.say(`nothing that the step depends on has changed: reused from run ${entry.run}. It printed then:`);
    await told.replay(log);
    if (entry.logCut) told.say('the rest of what it printed was not kept', '\n');
    return {
      ok: true,
      outputs: recordFrom(Object.entries(entry.outputs)),
      ...(values.size > 0 && { large }),
      ...(assignment.keepStdout && entry.stdout !== undefined && { stdout: entry.stdout }),
      reused: entry.run,
    };
  }

  /** Values become files of this run, named as if the step had written them. */
  async #adoptValues(
    copies: ReadonlyMap<string, string>,
    entry: Entry,
    { step, attempt }: CachedAssignment,
  ): Promise<Record<string, LargeValue>> {
    const large = emptyRecord<LargeValue>();
    if (copies.size > 0) await fs.promises.mkdir(this.#options.values, { recursive: true });
    for (const [name, copy] of copies) {
      const file = `${fileNameOf(step, attempt)}.${Object.keys(large).length + 1}.txt`;
      await fs.promises.copyFile(copy, path.join(this.#options.values, file));
      large[name] = { file, bytes: entry.large[name]?.bytes ?? 0 };
    }
    return large;
  }

  /** Keeps the end of an attempt. Never rejects. */
  async #keep(outcome: Outcome & { readonly ok: true }, ended: Ended): Promise<void> {
    const { told, parts } = ended;
    const kept = await attempting(async () => {
      const changed = whatChanged(parts, await this.#partsOf(ended.assignment));
      if (changed !== undefined) return err(`${changed} changed while the step ran`);
      await using draft = await this.#entries.draft();
      const entry = await this.#entryOf(outcome, ended, draft);
      const { bytes } = this.#options.limits ?? CACHE_LIMITS;
      if (draft.bytes > bytes) return err(`it is larger than ${Math.round(bytes / 1024 ** 2)} MiB`);
      await draft.publish(fingerprintOf(parts), entry);
      return ok(undefined);
    });
    if (kept.ok) this.#kept = true;
    else told.say(`not kept, since ${kept.error}`);
  }

  async #entryOf(
    { outputs, large = {}, stdout }: Outcome & { readonly ok: true },
    { assignment, told }: Ended,
    draft: Draft,
  ): Promise<Entry> {
    const { folder, values } = this.#options;
    const goOn = () => {
      if (told.io.cancel.aborted) throw new CacheTrouble('the step is to end');
    };
    goOn();
    const patterns = assignment.cache?.outputs ?? [];
    const files = await saveFiles(folder, patterns, { draft, goOn });
    if (files.length === 0 && patterns.length > 0)
      told.say(`no file matches \`outputs\` (${patterns.join(', ')})`);
    const contents = emptyRecord<Content>();
    for (const [name, { file }] of Object.entries(large)) {
      contents[name] = await draft.add(path.join(values, path.basename(file)));
    }
    const log = await this.#saveLog(assignment, told, draft);
    return {
      version: 1,
      run: assignment.run,
      outputs,
      large: contents,
      ...(stdout !== undefined && { stdout }),
      ...log,
      files,
    };
  }

  /** What the step itself printed, without what the cache said before it. */
  async #saveLog(
    { run, step, attempt }: CachedAssignment,
    told: Told,
    draft: Draft,
  ): Promise<Pick<Entry, 'log' | 'logCut'>> {
    const place = draft.place();
    await fs.promises.writeFile(place, '');
    let fromByte = told.before;
    const end = told.before + MOST_LOG_BYTES;
    for (;;) {
      const maxBytes = Math.min(LOG_CHUNK_BYTES, end + 1 - fromByte);
      const chunk = await this.#options.journal.readLog({ run, step, attempt, fromByte, maxBytes });
      if (chunk === undefined || chunk.length === 0) return { log: await draft.take(place), logCut: false };
      fromByte += chunk.length;
      await fs.promises.appendFile(place, fromByte > end ? chunk.subarray(0, -1) : chunk);
      if (fromByte > end) return { log: await draft.take(place), logCut: true };
    }
  }
}

/** Of a longer log, the beginning is kept. */
const MOST_LOG_BYTES = 16 * 1024 * 1024;
const LOG_CHUNK_BYTES = 1024 * 1024;

interface Ended {
  readonly assignment: CachedAssignment;
  /** What it depended on when it began. */
  readonly parts: FingerprintParts;
  readonly told: Told;
}

/** What the cache tells in a step's log. */
class Told {
  readonly io: AttemptIo;
  /** Bytes that were told so far. */
  before = 0;

  constructor(io: AttemptIo) {
    this.io = io;
  }

  say(words: string, before = ''): void {
    this.#write(Buffer.from(`${before}Cache: ${words}\n`));
  }

  async replay(log: string): Promise<void> {
    for await (const chunk of fs.createReadStream(log)) this.#write(chunk as Uint8Array); // no encoding is set
  }

  #write(chunk: Uint8Array): void {
    this.before += chunk.length;
    this.io.log.write(chunk);
  }
}

/** Whatever the system throws becomes words. */
async function attempting<T>(work: () => Promise<Result<T, string>>): Promise<Result<T, string>> {
  try {
    return await work();
  } catch (error) {
    return err((error as Error).message);
  }
}

async function hashIfThere(file: string): Promise<string> {
  return fs.statSync(file, { throwIfNoEntry: false }) === undefined ? '' : hashFile(file);
}

/** The first thing that is not what it was; undefined when everything is. */
function whatChanged(before: FingerprintParts, now: Result<FingerprintParts, string>): string | undefined {
  if (!now.ok) return `what it depends on (${now.error})`;
  if (fingerprintOf(now.value) === fingerprintOf(before)) return undefined;
  const refs = new Set([...before.inputs.keys(), ...now.value.inputs.keys()]);
  for (const ref of refs)
    if (before.inputs.get(ref) !== now.value.inputs.get(ref)) return `its input "${ref}"`;
  return 'a dotenv file';
}
