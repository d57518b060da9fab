import path from 'node:path';
import { FileGroups } from '../journal/file-groups.ts';
import { FileJournal } from '../journal/file-journal.ts';
import type { Groups } from '../journal/groups.ts';
import type { Journal } from '../journal/journal.ts';
import { runsOf, type Runs } from './runs.ts';
import { schedulesOf, type Schedules } from './project-schedules.ts';
import { workflowsOf, type Workflows } from './workflows.ts';

/** A folder opened for work: the one value every door holds. */
export interface Project {
  /** Absolute. */
  readonly folder: string;
  readonly workflows: Workflows;
  readonly runs: Runs;
  readonly schedules: Schedules;
  /** Of runs and steps of which only so many go on at once. */
  readonly groups: Groups;
  /** What steps inherit. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder in which ends of steps are kept that have a `cache`, absolute. */
  readonly cache: string;
}

export interface ProjectOptions {
  /** Globs of the workflow files; the default is the language's own rule. */
  readonly files?: readonly string[];
  /** Where runs are kept; the default is `.baton` in the folder. */
  readonly journal?: Journal;
  /** Where concurrency groups are kept; the default is `.baton` in the folder. */
  readonly groups?: Groups;
  /** What steps inherit; the default is this process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where ends of steps with a `cache` are kept; the default is `.baton/cache` in the folder. */
  readonly cache?: string;
}

/** Opens a folder. Nothing is read or written before it is asked for. */
export function openProject(folder: string, options: ProjectOptions = {}): Project {
  const root = path.resolve(folder);
  const kept = path.join(root, '.baton');
  const journal = options.journal ?? new FileJournal(kept);
  const groups = options.groups ?? new FileGroups(kept);
  const workflows = workflowsOf(root, options.files);
  const env = options.env ?? process.env;
  const cache = path.resolve(options.cache ?? path.join(kept, 'cache'));
  let schedules: Schedules | undefined;
  return {
    folder: root,
    workflows,
    runs: runsOf(journal, workflows),
    get schedules() {
      return (schedules ??= schedulesOf({ folder: root, kept, env }, workflows));
    },
    groups,
    env,
    cache,
  };
}
