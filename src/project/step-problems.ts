import path from 'node:path';
import type { Journal } from '../journal/journal.ts';
import type { StepAddress } from '../model/attempt.ts';
import { matchersOf } from '../model/matchers-of.ts';
import { OutputProblems, type FoundProblems } from '../model/output-problems.ts';
import type { FileLocation } from '../model/problem-matcher.ts';
import type { RunState, StepState } from '../model/run-state.ts';
import { refOf } from './workflows.ts';

/** So much of a log is in memory at once. */
const CHUNK_BYTES = 1024 * 1024;

/** As much of a project as is needed here. */
export interface ProjectOfLogs {
  readonly folder: string;
  readonly runs: { readonly journal: Pick<Journal, 'readLog'> };
}

/**
 * What the step's matchers find in the output of its last attempt, so far. Files are paths from the project's folder, with
 * `/`, where they lie inside it, else absolute; whether they exist nobody looked. Undefined where there is nothing to
 * look at: no matcher that can be used, no attempt.
 */
export async function problemsOf(
  project: ProjectOfLogs,
  state: RunState,
  step: StepState,
): Promise<FoundProblems | undefined> {
  const attempt = step.attempts.at(-1)?.number;
  const { problemMatcher, cwd } = step.step;
  const matchers = problemMatcher === undefined ? undefined : matchersOf(problemMatcher);
  if (attempt === undefined || matchers?.ok !== true) return undefined;
  const folders = { project: project.folder, step: path.resolve(project.folder, known(cwd)) };
  const found = new OutputProblems(matchers.value, (file, location) => fileFrom(file, location, folders));
  const decoder = new TextDecoder();
  for (let fromByte = 0; ;) {
    const at = { run: state.run, step: step.id, attempt, fromByte, maxBytes: CHUNK_BYTES };
    const bytes = await project.runs.journal.readLog(at);
    if (bytes === undefined || bytes.length === 0) return found.end();
    fromByte += bytes.length;
    found.take(decoder.decode(bytes, { stream: true }));
    // A long log must not keep this process from everything else.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The same for every step of a run that has something to look at. */
export async function problemsOfRun(
  project: ProjectOfLogs,
  state: RunState,
): Promise<ReadonlyMap<StepAddress, FoundProblems>> {
  const all = new Map<StepAddress, FoundProblems>();
  for (const step of Object.values(state.steps)) {
    const found = await problemsOf(project, state, step);
    if (found !== undefined) all.set(step.id, found);
  }
  return all;
}

/** What an expression in `cwd` came to is not written down: then paths are taken from the project's folder. */
function known(cwd: string | undefined): string {
  return cwd === undefined || cwd.includes('${{') ? '' : cwd;
}

/** Absolute. */
interface Folders {
  readonly project: string;
  readonly step: string;
}

function fileFrom(file: string, { from = '' }: FileLocation, folders: Folders): string {
  // Tools for Windows print such paths also where they are none.
  if (path.sep === '/' && /^[A-Za-z]:[\\/]/.test(file)) return file;
  const [, variable, below = ''] = VARIABLE.exec(from) ?? ['', 'cwd', from];
  const base = path.join(variable === 'cwd' ? folders.step : folders.project, below);
  return refOf(folders.project, path.resolve(path.isAbsolute(from) ? from : base, file));
}

/** Those of VS Code's variables that people begin such a folder with. */
const VARIABLE = /^\$\{(cwd|workspaceFolder|workspaceRoot)\}(.*)$/;
