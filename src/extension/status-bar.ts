import * as vscode from 'vscode';
import { isFailedRun } from '../views/run-groups.ts';
import { statusWords } from '../views/words.ts';
import { openGates } from './answer-gate.ts';
import { runName, type RunsWatch, type SeenRun } from './runs-watch.ts';
import { ago, asMarkdown, inOneLine } from './speech.ts';

/** So many are named in the tooltip. */
const MOST_NAMED = 8;
/** What lines of the tooltip may lead to. */
const OFFERED = ['baton.fireSchedulesHere', 'baton.keepSchedulesAwake'] as const;
/** What failed longer ago is no news. */
const NEWS_MS = 24 * 3_600_000;

/** When something runs by itself next; said by who knows of schedules. */
export interface NextRun {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** One item in the status bar: what runs, what waits for an answer, what failed last, what comes next. Nothing else, no item. */
export class StatusBar implements vscode.Disposable {
  readonly #runs: RunsWatch;
  readonly #item = vscode.window.createStatusBarItem('baton.running', vscode.StatusBarAlignment.Left, 10);
  readonly #subscriptions: readonly vscode.Disposable[];
  #next: () => NextRun | undefined = () => undefined;
  /** More lines for the tooltip, in Markdown. */
  #more: () => readonly string[] = () => [];

  constructor(runs: RunsWatch) {
    this.#runs = runs;
    this.#item.name = vscode.l10n.t('Baton Runs');
    this.#item.command = 'baton.runs.focus';
    const show = () => this.show();
    this.#subscriptions = [runs.onDidChangeList(show), runs.onDidChangeRun(show)];
    this.show();
  }

  /** Who knows of schedules says what comes next. */
  foretell(next: () => NextRun | undefined, more: () => readonly string[]): void {
    this.#next = next;
    this.#more = more;
    this.show();
  }

  show(): void {
    const live = this.#runs.live();
    const waiting = openGates(
      this.#runs.all().filter(({ state }) => state?.ended === undefined && state !== undefined),
    );
    const failed = this.#runs.newest().filter(isNews);
    const next = this.#next();
    if (live.length === 0 && waiting.length === 0 && failed.length === 0 && next === undefined)
      return this.#item.hide();
    const { l10n } = vscode;
    const text = [
      live.length === 0 ? undefined : `$(sync~spin) ${l10n.t('{0} running', live.length)}`,
      waiting.length === 0 ? undefined : `$(question) ${l10n.t('{0} waiting', waiting.length)}`,
      failed.length === 0 ? undefined : `$(error) ${l10n.t('{0} failed', failed.length)}`,
      next === undefined ? undefined : `$(clock) ${l10n.t('{0} {1}', next.name, ago(next.at, Date.now()))}`,
    ];
    this.#item.text = inOneLine(text, '  ');
    this.#item.tooltip = this.#tooltip({ live, failed });
    const names = live.map(runName).join(', ');
    this.#item.accessibilityInformation = {
      label: inOneLine(
        [
          live.length === 0 ? undefined : l10n.t('{0} Baton runs are going on: {1}', live.length, names),
          failed.length === 0 ? undefined : l10n.t('{0} failed', failed.length),
          next === undefined ? undefined : l10n.t('{0} {1}', next.name, ago(next.at, Date.now())),
        ],
        ', ',
      ),
    };
    this.#item.show();
  }

  #tooltip({
    live,
    failed,
  }: {
    readonly live: readonly SeenRun[];
    readonly failed: readonly SeenRun[];
  }): vscode.MarkdownString {
    const lines = ['**Baton**', ''];
    for (const run of live.slice(0, MOST_NAMED)) lines.push(`- $(sync~spin) ${runLine(run)}`);
    for (const run of failed.slice(0, MOST_NAMED)) lines.push(`- $(error) ${runLine(run)}`);
    lines.push(...this.#more());
    const text = new vscode.MarkdownString(lines.join('\n'), true);
    text.isTrusted = { enabledCommands: [...OFFERED] };
    return text;
  }

  dispose(): void {
    this.#item.dispose();
    for (const each of this.#subscriptions) each.dispose();
  }
}

function runLine(run: SeenRun): string {
  const { status, startedAt } = run.summary;
  const words = vscode.l10n.t(statusWords(status));
  return asMarkdown(inOneLine([runName(run), words, ago(startedAt, Date.now())]));
}

function isNews({ summary: { status, endedAt, startedAt } }: SeenRun): boolean {
  return isFailedRun(status) && Date.now() - (endedAt ?? startedAt) < NEWS_MS;
}
