import { at, type Layered, type Links } from './layout-layers.ts';

const GAP_BETWEEN_NODES = 28;
const GAP_BESIDE_BEND = 16;
const BEND_SIZE = 4;
/** How much a link wants to be straight: the middle of a long edge most, then two cards side by side. */
const PULL = { bends: 8, nodes: 3, mixed: 1 };
/** A climb of no more than this looks like a mistake, and is taken out where there is room. */
const JOG = 28;
const ROUNDS = 4;
const STRAIGHTENINGS = 2;
const NOTHING = new Float64Array();

/**
 * Where each node's middle lies across the direction: sweeps that put one layer at a time as near to its neighbours
 * as its order and gaps allow, by exact least squares (pool adjacent violators: Ayer et al., 1955).
 */
export function placeAcross(
  graph: Layered,
  layers: readonly (readonly number[])[],
  sizeOf: (node: number) => number,
): { readonly across: Float64Array; readonly breadth: number } {
  const { up, down, nodeCount } = graph;
  const across = new Float64Array(graph.size);
  const half = Float64Array.from(
    { length: graph.size },
    (_, v) => (v < nodeCount ? sizeOf(v) : BEND_SIZE) / 2,
  );
  const step = (v: number, w: number): number =>
    at(half, v) + at(half, w) + (v < nodeCount && w < nodeCount ? GAP_BETWEEN_NODES : GAP_BESIDE_BEND);
  const offsets = layers.map((layer) => {
    const offset = new Float64Array(layer.length);
    for (let i = 1; i < layer.length; i++) {
      offset[i] = at(offset, i - 1) + step(layer[i - 1] ?? 0, layer[i] ?? 0);
    }
    for (const [i, v] of layer.entries()) across[v] = at(offset, i) - at(offset, layer.length - 1) / 2;
    return offset;
  });
  const fit = (r: number, sides: readonly Links[]): void => {
    fitLayer({ layer: layers[r] ?? [], offset: offsets[r] ?? NOTHING, sides, across, nodeCount });
  };
  for (let round = 0; round < ROUNDS; round++) {
    for (let r = 1; r < layers.length; r++) fit(r, [up]);
    for (let r = layers.length - 2; r >= 0; r--) fit(r, [down]);
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (let r = 0; r < layers.length; r++) fit(r, [up, down]);
  }
  const straight = (r: number, links: Links, from: number): void => {
    straighten({ layer: layers[r] ?? [], offset: offsets[r] ?? NOTHING, links, across, from });
  };
  for (let round = 0; round < STRAIGHTENINGS; round++) {
    for (let r = 1; r < layers.length; r++) straight(r, up, 0);
    for (let r = layers.length - 2; r >= 0; r--) straight(r, down, nodeCount);
  }
  let low = Infinity;
  let high = -Infinity;
  for (let v = 0; v < graph.size; v++) {
    low = Math.min(low, at(across, v) - at(half, v));
    high = Math.max(high, at(across, v) + at(half, v));
  }
  for (let v = 0; v < graph.size; v++) across[v] = at(across, v) - low;
  return { across, breadth: Math.max(0, Math.ceil(high - low)) };
}

/** Nodes that would overlap pool into blocks; a block lies at the weighted mean of what its members want. */
function fitLayer(given: {
  readonly layer: readonly number[];
  /** Least distance of each member from the first. */
  readonly offset: Float64Array;
  readonly sides: readonly Links[];
  readonly across: Float64Array;
  readonly nodeCount: number;
}): void {
  const { layer, offset, sides, across, nodeCount } = given;
  const mean: number[] = [];
  const weight: number[] = [];
  const length: number[] = [];
  for (const [i, v] of layer.entries()) {
    let sum = 0;
    let total = 0;
    for (const { first, list } of sides) {
      for (let k = at(first, v); k < at(first, v + 1); k++) {
        const w = at(list, k);
        const pull = pullOf(v >= nodeCount, w >= nodeCount);
        sum += at(across, w) * pull;
        total += pull;
      }
    }
    let blockMean = (total > 0 ? sum / total : at(across, v)) - at(offset, i);
    let blockWeight = total > 0 ? total : 0.1;
    let blockLength = 1;
    for (let top = mean.at(-1); top !== undefined && top > blockMean; top = mean.at(-1)) {
      mean.pop();
      const above = weight.pop() ?? 0;
      blockMean = (top * above + blockMean * blockWeight) / (above + blockWeight);
      blockWeight += above;
      blockLength += length.pop() ?? 0;
    }
    mean.push(blockMean);
    weight.push(blockWeight);
    length.push(blockLength);
  }
  let i = 0;
  for (const [block, start] of mean.entries()) {
    for (let left = length[block] ?? 0; left > 0; left--, i++) across[layer[i] ?? 0] = start + at(offset, i);
  }
}

function pullOf(oneBends: boolean, otherBends: boolean): number {
  if (oneBends !== otherBends) return PULL.mixed;
  return oneBends ? PULL.bends : PULL.nodes;
}

/** Least squares share a climb among all links of a chain; one link that climbs and many straight ones look calmer. */
function straighten(given: {
  readonly layer: readonly number[];
  readonly offset: Float64Array;
  readonly links: Links;
  readonly across: Float64Array;
  /** Nodes with a lower number stay. */
  readonly from: number;
}): void {
  const { layer, offset, links, across, from } = given;
  for (const [i, v] of layer.entries()) {
    if (v < from) continue;
    let jog = Infinity;
    for (let k = at(links.first, v); k < at(links.first, v + 1); k++) {
      const climb = at(across, at(links.list, k)) - at(across, v);
      if (Math.abs(climb) < Math.abs(jog)) jog = climb;
    }
    if (Math.abs(jog) > JOG) continue;
    const before = layer[i - 1];
    const after = layer[i + 1];
    const low = before === undefined ? -Infinity : at(across, before) + at(offset, i) - at(offset, i - 1);
    const high = after === undefined ? Infinity : at(across, after) - at(offset, i + 1) + at(offset, i);
    const straight = at(across, v) + jog;
    if (straight >= low && straight <= high) across[v] = straight;
  }
}
