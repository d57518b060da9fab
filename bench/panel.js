// How smoothly the graph panel moves with very many steps: frames while it is panned and zoomed, in Chromium.
//
//   node bench/panel.js [steps] [seconds]
//
// Prints the time to draw, and of the frames: the median, the 95th percentile and the share within 1/60 s. Without a graphics
// processor, Chromium paints by the processor: compare with an empty page, which is printed beside it.
import { layered } from './layered-graph.js';
import { THEMES } from '../test/webview/themes.ts';

/** It speaks of a browser, which the types of these scripts know nothing of. @type {any} */
const pages = await import(new URL('../test/webview/panel-page.ts', import.meta.url).href);
const { openBrowser, panelBundle, PanelPage } = pages;

const steps = Number(process.argv[2] ?? 2000);
const seconds = Number(process.argv[3] ?? 5);

/** @param {number} count */
function message(count) {
  const { nodes, edges } = layered(count);
  return /** @type {import('../src/webview/protocol.ts').HostMessage} */ ({
    type: 'graph',
    view: {
      title: 'Many',
      workflow: 'many.yaml',
      nodes: nodes.map(({ id }) => ({ id, label: id, kind: 'run', range: { start: 0, end: 0 } })),
      edges: edges.map((edge) => ({ ...edge, kind: 'needs', cyclic: false })),
      problems: [],
      path: [],
    },
    direction: 'right',
    canRun: true,
    now: 0,
  });
}

const browser = await openBrowser();
const panel = await PanelPage.open(browser, { bundle: await panelBundle(), theme: THEMES.dark });
for (const count of [1, steps]) {
  const began = performance.now();
  await panel.send(message(count));
  const drawn = performance.now() - began;
  for (const [what, zoomedIn] of /** @type {const} */ ([
    ['all in view', false],
    ['at full size', true],
  ])) {
    await panel.page.keyboard.press('0');
    if (zoomedIn) {
      await panel.page.mouse.move(600, 400);
      for (let i = 0; i < 12; i++) await panel.page.mouse.wheel(0, -250);
    }
    const frames = await panel.page.evaluate(async (/** @type {number} */ ms) => {
      const { document, requestAnimationFrame, WheelEvent } = /** @type {any} */ (globalThis);
      const stage = document.querySelector('.stage');
      const times = [];
      const end = performance.now() + ms;
      let last = performance.now();
      for (let i = 0; last < end; i++) {
        const event = { deltaX: i % 40 < 20 ? 12 : -12, bubbles: true, cancelable: true };
        stage?.dispatchEvent(new WheelEvent('wheel', event));
        const now = await new Promise((resolve) => requestAnimationFrame(resolve));
        times.push(Number(now) - last);
        last = Number(now);
      }
      return times.slice(2);
    }, seconds * 1000);
    frames.sort((/** @type {number} */ a, /** @type {number} */ b) => a - b);
    const at = (/** @type {number} */ share) => (frames[Math.floor(frames.length * share)] ?? NaN).toFixed(1);
    const smooth = (100 * frames.filter((/** @type {number} */ ms) => ms <= 17.5).length) / frames.length;
    console.log(
      `${String(count).padStart(5)} steps, ${what}: drawn in ${drawn.toFixed(0)} ms, a frame takes ${at(0.5)} ms (p95 ${at(0.95)}), ${smooth.toFixed(0)} % within 1/60 s`,
    );
  }
}
await browser.close();
