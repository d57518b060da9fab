import { openDoor } from './door.ts';
import { endWith } from './ending.ts';
import type { QuickRun } from './quick-run.ts';
import { run } from './run.ts';

/** `baton run` and nothing else: a bundle of its own, in which everything is loaded at once and nothing in vain. */
export function runQuickly({ workflow, options }: QuickRun): void {
  // Once the first steps are under way: what it loads takes a while.
  setImmediate(() => void import('./small-process.ts').then(({ staySmall }) => staySmall()));
  endWith((async () => run(openDoor({}), workflow, options))());
}
