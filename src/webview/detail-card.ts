import { formatDuration } from '../base/duration.ts';
import type { StepId } from '../model/workflow.ts';
import { html, setText } from './elements.ts';
import type { StepAction, StepDetail } from './protocol.ts';
import { fill, type Words } from './words.ts';

const ICONS: Readonly<Record<StepAction, string>> = {
  open: 'go-to-file',
  log: 'output',
  'run-from': 'debug-restart',
  approve: 'check',
  reject: 'close',
};

/** The card that floats beside a step: how it stands, what it gave and printed, and what can be done with it. */
export class DetailCard {
  readonly element = html('div', { class: 'detail', role: 'dialog', hidden: '' });
  readonly #act: (step: StepId, action: StepAction) => void;
  #step: StepId | undefined;

  constructor(act: (step: StepId, action: StepAction) => void) {
    this.#act = act;
    this.element.addEventListener('click', ({ target }) => {
      const action = target instanceof Element ? target.closest<HTMLElement>('[data-action]') : null;
      if (action !== null && this.#step !== undefined)
        this.#act(this.#step, action.dataset['action'] as StepAction);
    });
  }

  get step(): StepId | undefined {
    return this.#step;
  }

  /** Beside a box on the screen, wherever there is room. */
  show(detail: StepDetail, box: DOMRect, words: Words): void {
    this.#step = detail.step;
    const title = html('h2');
    setText(title, detail.label);
    this.element.setAttribute('aria-label', detail.label);
    this.element.replaceChildren(
      title,
      html('p', { class: 'stands' }, [detail.standing, usually(detail, words)].filter(Boolean).join(' · ')),
      ...(detail.outputs.length === 0 ? [] : [outputs(detail)]),
      ...(detail.lines.length === 0 ? [] : [html('pre', {}, detail.lines.join('\n'))]),
      html('div', { class: 'actions' }, ...detail.actions.map((action) => button(action, words))),
    );
    this.element.hidden = false;
    this.#place(box);
  }

  hide(): void {
    this.#step = undefined;
    this.element.hidden = true;
  }

  focus(): void {
    this.element.querySelector<HTMLElement>('button')?.focus();
  }

  #place(box: DOMRect): void {
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const room = { x: innerWidth - width - MARGIN, y: innerHeight - height - MARGIN };
    const below = box.bottom + GAP + height <= innerHeight - MARGIN;
    const x = Math.max(MARGIN, Math.min(room.x, box.left));
    const y = below ? box.bottom + GAP : Math.max(MARGIN, Math.min(room.y, box.top - GAP - height));
    this.element.style.left = `${x}px`;
    this.element.style.top = `${y}px`;
  }
}

const MARGIN = 8;
const GAP = 6;

function usually({ usualMs, slowMs }: StepDetail, words: Words): string {
  if (usualMs === undefined) return '';
  const time = formatDuration(usualMs);
  return slowMs === undefined || slowMs <= usualMs
    ? fill(words.usually, { time })
    : fill(words.usuallyAtMost, { time, most: formatDuration(slowMs) });
}

function outputs({ outputs: all }: StepDetail): HTMLElement {
  return html('dl', {}, ...all.flatMap(({ name, value }) => [html('dt', {}, name), html('dd', {}, value)]));
}

function button(action: StepAction, words: Words): HTMLElement {
  const icon = html('i', { class: `codicon codicon-${ICONS[action]}`, 'aria-hidden': 'true' });
  const look = action === 'approve' ? 'primary' : 'secondary';
  return html(
    'button',
    { type: 'button', class: look, 'data-action': action },
    icon,
    html('span', {}, words[`do_${action}`]),
  );
}
