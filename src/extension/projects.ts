import path from 'node:path';
import * as vscode from 'vscode';
import { openProject, type Project } from '../project/project.ts';
import { workflowMatcher } from '../project/workflow-files.ts';
import { settings } from './settings.ts';

/** A workspace folder on this machine, opened for work. */
export interface Place {
  readonly folder: vscode.WorkspaceFolder;
  readonly project: Project;
  /** The setting it was opened with. */
  readonly files: readonly string[];
  /** Whether that setting makes a workflow of a path from the folder. */
  readonly isWorkflow: (ref: string) => boolean;
}

/** One project per workspace folder, opened anew when the setting `baton.files` changes. */
export class Projects implements vscode.Disposable {
  #places: readonly Place[] = [];
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: readonly vscode.Disposable[];

  constructor() {
    this.#open();
    this.#subscriptions = [
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#reopen()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('baton.files')) this.#reopen();
      }),
    ];
  }

  all(): readonly Place[] {
    return this.#places;
  }

  /** The place a file lies in, and its path from there. */
  find(uri: vscode.Uri): { readonly place: Place; readonly ref: string } | undefined {
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    const place = this.#places.find((each) => each.folder.uri.toString() === folder?.uri.toString());
    return place && { place, ref: refIn(place.folder, uri) };
  }

  uriOf(place: Place, ref: string): vscode.Uri {
    return path.isAbsolute(ref) ? vscode.Uri.file(ref) : vscode.Uri.joinPath(place.folder.uri, ref);
  }

  /** Whether the setting makes this file a workflow; other sides of a comparison and printed output never are. */
  isWorkflow(uri: vscode.Uri): boolean {
    const found = this.find(uri);
    if (found !== undefined) return found.place.isWorkflow(found.ref);
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    if (folder !== undefined) return workflowMatcher(settings.files(folder.uri))(refIn(folder, uri));
    if (uri.scheme !== 'file' && uri.scheme !== 'untitled') return false;
    return workflowMatcher(settings.files())(uri.path.replace(/^\//, ''));
  }

  #reopen(): void {
    this.#open();
    this.#changed.fire();
  }

  /** Folders that are not on this machine's disk have no project: their workflows are checked and drawn, not run. */
  #open(): void {
    const before = this.#places;
    this.#places = (vscode.workspace.workspaceFolders ?? [])
      .filter((folder) => folder.uri.scheme === 'file')
      .map((folder) => {
        const files = settings.files(folder.uri);
        const kept = before.find(
          (place) => place.folder.uri.toString() === folder.uri.toString() && same(place.files, files),
        );
        const project = () => openProject(folder.uri.fsPath, { files });
        return kept ?? { folder, files, isWorkflow: workflowMatcher(files), project: project() };
      });
  }

  dispose(): void {
    this.#changed.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

function refIn(folder: vscode.WorkspaceFolder, uri: vscode.Uri): string {
  return path.posix.relative(folder.uri.path, uri.path);
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, i) => text === b[i]);
}
