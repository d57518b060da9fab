import fs from 'node:fs';
import path from 'node:path';
import { HEARTBEAT_EVERY_MS, isOwned, thisProcess, touch, writeOwner } from './owner.ts';
import { prepareRoot } from './prepare-root.ts';

/** What kind of process keeps schedules awake. */
export type KeeperKind = 'serve' | 'editor';

/** Says that this process keeps the schedules of a project awake, until it is disposed or dies. */
export function announceKeeper(root: string, kind: KeeperKind): Disposable {
  prepareRoot(root);
  const folder = path.join(keepersIn(root), `${kind}-${process.pid}`);
  fs.mkdirSync(folder, { recursive: true });
  writeOwner(folder, thisProcess());
  // For those on other machines, who cannot look at the process.
  const beating = setInterval(() => touch(path.join(folder, 'owner.json')), HEARTBEAT_EVERY_MS * 2);
  beating.unref();
  return {
    [Symbol.dispose]: () => {
      clearInterval(beating);
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The kinds of processes that keep the schedules awake now, each once. What the dead left behind is cleared away. */
export function livingKeepers(root: string): readonly KeeperKind[] {
  let names: readonly string[];
  try {
    names = fs.readdirSync(keepersIn(root));
  } catch {
    return []; // Nobody ever did.
  }
  const kinds = new Set<KeeperKind>();
  for (const name of names) {
    const folder = path.join(keepersIn(root), name);
    const kind = name.startsWith('serve-') ? 'serve' : 'editor';
    if (isOwned(folder)) kinds.add(kind);
    else fs.rmSync(folder, { recursive: true, force: true });
  }
  return [...kinds];
}

function keepersIn(root: string): string {
  return path.join(root, 'keepers');
}
