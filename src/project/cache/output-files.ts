import fs from 'node:fs';
import path from 'node:path';
import type { Draft, Entries, SavedFile } from './entries.ts';
import { copyFile, hashFile, inParallel } from './file-content.ts';
import { findFiles } from './input-files.ts';

/** Why something could not be kept or put back, in words for the step's log. */
export class CacheTrouble extends Error {}

/**
 * Copies the files that match into a draft. Throws where one cannot be read, where it lies behind a link that leads out
 * of the project, or when `goOn` does.
 */
export async function saveFiles(
  folder: string,
  patterns: readonly string[],
  { draft, goOn }: { readonly draft: Draft; readonly goOn: () => void },
): Promise<readonly SavedFile[]> {
  const found = await findFiles(folder, patterns);
  if (!found.ok) throw new CacheTrouble(found.error);
  const placeOf = placesIn(folder);
  return inParallel(found.value, async ({ ref, link }) => {
    goOn();
    const file = placeOf(ref);
    if (link) return { ref, leadsTo: fs.readlinkSync(file) };
    return { ref, mode: modeOf(fs.statSync(file)), content: await draft.add(file) };
  });
}

function modeOf({ mode }: fs.Stats): number {
  return mode & 0o777;
}

/** What has to be done to have the files back; nothing has been touched yet. */
export interface Restoration {
  /** Puts them where they belong. Throws where the system does not let it. */
  carryOut(): Promise<void>;
}

/**
 * Makes ready what differs from the files of an entry: copies, whose hashes tell that they are whole. Files that match
 * today, but that the entry does not have, stay, as they would if the step ran.
 */
export async function restoration(
  folder: string,
  files: readonly SavedFile[],
  from: { readonly entries: Entries; readonly fingerprint: string; readonly draft: Draft },
): Promise<Restoration> {
  const placeOf = placesIn(folder);
  const missing = await inParallel(files, async (file) =>
    (await isThere(placeOf(file.ref), file)) ? [] : [file],
  );
  const staged = await inParallel(missing.flat(), async (file) => ({ file, copy: await stage(file, from) }));
  return {
    async carryOut() {
      const places = placesIn(folder);
      const putBack = async ({ file, copy }: (typeof staged)[number]) => {
        const place = places(file.ref);
        fs.mkdirSync(path.dirname(place), { recursive: true });
        await putInPlace(copy, place);
      };
      // Links last: no file of the same entry is put where one of its links leads.
      await inParallel(
        staged.filter(({ file }) => !('leadsTo' in file)),
        putBack,
      );
      await inParallel(
        staged.filter(({ file }) => 'leadsTo' in file),
        putBack,
      );
    },
  };
}

async function isThere(place: string, file: SavedFile): Promise<boolean> {
  const stat = fs.lstatSync(place, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  if ('leadsTo' in file) return stat.isSymbolicLink() && fs.readlinkSync(place) === file.leadsTo;
  const { content, mode } = file;
  if (!stat.isFile() || stat.size !== content.bytes || modeOf(stat) !== mode) return false;
  return (await hashFile(place)) === content.sha256;
}

async function stage(
  file: SavedFile,
  { entries, fingerprint, draft }: Parameters<typeof restoration>[2],
): Promise<string> {
  const copy = draft.place();
  if ('leadsTo' in file) {
    fs.symlinkSync(file.leadsTo, copy);
    return copy;
  }
  await copyContent(entries.contentOf(fingerprint, file.content), copy, file.content.sha256);
  fs.chmodSync(copy, file.mode);
  return copy;
}

/** Copies what is kept, and makes sure that it is what was kept. Throws CacheTrouble. */
export async function copyContent(kept: string, copy: string, sha256: string): Promise<void> {
  if (!fs.existsSync(kept)) throw new CacheTrouble('a part of it is missing');
  const copied = await copyFile(kept, copy);
  if (copied.sha256 !== sha256) throw new CacheTrouble('a part of it was changed');
}

async function putInPlace(copy: string, place: string): Promise<void> {
  try {
    fs.renameSync(copy, place);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    // The folder is another file system: there, the new file is complete a moment later.
    await fs.promises.rm(place, { force: true });
    await fs.promises.cp(copy, place, { verbatimSymlinks: true });
  }
}

/** Folders that Baton and git keep for themselves: nothing is kept of them, and nothing put into them. */
const NOBODYS_OUTPUT: ReadonlySet<string> = new Set(['.git', '.baton']);

/** Where paths from the project's folder lead. Throws CacheTrouble where that is not inside of it. */
function placesIn(folder: string): (ref: string) => string {
  const root = fs.realpathSync.native(folder);
  const inside = new Map<string, boolean>();
  return (ref) => {
    const outside = path.isAbsolute(ref) || path.win32.isAbsolute(ref) || ref.split('/').includes('..');
    if (outside) throw new CacheTrouble(`"${ref}" leads out of the project's folder`);
    const own = ref.split('/').find((part) => NOBODYS_OUTPUT.has(part));
    if (own !== undefined) throw new CacheTrouble(`"${ref}" is in ${own}, which no step makes`);
    const place = path.join(folder, ref);
    const parent = path.dirname(place);
    const known = inside.get(parent) ?? isInside(root, nearestRealFolder(parent));
    inside.set(parent, known);
    if (known) return place;
    throw new CacheTrouble(`"${ref}" is behind a link that leads out of the project's folder`);
  };
}

/** Of the folders on the way, the last that is there. */
function nearestRealFolder(folder: string): string {
  for (let each = folder; ; each = path.dirname(each)) {
    if (fs.lstatSync(each, { throwIfNoEntry: false }) !== undefined) return fs.realpathSync.native(each);
  }
}

function isInside(root: string, folder: string): boolean {
  const way = path.relative(root, folder);
  return way.split(path.sep)[0] !== '..' && !path.isAbsolute(way);
}
