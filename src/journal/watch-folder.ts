import fs from 'node:fs';

/** Tells of changes in a folder as the system reports them. Undefined where it cannot; whoever asks also looks by itself. */
export function watchFolder(folder: string, changed: () => void): fs.FSWatcher | undefined {
  try {
    const watcher = fs.watch(folder, changed);
    watcher.on('error', () => watcher.close());
    watcher.unref();
    return watcher;
  } catch {
    return undefined; // Not there, or the system has no more watches to give.
  }
}
