import * as vscode from 'vscode';
import type { RunsWatch } from './runs-watch.ts';
import type { Scheduling } from './scheduling/scheduling.ts';
import type { SchedulingWorld } from './scheduling/window-schedules.ts';
import type { StatusBar } from './status-bar.ts';

/** Loads what knows of schedules when the first workflow has one. */
export class OpenScheduling implements vscode.Disposable {
  readonly #world: SchedulingWorld;
  readonly #runs: RunsWatch;
  readonly #bar: StatusBar;
  readonly #subscriptions: readonly vscode.Disposable[];
  #loading: Promise<Scheduling> | undefined;
  #isDisposed = false;

  constructor(world: SchedulingWorld, runs: RunsWatch, bar: StatusBar) {
    this.#world = world;
    this.#runs = runs;
    this.#bar = bar;
    const look = () => {
      if (this.#loading === undefined && this.#isNeeded())
        world.trouble.watch(vscode.l10n.t('reading schedules'), this.load());
    };
    this.#subscriptions = [world.files.onDidChange(look), world.files.onDidScan(look)];
  }

  load(): Promise<Scheduling> {
    return (this.#loading ??= this.#load());
  }

  async #load(): Promise<Scheduling> {
    const { Scheduling: Loaded } = await import('./scheduling/scheduling.ts');
    const scheduling = new Loaded(this.#world, this.#runs);
    if (this.#isDisposed) scheduling.dispose();
    void vscode.commands.executeCommand('setContext', 'baton.hasSchedules', true);
    this.#bar.foretell(
      () => scheduling.next(),
      () => scheduling.more(),
    );
    scheduling.schedules.onDidChange(() => this.#bar.show());
    await scheduling.schedules.refresh();
    return scheduling;
  }

  #isNeeded(): boolean {
    return this.#world.files
      .all()
      .some(
        ({ place, analysis: { workflow } }) =>
          place !== undefined && (workflow.schedules.length > 0 || workflow.fileTriggers !== undefined),
      );
  }

  dispose(): void {
    this.#isDisposed = true;
    for (const each of this.#subscriptions) each.dispose();
    void this.#loading?.then((scheduling) => scheduling.dispose());
  }
}
