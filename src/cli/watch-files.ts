import path from 'node:path';
import { watch } from 'chokidar';

/** Folders that no watcher need look into. */
const UNWATCHED = /(?:^|[\\/])(?:node_modules|\.git|\.hg|\.svn|\.baton)(?:[\\/]|$)/;

export interface FileWatch {
  close(): Promise<void>;
}

/** Tells of every file below a folder that comes, changes or goes, by its absolute path. Settles when it has begun to look. */
export async function watchFiles(
  folder: string,
  {
    changed,
    trouble,
  }: { readonly changed: (file: string) => void; readonly trouble: (error: unknown) => void },
): Promise<FileWatch> {
  const watcher = watch(folder, {
    ignored: (file) => UNWATCHED.test(path.relative(folder, file)),
    ignoreInitial: true,
  });
  for (const event of ['add', 'change', 'unlink'] as const) watcher.on(event, (file) => changed(file));
  watcher.on('error', trouble);
  await new Promise<void>((resolve) => watcher.once('ready', resolve));
  return watcher;
}
