import fs from 'node:fs';
import path from 'node:path';
import { isOurs, isOwned, thisProcess, writeOwner } from './owner.ts';

/** Renames a draft into place, which only one of many can do; false when somebody else was first. */
export function claim(draft: string, folder: string): boolean {
  try {
    fs.renameSync(draft, folder);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/**
 * A run may change hands many times, and any owner may die at any moment, also while it takes over. So each owner after
 * the first leaves a folder `taken-<n>` that says who it is, and the highest number counts: whoever makes `taken-<n + 1>`
 * has the run, and nobody has to clean up behind the dead. This is the highest number, 0 where the first owner was the
 * last.
 */
export function latestTaking(folder: string): number {
  const numbers = fs.readdirSync(folder).map((name) => Number(/^taken-(\d+)$/.exec(name)?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

/** True while the one who took a run that often is at work, be it only about to write `owner.json`. */
export function isTaking(folder: string, number: number): boolean {
  return number > 0 && isOwned(takingFolder(folder, number));
}

/**
 * Makes this process the owner, for the given time; false when somebody else was first. Everything known of the run must
 * have been read after `latestTaking` was asked, or another owner may have been at work in between.
 */
export function takeOver(folder: string, number: number): boolean {
  const draft = path.join(folder, `.taking-${process.pid}`);
  try {
    fs.mkdirSync(draft, { recursive: true });
    writeOwner(draft, thisProcess());
    if (!claim(draft, takingFolder(folder, number))) return false;
  } finally {
    fs.rmSync(draft, { recursive: true, force: true });
  }
  writeOwner(folder, thisProcess());
  return true;
}

/** After `takeOver` threw, or what came after it: if this process has become the owner, it is one no longer. */
export function giveBack(folder: string, number: number): void {
  if (!isOurs(takingFolder(folder, number))) return;
  letGo(folder, number);
  if (isOurs(folder)) fs.rmSync(path.join(folder, 'owner.json'), { force: true });
}

/** Says that the owner with that number is done. The folder stays, with something in it, so that its number is not given away again. */
export function letGo(folder: string, number: number): void {
  if (number === 0) return;
  try {
    fs.renameSync(
      path.join(takingFolder(folder, number), 'owner.json'),
      path.join(takingFolder(folder, number), 'was-owner.json'),
    );
  } catch {
    // The run was removed; or this process ends, which says the same.
  }
}

function takingFolder(folder: string, number: number): string {
  return path.join(folder, `taken-${number}`);
}
