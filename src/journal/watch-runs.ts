import fs from 'node:fs';
import path from 'node:path';
import { isOwned } from './owner.ts';
import { indexFile, readIndex } from './run-index.ts';
import { watchFolder } from './watch-folder.ts';

/** Looks this often: a folder may not be there yet, and a dead owner tells nobody. */
const LOOK_AGAIN_MS = 500;

/** Tells a listener when a run began, ended or lost its owner, or when runs were removed. */
export function watchRuns(root: string, listener: () => void): Disposable {
  const fingerprint = fingerprints(root);
  let seen = fingerprint();
  let watcher: fs.FSWatcher | undefined;
  const look = () => {
    watcher ??= watchFolder(root, look);
    const now = fingerprint();
    if (now === seen) return;
    seen = now;
    listener();
  };
  const timer = setInterval(look, LOOK_AGAIN_MS);
  timer.unref();
  look();
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      watcher?.close();
    },
  };
}

/**
 * Text that changes whenever the list of runs may have: the index grew, a folder came or went, an open run lost its
 * owner. The index is read again only when its size changed.
 */
function fingerprints(root: string): () => string {
  let size = -1;
  let open: readonly string[] = [];
  return () => {
    const now = sizeOf(indexFile(root));
    if (now !== size) open = openRuns(root);
    size = now;
    const lost = open.filter((run) => !isOwned(path.join(root, 'runs', run)));
    return [size, timeOf(path.join(root, 'runs')), ...lost].join(' ');
  };
}

function openRuns(root: string): readonly string[] {
  return [...readIndex(root).values()].flatMap(({ run, end }) => (end === undefined ? [run] : []));
}

function sizeOf(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? -1;
}

function timeOf(folder: string): number {
  return fs.statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? -1;
}
