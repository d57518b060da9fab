import path from 'node:path';
import * as vscode from 'vscode';
import type { Projects } from './projects.ts';
import type { RunsWatch } from './runs-watch.ts';
import type { WorkflowFile, WorkflowFiles } from './workflow-files.ts';
import {
  folderItem,
  workflowItem,
  workflowStepItem,
  type FolderRow,
  type WorkflowRow,
  type WorkflowsRow,
  type WorkflowStepRow,
} from './workflow-rows.ts';

const GATHER_MS = 50;
const MINUTE_MS = 60_000;

/** The tree of workflows, their steps below them, the last result on each row. */
export class WorkflowsTree implements vscode.TreeDataProvider<WorkflowsRow>, vscode.Disposable {
  readonly #projects: Projects;
  readonly #files: WorkflowFiles;
  readonly #runs: RunsWatch;
  readonly #workflows = new Map<
    string,
    { readonly row: WorkflowRow; readonly steps: Map<string, WorkflowStepRow> }
  >();
  readonly #folders = new Map<string, FolderRow>();
  readonly #changed = new vscode.EventEmitter<WorkflowsRow[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscriptions: readonly vscode.Disposable[];
  readonly #dirty = new Set<WorkflowRow>();
  #shown = '';
  #gathering: NodeJS.Timeout | undefined;

  constructor({ projects, files, runs }: { projects: Projects; files: WorkflowFiles; runs: RunsWatch }) {
    this.#projects = projects;
    this.#files = files;
    this.#runs = runs;
    this.#subscriptions = [
      files.onDidChange((uri) => this.#refresh(uri)),
      files.onDidScan(() => this.#changed.fire(undefined)),
      runs.onDidChangeList(() => this.#redraw()),
      runs.onDidChangeRun(({ place, summary }) => this.#refresh(projects.uriOf(place, summary.workflow))),
    ];
  }

  /** Puts the tree on the screen. */
  show(): vscode.Disposable {
    const view = vscode.window.createTreeView('baton.workflows', {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    const minute = setInterval(() => {
      if (view.visible) this.#redraw();
    }, MINUTE_MS);
    return vscode.Disposable.from(view, { dispose: () => clearInterval(minute) });
  }

  /** What stands on the rows, not which rows there are: while a whole tree is renewed, its buttons lead nowhere. */
  #redraw(): void {
    this.#changed.fire([...this.#workflows.values()].map(({ row }) => row));
  }

  getTreeItem(row: WorkflowsRow): vscode.TreeItem {
    if (row.kind === 'folder') return folderItem(row);
    const uri = row.kind === 'workflow' ? row.uri : row.parent.uri;
    const file = this.#files.get(uri);
    if (file === undefined) return new vscode.TreeItem(uri); // Gone between the question and the answer.
    if (row.kind === 'workflow-step') return workflowStepItem(row, file);
    const last = file.place && this.#runs.lastOf(file.place, file.ref);
    return workflowItem(file, { last, now: Date.now() });
  }

  getChildren(row?: WorkflowsRow): WorkflowsRow[] {
    if (row === undefined) return this.#roots();
    if (row.kind === 'folder') return this.#inFolder(row.uri).map((file) => this.#of(file.uri).row);
    if (row.kind === 'workflow-step') return [];
    const { steps } = this.#of(row.uri);
    return (this.#files.get(row.uri)?.analysis.workflow.steps ?? []).map(({ id }) => {
      let stepRow = steps.get(id);
      if (stepRow === undefined) steps.set(id, (stepRow = { kind: 'workflow-step', parent: row, step: id }));
      return stepRow;
    });
  }

  getParent(row: WorkflowsRow): WorkflowsRow | undefined {
    if (row.kind === 'workflow-step') return row.parent;
    if (row.kind === 'workflow') return this.#folders.get(path.posix.dirname(row.uri.path));
    return undefined;
  }

  /** One folder needs no row of its own. */
  #roots(): WorkflowsRow[] {
    // Until every folder has been looked through, a text says so.
    const files = this.#files.scanned ? this.#listed() : [];
    this.#shown = namesOf(files);
    const folders = new Map(files.map((file) => [path.posix.dirname(file.uri.path), file]));
    this.#folders.clear();
    if (folders.size <= 1) return files.map((file) => this.#of(file.uri).row);
    for (const [folder, file] of folders) {
      const uri = file.uri.with({ path: folder });
      this.#folders.set(folder, { kind: 'folder', uri, label: this.#folderLabel(file) });
    }
    return [...this.#folders.values()].sort((a, b) => (a.label < b.label ? -1 : 1));
  }

  #listed(): readonly WorkflowFile[] {
    return this.#files.all().filter(({ place }) => place !== undefined);
  }

  #inFolder(folder: vscode.Uri): readonly WorkflowFile[] {
    return this.#listed().filter(({ uri }) => path.posix.dirname(uri.path) === folder.path);
  }

  #folderLabel({ place, ref }: WorkflowFile): string {
    const below = path.posix.dirname(ref);
    const root = place?.folder.name ?? '';
    if (this.#projects.all().length > 1) return below === '.' ? root : `${root}/${below}`;
    return below === '.' ? root : below;
  }

  #of(uri: vscode.Uri) {
    const key = uri.toString();
    let rows = this.#workflows.get(key);
    if (rows === undefined)
      this.#workflows.set(key, (rows = { row: { kind: 'workflow', uri }, steps: new Map() }));
    return rows;
  }

  /** The row alone when the file was there and is there, else the whole tree. */
  #refresh(uri: vscode.Uri): void {
    const known = this.#workflows.get(uri.toString());
    if (known !== undefined) this.#dirty.add(known.row);
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      if (!this.#files.scanned) return;
      const sameFiles = namesOf(this.#listed()) === this.#shown;
      this.#changed.fire(sameFiles ? [...this.#dirty] : undefined);
      this.#dirty.clear();
    }, GATHER_MS);
  }

  dispose(): void {
    clearTimeout(this.#gathering);
    this.#changed.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

function namesOf(files: readonly WorkflowFile[]): string {
  return files.map(({ uri }) => uri.toString()).join('\n');
}
