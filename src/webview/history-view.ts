import { formatDuration } from '../base/duration.ts';
import type { RunId } from '../model/attempt.ts';
import type { Trend, TrendRun } from '../views/trend.ts';
import { html, setText } from './elements.ts';
import { fill, type Words } from './words.ts';

/** Taller ones are cut, so that one odd run does not flatten all others: this many times the usual time. */
const TALLEST = 3;

/** How a workflow did over its last runs: a bar a run, how often it succeeded, how long it takes, what is flaky. */
export class HistoryView {
  readonly element: HTMLElement;
  readonly #figures = html('dl', { class: 'figures' });
  readonly #chart = html('div', { class: 'chart', role: 'list' });
  readonly #flaky = html('section', { class: 'flaky' });
  readonly #none = html('p', { class: 'none' });
  readonly #show: (run: RunId) => void;

  constructor(show: (run: RunId) => void) {
    this.#show = show;
    this.element = html('main', { class: 'history' }, this.#figures, this.#chart, this.#none, this.#flaky);
    this.#chart.addEventListener('click', ({ target }) => {
      const run =
        target instanceof Element ? target.closest<HTMLElement>('[data-run]')?.dataset['run'] : undefined;
      if (run !== undefined) this.#show(run);
    });
    this.#chart.addEventListener('keydown', (event) => this.#key(event));
  }

  show(trend: Trend, current: RunId | undefined, words: Words): void {
    const { runs, successRate, p50Ms, p95Ms, flaky } = trend;
    this.#figures.replaceChildren(
      ...figure(words.successRate, successRate === undefined ? '–' : `${Math.round(100 * successRate)} %`),
      ...figure(words.usualTime, p50Ms === undefined ? '–' : formatDuration(p50Ms)),
      ...figure(words.slowTime, p95Ms === undefined ? '–' : formatDuration(p95Ms)),
      ...figure(words.runsCounted, String(runs.length)),
    );
    setText(this.#none, runs.length === 0 ? words.noRuns : '');
    this.#chart.setAttribute('aria-label', words.runsOldestFirst);
    const most = tallest(runs, p50Ms);
    this.#chart.replaceChildren(...runs.map((run) => barOf(run, { most, current, words })));
    this.#flaky.hidden = flaky.length === 0;
    this.#flaky.replaceChildren(
      html('h2', {}, words.flakySteps),
      html(
        'ul',
        {},
        ...flaky.map(({ step, retried, flips }) =>
          html('li', {}, fill(words.flakyStep, { step, retried, flips })),
        ),
      ),
    );
  }

  #key(event: KeyboardEvent): void {
    const bars = [...this.#chart.querySelectorAll<HTMLElement>('[data-run]')];
    const at = bars.findIndex((each) => each === event.target);
    const by = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
    if (at < 0 || by === 0) return;
    event.preventDefault();
    bars[at + by]?.focus();
  }
}

function tallest(runs: readonly TrendRun[], p50Ms: number | undefined): number {
  const longest = Math.max(1, ...runs.map(({ durationMs }) => durationMs));
  return p50Ms === undefined || p50Ms === 0 ? longest : Math.min(longest, p50Ms * TALLEST);
}

function barOf(
  { run, status, startedAt, durationMs }: TrendRun,
  {
    most,
    current,
    words,
  }: { readonly most: number; readonly current: RunId | undefined; readonly words: Words },
): HTMLElement {
  const when = new Date(startedAt).toLocaleString(document.documentElement.lang || undefined);
  const hint = `${when}, ${words[status]}, ${formatDuration(durationMs)}`;
  const bar = html('span', { class: `is-${status}` });
  bar.style.blockSize = `${Math.max(4, Math.min(100, (100 * durationMs) / most)).toFixed(1)}%`;
  const button = html('button', { type: 'button', 'data-run': run, 'aria-label': hint, title: hint }, bar);
  if (run === current) button.setAttribute('aria-current', 'true');
  return html('div', { role: 'listitem' }, button);
}

function figure(name: string, value: string): HTMLElement[] {
  return [html('div', {}, html('dt', {}, name), html('dd', {}, value))];
}
