import module from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { quickRun } from './quick-run.ts';
import type * as RunMain from './run-main.ts';

/**
 * Where the command line begins. It tells Node to keep the compiled form of what it loads (a Node older than 22.8
 * cannot): reading what was compiled last time takes a third of the time. Then it loads as little as will do.
 */
const { enableCompileCache } = module as { enableCompileCache?: (folder: string) => unknown }; // not in Node 20
enableCompileCache?.(path.join(cacheFolder(), 'baton'));
const quick = quickRun(process.argv.slice(2));
if (quick === undefined) require('./cli-main.cjs');
else (require('./cli-run.cjs') as typeof RunMain).runQuickly(quick);

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
