import fs from 'node:fs';
import path from 'node:path';
import { ok, type Result } from '../base/result.ts';
import { hasErrors, type Diagnostic } from '../model/diagnostic.ts';
import { usualDurations } from '../project/history.ts';
import { findWorkflowFiles } from '../project/workflow-files.ts';
import { countWords, findingsAsJson, findingsAsText, type Findings } from './diagnostics.ts';
import { findingsAsSarif } from './sarif.ts';
import { printJson, UsageError, type Door } from './door.ts';
import { EXIT } from './run.ts';

/** `baton lint`: the editor's diagnostics for files, folders, or the whole project. */
export async function lint(
  door: Door,
  paths: readonly string[],
  options: { readonly json?: boolean; readonly format?: 'text' | 'json' | 'sarif' },
): Promise<number> {
  const { runs, workflows } = door.project;
  workflows.expect(usualDurations(await runs.journal.list()));
  const read = (await filesOf(door, paths)).map((file) => findingsOf(door, file));
  const findings = read.flatMap((each) => (each.ok ? [each.value] : []));
  // One file that nobody can read keeps no other from being looked at.
  const unread = read.filter((each) => !each.ok);
  for (const { error } of unread) door.complain(`baton: ${error}\n`);
  const all = findings.flatMap(({ diagnostics }) => diagnostics);
  const format = options.format ?? (options.json === true ? 'json' : 'text');
  if (format === 'json') printJson(door, findings.map(findingsAsJson));
  else if (format === 'sarif') printJson(door, findingsAsSarif(findings));
  else {
    for (const finding of findings) door.print(findingsAsText(finding, door.style));
    door.print(`${summary(findings.length, all)}\n`);
  }
  return hasErrors(all) || unread.length > 0 ? EXIT.usage : EXIT.succeeded;
}

async function filesOf(door: Door, paths: readonly string[]): Promise<readonly string[]> {
  if (paths.length === 0) return door.project.workflows.list();
  const files = await Promise.all(
    paths.map(async (given) => {
      const full = path.resolve(given);
      return isFolder(full, given) ? filesBelow(door, full) : [full];
    }),
  );
  return files.flat();
}

function isFolder(file: string, given: string): boolean {
  let stat: fs.Stats | undefined;
  try {
    stat = fs.statSync(file, { throwIfNoEntry: false });
  } catch (error) {
    throw new UsageError(`"${given}" cannot be read: ${(error as Error).message}`);
  }
  if (stat === undefined) throw new UsageError(`There is no file or folder "${given}".`);
  return stat.isDirectory();
}

/** Inside the project its own rule says what is a workflow; a folder elsewhere is a project of its own. */
async function filesBelow(door: Door, folder: string): Promise<readonly string[]> {
  const below = path.relative(door.project.folder, folder).split(path.sep).join('/');
  if (below.startsWith('..')) return (await findWorkflowFiles(folder)).map((ref) => path.join(folder, ref));
  return (await door.project.workflows.list()).filter((ref) => below === '' || ref.startsWith(`${below}/`));
}

function findingsOf(door: Door, file: string): Result<Findings, string> {
  const relative = path.relative(door.project.folder, path.resolve(door.project.folder, file));
  const ref = relative.startsWith('..') ? file : relative.split(path.sep).join('/');
  const read = door.project.workflows.read(ref);
  if (!read.ok) return read;
  return ok({ file: ref, text: read.value.text, diagnostics: read.value.analysis.diagnostics });
}

function summary(files: number, diagnostics: readonly Diagnostic[]): string {
  const found = countWords(diagnostics);
  const checked = `${files} ${files === 1 ? 'workflow' : 'workflows'} checked`;
  if (files === 0)
    return 'No workflow files here. They end in .workflow.yaml or stand in a folder .workflows.';
  return found === '' ? `${checked}, nothing to complain about.` : `${checked}: ${found}.`;
}
