import { formatDuration } from '../base/duration.ts';
import { isFinal } from '../model/run-state.ts';
import type { GraphProblem, NodeStatus, RunSummary } from '../views/graph-view.ts';
import { html, setAttribute, setText } from './elements.ts';
import type { Direction } from './layout.ts';
import { runInWords, wholeSeconds } from './speech.ts';
import { fill, type Words } from './words.ts';

/** What the buttons do. */
export interface Commands {
  readonly run: () => void;
  readonly stop: () => void;
  readonly zoomIn: () => void;
  readonly zoomOut: () => void;
  readonly fit: () => void;
  readonly turn: () => void;
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
  readonly #buttons: Readonly<Record<'zoomOut' | 'zoomIn' | 'fit' | 'turn', HTMLButtonElement>>;
  readonly #stage: Element;
  readonly #commands: Commands;
  #shownProblems: readonly GraphProblem[] = [];

  constructor(stage: Element, commands: Commands) {
    this.#stage = stage;
    this.#commands = commands;
    this.#run = button('play', commands.run, 'primary');
    this.#stop = button('debug-stop', commands.stop, 'secondary');
    this.#buttons = {
      zoomOut: button('zoom-out', commands.zoomOut),
      zoomIn: button('zoom-in', commands.zoomIn),
      fit: button('screen-full', commands.fit),
      turn: button('arrow-down', commands.turn),
    };
    const { zoomOut, zoomIn, fit, turn } = this.#buttons;
    const tools = html(
      'div',
      { class: 'tools' },
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
      tools,
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
    document.body.append(this.#bar, this.#stage, this.#problems, this.#empty, this.#live);
    this.#only([]);
  }

  show(content: FrameContent): void {
    this.#only([this.#bar, this.#stage, this.#problems]);
    const { words, run } = content;
    setText(this.#title, content.title);
    setAttribute(this.#bar, 'aria-label', words.toolbar);
    this.tick(content);
    this.#showScale(content.scale);
    const { zoomOut, zoomIn, fit, turn } = this.#buttons;
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

  /** Heard, not seen. The same words twice are said twice. */
  say(text: string): void {
    this.#live.textContent = '';
    this.#live.textContent = text;
  }

  #only(shown: readonly Element[]): void {
    for (const part of [this.#bar, this.#stage, this.#problems, this.#empty]) {
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
