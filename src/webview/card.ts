import type { GraphNode, NodeStatus } from '../views/graph-view.ts';
import { setAttribute, setText, svg } from './elements.ts';
import { FORGIVEN_ICON, GROUP_ICONS, KIND_ICONS, STATUS_ICONS } from './icons.ts';
import type { PlacedNode } from './layout.ts';
import type { StepMenuContext } from './protocol.ts';
import type { Ruler } from './ruler.ts';
import { nameOf, standing } from './speech.ts';
import type { Words } from './words.ts';

/** Pixels, of one card. The label leaves room for the state's icon in its corner, the line below it does not. */
const HEIGHT = 56;
const WIDTHS = { least: 196, most: 320 };
const TEXT = { left: 52, right: 12 };
const ICON = { x: 20, y: 20 };
const LABEL_RIGHT = 36;
/** The switch of a group stands before the icon of the state. */
const SWITCH = { x: 44, size: 22 };

/** Around what an open group holds. */
export const GROUP_PADDING = { side: 14, top: 66 };
const TILE = { x: 12, y: 12, size: 32 };

/** All cards of a drawing have one size, which no state changes, so that a run never moves anything. */
export function cardSize(
  nodes: readonly GraphNode[],
  ruler: Ruler,
): { readonly width: number; readonly height: number } {
  const widest = nodes.reduce((width, node) => Math.max(width, ruler.width(node.label, 'label')), 0);
  const width =
    Math.ceil(Math.max(WIDTHS.least, Math.min(WIDTHS.most, widest + TEXT.left + LABEL_RIGHT)) / 4) * 4;
  return { width, height: HEIGHT };
}

/** What a card needs to put itself into words. */
export interface Wording {
  readonly words: Words;
  readonly ruler: Ruler;
  /** The host's clock. */
  readonly now: number;
}

/** One step on the screen. It outlives edits of the text and keeps the focus through them. */
export class Card {
  /** The item of the list. */
  readonly element: SVGGElement;
  readonly button: SVGGElement;
  readonly #ring: SVGRectElement;
  readonly #body: SVGRectElement;
  readonly #kind: SVGTextElement;
  readonly #label: SVGTextElement;
  readonly #line: SVGTextElement;
  readonly #state: SVGTextElement;
  readonly #title: SVGTitleElement;
  #node: GraphNode;
  #needs: readonly string[] = [];
  #width = 0;
  #height = 0;
  readonly #switch: SVGGElement;
  readonly #chevron: SVGTextElement;

  constructor(node: GraphNode) {
    this.#node = node;
    this.#title = svg('title');
    this.#ring = svg('rect', { class: 'ring', x: -4, y: -4, rx: 11 });
    this.#body = svg('rect', { class: 'body', rx: 8 });
    this.#kind = svg('text', { class: 'glyph kind', x: TILE.x + TILE.size / 2, y: TILE.y + TILE.size / 2 });
    this.#label = svg('text', { class: 'label', x: TEXT.left, y: 25 });
    this.#line = svg('text', { class: 'line', x: TEXT.left, y: 42 });
    this.#state = svg('text', { class: 'glyph state', y: ICON.y });
    this.#chevron = svg('text', { class: 'glyph chevron', x: SWITCH.size / 2, y: SWITCH.size / 2 });
    this.#switch = svg(
      'g',
      { class: 'switch', 'aria-hidden': 'true' },
      svg('title'),
      svg('rect', { width: SWITCH.size, height: SWITCH.size, rx: 5 }),
      this.#chevron,
    );
    this.button = svg(
      'g',
      { class: 'card', role: 'button', tabindex: 0, 'data-step': node.id },
      this.#title,
      this.#ring,
      this.#body,
      svg('rect', { class: 'tile', x: TILE.x, y: TILE.y, width: TILE.size, height: TILE.size, rx: 7 }),
      this.#kind,
      this.#label,
      this.#line,
      this.#state,
      this.#switch,
    );
    const context: StepMenuContext = {
      webviewSection: 'step',
      step: node.id,
      preventDefaultContextMenuItems: true,
    };
    this.button.dataset['vscodeContext'] = JSON.stringify(context);
    this.element = svg('g', { role: 'listitem' }, this.button);
  }

  get node(): GraphNode {
    return this.#node;
  }

  get state(): NodeStatus | undefined {
    return this.#node.state;
  }

  /** True while its words change with the clock. */
  get ticks(): boolean {
    return this.state?.runningSince !== undefined || this.state?.retryAt !== undefined;
  }

  place({ x, y, width, height }: PlacedNode): void {
    setAttribute(this.element, 'transform', `translate(${x} ${y})`);
    if (width === this.#width && height === this.#height) return;
    this.#width = width;
    this.#height = height;
    for (const [rect, more] of [
      [this.#ring, 8],
      [this.#body, 0],
    ] as const) {
      rect.setAttribute('width', `${width + more}`);
      rect.setAttribute('height', `${height + more}`);
    }
    this.#state.setAttribute('x', `${width - ICON.x}`);
    this.#switch.setAttribute(
      'transform',
      `translate(${width - SWITCH.x - SWITCH.size / 2} ${ICON.y - SWITCH.size / 2})`,
    );
  }

  show(node: GraphNode, needs: readonly string[], wording: Wording): void {
    this.#node = node;
    this.#needs = needs;
    const { state } = node;
    const forgiven = state?.result === 'succeeded' && state.status !== 'succeeded';
    const { group } = node;
    const kept = ['on-path', 'found', 'away'].filter((each) => this.button.classList.contains(each));
    const holds = [group !== undefined && 'group', group?.open === true && 'open'];
    const looks = ['card', look(state, forgiven), ...holds, ...kept];
    setAttribute(this.button, 'class', looks.filter((each) => each !== false && each !== '').join(' '));
    if (group === undefined) this.button.removeAttribute('aria-expanded');
    else setAttribute(this.button, 'aria-expanded', `${group.open}`);
    const { words } = wording;
    setText(this.#chevron, group === undefined ? '' : group.open ? GROUP_ICONS.open : GROUP_ICONS.closed);
    const hint = this.#switch.querySelector('title');
    if (hint !== null) setText(hint, group?.open === true ? words.closeGroup : words.openGroup);
    setText(this.#kind, KIND_ICONS[node.kind]);
    setText(
      this.#label,
      wording.ruler.shortened(
        node.label,
        'label',
        this.#width - TEXT.left - LABEL_RIGHT - (group === undefined ? 0 : SWITCH.size),
      ),
    );
    setText(this.#state, state === undefined ? '' : forgiven ? FORGIVEN_ICON : STATUS_ICONS[state.status]);
    this.tick(wording);
  }

  update(state: NodeStatus, wording: Wording): void {
    this.show({ ...this.#node, state }, this.#needs, wording);
  }

  /** Only what the clock changes. */
  tick(wording: Wording): void {
    const { words, ruler, now } = wording;
    const { state, kind, label } = this.#node;
    const all = state === undefined ? [words[`kind_${kind}`]] : standing(state, now, words);
    // What a waiting step waits for is drawn already.
    const shown = state?.status === 'pending' ? all.slice(0, 1) : all;
    setText(this.#line, ruler.shortened(shown.join(' · '), 'line', this.#width - TEXT.left - TEXT.right));
    setText(this.#title, `${label}\n${all.join(' · ')}`);
    setAttribute(this.button, 'aria-label', nameOf(this.#node, { needs: this.#needs, now, words }));
  }
}

function look(state: NodeStatus | undefined, forgiven: boolean): string {
  if (state === undefined) return '';
  return forgiven ? `is-${state.status} forgiven` : `is-${state.status}`;
}
