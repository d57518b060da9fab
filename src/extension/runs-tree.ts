import * as vscode from 'vscode';
import { impossible } from '../base/result.ts';
import { everInside } from '../model/apply-event.ts';
import { isFailure, isFinal, type RunState } from '../model/run-state.ts';
import { runItem, runStepItem, type RunRow, type RunsRow, type RunStepRow } from './run-rows.ts';
import { runName, type RunsWatch, type SeenRun } from './runs-watch.ts';

/** Rows are drawn anew at most this often while steps come and go. */
const GATHER_MS = 100;
const TICK_MS = 1000;
const MINUTE_MS = 60_000;
/** So many runs are listed at first, and more at each request. */
const PAGE = 100;
/** So many items or rounds are shown of one step. */
const MOST_INSIDE = 200;
/** A run with more steps is drawn anew less often, and only its moving rows tick. */
const MANY_STEPS = 100;

/** The tree of runs: what goes on, and what has been. Live ones tick while the view is seen. */
export class RunsTree implements vscode.TreeDataProvider<RunsRow>, vscode.Disposable {
  readonly #runs: RunsWatch;
  readonly #rows = new Map<SeenRun, { readonly row: RunRow; readonly steps: Map<string, RunStepRow> }>();
  readonly #changed = new vscode.EventEmitter<RunsRow | RunsRow[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscriptions: readonly vscode.Disposable[];
  readonly #dirty = new Set<SeenRun>();
  #gathering: NodeJS.Timeout | undefined;
  #view: vscode.TreeView<RunsRow> | undefined;
  #limit = PAGE;

  constructor(runs: RunsWatch) {
    this.#runs = runs;
    this.#subscriptions = [
      runs.onDidChangeList(() => this.#listChanged()),
      runs.onDidChangeRun((run) => this.#runChanged(run)),
    ];
  }

  /** Puts the tree on the screen. */
  show(): vscode.Disposable {
    const view = vscode.window.createTreeView('baton.runs', {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    this.#view = view;
    const tick = setInterval(() => this.#tick(), TICK_MS);
    // "3 minutes ago" grows old.
    const minute = setInterval(() => this.#redrawIfSeen(), MINUTE_MS);
    this.#showBadge();
    return vscode.Disposable.from(
      view,
      view.onDidChangeVisibility(() => this.#redrawIfSeen()),
      { dispose: () => clearInterval(tick) },
      { dispose: () => clearInterval(minute) },
    );
  }

  #redrawIfSeen(): void {
    if (this.#view?.visible !== true) return;
    this.#changed.fire(
      this.#runs
        .all()
        .slice(0, this.#limit)
        .map((run) => this.rowOf(run)),
    );
  }

  more(): void {
    this.#limit += PAGE;
    this.#changed.fire(undefined);
  }

  getTreeItem(row: RunsRow): vscode.TreeItem {
    switch (row.kind) {
      case 'run':
        return runItem(row, Date.now());
      case 'run-step':
        return runStepItem(row, Date.now());
      case 'more': {
        const item = new vscode.TreeItem(vscode.l10n.t('Show {0} older runs', Math.min(PAGE, row.hidden)));
        item.iconPath = new vscode.ThemeIcon('ellipsis');
        item.command = { command: 'baton.moreRuns', title: '' };
        return item;
      }
      default:
        return impossible(row);
    }
  }

  /** At once where everything is known, so that a row that ticks never looks as if it were loading. */
  getChildren(row?: RunsRow): RunsRow[] | Promise<RunsRow[]> {
    if (row === undefined) return this.#roots();
    if (row.kind === 'run-step') return this.#inside(row);
    if (row.kind !== 'run') return [];
    const { run } = row;
    return run.state === undefined ? this.#load(run) : this.#stepRows(run, run.state);
  }

  async #load(run: SeenRun): Promise<RunsRow[]> {
    const state = await this.#runs.load(run);
    return state === undefined ? [] : this.#stepRows(run, state);
  }

  #stepRows(run: SeenRun, { workflow }: RunState): RunsRow[] {
    return [...workflow.steps, ...workflow.finally].map(({ id }) => this.#stepRow(run, id));
  }

  /** The items of a fan-out, the rounds of a loop, the steps of the run that a step began. */
  #inside({ parent: { run }, step: id }: RunStepRow): RunsRow[] | Promise<RunsRow[]> {
    const step = run.state?.steps[id];
    if (run.state === undefined || step === undefined) return [];
    const child = step.attempts.at(-1)?.child;
    if (child !== undefined) {
      const found = this.#runs.find(child, run.place);
      return found === undefined ? [] : this.getChildren(this.rowOf(found));
    }
    const { steps } = run.state;
    const inside = everInside(run.state, step);
    if (inside.length <= MOST_INSIDE) return inside.map((each) => this.#stepRow(run, each));
    // Of very many, those that need somebody first.
    const [calm, bad] = [inside, inside.filter((each) => isFailure(steps[each]?.status ?? 'pending'))];
    const shown = [...new Set([...bad, ...calm])].slice(0, MOST_INSIDE);
    return shown.map((each) => this.#stepRow(run, each));
  }

  getParent(row: RunsRow): RunsRow | undefined {
    if (row.kind !== 'run-step') return undefined;
    const { run } = row.parent;
    const holder = run.state?.steps[row.step]?.parent;
    return holder === undefined ? (this.#callerOf(run) ?? row.parent) : this.#stepRow(run, holder);
  }

  /** The step that runs a run, where both are listed. */
  #callerOf({ place, summary: { cause } }: SeenRun): RunStepRow | undefined {
    const caller = cause.kind === 'workflow' ? this.#runs.find(cause.run, place) : undefined;
    return caller === undefined || cause.kind !== 'workflow' ? undefined : this.#stepRow(caller, cause.step);
  }

  rowOf(run: SeenRun): RunRow {
    return this.#of(run).row;
  }

  #roots(): RunsRow[] {
    const all = this.#runs.all().filter((run) => this.#callerOf(run) === undefined);
    const rows: RunsRow[] = all.slice(0, this.#limit).map((run) => this.rowOf(run));
    return all.length > rows.length ? [...rows, { kind: 'more', hidden: all.length - rows.length }] : rows;
  }

  #of(run: SeenRun) {
    let rows = this.#rows.get(run);
    if (rows === undefined) this.#rows.set(run, (rows = { row: { kind: 'run', run }, steps: new Map() }));
    return rows;
  }

  #stepRow(run: SeenRun, step: string): RunStepRow {
    const { row, steps } = this.#of(run);
    let stepRow = steps.get(step);
    if (stepRow === undefined) steps.set(step, (stepRow = { kind: 'run-step', parent: row, step }));
    return stepRow;
  }

  #listChanged(): void {
    const listed = new Set(this.#runs.all());
    for (const run of this.#rows.keys()) if (!listed.has(run)) this.#rows.delete(run);
    this.#showBadge();
    this.#changed.fire(undefined);
  }

  #runChanged(run: SeenRun): void {
    this.#showBadge();
    this.#dirty.add(run);
    const many = Object.keys(run.state?.steps ?? {}).length > MANY_STEPS;
    this.#gathering ??= setTimeout(
      () => {
        this.#gathering = undefined;
        this.#changed.fire([...this.#dirty].map((each) => this.rowOf(each)));
        this.#dirty.clear();
      },
      many ? TICK_MS : GATHER_MS,
    );
  }

  /** Durations of what runs. */
  #tick(): void {
    if (this.#view?.visible !== true) return;
    const rows = this.#runs.live().flatMap((run) => this.#tickingRows(run));
    if (rows.length > 0) this.#changed.fire(rows);
  }

  #tickingRows(run: SeenRun): RunsRow[] {
    const steps = Object.values(run.state?.steps ?? {});
    if (steps.length <= MANY_STEPS) return [this.rowOf(run)];
    const moving = steps.filter(({ status, attempts }) => attempts.length > 0 && !isFinal(status));
    return moving.map(({ id }) => this.#stepRow(run, id));
  }

  #showBadge(): void {
    if (this.#view === undefined) return;
    const live = this.#runs.live();
    const [first] = live;
    const tooltip =
      live.length === 1 && first !== undefined
        ? vscode.l10n.t('{0} is running', runName(first))
        : vscode.l10n.t('{0} runs are going on', live.length);
    if (this.#view.badge?.value !== live.length) {
      this.#view.badge = live.length === 0 ? undefined : { value: live.length, tooltip };
    }
  }

  dispose(): void {
    clearTimeout(this.#gathering);
    this.#changed.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}
