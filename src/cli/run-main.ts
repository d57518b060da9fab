import { openDoor } from './door.ts';
import { endWith } from './ending.ts';
import { isLargeFile } from './large-text.ts';
import type { QuickRun } from './quick-run.ts';
import { run, type RunOptions } from './run.ts';

/** `baton run` and nothing else: a bundle of its own, in which everything is loaded at once and nothing in vain. */
export function runQuickly({ workflow, options }: QuickRun): void {
  endWith(start(workflow, options));
}

async function start(workflow: string, options: RunOptions): Promise<number> {
  const staySmall = async () => (await import('./small-process.ts')).staySmall();
  if (isLargeFile(workflow)) await staySmall();
  // Otherwise once the first steps are under way: what it loads takes a while.
  else setImmediate(() => void staySmall());
  return run(openDoor({}), { name: workflow, options });
}
