// The graphs and files that the scripts here measure.

const NEEDS = 5;

/**
 * For each step the numbers of its needs: layers of so many steps, each step needing five of the layer before; 0 a layer
 * means that no step needs another.
 * @param {number} steps @param {number} perLayer @returns {number[][]}
 */
export function layeredNeeds(steps, perLayer) {
  return Array.from({ length: steps }, (_, step) => {
    if (perLayer === 0 || step < perLayer) return [];
    const before = (Math.floor(step / perLayer) - 1) * perLayer;
    return Array.from({ length: NEEDS }, (_, k) => before + ((step * 7 + k * 3) % perLayer));
  });
}

/** A workflow of that graph whose steps do nothing. @param {{ steps: number, width: number, perLayer?: number, shell?: string }} graph */
export function idleWorkflow({ steps, width, perLayer = 0, shell = 'sh' }) {
  const lines = layeredNeeds(steps, perLayer).map((needs, step) => {
    const edges = needs.length === 0 ? '' : `    needs: [${needs.map((need) => `s${need}`).join(', ')}]\n`;
    return `  s${step}:\n${edges}    run: "true"\n`;
  });
  return `defaults: { shell: ${shell} }\nlimits: { parallel: ${width} }\nsteps:\n${lines.join('')}`;
}
