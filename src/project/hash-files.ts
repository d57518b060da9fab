import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { err, ok, type Result } from '../base/result.ts';
import { globsOf, matchingFiles, type FoundFile, type Globs } from './matching-files.ts';

/** Folders in which nobody's own files are. */
const PASSED_OVER: ReadonlySet<string> = new Set(['.git', '.baton']);
/** More files than this are a mistake in the pattern. */
const MOST_FILES = 100_000;

/**
 * One SHA-256 over all files that match, as `hashFiles` of GitHub Actions has it: the hash of the hashes of the files,
 * in the order of their paths. A pattern that begins with `!` leaves files out. No file at all gives the empty text.
 */
export function hashFiles(folder: string, patterns: readonly string[]): Result<string, string> {
  const globs = globsOf(patterns);
  if (!globs.ok) return err(`hashFiles looks inside the project's folder only; ${globs.error}`);
  if (globs.value.bases.size === 0) return err('hashFiles needs a pattern of files that it takes in.');
  try {
    return hashAll(folder, globs.value);
  } catch (error) {
    return err(`hashFiles cannot read a file: ${(error as Error).message}`);
  }
}

function hashAll(folder: string, globs: Globs): Result<string, string> {
  const refs = new Set<string>();
  for (const file of matchingFiles(folder, globs, PASSED_OVER)) {
    if (!file.link || isNamed(folder, file, globs)) refs.add(file.ref);
    if (refs.size > MOST_FILES)
      return err(`hashFiles found more than ${MOST_FILES} files: narrow the pattern.`);
  }
  if (refs.size === 0) return ok('');
  const all = createHash('sha256');
  for (const ref of [...refs].toSorted()) {
    const content = fs.readFileSync(path.join(folder, ref));
    all.update(createHash('sha256').update(content).digest());
  }
  return ok(all.digest('hex'));
}

/** Links count only where a pattern is the path of one, and it leads to a file. */
function isNamed(folder: string, { ref }: FoundFile, { bases }: Globs): boolean {
  return bases.has(ref) && fs.statSync(path.join(folder, ref), { throwIfNoEntry: false })?.isFile() === true;
}
