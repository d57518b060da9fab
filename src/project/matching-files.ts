import fs from 'node:fs';
import path from 'node:path';
import picomatch from 'picomatch';
import { err, ok, type Result } from '../base/result.ts';

/** Which files are meant: compiled patterns, and the folders or files that they begin at. */
export interface Globs {
  readonly matches: (ref: string) => boolean;
  /** From the project's folder; empty text means that folder itself. */
  readonly bases: ReadonlySet<string>;
}

/** A file found, by its path from the project's folder. */
export interface FoundFile {
  readonly ref: string;
  /** It is a symbolic link, wherever that leads. */
  readonly link: boolean;
}

/**
 * Compiles patterns; one that begins with `!` leaves files out. The error names a pattern that leads out of the
 * project's folder, as what follows "looks inside the project's folder only;".
 */
export function globsOf(patterns: readonly string[]): Result<Globs, string> {
  const plain = patterns.map((pattern) => pattern.replace(/^(!?)\.\//, '$1'));
  const wanted = plain.filter((pattern) => !pattern.startsWith('!'));
  const unwanted = plain.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  const bases = new Set(wanted.map((pattern) => picomatch.scan(pattern).base));
  for (const base of bases) if (leadsOut(base)) return err(`"${base}" leads out of it.`);
  const matches = wanted.length === 0 ? () => false : picomatch(wanted, { dot: true, ignore: unwanted });
  return ok({ matches: (ref) => matches(ref), bases });
}

function leadsOut(base: string): boolean {
  return base.split('/').includes('..') || path.isAbsolute(base) || path.win32.isAbsolute(base);
}

/**
 * Every file and symbolic link that matches, some of them perhaps twice, in no fixed order; links to folders are not
 * followed, unless a pattern begins at one. Throws where a folder cannot be read.
 *
 * @param passOver Names of folders that are not looked into, unless a pattern begins inside of one.
 */
export function* matchingFiles(
  folder: string,
  { matches, bases }: Globs,
  passOver: ReadonlySet<string>,
): Generator<FoundFile> {
  for (const base of bases) {
    for (const file of filesBelow(folder, base, passOver)) if (matches(file.ref)) yield file;
  }
}

function* filesBelow(folder: string, base: string, passOver: ReadonlySet<string>): Generator<FoundFile> {
  const first = path.join(folder, base);
  const stat = fs.statSync(first, { throwIfNoEntry: false });
  if (stat?.isDirectory() !== true) {
    const own = fs.lstatSync(first, { throwIfNoEntry: false });
    const link = own?.isSymbolicLink() === true;
    if (link || own?.isFile() === true) yield { ref: base, link };
    return;
  }
  const open = [base];
  for (let ref = open.pop(); ref !== undefined; ref = open.pop()) {
    for (const entry of fs.readdirSync(path.join(folder, ref), { withFileTypes: true })) {
      const below = ref === '' ? entry.name : `${ref}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!passOver.has(entry.name)) open.push(below);
      } else if (entry.isFile() || entry.isSymbolicLink()) {
        yield { ref: below, link: entry.isSymbolicLink() };
      }
    }
  }
}
