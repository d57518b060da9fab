import { formatDuration } from '../../base/duration.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Schedule } from '../../model/workflow.ts';
import { nextsOf } from '../../scheduler/schedule-times.ts';
import { finding } from '../findings.ts';
import { valueOf } from '../tree.ts';
import type { CheckContext } from './check.ts';

/** Any moment: what is between two times of a schedule hardly depends on it. */
const SOME_TIME = Date.UTC(2026, 0, 1);
/** So many times in a row show how close they may come. */
const TIMES = 12;

/** A schedule that is due again before the run it began has usually ended. Silent where no run has told how long that is. */
export function checkTooFrequent({ tree, workflow, usualMs }: CheckContext): readonly Diagnostic[] {
  if (usualMs === undefined) return [];
  const node = valueOf(valueOf(tree, 'on'), 'schedule');
  const items = node === undefined ? [] : node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => {
    const schedule = workflow.schedules.find(({ range }) => range.start === item.range.start);
    const when = valueOf(item, 'cron') ?? valueOf(item, 'every');
    const gap = schedule && shortestGap(schedule);
    if (when === undefined || gap === undefined || gap >= usualMs || schedule?.overlap === 'allow') return [];
    const message = `This is due every ${formatDuration(gap)}, but a run usually takes ${formatDuration(usualMs)}: ${OVERLAPS[schedule?.overlap ?? 'skip']}.`;
    return [finding('baton/too-frequent', when.range, message, { severity: 'warning' })];
  });
}

const OVERLAPS: Readonly<Record<Exclude<Schedule['overlap'], 'allow'>, string>> = {
  skip: 'times at which it still runs are left out',
  queue: 'runs that wait for it become more and more',
  cancel_running: 'it is cancelled before it is done',
};

function shortestGap(schedule: Schedule): number | undefined {
  const times = nextsOf(schedule, { after: SOME_TIME }, TIMES);
  const gaps = times.slice(1).map((time, i) => time - (times[i] ?? time));
  return gaps.length === 0 ? undefined : Math.min(...gaps);
}
