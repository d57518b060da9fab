import { formatDuration } from '../base/duration.ts';
import { isFinal } from '../model/run-state.ts';
import type { GraphProblem, NodeStatus, RunSummary } from '../views/graph-view.ts';
import { html, setAttribute, setText } from './elements.ts';
import type { Direction } from './layout.ts';
import { PANEL_VIEWS, type PanelView } from './protocol.ts';
import { runInWords, wholeSeconds } from './speech.ts';
import { fill, type WordKey, type Words } from './words.ts';

/** What the buttons do. */
export interface Commands {
  readonly run: () => void;
  readonly stop: () => void;
  readonly zoomIn: () => void;
  readonly zoomOut: () => void;
  readonly fit: () => void;
  readonly turn: () => void;
  readonly view: (view: PanelView) => void;
  readonly path: () => void;
  /** What is looked for; undefined: nothing any more. */
  readonly find: (text: string | undefined, by: 1 | -1 | 0) => void;
  readonly lookBack: (seq: number) => void;
  readonly reveal: (problem: GraphProblem) => void;
}

/** All that is shown around the drawing. */
export interface FrameContent {
  readonly title: string;
  readonly run?: RunSummary;
  readonly canRun: boolean;
  readonly direction: Direction;
  readonly scale: number;
  readonly states: readonly (NodeStatus | undefined)[];
  readonly problems: readonly GraphProblem[];
  readonly view: PanelView;
  readonly showsPath: boolean;
  /** How many facts the run has; absent where there is no looking back. */
  readonly facts?: number;
  /** The host's clock. */
  readonly now: number;
  readonly words: Words;
}

/** The bar above the drawing, the problems below it, the empty page, and the region a screen reader listens to. */
export class Frame {
  readonly #title = html('h1', { class: 'title' });
  readonly #dot = html('span', { class: 'dot', 'aria-hidden': 'true' });
  readonly #summary = html('span', { class: 'summary' });
  readonly #scale = html('span', { class: 'scale', 'aria-hidden': 'true' });
  readonly #problems = html('div', { class: 'problems' });
  readonly #empty: HTMLElement;
  readonly #emptyTitle = html('h2');
  readonly #emptyMessage = html('p');
  readonly #live = html('div', { class: 'live', role: 'status', 'aria-live': 'polite' });
  readonly #bar: HTMLElement;
  readonly #run: HTMLButtonElement;
  readonly #stop: HTMLButtonElement;
  readonly #buttons: Readonly<
    Record<'zoomOut' | 'zoomIn' | 'fit' | 'turn' | 'path' | 'find', HTMLButtonElement>
  >;
  readonly #tabs: Readonly<Record<PanelView, HTMLButtonElement>>;
  readonly #tabList = html('div', { class: 'tabs', role: 'tablist' });
  readonly #tools: HTMLElement;
  readonly #search = html('div', { class: 'search', hidden: '' });
  readonly #query = html('input', { type: 'text', spellcheck: 'false' });
  readonly #hits = html('span', { class: 'hits', role: 'status' });
  readonly #back = html('div', { class: 'back', hidden: '' });
  readonly #slider = html('input', { type: 'range', min: 1, step: 1 });
  readonly #moment = html('span', { class: 'moment' });
  readonly #stage: Element;
  readonly #pages: Readonly<Record<PanelView, readonly Element[]>>;
  readonly #commands: Commands;
  #shownProblems: readonly GraphProblem[] = [];

  constructor(
    stage: Element,
    pages: Readonly<Record<Exclude<PanelView, 'graph'>, Element>>,
    commands: Commands,
  ) {
    this.#stage = stage;
    this.#pages = {
      graph: [stage, this.#problems],
      timeline: [pages.timeline],
      history: [pages.history],
    };
    this.#commands = commands;
    this.#run = button('play', commands.run, 'primary');
    this.#stop = button('debug-stop', commands.stop, 'secondary');
    this.#buttons = {
      zoomOut: button('zoom-out', commands.zoomOut),
      zoomIn: button('zoom-in', commands.zoomIn),
      fit: button('screen-full', commands.fit),
      turn: button('arrow-down', commands.turn),
      path: button('milestone', commands.path),
      find: button('search', () => this.openSearch()),
    };
    this.#tabs = {
      graph: tab(() => commands.view('graph')),
      timeline: tab(() => commands.view('timeline')),
      history: tab(() => commands.view('history')),
    };
    this.#tabList.append(...PANEL_VIEWS.map((view) => this.#tabs[view]));
    this.#tabList.addEventListener('keydown', (event) => this.#tabKey(event));
    this.#buildSearch();
    this.#buildBack();
    const { zoomOut, zoomIn, fit, turn, path, find } = this.#buttons;
    this.#tools = html(
      'div',
      { class: 'tools' },
      find,
      path,
      turn,
      html('span', { class: 'rule' }),
      zoomOut,
      this.#scale,
      zoomIn,
      fit,
    );
    this.#bar = html(
      'header',
      { class: 'bar', role: 'toolbar' },
      html(
        'div',
        { class: 'heading' },
        this.#title,
        html('div', { class: 'standing' }, this.#dot, this.#summary),
      ),
      this.#tabList,
      this.#tools,
      this.#run,
      this.#stop,
    );
    this.#empty = html(
      'main',
      { class: 'empty' },
      html('i', { class: 'codicon codicon-type-hierarchy', 'aria-hidden': 'true' }),
      this.#emptyTitle,
      this.#emptyMessage,
    );
    document.body.append(
      this.#bar,
      this.#search,
      this.#stage,
      pages.timeline,
      pages.history,
      this.#back,
      this.#problems,
      this.#empty,
      this.#live,
    );
    this.#only([]);
  }

  show(content: FrameContent): void {
    this.#only([this.#bar, ...this.#pages[content.view]]);
    const { words, run } = content;
    this.#showTabs(content);
    this.#showBack(content);
    setText(this.#title, content.title);
    setAttribute(this.#bar, 'aria-label', words.toolbar);
    this.tick(content);
    this.#showScale(content.scale);
    const { zoomOut, zoomIn, fit, turn, path, find } = this.#buttons;
    name(path, words.path);
    setAttribute(path, 'aria-pressed', String(content.showsPath));
    name(find, words.find);
    setAttribute(this.#query, 'placeholder', words.find);
    setAttribute(this.#query, 'aria-label', words.find);
    name(zoomOut, words.zoomOut);
    name(zoomIn, words.zoomIn);
    name(fit, words.fit);
    name(turn, content.direction === 'right' ? words.flowDown : words.flowRight);
    turn.firstElementChild?.setAttribute(
      'class',
      `codicon codicon-arrow-${content.direction === 'right' ? 'down' : 'right'}`,
    );
    const active = run?.status === 'running';
    caption(this.#run, words.run, words.runHint);
    caption(this.#stop, words.stop, words.stopHint);
    this.#swap({ run: content.canRun && !active, stop: active });
    this.#showProblems(content.problems, words);
  }

  /** Only what the clock changes. */
  tick(content: FrameContent): void {
    const { run, states, words } = content;
    setAttribute(this.#dot, 'class', run === undefined ? 'dot' : `dot is-${run.status}`);
    const count = states.length;
    const steps = count === 1 ? words.oneStep : fill(words.stepCount, { count });
    if (run === undefined) {
      setText(this.#summary, steps);
      return;
    }
    const done = states.filter((state) => state !== undefined && isFinal(state.status)).length;
    setText(
      this.#summary,
      [
        runInWords(run, words),
        run.endedAt === undefined ? '' : formatDuration(run.endedAt - run.startedAt),
        run.status === 'running' ? wholeSeconds(content.now - run.startedAt) : '',
        done === count ? steps : fill(words.progress, { done, total: count }),
        run.warnings > 0 ? fill(words.warnings, { count: run.warnings }) : '',
      ]
        .filter(Boolean)
        .join(' · '),
    );
  }

  scale(scale: number): void {
    this.#showScale(scale);
  }

  empty(message: string | undefined, words: Words): void {
    this.#only([this.#empty]);
    setText(this.#emptyTitle, words.emptyTitle);
    setText(this.#emptyMessage, message ?? words.emptyMessage);
  }

  openSearch(): void {
    this.#search.hidden = false;
    this.#query.focus();
    this.#query.select();
    this.#commands.find(this.#query.value, 0);
  }

  /** How many steps were found, and which of them is looked at, from 1. */
  found(at: number, count: number, words: Words): void {
    setText(
      this.#hits,
      this.#query.value === '' ? '' : count === 0 ? words.foundNone : fill(words.found, { at, count }),
    );
  }

  /** Which moment of the run is shown; 0: how it is now. */
  lookedBack(seq: number, count: number, afterMs: number, words: Words): void {
    this.#slider.value = String(seq === 0 ? count : seq);
    const text =
      seq === 0 ? '' : fill(words.scrubbed, { seq, count, time: formatDuration(Math.max(0, afterMs)) });
    setText(this.#moment, text);
    this.#slider.setAttribute('aria-valuetext', text === '' ? words.scrubEnd : text);
  }

  #buildSearch(): void {
    const close = () => {
      this.#search.hidden = true;
      this.#commands.find(undefined, 0);
      this.#buttons.find.focus();
    };
    this.#query.addEventListener('input', () => this.#commands.find(this.#query.value, 0));
    this.#query.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.#commands.find(this.#query.value, event.shiftKey ? -1 : 1);
      else if (event.key === 'Escape') close();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    const up = button('arrow-up', () => this.#commands.find(this.#query.value, -1));
    const down = button('arrow-down', () => this.#commands.find(this.#query.value, 1));
    const shut = button('close', close);
    for (const each of [up, down, shut]) each.tabIndex = -1;
    this.#search.append(this.#query, this.#hits, up, down, shut);
  }

  #buildBack(): void {
    this.#slider.addEventListener('input', () => {
      const seq = Number(this.#slider.value);
      this.#commands.lookBack(seq >= Number(this.#slider.max) ? 0 : seq);
    });
    this.#back.append(icon('history'), this.#slider, this.#moment);
  }

  #showTabs({ view, words, run, facts }: FrameContent): void {
    setAttribute(this.#tabList, 'aria-label', words.views);
    for (const each of PANEL_VIEWS) {
      const one = this.#tabs[each];
      setText(one, words[TAB_WORDS[each]]);
      setAttribute(one, 'aria-selected', String(each === view));
      one.tabIndex = each === view ? 0 : -1;
    }
    // Of a plan there is no timeline.
    this.#tabs.timeline.hidden = run === undefined;
    this.#tools.hidden = view !== 'graph';
    if (view !== 'graph') this.#search.hidden = true;
    this.#back.hidden = view !== 'graph' || facts === undefined;
  }

  #showBack({ facts = 1, words }: FrameContent): void {
    const atEnd = this.#slider.value === this.#slider.max;
    this.#slider.max = String(facts);
    if (atEnd) this.#slider.value = String(facts);
    setAttribute(this.#slider, 'aria-label', words.scrub);
    setAttribute(this.#slider, 'title', words.scrub);
  }

  #tabKey(event: KeyboardEvent): void {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0) return;
    const shown = PANEL_VIEWS.map((view) => this.#tabs[view]).filter((each) => !each.hidden);
    const at = shown.findIndex((each) => each === event.target);
    const next = shown[(at + by + shown.length) % shown.length];
    event.preventDefault();
    event.stopPropagation();
    next?.focus();
    next?.click();
  }

  /** Heard, not seen. The same words twice are said twice. */
  say(text: string): void {
    this.#live.textContent = '';
    this.#live.textContent = text;
  }

  #only(shown: readonly Element[]): void {
    const pages = Object.values(this.#pages).flat();
    for (const part of [this.#bar, this.#empty, ...pages]) {
      part.toggleAttribute('hidden', !shown.includes(part));
    }
  }

  /** The button that goes away hands its focus to the one that comes. */
  #swap(shown: { readonly run: boolean; readonly stop: boolean }): void {
    const focused = document.activeElement === this.#run || document.activeElement === this.#stop;
    this.#run.toggleAttribute('hidden', !shown.run);
    this.#stop.toggleAttribute('hidden', !shown.stop);
    if (focused) (shown.stop ? this.#stop : shown.run ? this.#run : this.#buttons.fit).focus();
  }

  #showScale(scale: number): void {
    setText(this.#scale, `${Math.round(scale * 100)}%`);
  }

  #showProblems(problems: readonly GraphProblem[], words: Words): void {
    this.#problems.hidden = problems.length === 0;
    setAttribute(this.#problems, 'aria-label', words.problems);
    if (JSON.stringify(problems) === JSON.stringify(this.#shownProblems)) return;
    this.#shownProblems = problems;
    this.#problems.replaceChildren(
      ...problems.map((problem) => {
        const line = html('button', { type: 'button' }, icon('error'), html('span', {}, problem.message));
        line.addEventListener('click', () => this.#commands.reveal(problem));
        return line;
      }),
    );
  }
}

const TAB_WORDS: Readonly<Record<PanelView, WordKey>> = {
  graph: 'viewGraph',
  timeline: 'viewTimeline',
  history: 'viewHistory',
};

function tab(press: () => void): HTMLButtonElement {
  const element = html('button', { type: 'button', class: 'tab', role: 'tab' });
  element.addEventListener('click', press);
  return element;
}

function icon(codicon: string): HTMLElement {
  return html('i', { class: `codicon codicon-${codicon}`, 'aria-hidden': 'true' });
}

function button(codicon: string, press: () => void, look = 'tool'): HTMLButtonElement {
  const element = html('button', { type: 'button', class: look }, icon(codicon));
  element.addEventListener('click', press);
  return element;
}

function name(button: HTMLButtonElement, hint: string): void {
  setAttribute(button, 'aria-label', hint);
  setAttribute(button, 'title', hint);
}

/** A button with words beside its icon. */
function caption(button: HTMLButtonElement, word: string, hint: string): void {
  setAttribute(button, 'title', hint);
  const text = button.querySelector('span') ?? button.appendChild(html('span'));
  setText(text, word);
}
