import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { setImmediate as breath } from 'node:timers/promises';

/** Bytes by their hash: SHA-256 in hex. */
export interface Content {
  readonly sha256: string;
  readonly bytes: number;
}

/** Up to here, reading at once is several times as fast as reading in the background, and over in a moment. */
const SMALL_BYTES = 64 * 1024;
/** Files that are worked on at the same time. */
const AT_ONCE = 8;
/** After so many files whoever else is waiting has a turn. */
const FILES_IN_ONE_BREATH = 100;

/** SHA-256 in hex. */
export function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** SHA-256 of a file's content, in hex. Rejects when it cannot be read. */
export async function hashFile(file: string): Promise<string> {
  if (fs.statSync(file).size <= SMALL_BYTES) return hashOf(fs.readFileSync(file));
  const hash = createHash('sha256');
  for await (const chunk of fs.createReadStream(file)) hash.update(chunk as Uint8Array); // no encoding is set
  return hash.digest('hex');
}

/** Copies a file to a place where there is none, and tells what was copied. Rejects as the system does. */
export async function copyFile(from: string, to: string): Promise<Content> {
  if (fs.statSync(from).size <= SMALL_BYTES) {
    const content = fs.readFileSync(from);
    fs.writeFileSync(to, content);
    return { sha256: hashOf(content), bytes: content.length };
  }
  await fs.promises.copyFile(from, to, fs.constants.COPYFILE_FICLONE);
  return { sha256: await hashFile(to), bytes: fs.statSync(to).size };
}

/** Does something with each file. The answers are in the order of the items; rejects with the first that did. */
export async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T) => R | Promise<R>,
): Promise<readonly R[]> {
  const answers: R[] = [];
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < items.length; i = next++) {
      answers[i] = await work(items[i] as T); // i < length
      if (i % FILES_IN_ONE_BREATH === 0) await breath();
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  return answers;
}
