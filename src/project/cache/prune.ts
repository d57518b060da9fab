import fs from 'node:fs';
import path from 'node:path';
import { DRAFT, GONE, removeEntry } from './entries.ts';

/** How much is kept. */
export interface CacheLimits {
  readonly entries: number;
  readonly bytes: number;
}

export const CACHE_LIMITS: CacheLimits = { entries: 500, bytes: 1024 ** 3 };

/** What nobody has added to for so long was left by somebody who died. */
const ABANDONED_AFTER_MS = 3_600_000;

/** Takes away what was not of use for the longest time, until the rest is within the limits. Never rejects. */
export async function prune(root: string, limits: CacheLimits = CACHE_LIMITS): Promise<void> {
  try {
    const names = await fs.promises.readdir(root);
    await removeAbandoned(root, names);
    const entries = await Promise.all(
      names.filter((name) => !name.startsWith('.')).map((name) => look(root, name)),
    );
    entries.sort((a, b) => a.usedAt - b.usedAt);
    let bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    let count = entries.length;
    for (const entry of entries) {
      if (count <= limits.entries && bytes <= limits.bytes) return;
      await removeEntry(root, entry.name);
      bytes -= entry.bytes;
      count--;
    }
  } catch {
    // Others may prune at the same time, or take the whole folder away; the next run tries again.
  }
}

interface Kept {
  readonly name: string;
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly usedAt: number;
}

/** One that does not say when it was of use last goes first. */
async function look(root: string, name: string): Promise<Kept> {
  const file = path.join(root, name, 'used');
  try {
    const [size, { mtimeMs }] = await Promise.all([
      fs.promises.readFile(file, 'utf8'),
      fs.promises.stat(file),
    ]);
    return { name, bytes: Number(size) || 0, usedAt: mtimeMs };
  } catch {
    return { name, bytes: 0, usedAt: 0 };
  }
}

async function removeAbandoned(root: string, names: readonly string[]): Promise<void> {
  for (const name of names.filter((each) => each.startsWith(DRAFT) || each.startsWith(GONE))) {
    const folder = path.join(root, name);
    const stat = fs.statSync(folder, { throwIfNoEntry: false });
    if (stat !== undefined && Date.now() - stat.mtimeMs > ABANDONED_AFTER_MS) {
      await fs.promises.rm(folder, { recursive: true, force: true });
    }
  }
}
