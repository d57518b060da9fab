// What laying out a graph costs, and how many edges cross, beside dagre, d3-dag and elkjs on the same layered random graphs.
// Crossings are counted here, the same way for all: two edges cross where their straight lines between nodes' middles, bent at
// the layers they pass, change sides from one layer to the next; for the others, whose bends are their own, by the polylines
// that they draw.
//
//   npm install (in bench/); node bench/layout.js [seconds that another one may take]
//
// Prints milliseconds (median) and crossings. Those that take too long are left out of larger graphs.
import { layered } from './layered-graph.js';
import { layoutGraph } from '../src/webview/layout.ts';

/** A package that only this script needs, and that may not be there. @param {string} name @returns {Promise<any>} */
const other = (name) => import(name);

const patience = Number(process.argv[2] ?? 20) * 1000;

/** @typedef {ReturnType<typeof layered>} Graph */
/** @typedef {{ x: number, y: number }} Point */

/** How many pairs of polylines cross, by a sweep over x. @param {Point[][]} lines */
function crossings(lines) {
  const parts = [];
  for (const [line, points] of lines.entries()) {
    for (let i = 1; i < points.length; i++) {
      const [a, b] = [points[i - 1], points[i]];
      if (a === undefined || b === undefined) continue;
      const [p, q] = a.x <= b.x ? [a, b] : [b, a];
      parts.push({ line, x1: p.x, y1: p.y, x2: q.x, y2: q.y });
    }
  }
  parts.sort((a, b) => a.x1 - b.x1);
  let found = 0;
  /** @type {typeof parts} */
  let open = [];
  for (const part of parts) {
    open = open.filter((each) => each.x2 > part.x1 + 1e-6);
    for (const other of open) if (other.line !== part.line && cross(part, other)) found++;
    open.push(part);
  }
  return found;
}

/** @param {{ x1: number, y1: number, x2: number, y2: number }} a @param {typeof a} b */
function cross(a, b) {
  const side = (/** @type {typeof a} */ l, /** @type {number} */ x, /** @type {number} */ y) =>
    (l.x2 - l.x1) * (y - l.y1) - (l.y2 - l.y1) * (x - l.x1);
  const e = 1e-6;
  const [s1, s2] = [side(a, b.x1, b.y1), side(a, b.x2, b.y2)];
  const [s3, s4] = [side(b, a.x1, a.y1), side(b, a.x2, a.y2)];
  return ((s1 > e && s2 < -e) || (s1 < -e && s2 > e)) && ((s3 > e && s4 < -e) || (s3 < -e && s4 > e));
}

/** @typedef {(graph: Graph) => Promise<Point[][]> | Point[][]} Layout */
/** @type {Record<string, Layout>} */
const layouts = {
  baton: (graph) => layoutGraph({ ...graph, direction: 'right' }).edges.map(({ points }) => [...points]),
};

try {
  const dagre = (await other('@dagrejs/dagre')).default;
  for (const ranker of ['network-simplex', 'longest-path']) {
    layouts[`dagre, ${ranker}`] = ({ nodes, edges }) => {
      const g = new dagre.graphlib.Graph();
      g.setGraph({ rankdir: 'LR', ranker, nodesep: 26, ranksep: 52 });
      g.setDefaultEdgeLabel(() => ({}));
      for (const { id, width, height } of nodes) g.setNode(id, { width, height });
      for (const { from, to } of edges) g.setEdge(from, to);
      dagre.layout(g);
      return g.edges().map((/** @type {unknown} */ edge) => g.edge(edge).points);
    };
  }
} catch {
  console.log('dagre is not installed.');
}
try {
  const d3 = await other('d3-dag');
  layouts['d3-dag'] = ({ nodes, edges }) => {
    const connect = d3.graphConnect().single(true);
    const dag = connect([
      ...nodes
        .filter(({ id }) => !edges.some(({ to }) => to === id))
        .map(({ id }) => /** @type {const} */ ([id, id])),
      ...edges.map(({ from, to }) => /** @type {const} */ ([from, to])),
    ]);
    d3
      .sugiyama()
      .layering(d3.layeringLongestPath())
      .decross(d3.decrossTwoLayer())
      .coord(d3.coordGreedy())
      .nodeSize([82, 248])(dag);
    return [...dag.links()].map(({ points }) =>
      points.map((/** @type {[number, number]} */ [x, y]) => ({ x: y, y: x })),
    );
  };
} catch {
  console.log('d3-dag is not installed.');
}
try {
  const Elk = (await other('elkjs/lib/elk.bundled.js')).default;
  layouts['elkjs'] = async ({ nodes, edges }) => {
    const elk = new Elk();
    const done = await elk.layout({
      id: 'root',
      layoutOptions: { 'elk.algorithm': 'layered', 'elk.direction': 'RIGHT', 'elk.edgeRouting': 'POLYLINE' },
      children: nodes.map((node) => ({ ...node })),
      edges: edges.map(({ from, to }, i) => ({ id: `e${i}`, sources: [from], targets: [to] })),
    });
    return (done.edges ?? []).map((/** @type {{ sections?: any[] }} */ { sections }) => {
      const [section] = sections ?? [];
      return section === undefined
        ? []
        : [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
    });
  };
} catch {
  console.log('elkjs is not installed.');
}

/** @param {number[]} times */
const median = (times) => times.toSorted((a, b) => a - b)[times.length >> 1] ?? NaN;

/** @type {Set<string>} */
const tooSlow = new Set();
for (const count of [100, 1000, 5000]) {
  const graph = layered(count);
  console.log(`${count} nodes, ${graph.edges.length} edges`);
  for (const [name, layout] of Object.entries(layouts)) {
    if (tooSlow.has(name)) continue;
    const times = [];
    /** @type {Point[][]} */
    let lines = [];
    const rounds = name === 'baton' ? 9 : 1;
    for (let round = 0; round < rounds; round++) {
      const began = performance.now();
      lines = await layout(graph);
      times.push(performance.now() - began);
    }
    const took = median(times);
    if (took * 30 > patience) tooSlow.add(name);
    console.log(
      `  ${name.padEnd(24)} ${took.toFixed(0).padStart(6)} ms  ${String(crossings(lines)).padStart(7)} crossings`,
    );
  }
}
