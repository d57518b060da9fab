/** Neighbours of all nodes in one array: those of `v` are `list[first[v]]` up to, not including, `list[first[v + 1]]`. */
export interface Links {
  readonly first: Int32Array;
  readonly list: Int32Array;
}

/**
 * A graph without cycles whose every link leads from one layer to the next. The real nodes come first, in input
 * order; the numbers after them are bends, one for every layer that an edge passes through.
 */
export interface Layered {
  readonly nodeCount: number;
  /** Nodes and bends. */
  readonly size: number;
  readonly rank: Int32Array;
  readonly layerCount: number;
  readonly down: Links;
  readonly up: Links;
  /** By edge: the end in the lower rank and the end in the higher one, whichever way the edge points. */
  readonly tail: Int32Array;
  readonly head: Int32Array;
  /** By edge: 1 where the edge points from its head to its tail. */
  readonly reversed: Uint8Array;
  /** By edge: its bends have consecutive numbers, from tail to head. */
  readonly firstBend: Int32Array;
  readonly bendCount: Int32Array;
}

/** Beyond this many bends in one drawing the longest edges go without, or a dense graph would take seconds. */
const MOST_BENDS = 30_000;

/** Reads a typed array at an index known to be inside. The compiler cannot know it, and a default would cost time. */
export function at(array: Int32Array | Float64Array | Uint8Array, index: number): number {
  return array[index] as number;
}

/** Opens cycles, ranks by longest path, and puts a bend wherever an edge passes a layer. No edge may be a self loop. */
export function layeredGraph(
  nodeCount: number,
  edges: readonly { readonly from: number; readonly to: number; readonly back: boolean }[],
): Layered {
  const tail = Int32Array.from(edges, (edge) => (edge.back ? edge.to : edge.from));
  const head = Int32Array.from(edges, (edge) => (edge.back ? edge.from : edge.to));
  const reversed = Uint8Array.from(edges, (edge) => (edge.back ? 1 : 0));
  openCycles(nodeCount, { tail, head, reversed });
  const nodeRank = ranks(nodeCount, tail, head);
  const { firstBend, bendCount, size } = countBends(nodeCount, nodeRank, { tail, head });

  const rank = new Int32Array(size);
  rank.set(nodeRank);
  const linkTail: number[] = [];
  const linkHead: number[] = [];
  for (let k = 0; k < tail.length; k++) {
    let previous = at(tail, k);
    const from = at(firstBend, k);
    for (let bend = from; bend < from + at(bendCount, k); bend++) {
      rank[bend] = at(rank, previous) + 1;
      linkTail.push(previous);
      linkHead.push(bend);
      previous = bend;
    }
    if (at(rank, at(head, k)) !== at(rank, previous) + 1) continue; // an edge that goes without bends
    linkTail.push(previous);
    linkHead.push(at(head, k));
  }
  return {
    nodeCount,
    size,
    rank,
    layerCount: nodeCount === 0 ? 0 : 1 + nodeRank.reduce((highest, rank) => Math.max(highest, rank), 0),
    down: linksOf(size, linkTail, linkHead),
    up: linksOf(size, linkHead, linkTail),
    tail,
    head,
    reversed,
    firstBend,
    bendCount,
  };
}

/** Links grouped by `key`, each group in the order given (counting sort). */
export function linksOf(size: number, key: ArrayLike<number>, value: ArrayLike<number>): Links {
  const first = new Int32Array(size + 1);
  for (let k = 0; k < key.length; k++) {
    const slot = (key[k] as number) + 1; // k is inside
    first[slot] = at(first, slot) + 1;
  }
  for (let v = 0; v < size; v++) first[v + 1] = at(first, v + 1) + at(first, v);
  const next = first.slice(0, size);
  const list = new Int32Array(key.length);
  for (let k = 0; k < key.length; k++) {
    const v = key[k] as number; // k is inside
    const slot = at(next, v);
    list[slot] = value[k] as number; // as long as `key`
    next[v] = slot + 1;
  }
  return { first, list };
}

interface Ends {
  readonly tail: Int32Array;
  readonly head: Int32Array;
}

/**
 * Turns round every edge that leads back to a node on the depth-first path. Sources come first, then what they did
 * not reach, in input order, so the step a person wrote first stays first.
 */
function openCycles(nodeCount: number, edges: Ends & { readonly reversed: Uint8Array }): void {
  const { tail, head, reversed } = edges;
  const numbers = Int32Array.from(tail, (_, k) => k);
  const out = linksOf(nodeCount, tail, numbers);
  const incoming = new Int32Array(nodeCount);
  for (const v of head) incoming[v] = at(incoming, v) + 1;
  const state = new Uint8Array(nodeCount); // 0 new, 1 on the path, 2 done
  const next = out.first.slice(0, nodeCount);
  const turn: number[] = [];
  const visit = (start: number): void => {
    const path = [start];
    state[start] = 1;
    while (path.length > 0) {
      const v = path.at(-1) ?? 0;
      const slot = at(next, v);
      if (slot === at(out.first, v + 1)) {
        state[v] = 2;
        path.pop();
        continue;
      }
      next[v] = slot + 1;
      const k = at(out.list, slot);
      const w = at(head, k);
      if (state[w] === 1) turn.push(k);
      else if (state[w] === 0) {
        state[w] = 1;
        path.push(w);
      }
    }
  };
  for (let v = 0; v < nodeCount; v++) if (incoming[v] === 0) visit(v);
  for (let v = 0; v < nodeCount; v++) if (state[v] === 0) visit(v);
  for (const k of turn) {
    const v = at(tail, k);
    tail[k] = at(head, k);
    head[k] = v;
    reversed[k] = 1 - at(reversed, k);
  }
}

/** The longest way from a source (Kahn's queue): the first layer is what may start at once. */
function ranks(nodeCount: number, tail: Int32Array, head: Int32Array): Int32Array {
  const out = linksOf(nodeCount, tail, head);
  const open = new Int32Array(nodeCount);
  for (const v of head) open[v] = at(open, v) + 1;
  const rank = new Int32Array(nodeCount);
  const queue: number[] = [];
  for (let v = 0; v < nodeCount; v++) if (open[v] === 0) queue.push(v);
  for (const v of queue) {
    for (let k = at(out.first, v); k < at(out.first, v + 1); k++) {
      const w = at(out.list, k);
      rank[w] = Math.max(at(rank, w), at(rank, v) + 1);
      open[w] = at(open, w) - 1;
      if (open[w] === 0) queue.push(w);
    }
  }
  return rank;
}

function countBends(
  nodeCount: number,
  rank: Int32Array,
  { tail, head }: Ends,
): Pick<Layered, 'firstBend' | 'bendCount' | 'size'> {
  const bendCount = new Int32Array(tail.length);
  for (let k = 0; k < tail.length; k++) bendCount[k] = at(rank, at(head, k)) - at(rank, at(tail, k)) - 1;
  const limit = longestAllowed(bendCount);
  const firstBend = new Int32Array(tail.length);
  let size = nodeCount;
  for (let k = 0; k < tail.length; k++) {
    if (at(bendCount, k) > limit) bendCount[k] = 0;
    firstBend[k] = size;
    size += at(bendCount, k);
  }
  return { firstBend, bendCount, size };
}

function longestAllowed(bendCount: Int32Array): number {
  let total = 0;
  for (const count of bendCount.toSorted()) {
    total += count;
    if (total > MOST_BENDS) return count - 1;
  }
  return Infinity;
}
