import * as vscode from 'vscode';
import { runNow } from '../../project/schedule-keeper.ts';
import { schedulerMetrics } from '../../views/metrics.ts';
import type { RunsWatch } from '../runs-watch.ts';
import { ago, asMarkdown, inOneLine } from '../speech.ts';
import { refusalWords } from '../start-run.ts';
import type { NextRun } from '../status-bar.ts';
import { nextLines, nextOf, SchedulesTree, uriOf, type ScheduleRow } from './schedules-tree.ts';
import { WindowSchedules, type PlacedSchedule, type SchedulingWorld } from './window-schedules.ts';

const MINUTE_MS = 60_000;
/** So many are named in the tooltip of the status bar. */
const MOST_NAMED = 5;
/** How long it is said that something was missed. */
const QUIETLY_MS = 20_000;

/** All about schedules, in a bundle of its own, loaded when the first workflow has one. */
export class Scheduling implements vscode.Disposable {
  readonly schedules: WindowSchedules;
  readonly tree: SchedulesTree;
  readonly #world: SchedulingWorld;
  readonly #runs: RunsWatch;
  readonly #parts: vscode.Disposable;
  #missed: number | undefined;

  constructor(world: SchedulingWorld, runs: RunsWatch) {
    this.#world = world;
    this.#runs = runs;
    this.schedules = new WindowSchedules(world);
    this.tree = new SchedulesTree(this.schedules);
    const view = vscode.window.createTreeView('baton.schedules', {
      treeDataProvider: this.tree,
      manageCheckboxStateManually: true,
    });
    const minute = setInterval(() => {
      if (view.visible) this.tree.redraw();
    }, MINUTE_MS);
    this.#parts = vscode.Disposable.from(
      this.schedules,
      this.tree,
      view,
      view.onDidChangeCheckboxState(({ items }) => {
        for (const [row, state] of items) {
          if (row.kind === 'schedule')
            this.schedules.switch(row, state === vscode.TreeItemCheckboxState.Checked);
        }
      }),
      this.schedules.onDidChange(() => {
        const message = this.#message();
        if (message === undefined) delete view.message;
        else view.message = message;
        this.#tellOfMissed();
      }),
      new vscode.Disposable(() => clearInterval(minute)),
    );
  }

  /** What comes next, for the status bar. */
  next(): NextRun | undefined {
    return this.schedules.next();
  }

  /** Lines for the tooltip of the status bar, in Markdown. */
  more(): readonly string[] {
    const { l10n } = vscode;
    const placed = this.schedules.schedules();
    if (placed.length === 0) return [];
    const now = Date.now();
    const lines = placed.slice(0, MOST_NAMED).flatMap(({ listed }): string[] => {
      if (listed.broken !== undefined)
        return [`- $(warning) ${asMarkdown(listed.name)}: ${l10n.t('broken')}`];
      if (listed.record?.paused === true)
        return [`- $(circle-slash) ${asMarkdown(listed.name)}: ${l10n.t('off')}`];
      const next = nextOf(listed, now);
      const when = next === undefined ? l10n.t('never again') : ago(next, now);
      const heading = `- $(clock) ${asMarkdown(inOneLine([listed.name, when, listed.text]))}`;
      return [heading, ...nextLines(listed).map((line) => `    ${line}`)];
    });
    const counts = schedulerMetrics({
      runs: this.#runs.all().map(({ summary }) => summary),
      records: placed.flatMap(({ listed: { record } }) => (record === undefined ? [] : [record])),
    });
    lines.push(
      '',
      l10n.t(
        '{0} runs by schedules, {1} times left out, {2} missed',
        counts.scheduled,
        counts.skippedForOverlap,
        counts.missed,
      ),
    );
    const awake = this.#awakeWords();
    if (awake !== undefined) lines.push('', `$(info) ${awake} ${this.#offers()}`);
    return lines;
  }

  /** The schedule meant: by its row, its workflow's file, or by asking. */
  async choose(
    target: unknown,
    title: string,
    fits: (each: PlacedSchedule) => boolean,
  ): Promise<PlacedSchedule | undefined> {
    await this.schedules.refresh();
    const all = this.schedules.schedules().filter(fits);
    if (isScheduleRow(target))
      return target.kind === 'schedule'
        ? all.find(({ listed }) => listed.id === target.listed.id)
        : undefined;
    const uri = target instanceof vscode.Uri ? target.toString() : undefined;
    const meant = uri === undefined ? all : all.filter((each) => uriOf(each).toString() === uri);
    if (meant.length <= 1 && uri !== undefined) return meant[0];
    if (meant.length === 0) {
      void vscode.window.showInformationMessage(vscode.l10n.t('There is no such schedule here.'));
      return undefined;
    }
    const items = meant.map((placed) => ({
      label: placed.listed.name,
      description: placed.listed.text,
      placed,
    }));
    return (await vscode.window.showQuickPick(items, { title }))?.placed;
  }

  switch(placed: PlacedSchedule, on: boolean): void {
    this.schedules.switch(placed, on);
  }

  /** Answers the run that began. */
  async runNow({ place, listed }: PlacedSchedule): Promise<string | undefined> {
    const begun = await runNow(listed, (order) => this.schedules.launch(place, order));
    if (begun.ok) return begun.value;
    void vscode.window.showErrorMessage(refusalWords(begun.error));
    return undefined;
  }

  #message(): string | undefined {
    const rows = this.tree.getChildren();
    return rows.length === 0 ? undefined : this.#awakeWords();
  }

  /** What can be done about it, as links. */
  #offers(): string {
    if (!vscode.workspace.isTrusted) return '';
    const keep = `[${vscode.l10n.t('Keep them awake…')}](command:baton.keepSchedulesAwake)`;
    const here = `[${vscode.l10n.t('Let them fire in this window')}](command:baton.fireSchedulesHere)`;
    const isHere = this.#world.projects.all().some((place) => this.schedules.keeps(place));
    return isHere ? keep : `${here} · ${keep}`;
  }

  /** Who keeps schedules awake, where that is not what a person would expect. */
  #awakeWords(): string | undefined {
    const { l10n } = vscode;
    if (!vscode.workspace.isTrusted) return l10n.t('Nothing fires in Restricted Mode.');
    const places = this.#world.projects.all();
    const keepers = new Set(places.flatMap(({ project }) => project.schedules.keepers()));
    if (keepers.has('serve')) return undefined;
    if (places.some((place) => this.schedules.keeps(place)))
      return l10n.t('Schedules fire only while this window is open.');
    return keepers.has('editor')
      ? l10n.t('Schedules fire only while another window is open.')
      : l10n.t('Schedules do not fire: nobody keeps them awake.');
  }

  /** Once, and in the status bar only: what was missed while nobody was awake. */
  #tellOfMissed(): void {
    const missed = this.schedules
      .schedules()
      .reduce((sum, { listed }) => sum + (listed.record?.missed ?? 0), 0);
    const before = this.#missed;
    this.#missed = missed;
    if (before === undefined || missed <= before) return;
    const words = vscode.l10n.t('{0} times of schedules were missed', missed - before);
    vscode.window.setStatusBarMessage(`$(clock) ${words}`, QUIETLY_MS);
  }

  dispose(): void {
    this.#parts.dispose();
  }
}

function isScheduleRow(target: unknown): target is ScheduleRow {
  const kind = (target as { kind?: unknown } | null | undefined)?.kind;
  return kind === 'schedule' || kind === 'trigger';
}
