import { serve } from './serve.ts';
import { installService, uninstallService } from './service.ts';
import { UsageError, type Door } from './door.ts';

export interface ServeOptions {
  readonly install?: boolean;
  readonly uninstall?: boolean;
  readonly yes?: boolean;
}

/** `baton serve`, and putting it where the system starts it. */
export function serveOr(door: Door, options: ServeOptions): Promise<number> {
  if (options.install === true && options.uninstall === true)
    throw new UsageError('--install and --uninstall together make no sense.');
  if (options.install === true) return installService(door, options);
  return options.uninstall === true ? uninstallService(door, options) : serve(door);
}
