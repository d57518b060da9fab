import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { Analysis } from '../language/analyze.ts';
import type { Analyses } from './analyses.ts';
import { inSlices } from './slices.ts';
import type { Place, Projects } from './projects.ts';
import type { Trouble } from './trouble.ts';

/** A workflow file: as it stands in the editor when it is open, else as it is on the disk. */
export interface WorkflowFile {
  readonly uri: vscode.Uri;
  /** Absent for a file outside every folder or not on the disk, and for folders that are not on this machine. */
  readonly place?: Place;
  /** Path from the place's folder, with `/`. */
  readonly ref: string;
  readonly analysis: Analysis;
}

/** Work on files stops for the rest of the window after this long. */
const SLICE_MS = 8;

/** What comes within this time (a checkout, an unpacked archive) is looked through at once. */
const SETTLE_MS = 200;

/** Every workflow file of the window with its analysis, kept up to date with editor and disk. */
export class WorkflowFiles implements vscode.Disposable {
  readonly #projects: Projects;
  readonly #analyses: Analyses;
  readonly #trouble: Trouble;
  readonly #files = new Map<string, WorkflowFile>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  /** A file came, went or has a new analysis. */
  readonly onDidChange = this.#changed.event;
  readonly #looked = new vscode.EventEmitter<void>();
  /** Every folder has been looked through. */
  readonly onDidScan = this.#looked.event;
  readonly #subscriptions: vscode.Disposable[];
  #watchers: vscode.Disposable[] = [];
  #scan: Promise<void> = Promise.resolve();
  #scanned = false;
  readonly #newcomers: string[] = [];
  /** Files that are being read, and how often that was begun. */
  readonly #rereading = new Map<string, number>();
  #later: ReturnType<typeof setTimeout> | undefined;

  constructor(projects: Projects, analyses: Analyses, trouble: Trouble) {
    this.#projects = projects;
    this.#analyses = analyses;
    this.#trouble = trouble;
    this.#subscriptions = [
      this.#changed,
      this.#looked,
      projects.onDidChange(() => this.#restart()),
      analyses.onDidChange((document) => this.#take(document)),
      analyses.onDidClose((uri) => this.#reread(uri)),
      vscode.workspace.onDidSaveTextDocument((document) => {
        if (projects.isWorkflow(document.uri)) this.#take(document);
      }),
    ];
    this.#restart();
  }

  /** Sorted by folder and path. */
  all(): readonly WorkflowFile[] {
    return [...this.#files.values()].sort((a, b) => (a.uri.toString() < b.uri.toString() ? -1 : 1));
  }

  get(uri: vscode.Uri): WorkflowFile | undefined {
    return this.#files.get(uri.toString());
  }

  /** The file as it is at this very moment, without waiting for typing to rest. */
  fresh(uri: vscode.Uri): WorkflowFile | undefined {
    const document = this.#analyses.document(uri);
    if (document !== undefined) return this.#fromDocument(document);
    return this.#fromDisk(uri) ?? this.get(uri);
  }

  ofPlace(place: Place, ref: string): WorkflowFile | undefined {
    return this.get(this.#projects.uriOf(place, ref));
  }

  /** Settles when every folder has been looked through. */
  get ready(): Promise<void> {
    return this.#scan;
  }

  /** False until the folders have been looked through once. */
  get scanned(): boolean {
    return this.#scanned;
  }

  /** Looks through all folders again. */
  rescan(): Promise<void> {
    const doing = vscode.l10n.t('looking for workflows');
    return (this.#scan = this.#scan
      .then(() => this.#lookThrough())
      .catch((error: unknown) => this.#trouble.report(doing, error)));
  }

  #restart(): void {
    for (const watcher of this.#watchers) watcher.dispose();
    this.#watchers = this.#watch();
    void this.rescan();
  }

  async #lookThrough(): Promise<void> {
    const found = new Set<string>();
    for (const document of this.#analyses.documents()) {
      found.add(document.uri.toString());
      await this.#analyses.ready(document);
      if (!document.isClosed) this.#take(document);
    }
    for (const place of this.#projects.all()) {
      let since = performance.now();
      for (const ref of await place.project.workflows.list()) {
        const uri = this.#projects.uriOf(place, ref);
        found.add(uri.toString());
        if (!(await this.#readSlowly(uri, { place, ref }))) this.#reread(uri);
        if (performance.now() - since > SLICE_MS) {
          await new Promise((resolve) => setImmediate(resolve));
          since = performance.now();
        }
      }
    }
    for (const file of this.#files.values()) if (!found.has(file.uri.toString())) this.#remove(file.uri);
    this.#scanned = true;
    this.#looked.fire();
  }

  /** A large file that nobody has opened is read in slices; says whether it was one. */
  async #readSlowly(
    uri: vscode.Uri,
    { place, ref }: { readonly place: Place; readonly ref: string },
    isWanted = () => true,
  ): Promise<boolean> {
    if (!this.#projects.isWorkflow(uri)) return false;
    const isOpen = this.#analyses.document(uri) !== undefined;
    const loaded = isOpen ? undefined : await inSlices(place.project.workflows.reading(ref), isWanted);
    // Opened meanwhile: the editor's text counts.
    const document = this.#analyses.document(uri);
    if (document !== undefined) await this.#analyses.ready(document);
    if (document !== undefined || loaded?.ok !== true || !isWanted()) return false;
    this.#put({ uri, place, ref, analysis: loaded.value.analysis });
    return true;
  }

  #watch(): vscode.Disposable[] {
    const watchers = this.#projects.all().flatMap(({ folder, files }) =>
      files.map((glob) => {
        const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, glob));
        watcher.onDidCreate((uri) => void this.#rereadSoon(uri));
        watcher.onDidChange((uri) => void this.#rereadSoon(uri));
        watcher.onDidDelete((uri) => this.#reread(uri));
        return watcher;
      }),
    );
    if (watchers.length === 0) return [];
    // A folder that goes away is told as one deletion, of the folder; one that comes may be told without what is in it.
    const folders = vscode.workspace.createFileSystemWatcher('**', false, true, false);
    folders.onDidCreate((uri) => this.#came(uri));
    folders.onDidDelete((uri) => {
      const below = `${uri.toString()}/`;
      for (const file of this.#files.values())
        if (file.uri.toString().startsWith(below)) this.#reread(file.uri);
    });
    return [...watchers, folders];
  }

  /** Watchers miss what is made in a new folder before they get to watch it, so a new folder is looked through. */
  #came(uri: vscode.Uri): void {
    if (this.#newcomers.push(uri.fsPath) > 1) return;
    this.#later = setTimeout(() => {
      const came = this.#newcomers.splice(0);
      void Promise.all(came.map(isFolder)).then((folders) => {
        if (folders.includes(true)) void this.rescan();
      });
    }, SETTLE_MS);
  }

  /** Like `#reread`, but a large file is read in slices. What comes last counts. */
  async #rereadSoon(uri: vscode.Uri): Promise<void> {
    const found = this.#projects.find(uri);
    const key = uri.toString();
    const turn = (this.#rereading.get(key) ?? 0) + 1;
    this.#rereading.set(key, turn);
    const isLast = () => this.#rereading.get(key) === turn;
    const isRead = found !== undefined && (await this.#readSlowly(uri, found, isLast));
    if (!isLast()) return;
    this.#rereading.delete(key);
    if (!isRead) this.#reread(uri);
  }

  /** Takes what the editor has, or else what the disk has, or forgets the file. */
  #reread(uri: vscode.Uri): void {
    if (!this.#projects.isWorkflow(uri)) return;
    const document = this.#analyses.document(uri);
    if (document !== undefined) return this.#take(document);
    const file = this.#fromDisk(uri);
    if (file === undefined) this.#remove(uri);
    else this.#put(file);
  }

  #take(document: vscode.TextDocument): void {
    this.#put(this.#fromDocument(document));
  }

  #fromDocument(document: vscode.TextDocument): WorkflowFile {
    const { uri } = document;
    // Deleted, and still open in an editor: it is checked, but belongs to no folder any more.
    const found = existsSync(uri.fsPath) ? this.#projects.find(uri) : undefined;
    const analysis = this.#analyses.of(document);
    return found === undefined ? { uri, ref: '', analysis } : { uri, ...found, analysis };
  }

  #fromDisk(uri: vscode.Uri): WorkflowFile | undefined {
    const found = this.#projects.find(uri);
    const loaded = found?.place.project.workflows.read(found.ref);
    return found !== undefined && loaded?.ok === true
      ? { uri, ...found, analysis: loaded.value.analysis }
      : undefined;
  }

  #put(file: WorkflowFile): void {
    const before = this.get(file.uri);
    const sameText = before !== undefined && before.analysis.text === file.analysis.text;
    if (sameText && before.place === file.place) return;
    this.#files.set(file.uri.toString(), file);
    this.#changed.fire(file.uri);
  }

  #remove(uri: vscode.Uri): void {
    if (this.#files.delete(uri.toString())) this.#changed.fire(uri);
  }

  dispose(): void {
    clearTimeout(this.#later);
    for (const each of [...this.#watchers, ...this.#subscriptions]) each.dispose();
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
