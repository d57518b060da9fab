import fs from 'node:fs';
import path from 'node:path';
import picomatch from 'picomatch';

/** Which files are workflows (rule 1 of the language): the default of the setting `baton.files`. */
export const DEFAULT_FILES: readonly string[] = ['**/*.workflow.{yaml,yml}', '**/.workflows/**/*.{yaml,yml}'];

/** Folders that never hold a person's workflows and may be huge. */
const PASSED_OVER = new Set(['node_modules', '.git', '.hg', '.svn', '.baton', '.vscode-test']);

/** Deep enough for any project, and an end for links that lead in circles. */
const MAX_DEPTH = 24;

/** Tells whether a path from the project's folder, with `/`, names a workflow file. */
export function workflowMatcher(files: readonly string[] = DEFAULT_FILES): (ref: string) => boolean {
  const matches = picomatch([...files], { dot: true });
  return (ref) => matches(ref);
}

/** The workflow files under a folder, as paths from it with `/`, sorted. Folders that cannot be read are passed over. */
export async function findWorkflowFiles(
  folder: string,
  files: readonly string[] = DEFAULT_FILES,
): Promise<readonly string[]> {
  const isWorkflow = workflowMatcher(files);
  const found: string[] = [];
  let level = [''];
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    const listings = await Promise.all(level.map((below) => list(folder, below)));
    level = [];
    for (const entry of listings.flat()) {
      if (entry.isFolder) level.push(`${entry.ref}/`);
      else if (isWorkflow(entry.ref)) found.push(entry.ref);
    }
  }
  return found.toSorted();
}

async function list(folder: string, below: string): Promise<{ ref: string; isFolder: boolean }[]> {
  try {
    const entries = await fs.promises.readdir(path.join(folder, below), { withFileTypes: true });
    return entries
      .filter((entry) => !PASSED_OVER.has(entry.name))
      .map((entry) => ({ ref: below + entry.name, isFolder: entry.isDirectory() }));
  } catch {
    return [];
  }
}
