// Layered random graphs for the benches of the graph panel.

/** @typedef {{ nodes: { id: string, width: number, height: number }[], edges: { from: string, to: string }[] }} Graph */

/** Layers of ten, each node with one to three needs, most of them in the layer before. @param {number} count @returns {Graph} */
export function layered(count) {
  let seed = count;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const nodes = Array.from({ length: count }, (_, i) => ({ id: `n${i}`, width: 196, height: 56 }));
  const edges = [];
  for (let i = 10; i < count; i++) {
    const needs = new Set();
    for (let k = 1 + Math.floor(random() * 3); k > 0; k--) {
      const back = random() < 0.9 ? 1 : 1 + Math.floor(random() * 4);
      const layer = Math.max(0, Math.floor(i / 10) - back);
      needs.add(layer * 10 + Math.floor(random() * 10));
    }
    for (const need of needs) edges.push({ from: `n${need}`, to: `n${i}` });
  }
  return { nodes, edges };
}
