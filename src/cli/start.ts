import module from 'node:module';
import os from 'node:os';
import path from 'node:path';

/**
 * Where the command line begins. It only tells Node to keep the compiled form of everything else (a Node older than
 * 22.8 cannot), and then loads it: reading what was compiled last time takes a third of the time that compiling takes.
 */
module.enableCompileCache?.(path.join(cacheFolder(), 'baton'));
require('./cli-main.cjs');

/** The person's own folder for what can be made again; not the common one for temporary files, where others may write. */
function cacheFolder(): string {
  const home = os.homedir();
  switch (process.platform) {
    case 'win32':
      return process.env['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local');
    case 'darwin':
      return path.join(home, 'Library', 'Caches');
    default:
      return process.env['XDG_CACHE_HOME'] ?? path.join(home, '.cache');
  }
}
