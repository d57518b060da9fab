import type { Camera, Size } from './camera.ts';
import { svg } from './elements.ts';
import type { GraphLayout } from './layout.ts';

/** Pixels. */
const MOST = { width: 180, height: 120 };

/** A small picture of the whole graph with the part that is seen; a click or drag looks elsewhere. */
export class Minimap {
  readonly element = svg('svg', { class: 'minimap', 'aria-hidden': 'true' });
  readonly #nodes = svg('path', { class: 'map-nodes' });
  readonly #seen = svg('rect', { class: 'map-seen' });
  #scale = 1;

  /** `look` is told the point of the graph that shall be in the middle. */
  constructor(look: (point: { readonly x: number; readonly y: number }) => void) {
    this.element.append(this.#nodes, this.#seen);
    const at = ({ offsetX, offsetY }: PointerEvent) =>
      look({ x: offsetX / this.#scale, y: offsetY / this.#scale });
    this.element.addEventListener('pointerdown', (event) => {
      this.element.setPointerCapture(event.pointerId);
      at(event);
    });
    this.element.addEventListener('pointermove', (event) => {
      if (event.buttons > 0) at(event);
    });
  }

  draw({ nodes, width, height }: Pick<GraphLayout<never>, 'nodes' | 'width' | 'height'>): void {
    this.#scale = Math.min(MOST.width / Math.max(1, width), MOST.height / Math.max(1, height));
    const round = (value: number) => (value * this.#scale).toFixed(1);
    this.element.setAttribute('width', round(width));
    this.element.setAttribute('height', round(height));
    // One path for all: thousands of elements would cost more than the graph itself.
    const boxes = nodes.map(
      (node) =>
        `M${round(node.x)} ${round(node.y)}h${round(node.width)}v${round(node.height)}h-${round(node.width)}z`,
    );
    this.#nodes.setAttribute('d', boxes.join(''));
  }

  look({ x, y, scale }: Camera, view: Size): void {
    const s = this.#scale;
    this.#seen.setAttribute('x', `${(-x / scale) * s}`);
    this.#seen.setAttribute('y', `${(-y / scale) * s}`);
    this.#seen.setAttribute('width', `${(view.width / scale) * s}`);
    this.#seen.setAttribute('height', `${(view.height / scale) * s}`);
  }
}
