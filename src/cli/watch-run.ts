import path from 'node:path';
import fs from 'node:fs';
import type { Step, StepId } from '../model/workflow.ts';
import { IgnoreRules } from '../project/file-triggers.ts';
import { globsOf } from '../project/matching-files.ts';
import type { LoadedWorkflow } from '../project/workflows.ts';
import { paint } from '../views/terminal.ts';
import type { Door } from './door.ts';
import { EXIT, loadWorkflow, run, type RunOptions } from './run.ts';
import type { Named } from './selection.ts';
import { watchFiles } from './watch-files.ts';

/** Editors save in several strokes. */
const REST_MS = 150;

/**
 * `baton run --watch`: runs, and again whenever files change, until Ctrl-C. Watched are the files of `on.files` where the
 * workflow has them, else all that `.gitignore` does not leave out. Steps that say which files they read
 * (`cache.inputs`), none of which changed, keep their last end, unless one before them runs again.
 */
export async function watchRun(door: Door, named: Named<RunOptions>): Promise<number> {
  const { project } = door;
  const { ref } = await loadWorkflow(door, named.name);
  const rules = new IgnoreRules(project.folder);
  const changed = new Set<string>();
  let wake: () => void = () => undefined;
  const watcher = await watchFiles(project.folder, {
    changed: (file) => {
      const name = path.relative(project.folder, file).split(path.sep).join('/');
      if (path.posix.basename(name) === '.gitignore') rules.forget();
      if (rules.leavesOut(name)) return;
      changed.add(name);
      wake();
    },
    trouble: (error) => door.complain(`baton: ${error instanceof Error ? error.message : String(error)}\n`),
  });
  const own = new OwnWrites(project.folder);
  let code: number = EXIT.succeeded;
  let again: ReadonlySet<StepId> | undefined;
  try {
    for (;;) {
      const since = Date.now();
      code = await run(door, {
        ...named,
        options: { ...named.options, ...(again !== undefined && { again }) },
      });
      if (code === 130 || code === 143) return code;
      own.ran(since, Date.now());
      for (;;) {
        door.complain(paint(door.style, 'dim', 'Watching for changes. Ctrl-C ends it.\n'));
        const files = await nextChange(changed, (call) => (wake = call));
        if (files === undefined) return code;
        const loaded = await door.project.workflows.load(ref);
        if (!loaded.ok) {
          door.complain(`baton: ${loaded.error}\n`);
          continue;
        }
        const workflow = loaded.value;
        const wanted = own.byOthers(files).filter(isWatched(workflow));
        if (wanted.length === 0) continue;
        again = affectedBy(wanted, workflow);
        door.complain(
          `${paint(door.style, 'bold', changeWords(wanted))} ${affectedWords(again, workflow)}\n`,
        );
        break;
      }
    }
  } finally {
    await watcher.close();
  }
}

/** The files of the next change, once it has been quiet; undefined when somebody presses Ctrl-C. */
async function nextChange(
  changed: Set<string>,
  listen: (call: () => void) => void,
): Promise<readonly string[] | undefined> {
  let resting: NodeJS.Timeout | undefined;
  let leave: () => void = () => undefined;
  const quiet = new Promise<boolean>((resolve) => {
    const rest = () => {
      clearTimeout(resting);
      resting = setTimeout(() => resolve(true), REST_MS);
    };
    listen(rest);
    if (changed.size > 0) rest();
    leave = () => resolve(false);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, leave);
  });
  const isChange = await quiet;
  clearTimeout(resting);
  listen(() => undefined);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, leave);
  const files = [...changed];
  changed.clear();
  return isChange ? files : undefined;
}

/**
 * Tells a person's writes from those of the run. What changed while it ran may be either: it is taken for a person's the
 * first time, and for the run's own when it happens in two runs after each other.
 */
class OwnWrites {
  readonly #folder: string;
  #span = { since: 0, until: 0 };
  #before: ReadonlySet<string> = new Set();
  #suspects = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  ran(since: number, until: number): void {
    this.#span = { since, until };
    this.#before = this.#suspects;
    this.#suspects = new Set();
  }

  byOthers(files: readonly string[]): readonly string[] {
    return files.filter((ref) => {
      const stat = fs.statSync(path.resolve(this.#folder, ref), { throwIfNoEntry: false });
      const during =
        stat !== undefined && stat.mtimeMs >= this.#span.since - 10 && stat.mtimeMs <= this.#span.until;
      if (!during) return true;
      this.#suspects.add(ref);
      return !this.#before.has(ref);
    });
  }
}

function isWatched({ ref, analysis: { workflow } }: LoadedWorkflow): (file: string) => boolean {
  const globs = workflow.fileTriggers && globsOf(workflow.fileTriggers.paths);
  return globs?.ok === true ? (file) => file === ref || globs.value.matches(file) : () => true;
}

/** The steps that say that they read one of the files, and those that do not say what they read; all for the workflow's own. */
export function affectedBy(
  files: readonly string[],
  { ref, analysis: { workflow } }: LoadedWorkflow,
): ReadonlySet<StepId> {
  const isOwn = files.includes(ref);
  return new Set(workflow.steps.flatMap((step) => (isOwn || reads(step, files) ? [step.id] : [])));
}

function reads({ cache }: Step, files: readonly string[]): boolean {
  if (
    cache === undefined ||
    cache.inputs.length === 0 ||
    cache.inputs.some((pattern) => pattern.includes('${{'))
  )
    return true;
  const globs = globsOf(cache.inputs);
  // A folder means all that is in it.
  const isBelow = (file: string) =>
    cache.inputs.some((input) => file.startsWith(`${input.replace(/^\.\//, '').replace(/\/$/, '')}/`));
  return !globs.ok || files.some((file) => globs.value.matches(file) || isBelow(file));
}

function changeWords([first = '', ...more]: readonly string[]): string {
  return more.length === 0 ? `${first} changed.` : `${first} and ${more.length} more changed.`;
}

function affectedWords(again: ReadonlySet<StepId>, { analysis: { workflow } }: LoadedWorkflow): string {
  const all = workflow.steps.length;
  return again.size === all
    ? ''
    : `Running again what reads it: ${[...again].join(', ') || 'nothing but what comes after'}.`;
}
