import fs from 'node:fs';
import { FileGroups } from '../../src/journal/file-groups.ts';
import { beforeOperations } from './file-operations.ts';

/** What a process of its own is to do; given as JSON on its command line. */
export interface Orders {
  readonly root: string;
  readonly limit: number;
  /** In all, shared by the workers. */
  readonly enters: number;
  /** So many at once. */
  readonly workers: number;
  /** Lines `<what> <who>`, appended by all processes. */
  readonly log: string;
  /** Kills itself just before this one of its file operations, from 1. */
  readonly dieAt?: number;
  /** Keeps its last place until it is killed. */
  readonly stays?: boolean;
}

const orders = JSON.parse(process.argv[2] ?? '') as Orders; // written by the test that started us
const note = (what: string, who: string) => fs.appendFileSync(orders.log, `${what} ${who}\n`);

let operations = 0;
function operation(): void {
  if (++operations !== orders.dieAt) return;
  note('dies', String(process.pid));
  process.kill(process.pid, 'SIGKILL');
}

async function enterOnce(groups: FileGroups, who: string): Promise<void> {
  note('asks', who);
  let waited = false;
  const entered = await groups.enter(
    {
      group: 'g',
      limit: orders.limit,
      whenFull: 'queue',
      holder: { run: who },
      evict: () => Promise.resolve(true),
      onWait() {
        if (!waited) note('waits', who);
        waited = true;
      },
    },
    new AbortController().signal,
  );
  if (typeof entered !== 'object' || !('release' in entered)) return note('trouble', JSON.stringify(entered));
  note('in', who);
  for (let turns = Math.floor(Math.random() * 5); turns > 0; turns--) {
    operation();
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (orders.stays === true) return new Promise(() => setInterval(() => undefined, 1000));
  note('out', who);
  entered.release();
}

async function work(): Promise<void> {
  const groups = new FileGroups(orders.root);
  let left = orders.enters;
  const worker = async () => {
    while (left > 0) await enterOnce(groups, `${process.pid}.${left--}`);
  };
  await Promise.all(Array.from({ length: orders.workers }, worker));
  note('ends', `${process.pid}`);
}

beforeOperations(orders.root, operation);
await work();
