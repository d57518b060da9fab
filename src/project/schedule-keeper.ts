import type { Clock } from '../base/clock.ts';
import type { Result } from '../base/result.ts';
import type { RunId } from '../model/attempt.ts';
import type { Cause } from '../model/run-event.ts';
import { Scheduler, type DueRun, type Launch, type SchedulerWorld } from '../scheduler/scheduler.ts';
import type { Project } from './project.ts';
import { newRunId } from './run-id.ts';
import type { Refusal } from './runs.ts';
import { scheduledRunId, type ListedSchedule, type ListOptions, type Starts } from './project-schedules.ts';
import { systemClock } from './system-clock.ts';

/** A run that nobody is there for, to be begun in a process of its own. */
export interface Unattended {
  readonly run: RunId;
  /** The workflow's path. */
  readonly workflow: string;
  readonly cause: Cause;
}

export type Launcher = (order: Unattended) => Promise<Result<RunId, Refusal>>;

export interface KeeperOptions {
  /** Starts a run, as the process that keeps schedules does it. */
  readonly launch: Launcher;
  readonly trouble: (error: unknown) => void;
  readonly clock?: Clock;
  readonly list?: ListOptions;
}

/** Keeps the schedules of one project awake, as long as this process lives. */
export class ScheduleKeeper {
  readonly #project: Project;
  readonly #options: KeeperOptions;
  readonly #scheduler: Scheduler;
  readonly #watching: Disposable;
  #starts: Starts = { schedules: [], triggers: [] };
  #reading: Promise<void> | undefined;
  #again = false;
  /** Told when something may look different: after every look, and when others wrote. */
  onChange: () => void = () => undefined;

  constructor(project: Project, options: KeeperOptions) {
    this.#project = project;
    this.#options = options;
    this.#scheduler = new Scheduler(worldOf(project, options));
    this.#scheduler.onLook = () => this.onChange();
    this.#watching = project.schedules.ledger.onChange(() => this.#scheduler.look());
  }

  /** Reads the files again. What is asked for while it reads is done once more behind it. */
  refresh(): Promise<void> {
    if (this.#reading !== undefined) this.#again = true;
    return (this.#reading ??= this.#read().finally(() => (this.#reading = undefined)));
  }

  async #read(): Promise<void> {
    do {
      this.#again = false;
      this.#starts = await this.#project.schedules.list(this.#options.list);
      this.#scheduler.keep(this.#starts.schedules.filter(({ broken }) => broken === undefined));
    } while (this.#again);
  }

  /** To be called when the machine woke, or a window came to the front: then clocks may have moved. */
  look(): void {
    this.#scheduler.look();
  }

  /** As the files and the ledger say now. */
  listed(): readonly ListedSchedule[] {
    const records = this.#project.schedules.ledger.read();
    return this.#starts.schedules.map((each) => ({ ...each, record: records.get(each.id) }));
  }

  next(): ReturnType<Scheduler['next']> {
    return this.#scheduler.next();
  }

  get triggers(): Starts['triggers'] {
    return this.#starts.triggers;
  }

  /** Begins a run now, beside its times. */
  runNow(schedule: ListedSchedule): Promise<Result<RunId, Refusal>> {
    return runNow(schedule, this.#options.launch);
  }

  async close(): Promise<void> {
    this.#watching[Symbol.dispose]();
    await this.#scheduler.close();
  }
}

/** The run that a person asks for: due now, and no other run's time. */
export function runNow(schedule: ListedSchedule, launch: Launcher): Promise<Result<RunId, Refusal>> {
  const now = Date.now();
  const cause: Cause = { kind: 'schedule', nominalTime: new Date(now).toISOString(), schedule: schedule.id };
  return launch({ run: newRunId(now), workflow: schedule.workflow, cause });
}

function worldOf(project: Project, { launch, trouble, clock = systemClock }: KeeperOptions): SchedulerWorld {
  const { journal } = project.runs;
  const { ledger } = project.schedules;
  return {
    clock,
    trouble,
    records: () => ledger.read(),
    note: (facts) => ledger.append(facts),
    launch: (due) => launchDue(due, launch),
    hasBegun: async ({ schedule, nominal }) =>
      (await journal.read(scheduledRunId(schedule, nominal))) !== undefined,
    running: async (workflow, { schedule, nominal }) => {
      const own = scheduledRunId(schedule, nominal);
      return (await journal.list())
        .filter((run) => run.workflow === workflow && run.run !== own)
        .filter(({ status }) => status === 'running' || status === 'waiting')
        .map(({ run }) => run);
    },
    stop: async (run) => void (await project.runs.stop(run)),
    over: async (run, noMore) => {
      const end = new AbortController();
      void noMore.then(() => end.abort());
      for await (const news of journal.follow(run, end.signal)) {
        if (news.presence === 'ended' || news.presence === 'lost') return;
      }
    },
  };
}

async function launchDue(
  { schedule, workflow, nominal, isCatchUp }: DueRun,
  launch: Launcher,
): Promise<Launch> {
  const run = scheduledRunId(schedule, nominal);
  const cause: Cause = {
    kind: 'schedule',
    nominalTime: new Date(nominal).toISOString(),
    schedule,
    ...(isCatchUp && { isCatchUp }),
  };
  const begun = await launch({ run, workflow, cause });
  if (begun.ok) return { run: begun.value };
  const refusal = begun.error;
  switch (refusal.kind) {
    case 'taken':
      return 'taken';
    case 'diagnostics':
      return { refused: refusal.diagnostics.map(({ message }) => message).join(' ') };
    case 'inputs':
      return { refused: refusal.problems.map(({ message }) => message).join(' ') };
    case 'full':
    case 'unknown':
      return { refused: refusal.message };
  }
}
