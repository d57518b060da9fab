import * as vscode from 'vscode';
import { impossible } from '../base/result.ts';
import { everInside } from '../model/apply-event.ts';
import { groupRuns, isFailedRun, passes, type GroupBy, type RunFilter } from '../views/run-groups.ts';
import { firstFailure, isFailure, isFinal, type RunState } from '../model/run-state.ts';
import { LastLines } from './last-lines.ts';
import {
  dayOf,
  groupItem,
  runItem,
  runStepItem,
  type GroupRow,
  type RunRow,
  type RunsRow,
  type RunStepRow,
} from './run-rows.ts';
import { runName, type RunsWatch, type SeenRun } from './runs-watch.ts';
import { inOneLine } from './speech.ts';

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

const GROUP_BY = 'baton.runs.groupBy';

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
  /** How many runs are listed below each heading, and without one. */
  readonly #limits = new Map<string, number>();
  readonly #groups = new Map<string, GroupRow>();
  readonly #lines = new LastLines();
  /** Runs that failed before this window's eyes, until somebody looks at the view. */
  readonly #unseenFailures = new Set<SeenRun>();
  readonly #remember: vscode.Memento;
  #by: GroupBy;
  #filter: RunFilter = {};

  constructor(runs: RunsWatch, remember: vscode.Memento) {
    this.#runs = runs;
    this.#remember = remember;
    this.#by = remember.get<GroupBy>(GROUP_BY) === 'workflow' ? 'workflow' : 'day';
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
      canSelectMany: true,
    });
    this.#view = view;
    const tick = setInterval(() => this.#tick(), TICK_MS);
    // "3 minutes ago" grows old.
    const minute = setInterval(() => this.#redrawIfSeen(), MINUTE_MS);
    this.#showBadge();
    this.#showGrouping();
    this.#showFilter();
    return vscode.Disposable.from(
      view,
      view.onDidChangeVisibility(() => {
        this.#redrawIfSeen();
        this.#showBadge();
      }),
      { dispose: () => clearInterval(tick) },
      { dispose: () => clearInterval(minute) },
    );
  }

  #redrawIfSeen(): void {
    if (this.#view?.visible === true) this.#changed.fire(undefined);
  }

  /** Lists more runs: below a heading, or those without one. */
  more(group?: GroupRow): void {
    const key = group?.key ?? '';
    this.#limits.set(key, (this.#limits.get(key) ?? PAGE) + PAGE);
    this.#changed.fire(group);
  }

  get groupedBy(): GroupBy {
    return this.#by;
  }

  groupBy(by: GroupBy): void {
    this.#by = by;
    void this.#remember.update(GROUP_BY, by);
    this.#limits.clear();
    this.#showGrouping();
    this.#changed.fire(undefined);
  }

  get filter(): RunFilter {
    return this.#filter;
  }

  filterBy(filter: RunFilter): void {
    this.#filter = filter;
    this.#limits.clear();
    this.#showFilter();
    this.#changed.fire(undefined);
  }

  #showGrouping(): void {
    void vscode.commands.executeCommand('setContext', 'baton.runsByWorkflow', this.#by === 'workflow');
  }

  #showFilter(): void {
    const words = filterWords(this.#filter);
    void vscode.commands.executeCommand('setContext', 'baton.runsFiltered', words !== '');
    if (this.#view === undefined) return;
    this.#view.message = words === '' ? '' : vscode.l10n.t('Only: {0}', words);
  }

  getTreeItem(row: RunsRow): vscode.TreeItem {
    switch (row.kind) {
      case 'run':
        return runItem(row, Date.now());
      case 'run-step':
        return runStepItem(row, Date.now(), this.#lines.of(row.parent.run, row.step));
      case 'run-group':
        return groupItem(row, Date.now());
      case 'more': {
        const item = new vscode.TreeItem(vscode.l10n.t('Show {0} older runs', Math.min(PAGE, row.hidden)));
        item.iconPath = new vscode.ThemeIcon('ellipsis');
        item.command = { command: 'baton.moreRuns', title: '', arguments: row.group ? [row.group] : [] };
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
    if (row.kind === 'run-group') return this.#page(row.runs, row);
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
    if (row.kind === 'run') return this.#groupOf(row.run);
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
    const shown = this.#runs
      .all()
      .filter((run) => passes(this.#filter, run.summary) && this.#callerOf(run) === undefined);
    const { loose, groups } = groupRuns(shown, this.#by, {
      summary: ({ summary }) => summary,
      dayOf,
      now: Date.now(),
      folder: ({ place }) => place.folder.uri.toString(),
    });
    const headings = groups.map(({ key, runs }) => this.#groupRow(key, runs));
    return [...this.#page(loose), ...headings];
  }

  #page(runs: readonly SeenRun[], group?: GroupRow): RunsRow[] {
    const limit = this.#limits.get(group?.key ?? '') ?? PAGE;
    const rows: RunsRow[] = runs.slice(0, limit).map((run) => this.rowOf(run));
    const hidden = runs.length - rows.length;
    return hidden === 0 ? rows : [...rows, { kind: 'more', hidden, ...(group !== undefined && { group }) }];
  }

  #groupRow(key: string, runs: readonly SeenRun[]): GroupRow {
    let row = this.#groups.get(key);
    if (row === undefined) this.#groups.set(key, (row = { kind: 'run-group', by: this.#by, key, runs }));
    else if (row.by === this.#by) row.runs = runs;
    else this.#groups.set(key, (row = { kind: 'run-group', by: this.#by, key, runs }));
    return row;
  }

  #groupOf(run: SeenRun): GroupRow | undefined {
    return this.#roots().find((row) => row.kind === 'run-group' && row.runs.includes(run)) as
      GroupRow | undefined;
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
    for (const run of this.#unseenFailures) if (!listed.has(run)) this.#unseenFailures.delete(run);
    this.#showBadge();
    this.#changed.fire(undefined);
  }

  #runChanged(run: SeenRun): void {
    if (run.summary.status !== 'running') this.#lines.forget(run);
    if (run.seenLive && isFailedRun(run.summary.status)) this.#failed(run);
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
    const live = this.#runs.live();
    const rows = live.flatMap((run) => this.#tickingRows(run));
    if (rows.length > 0) this.#changed.fire(rows);
    for (const run of live) void this.#readLines(run);
  }

  async #readLines(run: SeenRun): Promise<void> {
    const steps = await this.#lines.read(run);
    if (steps.length > 0) this.#changed.fire(steps.map((step) => this.#stepRow(run, step)));
  }

  /** Told by the badge until somebody looks; where the view is seen, the step that failed first is brought into it. */
  #failed(run: SeenRun): void {
    if (this.#told.has(run)) return;
    this.#told.add(run);
    if (this.#view?.visible !== true) {
      this.#unseenFailures.add(run);
      return;
    }
    const culprit = run.state && firstFailure(run.state);
    if (culprit === undefined || this.#callerOf(run) !== undefined) return;
    const row = this.#stepRow(run, culprit.id);
    // It is a courtesy: where the tree has moved on meanwhile, nothing is missed.
    void this.#view.reveal(row, { select: false, focus: false }).then(undefined, () => undefined);
  }
  readonly #told = new WeakSet<SeenRun>();

  #tickingRows(run: SeenRun): RunsRow[] {
    const steps = Object.values(run.state?.steps ?? {});
    if (steps.length <= MANY_STEPS) return [this.rowOf(run)];
    const moving = steps.filter(({ status, attempts }) => attempts.length > 0 && !isFinal(status));
    return moving.map(({ id }) => this.#stepRow(run, id));
  }

  #showBadge(): void {
    if (this.#view === undefined) return;
    if (this.#view.visible) this.#unseenFailures.clear();
    const live = this.#runs.live();
    const value = live.length + this.#unseenFailures.size;
    const tooltip = badgeWords(live, [...this.#unseenFailures]);
    const { badge } = this.#view;
    if (badge?.value === value && badge.tooltip === tooltip) return;
    this.#view.badge = value === 0 ? undefined : { value, tooltip };
  }

  dispose(): void {
    clearTimeout(this.#gathering);
    this.#changed.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

function badgeWords(live: readonly SeenRun[], failed: readonly SeenRun[]): string {
  const { l10n } = vscode;
  const [first] = live;
  const [culprit] = failed;
  const going =
    first === undefined
      ? undefined
      : live.length === 1
        ? l10n.t('{0} is running', runName(first))
        : l10n.t('{0} runs are going on', live.length);
  const bad =
    culprit === undefined
      ? undefined
      : failed.length === 1
        ? l10n.t('{0} failed', runName(culprit))
        : l10n.t('{0} runs failed', failed.length);
  return inOneLine([going, bad], ', ');
}

function filterWords({ only, text = '' }: RunFilter): string {
  const words = only === undefined ? undefined : FILTERS[only]();
  return inOneLine([words, text.trim() === '' ? undefined : `"${text.trim()}"`]);
}

const FILTERS: Readonly<Record<NonNullable<RunFilter['only']>, () => string>> = {
  failed: () => vscode.l10n.t('failed'),
  'going-on': () => vscode.l10n.t('running'),
  waiting: () => vscode.l10n.t('waiting'),
};
