import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { err, ok, type Result } from '../../base/result.ts';
import { prepareRoot } from '../../journal/prepare-root.ts';
import type { RunId } from '../../model/attempt.ts';
import { copyFile, hashFile, hashOf, type Content } from './file-content.ts';

/** How a step ended well, and all that it left, as it is kept under its fingerprint. */
export interface Entry {
  readonly version: 1;
  /** The run in which the step ran. */
  readonly run: RunId;
  readonly outputs: Readonly<Record<string, string>>;
  /** Outputs that are too large for a journal. */
  readonly large: Readonly<Record<string, Content>>;
  /** There only when some expression read it. */
  readonly stdout?: string;
  readonly log: Content;
  /** The log was longer than what is kept of it. */
  readonly logCut: boolean;
  readonly files: readonly SavedFile[];
}

/** A file that the step made: its path from the project's folder, and what it is. */
export type SavedFile =
  | { readonly ref: string; readonly content: Content; readonly mode: number }
  | { readonly ref: string; readonly leadsTo: string };

/** Where entries are kept. */
export interface Entries {
  /** Undefined when there is none. The error says what is wrong with the one that is there. */
  read(fingerprint: string): Promise<Result<Entry | undefined, string>>;
  /** The file that holds the content of an entry. */
  contentOf(fingerprint: string, content: Content): string;
  /** It was of use just now. */
  touch(fingerprint: string): Promise<void>;
  /** A folder of its own for what is not complete yet. */
  draft(): Promise<Draft>;
}

/** Names of folders that are no entries: not complete yet, and on their way out. */
export const DRAFT = '.draft-';
export const GONE = '.gone-';

/**
 * Entries as folders: `entry` (one line of JSON, one with its hash), `content/<sha256>`, and `used`, which holds the
 * size in bytes, and whose time is that of the last use. A folder appears and vanishes by being renamed, so whoever
 * reads one sees all of it, or misses a part, which the hashes tell.
 */
export function entriesIn(root: string): Entries {
  return {
    async read(fingerprint) {
      try {
        return parse(await fs.promises.readFile(path.join(root, fingerprint, 'entry'), 'utf8'));
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        return code === 'ENOENT' || code === 'ENOTDIR' ? ok(undefined) : err(message);
      }
    },
    contentOf: (fingerprint, { sha256 }) => path.join(root, fingerprint, 'content', path.basename(sha256)),
    async touch(fingerprint) {
      const now = new Date();
      await fs.promises.utimes(path.join(root, fingerprint, 'used'), now, now);
    },
    async draft() {
      prepareRoot(path.dirname(root));
      const folder = path.join(root, `${DRAFT}${process.pid}-${randomUUID()}`);
      await fs.promises.mkdir(path.join(folder, 'content'), { recursive: true });
      return new Draft(root, folder);
    },
  };
}

function parse(text: string): Result<Entry, string> {
  const [json = '', sum] = text.split('\n');
  if (hashOf(json) !== sum) return err('it was changed or cut off');
  const entry = JSON.parse(json) as Entry; // written by Draft, as its hash tells
  return entry.version === 1 ? ok(entry) : err('another version of Baton wrote it');
}

/** An entry on its way in; or files on their way back, which are renamed out of it. Disposed of by whoever asked for it. */
export class Draft {
  readonly #root: string;
  readonly #folder: string;
  readonly #contents = new Map<string, number>();
  #next = 0;

  constructor(root: string, folder: string) {
    this.#root = root;
    this.#folder = folder;
  }

  /** A path in this folder that nobody else is given. */
  place(): string {
    return path.join(this.#folder, `${++this.#next}`);
  }

  /** Takes a copy of a file in. */
  async add(file: string): Promise<Content> {
    const place = this.place();
    return this.#take(place, await copyFile(file, place));
  }

  /** Takes in what stands at a place of this folder. */
  async take(place: string): Promise<Content> {
    const sha256 = await hashFile(place);
    return this.#take(place, { sha256, bytes: fs.statSync(place).size });
  }

  #take(place: string, content: Content): Content {
    fs.renameSync(place, path.join(this.#folder, 'content', content.sha256));
    this.#contents.set(content.sha256, content.bytes);
    return content;
  }

  /** Of all contents so far. */
  get bytes(): number {
    return [...this.#contents.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Makes an entry of it. One that stands there already gives way: the newest holds. */
  async publish(fingerprint: string, entry: Entry): Promise<void> {
    const json = JSON.stringify(entry);
    await fs.promises.writeFile(path.join(this.#folder, 'entry'), `${json}\n${hashOf(json)}`);
    await fs.promises.writeFile(path.join(this.#folder, 'used'), `${this.bytes + json.length}`);
    const place = path.join(this.#root, fingerprint);
    for (let tries = 1; ; tries++) {
      try {
        return await fs.promises.rename(this.#folder, place);
      } catch (error) {
        const { code = '' } = error as NodeJS.ErrnoException;
        if (tries === MOST_TRIES || !IN_THE_WAY.has(code)) throw error;
        await removeEntry(this.#root, fingerprint);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await fs.promises.rm(this.#folder, { recursive: true, force: true });
  }
}

/** Another process may put its own there each time. */
const MOST_TRIES = 5;
/** What systems say of a folder that is not empty. */
const IN_THE_WAY: ReadonlySet<string> = new Set(['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES']);

/** Takes an entry away, at once for everybody who looks. One that is gone already is fine. */
export async function removeEntry(root: string, fingerprint: string): Promise<void> {
  const gone = path.join(root, `${GONE}${process.pid}-${randomUUID()}`);
  try {
    await fs.promises.rename(path.join(root, fingerprint), gone);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await fs.promises.rm(gone, { recursive: true, force: true });
}
