import fs from 'node:fs';
import path from 'node:path';
import { writeDuration } from '../base/duration.ts';
import { emptyRecord } from '../base/json.ts';
import { sha256 } from '../base/sha256.ts';
import { announceKeeper, livingKeepers, type KeeperKind } from '../journal/keepers.ts';
import { FileLedger, type ScheduleLedger } from '../journal/schedule-ledger.ts';
import { blockers } from '../language/analyze.ts';
import type { RunId } from '../model/attempt.ts';
import type { ScheduleId, ScheduleRecord } from '../model/schedule-record.ts';
import type { FileTrigger, Schedule, Workflow } from '../model/workflow.ts';
import type { KeptSchedule } from '../scheduler/scheduler.ts';
import { resolveInputs } from './inputs.ts';
import { secretInputs, secretsIn } from './secrets.ts';
import type { LoadedWorkflow, Workflows } from './workflows.ts';

/** A schedule of some workflow file, as it is now, with what became of its times so far. */
export interface ListedSchedule extends KeptSchedule {
  /** The workflow's name. */
  readonly name: string;
  /** From 1, in its file; 0 where the file cannot say it any more. */
  readonly number: number;
  readonly schedule: Pick<Schedule, 'when' | 'timezone' | 'overlap' | 'catchUp' | 'windowMs' | 'jitterMs'>;
  /** Absent until somebody kept it. */
  readonly record: ScheduleRecord | undefined;
  /** Why it cannot run. Such a schedule is not kept; its past is. */
  readonly broken?: string;
}

/** A workflow that runs when files change. */
export interface ListedTrigger {
  /** The workflow's path. */
  readonly workflow: string;
  readonly name: string;
  readonly trigger: FileTrigger;
  readonly broken?: string;
}

/** What starts the workflows of a project by itself. */
export interface Starts {
  readonly schedules: readonly ListedSchedule[];
  readonly triggers: readonly ListedTrigger[];
}

export interface ListOptions {
  /** Secrets come from elsewhere than the environment: that one is not there does not make a schedule broken. */
  readonly assumeSecrets?: boolean;
}

/** The schedules of a project, for everybody. Keeping them is `schedule-keeper.ts`. */
export interface Schedules {
  readonly ledger: ScheduleLedger;
  /** In the order of files, and of what stands in them. Only files that changed since are read again. */
  list(options?: ListOptions): Promise<Starts>;
  pause(schedule: ListedSchedule): void;
  /** Its times count from now. */
  resume(schedule: ListedSchedule): void;
  /** Who keeps them awake now; nobody: they do not fire. */
  keepers(): readonly KeeperKind[];
  /** Says that this process does, until it is disposed. */
  announce(kind: KeeperKind): Disposable;
}

/** `kept`: the folder in which everything of a project is kept. */
export function schedulesOf(
  { folder, kept, env }: { readonly folder: string; readonly kept: string; readonly env: Env },
  workflows: Workflows,
): Schedules {
  const ledger = new FileLedger(kept);
  const files = new FilesThatStart(folder, workflows, env);
  const note = (
    type: 'schedule-paused' | 'schedule-resumed',
    { id, workflow, text, record }: ListedSchedule,
  ) => {
    const at = Date.now();
    const adopted = { type: 'schedule-adopted', schedule: id, at, workflow, text } as const;
    ledger.append([...(record === undefined ? [adopted] : []), { type, schedule: id, at }]);
  };
  return {
    ledger,
    list: async ({ assumeSecrets = false } = {}) =>
      withRecords(await files.read(assumeSecrets), ledger, folder),
    pause: (schedule) => note('schedule-paused', schedule),
    resume: (schedule) => note('schedule-resumed', schedule),
    keepers: () => livingKeepers(kept),
    announce: (kind) => announceKeeper(kept, kind),
  };
}

type Env = Readonly<Record<string, string | undefined>>;

/** The run that one time of a schedule begins: in every process and after every crash the same name. */
export function scheduledRunId(schedule: ScheduleId, nominal: number): RunId {
  const time = new Date(nominal).toISOString().replace(/[-:Z]/g, '').replace(/[T.]/g, '-');
  return `${time}-at${schedule}`;
}

/** What a schedule says, for people and for telling it from others: `0 2 * * *, Europe/Berlin`; `every 15m`. */
export function scheduleText({ when, timezone }: Pick<Schedule, 'when' | 'timezone'>): string {
  const what =
    'cron' in when
      ? when.cron.trim()
      : 'everyMs' in when
        ? `every ${writeDuration(when.everyMs)}`
        : `at ${when.at}`;
  return timezone === undefined ? what : `${what}, ${timezone}`;
}

function scheduleId(workflow: string, text: string): ScheduleId {
  return sha256(Buffer.from(JSON.stringify([workflow, text]))).slice(0, 12);
}

/** What one file says. */
interface FileStarts {
  readonly schedules: readonly Omit<ListedSchedule, 'record'>[];
  readonly trigger?: ListedTrigger;
  /** Why the file does not load. */
  readonly broken?: string;
}

/** Most files start nothing by themselves: their text tells, without a look at what it means. */
const MAY_START = /\b(?:schedule|files)\b/;

/** Reads the workflow files, and those that stayed as they were not again. */
class FilesThatStart {
  readonly #folder: string;
  readonly #workflows: Workflows;
  readonly #env: Env;
  #known = new Map<string, { readonly stamp: string; readonly starts: FileStarts }>();

  constructor(folder: string, workflows: Workflows, env: Env) {
    this.#folder = folder;
    this.#workflows = workflows;
    this.#env = env;
  }

  async read(assumeSecrets: boolean): Promise<ReadonlyMap<string, FileStarts>> {
    const known = new Map<string, { readonly stamp: string; readonly starts: FileStarts }>();
    for (const ref of await this.#workflows.list()) {
      const stat = fs.statSync(path.resolve(this.#folder, ref), { throwIfNoEntry: false });
      if (stat === undefined) continue;
      const stamp = `${stat.mtimeMs} ${stat.size} ${stat.ino} ${assumeSecrets}`;
      const before = this.#known.get(ref);
      known.set(
        ref,
        before?.stamp === stamp ? before : { stamp, starts: this.#startsOf(ref, assumeSecrets) },
      );
    }
    this.#known = known;
    return new Map([...known].map(([ref, { starts }]) => [ref, starts]));
  }

  #startsOf(ref: string, assumeSecrets: boolean): FileStarts {
    try {
      const text = fs.readFileSync(path.resolve(this.#folder, ref), 'utf8');
      if (!MAY_START.test(text)) return { schedules: [] };
    } catch (error) {
      return { schedules: [], broken: (error as Error).message };
    }
    const loaded = this.#workflows.read(ref);
    return loaded.ok
      ? startsOf(loaded.value, assumeSecrets ? undefined : this.#env)
      : { schedules: [], broken: loaded.error };
  }
}

function startsOf(loaded: LoadedWorkflow, env: Env | undefined): FileStarts {
  const { workflow } = loaded.analysis;
  const broken = whyNot(loaded, env);
  const { ref: path, name } = workflow;
  const why = broken !== undefined && { broken };
  const schedules = workflow.schedules.map((schedule, i) => listed(schedule, { path, name, number: i + 1 }));
  const { fileTriggers } = workflow;
  return {
    schedules: schedules.map((each) => ({ ...each, ...why })),
    ...(fileTriggers !== undefined && { trigger: { workflow: path, name, trigger: fileTriggers, ...why } }),
    ...why,
  };
}

function listed(
  said: Schedule,
  of: { readonly path: string; readonly name: string; readonly number: number },
): Omit<ListedSchedule, 'record'> {
  const { when, timezone, overlap, catchUp, windowMs, jitterMs } = said;
  const text = scheduleText(said);
  const id = scheduleId(of.path, text);
  const schedule = {
    when,
    ...(timezone !== undefined && { timezone }),
    overlap,
    catchUp,
    windowMs,
    ...(jitterMs !== undefined && { jitterMs }),
  };
  const timing = { ...schedule, seed: id };
  return { id, workflow: of.path, name: of.name, number: of.number, text, schedule, timing, overlap };
}

/** Why a workflow cannot run by itself: its file has mistakes, or it wants to be given something. */
function whyNot({ analysis }: LoadedWorkflow, env: Env | undefined): string | undefined {
  const [first] = blockers(analysis);
  if (first !== undefined) return first.message;
  const { workflow } = analysis;
  const open = env === undefined ? { inputs: workflow.inputs.filter(({ secret }) => !secret) } : workflow;
  const inputs = resolveInputs(open, env === undefined ? {} : givenTo(workflow, env));
  return inputs.ok ? undefined : inputs.error.map(({ message }) => message).join(' ');
}

/** What a run is given that nobody is there for: secrets of the environment, and defaults. */
export function givenTo(workflow: Pick<Workflow, 'inputs'>, env: Env): Record<string, string> {
  return Object.assign(emptyRecord<string>(), secretsIn(env, secretInputs(workflow)));
}

function withRecords(files: ReadonlyMap<string, FileStarts>, ledger: ScheduleLedger, folder: string): Starts {
  const records = ledger.read();
  const schedules: ListedSchedule[] = [];
  const seen = new Set<ScheduleId>();
  for (const { schedules: said } of files.values()) {
    for (const schedule of said) {
      if (seen.has(schedule.id)) continue; // The same twice is the same once.
      seen.add(schedule.id);
      schedules.push({ ...schedule, record: records.get(schedule.id) });
    }
  }
  // A file that cannot be read says nothing of its schedules: what was known of them is shown.
  for (const record of records.values()) {
    const broken = files.get(record.workflow)?.broken;
    if (
      seen.has(record.schedule) ||
      broken === undefined ||
      !fs.existsSync(path.resolve(folder, record.workflow))
    )
      continue;
    if (files.get(record.workflow)?.schedules.length !== 0) continue;
    schedules.push(lost(record, broken));
  }
  const triggers = [...files.values()].flatMap(({ trigger }) => (trigger === undefined ? [] : [trigger]));
  return { schedules, triggers };
}

function lost(record: ScheduleRecord, broken: string): ListedSchedule {
  const { schedule: id, workflow, text } = record;
  const schedule = { when: { at: '' }, overlap: 'skip', catchUp: 'none', windowMs: 0 } as const;
  const timing = { when: schedule.when, catchUp: schedule.catchUp, windowMs: 0, seed: id };
  return { id, workflow, name: workflow, number: 0, text, schedule, timing, overlap: 'skip', record, broken };
}
