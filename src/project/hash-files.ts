import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import picomatch from 'picomatch';
import { err, ok, type Result } from '../base/result.ts';

/** Folders in which nobody's own files are. */
const PASSED_OVER = new Set(['.git', '.baton']);
/** More files than this are a mistake in the pattern. */
const MOST_FILES = 100_000;

/**
 * One SHA-256 over all files that match, as `hashFiles` of GitHub Actions has it: the hash of the hashes of the files,
 * in the order of their paths. A pattern that begins with `!` leaves files out. No file at all gives the empty text.
 */
export function hashFiles(folder: string, patterns: readonly string[]): Result<string, string> {
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!'));
  const unwanted = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  if (wanted.length === 0) return err('hashFiles needs a pattern of files that it takes in.');
  const matches = picomatch(wanted.map(plain), { dot: true, ignore: unwanted.map(plain) });
  const bases = new Set(wanted.map((pattern) => picomatch.scan(plain(pattern)).base));
  const files = new Set<string>();
  for (const base of bases) {
    if (base.startsWith('..') || path.isAbsolute(base)) {
      return err(`hashFiles looks inside the project's folder only; "${base}" leads out of it.`);
    }
    collect(folder, base, (ref) => matches(ref) && files.add(ref));
    if (files.size > MOST_FILES)
      return err(`hashFiles found more than ${MOST_FILES} files: narrow the pattern.`);
  }
  if (files.size === 0) return ok('');
  const all = createHash('sha256');
  for (const ref of [...files].toSorted()) {
    try {
      all.update(
        createHash('sha256')
          .update(fs.readFileSync(path.join(folder, ref)))
          .digest(),
      );
    } catch (error) {
      return err(`hashFiles cannot read "${ref}": ${(error as Error).message}`);
    }
  }
  return ok(all.digest('hex'));
}

function plain(pattern: string): string {
  return pattern.replace(/^\.\//, '');
}

function collect(folder: string, base: string, take: (ref: string) => void): void {
  const open = [base];
  for (let ref = open.pop(); ref !== undefined; ref = open.pop()) {
    const stat = fs.statSync(path.join(folder, ref), { throwIfNoEntry: false });
    if (stat?.isFile() === true) take(ref);
    if (stat?.isDirectory() !== true) continue;
    for (const entry of fs.readdirSync(path.join(folder, ref), { withFileTypes: true })) {
      const below = ref === '' ? entry.name : `${ref}/${entry.name}`;
      if (entry.isDirectory() && !PASSED_OVER.has(entry.name)) open.push(below);
      else if (entry.isFile()) take(below);
    }
  }
}
