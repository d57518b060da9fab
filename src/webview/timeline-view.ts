import { formatDuration } from '../base/duration.ts';
import type { StepId } from '../model/workflow.ts';
import type { Segment, TimelineRow } from '../views/timeline.ts';
import { html, setText } from './elements.ts';
import type { TimelineContent } from './protocol.ts';
import { KIND_WORDS } from './segment-words.ts';
import { fill, type Words } from './words.ts';

interface Drawn {
  readonly row: HTMLElement;
  readonly bars: HTMLElement;
  shown: TimelineRow | undefined;
}

/** Bars over time, one row a step: attempts, the waits between them, and where the time went in words. */
export class TimelineView {
  readonly element: HTMLElement;
  readonly #story = html('ul', { class: 'story' });
  readonly #heading = html('h2');
  readonly #axis = html('div', { class: 'axis', 'aria-hidden': 'true' });
  readonly #rows = html('div', { class: 'rows', role: 'list' });
  readonly #drawn = new Map<StepId, Drawn>();
  readonly #open: (step: StepId) => void;
  #content: TimelineContent | undefined;

  constructor(open: (step: StepId) => void) {
    this.#open = open;
    this.element = html(
      'main',
      { class: 'timeline' },
      html('section', { class: 'told' }, this.#heading, this.#story),
      this.#axis,
      this.#rows,
    );
    this.#rows.addEventListener('click', ({ target }) => {
      const step = rowAt(target);
      if (step !== undefined) this.#open(step);
    });
    this.#rows.addEventListener('keydown', (event) => this.#key(event));
  }

  show(content: TimelineContent, words: Words, now: number): void {
    this.#content = content;
    setText(this.#heading, words.story);
    this.#story.replaceChildren(
      ...(content.story.length === 0 ? [words.noStory] : content.story).map((each) => html('li', {}, each)),
    );
    this.#rows.setAttribute('aria-label', words.timelineRows);
    this.#keepRows(content.timeline.rows);
    this.tick(words, now);
  }

  /** What goes on grows with the clock. */
  tick(words: Words, now: number): void {
    if (this.#content === undefined) return;
    const { timeline } = this.#content;
    const end = timeline.isLive ? Math.max(now, timeline.until) : timeline.until;
    const span = Math.max(1, end - timeline.startedAt);
    this.#drawAxis(span);
    for (const row of timeline.rows) this.#drawRow(row, { start: timeline.startedAt, span, end, words });
  }

  #keepRows(rows: readonly TimelineRow[]): void {
    const kept = new Set(rows.map(({ id }) => id));
    for (const [id, { row }] of this.#drawn) {
      if (kept.has(id)) continue;
      row.remove();
      this.#drawn.delete(id);
    }
    for (const [index, { id }] of rows.entries()) {
      let drawn = this.#drawn.get(id);
      if (drawn === undefined) {
        const bars = html('span', { class: 'bars' });
        const button = html(
          'button',
          { type: 'button', class: 'row', 'data-row': id },
          html('span', { class: 'name' }),
          bars,
          html('span', { class: 'took' }),
        );
        const row = html('div', { role: 'listitem' }, button);
        drawn = { row, bars, shown: undefined };
        this.#drawn.set(id, drawn);
      }
      const before = this.#rows.children[index] ?? null;
      if (before !== drawn.row) this.#rows.insertBefore(drawn.row, before);
    }
  }

  #drawRow(row: TimelineRow, at: Scale): void {
    const drawn = this.#drawn.get(row.id);
    if (drawn === undefined) return;
    const isOpen = row.segments.some((each) => isOpenSegment(each));
    // Only what goes on moves, and everything when the whole grows.
    const [name, , took] = drawn.row.firstElementChild?.children ?? [];
    const button = drawn.row.firstElementChild;
    if (name === undefined || took === undefined || !(button instanceof HTMLElement)) return;
    setText(name, row.label);
    (name as HTMLElement).style.paddingInlineStart = `${row.depth * 14}px`;
    button.classList.toggle('on-path', row.isOnPath);
    drawn.bars.replaceChildren(...this.#barsOf(row, at));
    const ms = lengthOf(row, isOpen ? at.end : undefined);
    setText(took, ms === undefined ? '' : formatDuration(ms));
    button.setAttribute('aria-label', this.#nameOf(row, at));
    button.title = this.#nameOf(row, at).replaceAll('; ', '\n');
    drawn.shown = row;
  }

  #barsOf(row: TimelineRow, { start, span, end }: Scale): HTMLElement[] {
    const bars = row.segments.map((segment) => {
      const to = isOpenSegment(segment) ? end : segment.to;
      const bar = html('span', {
        class: `stretch stretch-${segment.kind} ${segment.kind === 'ran' || segment.kind === 'asked' ? `is-${segment.status ?? 'running'}` : ''}`,
      });
      place(bar, (segment.from - start) / span, (to - segment.from) / span);
      return bar;
    });
    const first = row.segments.find(({ kind }) => kind === 'ran');
    const marks: [string, number | undefined][] = [
      ['usual', row.usualMs],
      ['before', this.#content?.beforeMs?.[row.id]],
    ];
    for (const [look, ms] of marks) {
      if (first === undefined || ms === undefined) continue;
      const mark = html('span', { class: `mark mark-${look}` });
      place(mark, (first.from - start + ms) / span, 0);
      bars.push(mark);
    }
    return bars;
  }

  #nameOf(row: TimelineRow, { start, end, words }: Scale): string {
    const parts = row.segments.map((segment) => {
      const to = isOpenSegment(segment) ? end : segment.to;
      const time = formatDuration(to - segment.from);
      const from = formatDuration(segment.from - start);
      const status = segment.status === undefined ? undefined : words[segment.status];
      const what = fill(words[KIND_WORDS[segment.kind]], { attempt: segment.attempt ?? 1 });
      return fill(words.segment, { what: [what, status].filter(Boolean).join(' '), time, from });
    });
    const beforeMs = this.#content?.beforeMs?.[row.id];
    return [
      row.label,
      ...(parts.length === 0 ? [words.didNotRun] : parts),
      row.usualMs === undefined ? '' : fill(words.usually, { time: formatDuration(row.usualMs) }),
      beforeMs === undefined ? '' : fill(words.tookBefore, { time: formatDuration(beforeMs) }),
      row.isOnPath ? words.onCriticalPath : '',
    ]
      .filter(Boolean)
      .join('; ');
  }

  #drawAxis(span: number): void {
    const step = tickMs(span);
    const ticks: HTMLElement[] = [];
    for (let at = 0; at <= span; at += step) {
      const tick = html('span', { class: 'tick' }, at === 0 ? '0' : formatDuration(at));
      place(tick, at / span, 0);
      ticks.push(tick);
    }
    this.#axis.replaceChildren(html('span', { class: 'ticks' }, ...ticks));
  }

  #key(event: KeyboardEvent): void {
    const row = (event.target as Element).closest('.row');
    const items = [...this.#rows.querySelectorAll<HTMLElement>('.row')];
    const at = items.findIndex((each) => each === row);
    if (at < 0) return;
    const next =
      event.key === 'ArrowDown'
        ? at + 1
        : event.key === 'ArrowUp'
          ? at - 1
          : event.key === 'Home'
            ? 0
            : event.key === 'End'
              ? items.length - 1
              : undefined;
    if (next === undefined) return;
    event.preventDefault();
    items[Math.max(0, Math.min(items.length - 1, next))]?.focus();
  }
}

interface Scale {
  readonly start: number;
  readonly span: number;
  readonly end: number;
  readonly words: Words;
}

/** It still goes on: a run that lives has no last word about it. */
function isOpenSegment({ kind, status }: Segment): boolean {
  return (kind === 'ran' || kind === 'asked') && status === undefined;
}

function lengthOf({ segments }: TimelineRow, end: number | undefined): number | undefined {
  const ran = segments.filter(({ kind }) => kind !== 'ready');
  const [first] = ran;
  const last = ran.at(-1);
  return first === undefined || last === undefined ? undefined : (end ?? last.to) - first.from;
}

/** Shares of the whole. */
function place(element: HTMLElement, from: number, length: number): void {
  element.style.insetInlineStart = `${(100 * Math.min(1, from)).toFixed(3)}%`;
  if (length > 0) element.style.inlineSize = `${(100 * length).toFixed(3)}%`;
}

const NICE = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400];

/** Between four and ten ticks, at times that people count in. */
function tickMs(span: number): number {
  if (span < 5000) return [50, 100, 200, 500, 1000].find((each) => span / each <= 8) ?? 1000;
  return (NICE.find((each) => span / 1000 / each <= 8) ?? Math.ceil(span / 8_000)) * 1000;
}

function rowAt(target: EventTarget | null): StepId | undefined {
  return target instanceof Element ? target.closest<HTMLElement>('.row')?.dataset['row'] : undefined;
}
