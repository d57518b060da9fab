import type { StepId } from '../model/workflow.ts';
import type { GraphView, GraphViewEdge, NodeStatus } from '../views/graph-view.ts';
import type { Camera, Size } from './camera.ts';
import { Card, type Wording } from './card.ts';
import { edgePath } from './curve.ts';
import { setAttribute, svg } from './elements.ts';
import type { Direction, GraphLayout, PlacedNode } from './layout.ts';
import { fill, type WordKey } from './words.ts';

/** A laid out graph, ready to be drawn. */
export interface Picture {
  readonly view: GraphView;
  readonly layout: GraphLayout<GraphViewEdge & { readonly back: boolean }>;
  readonly direction: Direction;
}

/** Below this scale no word can be read. */
const READABLE = 0.35;
/** From so many cards on it is worth the trouble. */
const MANY = 200;
/** Around what is in view, in pixels of the drawing: what comes into view next. */
const MARGIN = 300;

interface DrawnEdge {
  readonly edge: GraphViewEdge;
  readonly path: SVGPathElement;
}

/** The drawing itself: cards that are kept from picture to picture, and edges that are made anew with each. */
export class Scene {
  readonly stage: SVGSVGElement;
  readonly #world = svg('g', { class: 'world' });
  readonly #edges = svg('g', { class: 'edges' });
  readonly #list = svg('g', { role: 'list' });
  readonly #cards = new Map<StepId, Card>();
  #edgesOf = new Map<StepId, DrawnEdge[]>();
  #marked: StepId | undefined;
  #places = new Map<Card, PlacedNode>();
  /** Those out of view. */
  readonly #away = new Set<Card>();

  constructor() {
    this.#world.append(this.#edges, this.#list);
    this.stage = svg('svg', { class: 'stage', role: 'group' }, arrowheads(), this.#world);
    // Not on the stage: a listener for focus would make the SVG element itself a stop for the Tab key in Chromium.
    document.addEventListener('focusin', ({ target }) => this.#light(stepAt(target), true));
    document.addEventListener('focusout', ({ target }) => this.#light(stepAt(target), false));
    this.stage.addEventListener('pointerover', ({ target }) => this.#light(stepAt(target), true));
    this.stage.addEventListener('pointerout', ({ target }) => this.#light(stepAt(target), false));
  }

  get cards(): ReadonlyMap<StepId, Card> {
    return this.#cards;
  }

  draw({ view, layout, direction }: Picture, wording: Wording): void {
    const { words } = wording;
    setAttribute(this.stage, 'aria-label', fill(words.graphOf, { title: view.title }));
    setAttribute(this.#list, 'aria-label', words.steps);
    this.#drawCards(view, layout, wording);
    const labels = new Map(view.nodes.map((node) => [node.id, node.label]));
    this.#edgesOf = new Map();
    const paths = layout.edges.map(({ edge, points }) => {
      const ends = { from: labels.get(edge.from) ?? edge.from, to: labels.get(edge.to) ?? edge.to };
      const title = svg('title', {}, fill(words[edgeWord(edge)], ends));
      const path = svg('path', { d: edgePath(points, direction) }, title);
      for (const id of new Set([edge.from, edge.to])) {
        this.#edgesOf.set(id, [...(this.#edgesOf.get(id) ?? []), { edge, path }]);
      }
      return path;
    });
    for (const id of this.#cards.keys()) this.#dressEdges(id);
    this.#edges.replaceChildren(...paths);
    this.#light(this.#marked, true);
  }

  /** Changes the looks of these steps and of the edges they lead to; nothing moves. */
  update(nodes: readonly NodeStatus[], wording: Wording): void {
    for (const state of nodes) {
      this.#cards.get(state.id)?.update(state, wording);
      this.#dressEdges(state.id);
    }
  }

  tick(wording: Wording): void {
    for (const card of this.#cards.values()) if (card.ticks) card.tick(wording);
  }

  /** The step the cursor is in; one at a time. */
  mark(step: StepId | undefined): void {
    const before = this.#marked;
    this.#marked = step;
    if (before !== undefined) {
      this.#cards.get(before)?.button.removeAttribute('aria-current');
      this.#light(before, false);
    }
    if (step !== undefined) {
      this.#cards.get(step)?.button.setAttribute('aria-current', 'true');
      this.#light(step, true);
    }
  }

  /** The steps of the critical path stand out, and the edges between them; undefined: none does. */
  showPath(path: readonly StepId[] | undefined): void {
    this.stage.classList.toggle('shows-path', path !== undefined);
    const place = new Map(path?.map((id, index) => [id, index]));
    for (const [id, card] of this.#cards) card.button.classList.toggle('on-path', place.has(id));
    for (const drawn of this.#edgesOf.values()) {
      for (const { edge, path: line } of drawn) {
        const from = place.get(edge.from);
        line.classList.toggle('on-path', from !== undefined && place.get(edge.to) === from + 1);
      }
    }
  }

  /** The steps that were found stand out; undefined: nothing is looked for. */
  showFound(found: ReadonlySet<StepId> | undefined): void {
    this.stage.classList.toggle('shows-found', found !== undefined && found.size > 0);
    for (const [id, card] of this.#cards) card.button.classList.toggle('found', found?.has(id) === true);
  }

  look(camera: Camera, view: Size): void {
    const { x, y, scale } = camera;
    this.#world.setAttribute('transform', `translate(${x} ${y}) scale(${scale})`);
    this.#leaveOut(camera, view);
    // The dots behind the graph move with it.
    const spacing = 24 * scale * 2 ** Math.max(0, Math.ceil(Math.log2(0.7 / scale)));
    this.stage.style.backgroundSize = `${spacing}px ${spacing}px`;
    this.stage.style.backgroundPosition = `${x}px ${y}px`;
  }

  /** What nobody can see or read costs no painting: words from far away, and all but the outline of cards out of view. */
  #leaveOut({ x, y, scale }: Camera, { width, height }: Size): void {
    this.stage.classList.toggle('far', scale < READABLE);
    if (scale < READABLE || this.#places.size < MANY) return;
    const [left, top] = [-x / scale - MARGIN, -y / scale - MARGIN];
    const [right, bottom] = [(width - x) / scale + MARGIN, (height - y) / scale + MARGIN];
    for (const [card, place] of this.#places) {
      const away =
        place.x > right || place.x + place.width < left || place.y > bottom || place.y + place.height < top;
      if (away === this.#away.has(card)) continue;
      card.button.classList.toggle('away', away);
      if (away) this.#away.add(card);
      else this.#away.delete(card);
    }
  }

  #drawCards(view: GraphView, layout: Picture['layout'], wording: Wording): void {
    const focused = stepAt(document.activeElement);
    const places = new Map(layout.nodes.map((node) => [node.id, node]));
    const labels = new Map(view.nodes.map((node) => [node.id, node.label]));
    const needs = needsOf(view);
    const nodes = view.nodes.toSorted(
      (a, b) => (places.get(a.id)?.rank ?? 0) - (places.get(b.id)?.rank ?? 0),
    );
    this.#places = new Map();
    const kept = new Set(nodes.map((node) => node.id));
    for (const [id, card] of this.#cards) {
      if (kept.has(id)) continue;
      card.element.remove();
      this.#away.delete(card);
      this.#cards.delete(id);
    }
    for (const [index, node] of nodes.entries()) {
      const card = this.#cards.get(node.id) ?? new Card(node);
      this.#cards.set(node.id, card);
      const place = places.get(node.id);
      if (place !== undefined) {
        card.place(place);
        this.#places.set(card, place);
      }
      card.show(
        node,
        (needs.get(node.id) ?? []).map((id) => labels.get(id) ?? id),
        wording,
      );
      const before = this.#list.children[index] ?? null;
      if (before !== card.element) this.#list.insertBefore(card.element, before);
    }
    const again = focused === undefined ? undefined : this.#cards.get(focused)?.button;
    if (again !== undefined && document.activeElement !== again) again.focus({ preventScroll: true });
  }

  #dressEdges(id: StepId): void {
    for (const { edge, path } of this.#edgesOf.get(id) ?? []) {
      const from = this.#cards.get(edge.from)?.state;
      const to = this.#cards.get(edge.to)?.state;
      const looks = [
        'edge',
        `edge-${edge.kind}`,
        edge.cyclic && 'cyclic',
        from !== undefined && (from.result === 'succeeded' ? 'passed' : 'ahead'),
        to?.status === 'running' && 'active',
        path.classList.contains('near') && 'near',
        path.classList.contains('on-path') && 'on-path',
      ];
      setAttribute(path, 'class', looks.filter((look) => look !== false).join(' '));
    }
  }

  /** Edges of a step that is pointed at stand out. */
  #light(step: StepId | undefined, near: boolean): void {
    if (step === undefined || (!near && step === this.#marked)) return;
    for (const { path } of this.#edgesOf.get(step) ?? []) path.classList.toggle('near', near);
  }
}

/** The step whose group this element opens and closes. */
export function switchAt(target: EventTarget | null): StepId | undefined {
  return target instanceof Element && target.closest('.switch') !== null ? stepAt(target) : undefined;
}

/** The step whose card holds this element. */
export function stepAt(target: EventTarget | null): StepId | undefined {
  if (!(target instanceof Element)) return undefined;
  return target.closest<SVGGElement>('.card')?.dataset['step'];
}

function edgeWord({ cyclic, kind }: GraphViewEdge): WordKey {
  return cyclic ? 'edge_cyclic' : `edge_${kind}`;
}

function needsOf({ edges }: GraphView): Map<StepId, StepId[]> {
  const needs = new Map<StepId, StepId[]>();
  for (const { from, to, kind } of edges) {
    if (kind === 'needs' || kind === 'data') needs.set(to, [...(needs.get(to) ?? []), from]);
  }
  return needs;
}

/** One arrowhead for all edges: it takes the colour of its edge. */
function arrowheads(): SVGDefsElement {
  const tip = svg('path', { class: 'tip', d: 'M1,1.5 L8,5 L1,8.5 Z' });
  const marker = svg(
    'marker',
    {
      id: 'arrow',
      viewBox: '0 0 10 10',
      refX: 8.5,
      refY: 5,
      markerWidth: 9,
      markerHeight: 9,
      orient: 'auto',
    },
    tip,
  );
  marker.setAttribute('markerUnits', 'userSpaceOnUse');
  return svg('defs', {}, marker);
}
