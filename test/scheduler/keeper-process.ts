import fs from 'node:fs';
import type { FileJournal } from '../../src/journal/file-journal.ts';
import type { Clock } from '../../src/base/clock.ts';
import { startOf, workflowOf } from '../model/sketches.ts';
import { ScheduleKeeper } from '../../src/project/schedule-keeper.ts';
import { openProject } from '../../src/project/project.ts';

/** What a process of its own is to do; given as JSON on its command line. */
export interface Orders {
  readonly folder: string;
  /** Its clock goes so many times as fast, from `since` on. */
  readonly speed: number;
  readonly since: number;
  /** A line for each run that this process began. */
  readonly log: string;
}

const orders = JSON.parse(process.argv[2] ?? '') as Orders; // written by the test that started us

const clock: Clock = {
  now: () => orders.since + (Date.now() - orders.since) * orders.speed,
  monotonic: () => performance.now() * orders.speed,
  wake(delayMs, callback) {
    const timer = setTimeout(callback, Math.ceil(delayMs / orders.speed));
    return () => clearTimeout(timer);
  },
};

const project = openProject(orders.folder);
const journal = project.runs.journal as FileJournal; // that of a project in a folder

const keeper = new ScheduleKeeper(project, {
  clock,
  trouble: (error) => fs.appendFileSync(orders.log, `trouble ${String(error)}\n`),
  async launch({ run, cause }) {
    const writer = await journal.create(run, { ...startOf(workflowOf([{ id: 'a' }])), cause });
    if (writer === 'exists') return { ok: false, error: { kind: 'taken', message: '' } };
    fs.appendFileSync(orders.log, `began ${run}\n`);
    writer.append([{ type: 'run-ended', status: 'succeeded', warnings: 0 }]);
    await writer.close();
    return { ok: true, value: run };
  },
});
await keeper.refresh();
fs.appendFileSync(orders.log, 'ready\n');
