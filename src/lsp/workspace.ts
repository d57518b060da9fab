import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { linesOf, type Lines } from '../base/lines.ts';
import { analyze, PIECES_FROM, type Analysis } from '../language/analyze.ts';
import { childrenOf } from '../language/children.ts';
import { usualDurations } from '../project/history.ts';
import { openProject, type Project } from '../project/project.ts';
import { workflowMatcher } from '../project/workflow-files.ts';

/** A folder that the editor has open. */
export interface Folder {
  readonly project: Project;
  readonly isWorkflow: (ref: string) => boolean;
}

/** A workflow that somebody edits, as it stands now. */
export interface OpenWorkflow {
  readonly uri: string;
  readonly document: TextDocument;
  readonly analysis: Analysis;
  readonly lines: Lines;
  /** Undefined for a file outside of every folder. */
  readonly folder: Folder | undefined;
  /** Path from that folder, with `/`. */
  readonly ref: string;
}

/** A workflow, edited or not. */
export type AnyWorkflow = Omit<OpenWorkflow, 'document'>;

/** The folders and open files of one editor: one analysis for each version of each workflow. */
export class Workspace {
  #folders: readonly Folder[] = [];
  readonly #known = new Map<string, { readonly version: number; readonly open: OpenWorkflow }>();

  setFolders(uris: readonly string[]): void {
    this.#known.clear();
    this.#folders = uris
      .filter((uri) => uri.startsWith('file:'))
      .map((uri) => ({ project: openProject(fileURLToPath(uri)), isWorkflow: workflowMatcher() }));
    for (const { project } of this.#folders) void learn(project);
  }

  get folders(): readonly Folder[] {
    return this.#folders;
  }

  /** Undefined for any file that is no workflow. */
  open(document: TextDocument): OpenWorkflow | undefined {
    const { uri, version } = document;
    const known = this.#known.get(uri);
    if (known?.version === version) return known.open;
    const where = this.#find(uri);
    const [folder, ref] = where ?? [undefined, uri.slice(uri.lastIndexOf('/') + 1)];
    if (folder === undefined ? !ANYWHERE(ref) : !folder.isWorkflow(ref)) return undefined;
    const look = folder === undefined ? undefined : (child: string) => folder.project.workflows.look(child);
    const surroundings = {
      ref: folder === undefined ? '' : ref,
      usualMs: folder?.project.workflows.usualMs(ref),
      piecesFrom: PIECES_FROM,
      ...(look !== undefined && { look }),
    };
    const analysis = analyze(document.getText(), surroundings, known?.open.analysis);
    const open = { uri, document, analysis, lines: linesOf(analysis.text), folder, ref };
    this.#known.set(uri, { version, open });
    return open;
  }

  /** As it is on the disk; undefined for what is no workflow of a folder, or is there no more. */
  read(uri: string): AnyWorkflow | undefined {
    const [folder, ref] = this.#find(uri) ?? [];
    if (folder === undefined || ref === undefined || !folder.isWorkflow(ref)) return undefined;
    const read = folder.project.workflows.read(ref);
    if (!read.ok) return undefined;
    const { analysis } = read.value;
    return { uri, analysis, lines: linesOf(analysis.text), folder, ref };
  }

  close(uri: string): void {
    this.#known.delete(uri);
  }

  /** Forgets what was said of workflows that run the given one; those are to be looked at again. */
  dependentsOf(uri: string): readonly string[] {
    const [folder, ref] = this.#find(uri) ?? [];
    const found = [...this.#known.values()].filter(
      ({ open }) => open.folder === folder && childrenOf(open.analysis.workflow).includes(ref ?? ''),
    );
    for (const { open } of found) this.#known.delete(open.uri);
    return found.map(({ open }) => open.uri);
  }

  /** Every workflow of a folder: as it is edited, else as it is on the disk. */
  async others(folder: Folder): Promise<readonly { readonly ref: string; readonly analysis: Analysis }[]> {
    const { workflows } = folder.project;
    return (await workflows.list()).flatMap((ref) => {
      const edited = this.#known.get(this.uriOf(folder, ref))?.open.analysis;
      if (edited !== undefined) return [{ ref, analysis: edited }];
      const read = workflows.read(ref);
      return read.ok ? [{ ref, analysis: read.value.analysis }] : [];
    });
  }

  uriOf({ project }: Folder, ref: string): string {
    return pathToFileURL(path.join(project.folder, ref)).href;
  }

  /** The folder that holds a file most closely, and the path from there. */
  #find(uri: string): readonly [Folder, string] | undefined {
    if (!uri.startsWith('file:')) return undefined;
    const file = real(fileURLToPath(uri));
    const found = this.#folders.flatMap((folder) => {
      const relative = path.relative(real(folder.project.folder), file);
      if (relative === '' || relative.startsWith('..') || path.isAbsolute(relative)) return [];
      return [[folder, relative.split(path.sep).join('/')] as const];
    });
    return found.toSorted(([, a], [, b]) => a.length - b.length)[0];
  }
}

const ANYWHERE = workflowMatcher();

function real(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    return file;
  }
}

/** How long runs take is no reason to wait, and where nobody can tell, nothing is said of it. */
async function learn({ runs, workflows }: Project): Promise<void> {
  const summaries = await runs.journal.list().catch(() => []);
  workflows.expect(usualDurations(summaries));
}
