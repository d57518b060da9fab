import fs from 'node:fs';
import path from 'node:path';
import ignoreRules, { type Ignore } from 'ignore';
import type { Clock } from '../base/clock.ts';
import { sha256 } from '../base/sha256.ts';
import type { RunId } from '../model/attempt.ts';
import { globsOf } from './matching-files.ts';
import type { Project } from './project.ts';
import type { Launcher } from './schedule-keeper.ts';
import { scheduledRunId, type ListedTrigger } from './project-schedules.ts';
import { systemClock } from './system-clock.ts';

/** What never starts anything: other programs' own folders, and ours. */
const NEVER = /(?:^|\/)(?:\.git|\.hg|\.svn|\.baton|node_modules)(?:\/|$)/;
/** So many of the files are named in the run's cause. */
const MOST_NAMED = 20;
/** Times of files are those of the last tick of the system's clock: up to so much before a write. */
const TICK_MS = 10;

interface Entry {
  readonly listed: ListedTrigger;
  readonly matches: (ref: string) => boolean;
  /** Files that changed, and whether a person is known to have done it. */
  readonly changed: Map<string, boolean>;
  cancel: (() => void) | undefined;
  /** Changes wait for the run that goes on. */
  isBusy: boolean;
}

export interface TriggerOptions {
  readonly launch: Launcher;
  readonly trouble: (error: unknown) => void;
  /** Told of what a change led to. */
  readonly onRun?: (workflow: string, run: RunId) => void;
  readonly clock?: Clock;
}

/**
 * Starts workflows when files change (`on.files`): after it has been quiet for `debounce`, never for what `.gitignore`
 * leaves out, and never for what the workflow's own run wrote. Whoever watches the folder tells of changes. Several
 * processes may: the run is named after the workflow and the time of the newest change, so it begins once.
 */
export class FileTriggers {
  readonly #project: Project;
  readonly #options: TriggerOptions;
  readonly #clock: Clock;
  readonly #rules: IgnoreRules;
  readonly #end = new AbortController();
  #entries: readonly Entry[] = [];

  constructor(project: Project, options: TriggerOptions) {
    this.#project = project;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#rules = new IgnoreRules(project.folder);
  }

  /** Says which triggers there are from now on. */
  keep(triggers: readonly ListedTrigger[]): void {
    const before = new Map(this.#entries.map((entry) => [entry.listed.workflow, entry]));
    const now = triggers.flatMap((listed): Entry[] => {
      const globs = globsOf(listed.trigger.paths);
      if (listed.broken !== undefined || !globs.ok) return [];
      const old = before.get(listed.workflow);
      if (JSON.stringify(old?.listed) === JSON.stringify(listed) && old !== undefined) return [old];
      return [{ listed, matches: globs.value.matches, changed: new Map(), cancel: undefined, isBusy: false }];
    });
    for (const entry of this.#entries) if (!now.includes(entry)) entry.cancel?.();
    this.#entries = now;
  }

  get count(): number {
    return this.#entries.length;
  }

  /** A file came, changed or went. `byPerson`: somebody saved it in an editor, so that no run did. */
  changed(file: string, { byPerson = false }: { readonly byPerson?: boolean } = {}): void {
    if (this.#end.signal.aborted) return;
    const ref = path.relative(this.#project.folder, file).split(path.sep).join('/');
    if (ref === '' || ref.startsWith('..') || NEVER.test(ref)) return;
    if (path.posix.basename(ref) === '.gitignore') this.#rules.forget();
    const wanted = this.#entries.filter((entry) => entry.matches(ref));
    if (wanted.length === 0 || this.#rules.leavesOut(ref)) return;
    for (const entry of wanted) {
      entry.changed.set(ref, byPerson || entry.changed.get(ref) === true);
      this.#wait(entry);
    }
  }

  close(): void {
    this.#end.abort();
    for (const { cancel } of this.#entries) cancel?.();
  }

  #wait(entry: Entry): void {
    if (entry.isBusy) return;
    entry.cancel?.();
    entry.cancel = this.#clock.wake(entry.listed.trigger.debounceMs, () => {
      entry.isBusy = true;
      this.#fire(entry)
        .catch((error: unknown) => this.#options.trouble(error))
        .finally(() => {
          entry.isBusy = false;
          if (entry.changed.size > 0 && !this.#end.signal.aborted) this.#wait(entry);
        });
    });
  }

  async #fire(entry: Entry): Promise<void> {
    const { workflow } = entry.listed;
    const changed = new Map(entry.changed);
    entry.changed.clear();
    const times = await this.#timesOf(workflow);
    const files = [...changed].filter(([ref, byPerson]) => byPerson || !this.#wroteItself(ref, times));
    if (files.length === 0) return;
    const going = times.find(({ end }) => end === Infinity);
    if (going !== undefined) {
      // One run at a time: what changed in the meantime starts the next.
      for await (const { presence } of this.#project.runs.journal.follow(going.run, this.#end.signal))
        if (presence === 'ended' || presence === 'lost') break;
      for (const [ref, byPerson] of files) entry.changed.set(ref, byPerson);
      return;
    }
    const names = files.map(([ref]) => ref).sort();
    const newest = Math.max(...names.map((ref) => this.#timeOf(ref)));
    const id = sha256(Buffer.from(JSON.stringify([workflow, 'files', names]))).slice(0, 12);
    const begun = await this.#options.launch({
      run: scheduledRunId(id, Math.floor(newest)),
      workflow,
      cause: { kind: 'files', files: names.slice(0, MOST_NAMED), count: names.length },
    });
    if (begun.ok) this.#options.onRun?.(workflow, begun.value);
    else if (begun.error.kind !== 'taken') this.#options.trouble(new Error(wordsOf(begun.error)));
  }

  /** From when to when the last runs of a workflow went on. */
  async #timesOf(workflow: string): Promise<readonly Stretch[]> {
    const runs = (await this.#project.runs.journal.list()).filter((run) => run.workflow === workflow);
    return runs.slice(0, 20).map(({ run, startedAt, endedAt, status }) => ({
      run,
      start: startedAt,
      end: status === 'running' ? Infinity : (endedAt ?? startedAt),
    }));
  }

  /** A file that changed while a run of the workflow went on is taken for the run's own. */
  #wroteItself(ref: string, times: readonly Stretch[]): boolean {
    const at = this.#timeOf(ref);
    return times.some(({ start, end }) => at >= start - TICK_MS && at <= end + 1);
  }

  /** When a file changed last; of one that is gone, when its folder did. Milliseconds since the epoch. */
  #timeOf(ref: string): number {
    for (let at = ref; ; at = path.posix.dirname(at)) {
      const stat = fs.statSync(path.resolve(this.#project.folder, at), { throwIfNoEntry: false });
      // A file that was renamed into place has an old time of its own, and a new one of its entry.
      if (stat !== undefined) return at === ref ? Math.max(stat.mtimeMs, stat.ctimeMs) : stat.mtimeMs;
      if (at === '.') return this.#clock.now();
    }
  }
}

interface Stretch {
  readonly run: RunId;
  readonly start: number;
  readonly end: number;
}

function wordsOf(refusal: { readonly kind: string; readonly message?: string }): string {
  return refusal.message ?? `A workflow could not begin (${refusal.kind}).`;
}

/** The `.gitignore` files of a folder and those below it, read when a path first asks for them. */
export class IgnoreRules {
  readonly #folder: string;
  #rules = new Map<string, Ignore | undefined>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  forget(): void {
    this.#rules = new Map();
  }

  /** Whether some `.gitignore` from the folder down to a path leaves it out. */
  leavesOut(ref: string): boolean {
    const parts = ref.split('/');
    let isOut = false;
    for (let depth = 0; depth < parts.length; depth++) {
      const below = parts.slice(0, depth).join('/');
      const verdict = this.#of(below)?.test(parts.slice(depth).join('/'));
      if (verdict?.ignored === true) isOut = true;
      else if (verdict?.unignored === true) isOut = false;
    }
    return isOut;
  }

  #of(below: string): Ignore | undefined {
    if (!this.#rules.has(below)) this.#rules.set(below, this.#read(below));
    return this.#rules.get(below);
  }

  #read(below: string): Ignore | undefined {
    try {
      const text = fs.readFileSync(path.join(this.#folder, below, '.gitignore'), 'utf8');
      return ignoreRules().add(text);
    } catch {
      return undefined; // There is none here.
    }
  }
}
