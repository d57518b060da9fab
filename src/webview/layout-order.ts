import { at, type Layered, type Links } from './layout-layers.ts';

/** The order inside every layer, and how many pairs of links then cross. */
export interface Ordering {
  readonly layers: readonly (readonly number[])[];
  readonly crossings: number;
}

const MOST_SWEEPS = 24;
const MOST_IDLE_SWEEPS = 6;
const MOST_SWAP_ROUNDS = 8;

/**
 * Fewer crossings: sweeps down and up that sort each layer by the medians (and, every other pair of sweeps, the
 * means) of its neighbours' places, then swaps of neighbours that help. The best order seen is kept, and the start
 * is the better of input order and depth-first order, so the answer is never worse than input order.
 * After Gansner, Koutsofios, North and Vo (1993).
 */
export function orderLayers(graph: Layered, before?: Float64Array): Ordering {
  const fresh = freshOrder(graph);
  const kept = before && keptOrder(graph, before);
  const bound = fresh.crossings * (1 + WORTH_MOVING.share) + WORTH_MOVING.crossings;
  return kept !== undefined && kept.crossings <= bound ? kept : fresh;
}

/** People know their way around a drawing: only for so many fewer crossings it is made anew after an edit. */
const WORTH_MOVING = { share: 0.25, crossings: 6 };

/**
 * The order that nodes had before (by their places, NaN for new ones), with what is new between its neighbours. Nodes
 * that were there never change sides; undefined where most are new.
 */
function keptOrder(graph: Layered, before: Float64Array): Ordering | undefined {
  const known = before.reduce((count, place) => count + (Number.isNaN(place) ? 0 : 1), 0);
  if (known * 2 < graph.nodeCount) return undefined;
  const place = new Float64Array(graph.size).fill(Number.NaN);
  place.set(before);
  // Bends lie on the way from end to end; what is new, between what it leads from and to.
  for (let k = 0; k < graph.tail.length; k++) {
    const [from, to] = [at(place, at(graph.tail, k)), at(place, at(graph.head, k))];
    const start = Number.isNaN(from) ? to : from;
    const step = ((Number.isNaN(to) ? from : to) - start) / (at(graph.bendCount, k) + 1);
    for (let i = 0; i < at(graph.bendCount, k); i++)
      place[at(graph.firstBend, k) + i] = start + step * (i + 1);
  }
  for (let v = 0; v < graph.size; v++) if (Number.isNaN(at(place, v))) place[v] = between(graph, v, place);
  const layers = inputOrder(graph);
  for (const layer of layers) layer.sort((v, w) => at(place, v) - at(place, w));
  const desk = new Desk(graph);
  desk.take(layers);
  const isKnown = (v: number) => v < graph.nodeCount && !Number.isNaN(at(before, v));
  const crossings = desk.swapNeighbours((v, w) => isKnown(v) && isKnown(w));
  return { layers: desk.order(), crossings };
}

/** The middle of what a node is linked with; far out where nothing of that is known. */
function between({ up, down }: Layered, v: number, place: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (const { first, list } of [up, down]) {
    for (let k = at(first, v); k < at(first, v + 1); k++) {
      const there = at(place, at(list, k));
      if (Number.isNaN(there)) continue;
      sum += there;
      count++;
    }
  }
  return count === 0 ? Number.MAX_VALUE : sum / count;
}

function freshOrder(graph: Layered): Ordering {
  const desk = new Desk(graph);
  let best = inputOrder(graph);
  let least = desk.take(best);
  const depthFirst = depthFirstOrder(graph);
  const count = least === 0 ? 0 : desk.take(depthFirst);
  if (count < least) {
    best = depthFirst;
    least = count;
  }
  desk.take(best);
  for (let sweep = 0, idle = 0; sweep < MOST_SWEEPS && idle < MOST_IDLE_SWEEPS && least > 0; sweep++) {
    const crossings = desk.sweep({ downwards: sweep % 2 === 0, by: sweep % 4 < 2 ? 'median' : 'mean' });
    idle++;
    if (crossings < least) {
      least = crossings;
      best = desk.order();
      idle = 0;
    }
  }
  if (least === 0) return { layers: best, crossings: 0 };
  desk.take(best);
  const crossings = desk.swapNeighbours();
  return { layers: desk.order(), crossings };
}

function inputOrder(graph: Layered): number[][] {
  const layers: number[][] = Array.from({ length: graph.layerCount }, () => []);
  for (let v = 0; v < graph.size; v++) layers[at(graph.rank, v)]?.push(v);
  return layers;
}

/** Sources in input order, each followed by all it leads to, so what belongs together starts together. */
function depthFirstOrder(graph: Layered): number[][] {
  const { down, up } = graph;
  const layers: number[][] = Array.from({ length: graph.layerCount }, () => []);
  const seen = new Uint8Array(graph.size);
  for (let start = 0; start < graph.size; start++) {
    if (at(up.first, start) !== at(up.first, start + 1)) continue;
    const stack = [start];
    for (let v = stack.pop(); v !== undefined; v = stack.pop()) {
      if (seen[v] === 1) continue;
      seen[v] = 1;
      layers[at(graph.rank, v)]?.push(v);
      for (let k = at(down.first, v + 1) - 1; k >= at(down.first, v); k--) stack.push(at(down.list, k));
    }
  }
  return layers;
}

/** The arrays that the sweeps work on, so that no sweep allocates them anew. */
class Desk {
  readonly #graph: Layered;
  readonly #place: Int32Array;
  readonly #weight: Float64Array;
  readonly #tree: Int32Array;
  #layers: number[][] = [];

  constructor(graph: Layered) {
    this.#graph = graph;
    this.#place = new Int32Array(graph.size);
    this.#weight = new Float64Array(graph.size);
    this.#tree = new Int32Array(graph.size + 1);
  }

  /** Lays an order on the desk and counts its crossings. */
  take(layers: readonly (readonly number[])[]): number {
    this.#layers = layers.map((layer) => [...layer]);
    for (const layer of this.#layers) this.#number(layer);
    return this.#crossings();
  }

  order(): number[][] {
    return this.#layers.map((layer) => [...layer]);
  }

  sweep({ downwards, by }: { readonly downwards: boolean; readonly by: 'median' | 'mean' }): number {
    const links = downwards ? this.#graph.up : this.#graph.down;
    const layers = downwards ? this.#layers : this.#layers.toReversed();
    const weight = this.#weight;
    for (const layer of layers.slice(1)) {
      for (const v of layer) weight[v] = by === 'median' ? this.#median(v, links) : this.#mean(v, links);
      layer.sort((v, w) => at(weight, v) - at(weight, w));
      this.#number(layer);
    }
    return this.#crossings();
  }

  /** `stay` tells of two nodes that they must not change sides. */
  swapNeighbours(stay: (v: number, w: number) => boolean = () => false): number {
    const { up, down } = this.#graph;
    for (let round = 0, better = true; round < MOST_SWAP_ROUNDS && better; round++) {
      better = false;
      for (const layer of this.#layers) {
        for (let i = 0; i + 1 < layer.length; i++) {
          const v = layer[i] as number; // i + 1 is inside, so i is
          const w = layer[i + 1] as number;
          if (stay(v, w) || this.#gain(v, w, up) + this.#gain(v, w, down) <= 0) continue;
          layer[i] = w;
          layer[i + 1] = v;
          this.#place[w] = i;
          this.#place[v] = i + 1;
          better = true;
        }
      }
    }
    return this.#crossings();
  }

  #number(layer: readonly number[]): void {
    for (const [i, v] of layer.entries()) this.#place[v] = i;
  }

  /** A node without neighbours on that side stays where it is. */
  #mean(v: number, links: Links): number {
    const start = at(links.first, v);
    const end = at(links.first, v + 1);
    if (start === end) return at(this.#place, v);
    let sum = 0;
    for (let k = start; k < end; k++) sum += at(this.#place, at(links.list, k));
    return sum / (end - start);
  }

  #median(v: number, links: Links): number {
    const start = at(links.first, v);
    const degree = at(links.first, v + 1) - start;
    if (degree < 3) return this.#mean(v, links);
    const places: number[] = [];
    for (let k = start; k < start + degree; k++) places.push(at(this.#place, at(links.list, k)));
    places.sort((a, b) => a - b);
    const upper = places[degree >> 1] ?? 0;
    return degree % 2 === 1 ? upper : (upper + (places[(degree >> 1) - 1] ?? 0)) / 2;
  }

  /** Crossings that swapping two neighbours, `v` before `w`, would remove (negative: add) on one side. */
  #gain(v: number, w: number, { first, list }: Links): number {
    let gain = 0;
    for (let i = at(first, v); i < at(first, v + 1); i++) {
      for (let k = at(first, w); k < at(first, w + 1); k++) {
        gain += Math.sign(at(this.#place, at(list, i)) - at(this.#place, at(list, k)));
      }
    }
    return gain;
  }

  /** Inversions between neighbouring layers, with a Fenwick tree (Barth, Jünger and Mutzel, 2002). */
  #crossings(): number {
    const { first, list } = this.#graph.down;
    const tree = this.#tree;
    let total = 0;
    for (const [r, layer] of this.#layers.entries()) {
      const width = this.#layers[r + 1]?.length ?? 0;
      tree.fill(0, 0, width + 1);
      let inserted = 0;
      for (const v of layer) {
        const start = at(first, v);
        const end = at(first, v + 1);
        for (let k = start; k < end; k++) {
          let before = 0;
          for (let i = at(this.#place, at(list, k)) + 1; i > 0; i -= i & -i) before += at(tree, i);
          total += inserted - before;
        }
        for (let k = start; k < end; k++, inserted++) {
          for (let i = at(this.#place, at(list, k)) + 1; i <= width; i += i & -i) tree[i] = at(tree, i) + 1;
        }
      }
    }
    return total;
  }
}
