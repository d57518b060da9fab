import fs from 'node:fs';
import path from 'node:path';
import { setImmediate as breath } from 'node:timers/promises';
import { err, ok, type Result } from '../../base/result.ts';
import { globsOf, matchingFiles, type FoundFile } from '../matching-files.ts';
import { hashFile, inParallel } from './file-content.ts';

/** What is nobody's own work, and not looked at unless a pattern names it. */
const PASSED_OVER = ['.git', '.baton', 'node_modules'];
/** More files than this are a mistake in the pattern. */
const MOST_FILES = 100_000;
/** Other steps are waiting while files are looked for. */
const FILES_IN_ONE_BREATH = 1000;

/** Finds the files that match, in the order of their paths. A pattern that is a folder means all that is in it. */
export async function findFiles(
  folder: string,
  patterns: readonly string[],
): Promise<Result<readonly FoundFile[], string>> {
  if (patterns.length === 0) return ok([]);
  const globs = globsOf(patterns.flatMap(withWhatIsIn));
  if (!globs.ok) return err(`files are looked for in the project's folder only; ${globs.error}`);
  const found = new Map<string, FoundFile>();
  let looked = 0;
  for (const file of matchingFiles(folder, globs.value, passedOver(patterns))) {
    found.set(file.ref, file);
    if (found.size > MOST_FILES) return err(`more than ${MOST_FILES} files match: narrow the patterns.`);
    if (++looked % FILES_IN_ONE_BREATH === 0) await breath();
  }
  return ok([...found.values()].sort((a, b) => (a.ref < b.ref ? -1 : 1)));
}

function withWhatIsIn(pattern: string): readonly string[] {
  const plain = pattern.replace(/\/+$/, '');
  return [plain, `${plain}/**`];
}

function passedOver(patterns: readonly string[]): ReadonlySet<string> {
  const named = new Set(
    patterns.filter((pattern) => !pattern.startsWith('!')).flatMap((pattern) => pattern.split('/')),
  );
  return new Set(PASSED_OVER.filter((name) => !named.has(name)));
}

/** The hashes of all files that match, by their paths; of a link, where it leads and what is there. */
export async function hashInputs(
  folder: string,
  patterns: readonly string[],
): Promise<Result<ReadonlyMap<string, string>, string>> {
  const files = await findFiles(folder, patterns);
  if (!files.ok) return files;
  const hashes = await inParallel(files.value, ({ ref, link }) =>
    link ? hashLink(path.join(folder, ref)) : hashFile(path.join(folder, ref)),
  );
  return ok(new Map(files.value.map(({ ref }, i) => [ref, hashes[i] ?? ''])));
}

async function hashLink(link: string): Promise<string> {
  const target = await fs.promises.readlink(link);
  const isFile = fs.statSync(link, { throwIfNoEntry: false })?.isFile() === true;
  return `${target} -> ${isFile ? await hashFile(link) : ''}`;
}
