import * as vscode from 'vscode';
import type { Result } from '../../base/result.ts';
import type { Json } from '../../base/json.ts';
import type { RunId } from '../../model/attempt.ts';
import { FileTriggers } from '../../project/file-triggers.ts';
import type { Refusal } from '../../project/runs.ts';
import { ScheduleKeeper, type Unattended } from '../../project/schedule-keeper.ts';
import type { ListedSchedule, ListedTrigger } from '../../project/project-schedules.ts';
import { secretInputs } from '../../project/secrets.ts';
import type { Place, Projects } from '../projects.ts';
import type { SecretStore } from '../secret-store.ts';
import { settings } from '../settings.ts';
import type { Starter } from '../start-run.ts';
import type { Trouble } from '../trouble.ts';
import type { WorkflowFiles } from '../workflow-files.ts';

export interface SchedulingWorld {
  readonly projects: Projects;
  readonly files: WorkflowFiles;
  readonly starter: Starter;
  readonly secrets: SecretStore;
  readonly trouble: Trouble;
}

/** A schedule or a file trigger, and the folder it is of. */
export interface PlacedSchedule {
  readonly place: Place;
  readonly listed: ListedSchedule;
}

export interface PlacedTrigger {
  readonly place: Place;
  readonly listed: ListedTrigger;
}

/** Files that are saved in a bunch are read once. */
const GATHER_MS = 150;

interface Kept {
  readonly place: Place;
  readonly keeper: ScheduleKeeper;
  readonly triggers: FileTriggers;
  readonly presence: Disposable;
  watcher: vscode.Disposable | undefined;
}

/** The schedules of every folder, kept awake by this window where the setting and the person's trust allow it. */
export class WindowSchedules implements vscode.Disposable {
  readonly #world: SchedulingWorld;
  readonly #changed = new vscode.EventEmitter<void>();
  /** Something looks different: which there are, how they stand, when they are due. */
  readonly onDidChange = this.#changed.event;
  #kept: readonly Kept[] = [];
  /** Of folders that this window does not keep. */
  readonly #listed = new Map<Place, readonly ListedSchedule[]>();
  readonly #triggers = new Map<Place, readonly ListedTrigger[]>();
  #gathering: NodeJS.Timeout | undefined;
  readonly #subscriptions: readonly vscode.Disposable[];
  #isDisposed = false;

  constructor(world: SchedulingWorld) {
    this.#world = world;
    const soon = () => this.#soon();
    const { workspace } = vscode;
    this.#subscriptions = [
      world.files.onDidChange(soon),
      world.files.onDidScan(soon),
      world.projects.onDidChange(soon),
      workspace.onDidGrantWorkspaceTrust(soon),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('baton.scheduler.enabled')) soon();
      }),
      workspace.onDidSaveTextDocument(({ uri }) => {
        for (const { triggers } of this.#kept) triggers.changed(uri.fsPath, { byPerson: true });
      }),
      // A laptop that was opened again brings its windows to the front.
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) for (const { keeper } of this.#kept) keeper.look();
      }),
    ];
  }

  /** Reads the files, and begins or ends to keep what the settings say. */
  async refresh(): Promise<void> {
    const { projects } = this.#world;
    const wanted = projects
      .all()
      .filter(({ folder }) => vscode.workspace.isTrusted && settings.schedulerEnabled(folder.uri));
    for (const kept of this.#kept) if (!wanted.includes(kept.place)) release(kept);
    const before = this.#kept.filter(({ place }) => wanted.includes(place));
    const begun = wanted
      .filter((place) => !before.some((kept) => kept.place === place))
      .map((place) => this.#keep(place));
    this.#kept = [...before, ...begun];
    for (const { keeper } of this.#kept) await keeper.refresh();
    for (const kept of this.#kept) this.#watch(kept);
    for (const place of projects.all()) {
      if (wanted.includes(place)) continue;
      const { schedules, triggers } = await place.project.schedules.list({ assumeSecrets: true });
      this.#listed.set(place, schedules);
      this.#triggers.set(place, triggers);
    }
    if (this.#isDisposed) for (const kept of this.#kept) release(kept);
    this.#changed.fire();
  }

  schedules(): readonly PlacedSchedule[] {
    return this.#world.projects.all().flatMap((place) => {
      const kept = this.#keptOf(place);
      const listed = kept === undefined ? this.#fresh(place) : kept.keeper.listed();
      return listed.map((each) => ({ place, listed: each }));
    });
  }

  triggers(): readonly PlacedTrigger[] {
    return this.#world.projects.all().flatMap((place) => {
      const listed = this.#keptOf(place)?.keeper.triggers ?? this.#triggers.get(place) ?? [];
      return listed.map((each) => ({ place, listed: each }));
    });
  }

  /** Whether this window keeps a folder's schedules awake. */
  keeps(place: Place): boolean {
    return this.#keptOf(place) !== undefined;
  }

  /** What is due next in this window. */
  next(): { readonly name: string; readonly at: number } | undefined {
    const all = this.#kept.flatMap(({ keeper }) => {
      const next = keeper.next();
      const of = next && keeper.listed().find(({ id }) => id === next.schedule.id);
      return next === undefined || of === undefined ? [] : [{ name: of.name, at: next.at }];
    });
    return all.sort((a, b) => a.at - b.at)[0];
  }

  switch({ place, listed }: PlacedSchedule, on: boolean): void {
    const { schedules } = place.project;
    if (on) schedules.resume(listed);
    else schedules.pause(listed);
    this.#keptOf(place)?.keeper.look();
    this.#soon();
    this.#changed.fire();
  }

  launch(place: Place, order: Unattended): Promise<Result<RunId, Refusal>> {
    return this.#launch(place, order);
  }

  #keptOf(place: Place): Kept | undefined {
    return this.#kept.find((kept) => kept.place === place);
  }

  #fresh(place: Place): readonly ListedSchedule[] {
    const records = place.project.schedules.ledger.read();
    return (this.#listed.get(place) ?? []).map((each) => ({ ...each, record: records.get(each.id) }));
  }

  #keep(place: Place): Kept {
    const { trouble } = this.#world;
    const doing = vscode.l10n.t('keeping schedules');
    const options = {
      launch: (order: Unattended) => this.#launch(place, order),
      trouble: (error: unknown) => trouble.report(doing, error),
    };
    const keeper = new ScheduleKeeper(place.project, { ...options, list: { assumeSecrets: true } });
    keeper.onChange = () => this.#changed.fire();
    const triggers = new FileTriggers(place.project, options);
    return {
      place,
      keeper,
      triggers,
      presence: place.project.schedules.announce('editor'),
      watcher: undefined,
    };
  }

  /** Files are watched only where a workflow waits for them. */
  #watch(kept: Kept): void {
    const { place, keeper, triggers } = kept;
    triggers.keep(keeper.triggers);
    if (triggers.count === 0) {
      kept.watcher?.dispose();
      kept.watcher = undefined;
    } else if (kept.watcher === undefined) {
      const watcher = vscode.workspace.createFileSystemWatcher(
        new vscode.RelativePattern(place.folder, '**/*'),
      );
      const changed = ({ fsPath }: vscode.Uri) => triggers.changed(fsPath);
      watcher.onDidChange(changed);
      watcher.onDidCreate(changed);
      watcher.onDidDelete(changed);
      kept.watcher = watcher;
    }
  }

  async #launch(place: Place, order: Unattended): Promise<Result<RunId, Refusal>> {
    const { starter, secrets } = this.#world;
    const loaded = await place.project.workflows.load(order.workflow);
    if (!loaded.ok) return { ok: false, error: { kind: 'unknown', message: loaded.error } };
    const wanted = secretInputs(loaded.value.analysis.workflow);
    const given: Record<string, Json> = await secrets.known({ place, workflow: order.workflow }, wanted);
    return starter.unattended(place, order, given);
  }

  #soon(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#world.trouble.watch(vscode.l10n.t('reading schedules'), this.refresh());
    }, GATHER_MS);
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#gathering);
    for (const kept of this.#kept) release(kept);
    for (const each of [...this.#subscriptions, this.#changed]) each.dispose();
  }
}

function release({ keeper, triggers, presence, watcher }: Kept): void {
  watcher?.dispose();
  triggers.close();
  presence[Symbol.dispose]();
  void keeper.close();
}
