import path from 'node:path';
import { FileTriggers } from '../project/file-triggers.ts';
import { ScheduleKeeper } from '../project/schedule-keeper.ts';
import { workflowMatcher } from '../project/workflow-files.ts';
import type { ListedSchedule } from '../project/project-schedules.ts';
import { zoneFor } from '../scheduler/schedule-times.ts';
import { rfc3339 } from '../scheduler/zone.ts';
import { paint } from '../views/terminal.ts';
import type { Door } from './door.ts';
import { EXIT } from './run.ts';
import { launcherOf, nameOf } from './schedule.ts';
import { watchFiles } from './watch-files.ts';

/** Changes of workflow files come in bunches. */
const REST_MS = 200;

/** `baton serve`: keeps schedules and file triggers awake until it is told to stop. Runs that it began go on. */
export async function serve(door: Door): Promise<number> {
  const { project } = door;
  const say = (text: string) =>
    door.print(`${paint(door.style, 'dim', new Date().toTimeString().slice(0, 8))}  ${text}\n`);
  const trouble = (error: unknown) =>
    door.complain(`baton: ${error instanceof Error ? error.message : String(error)}\n`);
  const launch = launcherOf(door);
  const keeper = new ScheduleKeeper(project, {
    trouble,
    async launch(order) {
      const begun = await launch(order);
      if (begun.ok) say(`${order.workflow}: run ${begun.value} began`);
      else if (begun.error.kind !== 'taken') say(`${order.workflow}: no run could begin`);
      return begun;
    },
  });
  const triggers = new FileTriggers(project, {
    launch,
    trouble,
    onRun: (workflow, run) => say(`${workflow}: files changed, run ${run} began`),
  });
  const presence = project.schedules.announce('serve');
  await keeper.refresh();
  triggers.keep(keeper.triggers);
  let told = standing(keeper, triggers);
  say(told);
  for (const each of keeper.listed())
    if (each.broken !== undefined) say(`${nameOf(each, keeper.listed())} is broken: ${each.broken}`);
  const isWorkflow = workflowMatcher();
  let resting: NodeJS.Timeout | undefined;
  const readAgain = async () => {
    resting = undefined;
    await keeper.refresh();
    triggers.keep(keeper.triggers);
    const now = standing(keeper, triggers);
    if (now !== told) say((told = now));
  };
  const changed = (file: string) => {
    triggers.changed(file);
    if (!isWorkflow(path.relative(project.folder, file).split(path.sep).join('/'))) return;
    resting ??= setTimeout(() => void readAgain().catch(trouble), REST_MS);
  };
  const watcher = await watchFiles(project.folder, { changed, trouble });
  say('Ready. Ctrl-C ends it; runs that began go on.');
  await untilAsked();
  clearTimeout(resting);
  presence[Symbol.dispose]();
  triggers.close();
  await Promise.all([keeper.close(), watcher.close()]);
  return EXIT.succeeded;
}

function untilAsked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}

/** `2 schedules, 1 trigger; next: Nightly at 2027-…` */
function standing(keeper: ScheduleKeeper, triggers: FileTriggers): string {
  const kept = keeper.listed().filter(({ broken }) => broken === undefined);
  const words = [
    count(kept.length, 'schedule'),
    ...(triggers.count > 0
      ? [`${count(triggers.count, 'workflow')} that ${triggers.count === 1 ? 'waits' : 'wait'} for files`]
      : []),
  ];
  const next = keeper.next();
  const of = next && kept.find(({ id }) => id === next.schedule.id);
  return next === undefined || of === undefined
    ? words.join(', ')
    : `${words.join(', ')}; next: ${nameOf(of, kept)} at ${timeIn(of, next.at)}`;
}

function timeIn({ schedule }: ListedSchedule, at: number): string {
  const zone = zoneFor(schedule);
  return zone === undefined ? new Date(at).toISOString() : rfc3339(Math.floor(at / 1000) * 1000, zone);
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
