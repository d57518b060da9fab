import fs from 'node:fs';
import path from 'node:path';
import { nearest } from '../base/nearest.ts';
import { err, ok, type Result } from '../base/result.ts';
import { toEnd } from '../base/parts.ts';
import { sha256 } from '../base/sha256.ts';
import { analysis, analyze, type Analysis } from '../language/analyze.ts';
import { childrenOf, type ChildLook } from '../language/children.ts';
import { YAML_LIMITS } from '../language/yaml-limits.ts';

/** A workflow file as it is on the disk now. */
export interface LoadedWorkflow {
  /** Path from the project's folder, with `/`; an absolute path for a file outside it. */
  readonly ref: string;
  readonly text: string;
  readonly analysis: Analysis;
}

/** The workflow files of a project. */
export interface Workflows {
  /** Paths from the project's folder, sorted. */
  list(): Promise<readonly string[]>;
  /** By path, by path without its ending, or by the workflow's name. The error says what to do. */
  load(pathOrName: string): Promise<Result<LoadedWorkflow, string>>;
  /** Reads one file that `list` named. */
  read(ref: string): Result<LoadedWorkflow, string>;
  /** The same in parts, for whoever has other things to do in between. */
  reading(ref: string): Generator<undefined, Result<LoadedWorkflow, string>>;
  /** Looks at a workflow that another one runs. */
  look(ref: string): ChildLook;
  /** What `read` and `load` may know from now on of how long runs take (see `usualDurations`). */
  expect(usual: ReadonlyMap<string, number>): void;
  /** That of one workflow, in milliseconds. */
  usualMs(ref: string): number | undefined;
}

export function workflowsOf(folder: string, files?: readonly string[]): Workflows {
  // Loaded when somebody looks around: a run of a file that was named by its path is on its way sooner.
  const list = async () => (await import('./workflow-files.ts')).findWorkflowFiles(folder, files);
  let usual: ReadonlyMap<string, number> | undefined;
  const usualMs = (ref: string) => usual?.get(ref);
  const reading = (ref: string) => readingWorkflow(folder, ref, usualMs(ref));
  const read = (ref: string) => readWorkflow(folder, ref, usualMs(ref));
  return {
    list,
    read,
    reading,
    look: (ref) => lookAt(folder, ref),
    expect: (durations) => void (usual = durations),
    usualMs,
    async load(pathOrName) {
      for (const ending of ENDINGS) {
        const direct = refOf(folder, pathOrName + ending);
        if (isThere(path.resolve(folder, direct))) return read(direct);
      }
      return findByName(folder, await list(), pathOrName);
    },
  };
}

/** A path may be given without these. What lies at it is meant, not what has the same name further down. */
const ENDINGS = ['', '.workflow.yaml', '.workflow.yml'];

/** A link that leads in circles, or through what is no folder, is there as little as no link. */
function isThere(file: string): boolean {
  try {
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    return stat !== undefined && !stat.isDirectory();
  } catch {
    return false;
  }
}

/** A path from the folder where the file lies inside it, else an absolute one. */
export function refOf(folder: string, given: string): string {
  const relative = path.relative(folder, path.resolve(folder, given));
  const inside = relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
  return inside ? relative.split(path.sep).join('/') : path.resolve(folder, given);
}

function readWorkflow(folder: string, ref: string, usualMs?: number): Result<LoadedWorkflow, string> {
  return toEnd(readingWorkflow(folder, ref, usualMs));
}

function* readingWorkflow(
  folder: string,
  ref: string,
  usualMs?: number,
): Generator<undefined, Result<LoadedWorkflow, string>> {
  let text: string | undefined;
  try {
    text = readStart(path.resolve(folder, ref));
  } catch (error) {
    return err(`The file "${ref}" cannot be read: ${(error as Error).message}`);
  }
  if (text === undefined) return err(`"${ref}" is not a file.`);
  const look = (child: string) => lookAt(folder, child);
  const read = yield* analysis(text, { ref, digest: digestOf(text), look, usualMs });
  return ok({ ref, text, analysis: read });
}

/** A workflow as one that runs it has to know it. Its own children are looked at by whoever asks, so nothing loops. */
export function lookAt(folder: string, ref: string): ChildLook {
  try {
    const text = readStart(path.resolve(folder, ref));
    if (text === undefined) return { found: false, hint: 'It is not a file.' };
    const { workflow, runnable } = analyze(text, { ref });
    return { found: true, inputs: workflow.inputs, runnable, children: childrenOf(workflow) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return {
      found: false,
      hint: code === 'ENOENT' ? 'The path begins at this file.' : `It cannot be read: ${message}`,
    };
  }
}

/**
 * The text of a file; of one that is too large (rule F1) as much as shows that it is. Undefined for what is no file: a
 * pipe or a device may have no end.
 */
function readStart(file: string): string | undefined {
  const stat = fs.statSync(file);
  if (!stat.isFile()) return undefined;
  // Without the mark that some editors put before UTF-8: no editor counts it as a character.
  if (stat.size <= YAML_LIMITS.sizeBytes) return fs.readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  const fd = fs.openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(YAML_LIMITS.sizeBytes + 1);
    return bytes.toString('utf8', 0, fs.readSync(fd, bytes, 0, bytes.length, 0));
  } finally {
    fs.closeSync(fd);
  }
}

/** SHA-256 of the text, in hex. */
export function digestOf(text: string): string {
  return sha256(Buffer.from(text));
}

function findByName(folder: string, refs: readonly string[], name: string): Result<LoadedWorkflow, string> {
  // A path that leads nowhere is not the name of what lies elsewhere.
  const isPath = /[\\/]/.test(name);
  const byFile = isPath ? [] : refs.filter((ref) => shortName(ref) === shortName(name));
  if (byFile.length === 1 && byFile[0] !== undefined) return readWorkflow(folder, byFile[0]);
  if (byFile.length > 1) return err(`"${name}" could be ${byFile.join(' or ')}: give the path.`);
  const byTitle = refs.flatMap((ref) => {
    const loaded = readWorkflow(folder, ref);
    return loaded.ok && loaded.value.analysis.workflow.name === name ? [loaded.value] : [];
  });
  if (byTitle.length === 1 && byTitle[0] !== undefined) return ok(byTitle[0]);
  if (byTitle.length > 1) {
    return err(`"${name}" is the name of ${byTitle.map(({ ref }) => ref).join(' and of ')}: give the path.`);
  }
  const meant = nearest(name, refs) ?? nearest(shortName(name), refs.map(shortName));
  const hint = meant === undefined ? ' `baton list` shows what there is.' : ` Did you mean "${meant}"?`;
  return err(`There is no workflow file or name "${name}" in ${folder}.${hint}`);
}

/** `ci/check.workflow.yaml` → `check`. */
function shortName(ref: string): string {
  return path.posix.basename(ref).replace(/(\.workflow)?\.ya?ml$/, '');
}
