import type { Refusal } from '../project/runs.ts';
import { runNow, type Launcher } from '../project/schedule-keeper.ts';
import { startDetached } from '../project/detached-runner.ts';
import { givenTo, type ListedSchedule } from '../project/project-schedules.ts';
import { nextNominal } from '../scheduler/due.ts';
import { nextsOf, zoneFor } from '../scheduler/schedule-times.ts';
import { rfc3339 } from '../scheduler/zone.ts';
import { paint } from '../views/terminal.ts';
import { printJson, UsageError, type Door } from './door.ts';
import { EXIT, loadWorkflow, refuse } from './run.ts';
import { table } from './table.ts';

interface JsonOption {
  readonly json?: boolean;
}

/** `baton schedule list`: every schedule, how it stands, when it is due next. */
export async function listSchedules(door: Door, options: JsonOption): Promise<number> {
  const { schedules } = await door.project.schedules.list();
  const keepers = door.project.schedules.keepers();
  const now = Date.now();
  if (options.json === true) {
    printJson(
      door,
      schedules.map((each) => asJson(each, now)),
    );
    return EXIT.succeeded;
  }
  if (schedules.length === 0) {
    door.print(
      'No workflow here has a schedule. Write one under `on: { schedule: { cron: "0 2 * * *" } }`.\n',
    );
    return EXIT.succeeded;
  }
  const { style } = door;
  const rows = schedules.map((each) => [
    paint(style, 'bold', nameOf(each, schedules)),
    each.text,
    standing(each, now, style),
    paint(style, 'dim', pastOf(each)),
  ]);
  door.print(table(rows));
  if (keepers.length === 0) {
    door.print(
      '\nNobody keeps them awake: they fire while `baton serve` runs here, or an editor with "baton.scheduler.enabled".\n',
    );
  }
  return EXIT.succeeded;
}

/** `baton schedule next`: the next times of all schedules, or of one workflow's. */
export async function nextOfSchedules(
  door: Door,
  workflow: string | undefined,
  options: JsonOption & { readonly count?: string; readonly from?: string },
): Promise<number> {
  const count = Number(options.count ?? '5');
  if (!Number.isInteger(count) || count < 1 || count > 10_000)
    throw new UsageError('--count wants a whole number from 1 to 10000.');
  const after = options.from === undefined ? Date.now() : Date.parse(options.from);
  if (Number.isNaN(after))
    throw new UsageError(`--from wants a moment such as 2027-01-01T08:00:00Z, not "${options.from}".`);
  const schedules = await wanted(door, workflow);
  const found = schedules.map((each) => {
    const zone = zoneFor(each.schedule);
    const { enabledAt } = each.record ?? {};
    const question = {
      after,
      seed: each.id,
      ...(enabledAt !== undefined && enabledAt <= after && { enabledAt }),
    };
    const times =
      zone === undefined ? [] : nextsOf(each.schedule, question, count).map((at) => rfc3339(at, zone));
    return {
      workflow: each.workflow,
      schedule: each.text,
      timezone: zone?.name ?? each.schedule.timezone ?? '',
      times,
    };
  });
  if (options.json === true) {
    printJson(door, found);
    return EXIT.succeeded;
  }
  if (found.length === 0) door.print('There is no schedule here.\n');
  for (const [i, each] of found.entries()) {
    const one = schedules[i];
    door.print(
      `${paint(door.style, 'bold', one === undefined ? each.workflow : nameOf(one, schedules))}  ${each.schedule}  ${paint(door.style, 'dim', each.timezone)}\n`,
    );
    for (const time of each.times) door.print(`  ${time.replace(/\.\d+/, '')}\n`);
    if (each.times.length === 0) door.print('  never\n');
  }
  return EXIT.succeeded;
}

/** `baton schedule enable|disable <schedule>`. */
export async function switchSchedule(door: Door, name: string, on: boolean): Promise<number> {
  const { schedules } = await door.project.schedules.list();
  for (const each of named(name, schedules)) {
    if (on) door.project.schedules.resume(each);
    else door.project.schedules.pause(each);
    const what = on ? 'is on: its times count from now' : 'is off: no time of it begins a run';
    door.print(`${nameOf(each, schedules)} (${each.text}) ${what}.\n`);
  }
  return EXIT.succeeded;
}

/** `baton schedule run <schedule>`: a run now, as the schedule would begin it. */
export async function runScheduleNow(door: Door, name: string): Promise<number> {
  const { schedules } = await door.project.schedules.list();
  const [first, ...others] = named(name, schedules);
  if (first === undefined) return EXIT.usage;
  if (others.length > 0)
    throw new UsageError(
      `"${name}" has ${others.length + 1} schedules: say which, as in "${nameOf(first, schedules)}".`,
    );
  if (first.broken !== undefined)
    throw new UsageError(`${nameOf(first, schedules)} cannot run: ${first.broken}`);
  const begun = await runNow(first, launcherOf(door));
  if (!begun.ok) return refuse(door, begun.error);
  door.print(`${begun.value}\n`);
  return EXIT.succeeded;
}

/** Begins runs that nobody is there for, each in a process of its own. */
export function launcherOf(door: Door): Launcher {
  const program = { execPath: process.execPath, file: process.argv[1] ?? '' };
  const { project } = door;
  return async ({ run, workflow, cause }) => {
    const loaded = await project.workflows.load(workflow);
    if (!loaded.ok) return { ok: false, error: { kind: 'unknown', message: loaded.error } satisfies Refusal };
    const inputs = givenTo(loaded.value.analysis.workflow, project.env);
    const task = { kind: 'start', run, workflow, inputs, env: {}, cause } as const;
    return startDetached(program, { folder: project.folder, task });
  };
}

/** All, or those of a workflow by path or name. */
async function wanted(door: Door, workflow: string | undefined): Promise<readonly ListedSchedule[]> {
  const { schedules } = await door.project.schedules.list();
  if (workflow === undefined) return schedules;
  const { ref } = await loadWorkflow(door, workflow);
  const own = schedules.filter((each) => each.workflow === ref);
  if (own.length === 0) throw new UsageError(`${ref} has no schedule.`);
  return own;
}

/** `nightly`, `nightly#2`, or a workflow's path. */
function named(name: string, schedules: readonly ListedSchedule[]): readonly ListedSchedule[] {
  const [, of = name, number] = /^(.*)#(\d+)$/.exec(name) ?? [];
  const found = schedules.filter(
    (each) =>
      [each.workflow, each.name, shortName(each.workflow)].includes(of) &&
      (number === undefined || each.number === Number(number)),
  );
  if (found.length > 0) return found;
  const there = schedules.map((each) => nameOf(each, schedules)).join(', ');
  throw new UsageError(`There is no schedule "${name}".${there === '' ? '' : ` There is: ${there}.`}`);
}

/** The workflow's name; with a number where it has several. */
export function nameOf(each: ListedSchedule, among: readonly ListedSchedule[]): string {
  const several = among.filter(({ workflow }) => workflow === each.workflow).length > 1;
  return several && each.number > 0 ? `${each.name}#${each.number}` : each.name;
}

function shortName(ref: string): string {
  return (ref.split('/').at(-1) ?? ref).replace(/(\.workflow)?\.ya?ml$/, '');
}

function standing(each: ListedSchedule, now: number, style: Door['style']): string {
  if (each.broken !== undefined) return paint(style, 'red', `broken: ${each.broken}`);
  if (each.record?.paused === true) return paint(style, 'yellow', 'off');
  const next = nextTimeOf(each, now);
  return next === undefined ? 'never again' : `next ${next}`;
}

function nextTimeOf(each: ListedSchedule, now: number): string | undefined {
  const zone = zoneFor(each.schedule);
  const { enabledAt = now, handledUntil = now } = each.record ?? {};
  const next = nextNominal(each.timing, { enabledAt, handledUntil: Math.max(handledUntil, now) }, now);
  return next === undefined || zone === undefined ? undefined : rfc3339(Math.floor(next / 1000) * 1000, zone);
}

function pastOf({ record }: ListedSchedule): string {
  if (record === undefined) return '';
  const { fired, skipped, missed, refused } = record;
  const words = [
    `${fired} ${fired === 1 ? 'run' : 'runs'}`,
    skipped > 0 ? `${skipped} left out` : '',
    missed > 0 ? `${missed} missed` : '',
    refused > 0 ? `${refused} could not begin` : '',
  ];
  return words.filter((word) => word !== '').join(', ');
}

function asJson(each: ListedSchedule, now: number): object {
  const { record } = each;
  const next = each.broken === undefined && record?.paused !== true ? nextTimeOf(each, now) : undefined;
  return {
    workflow: each.workflow,
    name: each.name,
    number: each.number,
    schedule: each.text,
    timezone: zoneFor(each.schedule)?.name ?? each.schedule.timezone ?? null,
    overlap: each.overlap,
    catchUp: each.schedule.catchUp,
    enabled: record?.paused !== true,
    ...(each.broken !== undefined && { broken: each.broken }),
    next: next ?? null,
    fired: record?.fired ?? 0,
    skipped: record?.skipped ?? 0,
    missed: record?.missed ?? 0,
    refused: record?.refused ?? 0,
    ...(record?.last !== undefined && { lastRun: record.last.run }),
  };
}
