import { run } from './children.js';
import { continueInstalled, NODE } from './install.js';
import { forgetResult, readResult } from './layers.js';

const USAGE = 'npm test [-- check | unit | editor | workbench …]   without a name: all of them';
const MINUTE = 60_000;

/**
 * What runs each layer of tests, and how long it may take on a slow machine before it is taken for hung.
 * @type {Readonly<Record<string, { args: readonly string[], timeoutMs: number }>>}
 */
const LAYERS = {
  unit: { args: mocha('unit', []), timeoutMs: 9 * MINUTE },
  editor: { args: ['test/editor/harness.ts'], timeoutMs: 6 * MINUTE },
  workbench: {
    args: mocha('workbench', [
      '--no-config',
      '--ui=tdd',
      '--timeout=120000',
      '--require=test/workbench/harness-hooks.ts',
      'test/workbench/**/*.test.ts',
    ]),
    timeoutMs: 10 * MINUTE,
  },
};

/** @param {string} layer @param {readonly string[]} more */
function mocha(layer, more) {
  const report = ['--reporter', 'scripts/layer-reporter.js', '--reporter-option', `layer=${layer}`];
  return ['node_modules/mocha/bin/mocha.js', ...report, ...more];
}

await continueInstalled();
process.exitCode = (await test(process.argv.slice(2))) ? 0 : 1;

/** @param {readonly string[]} named */
async function test(named) {
  const known = ['check', ...Object.keys(LAYERS)];
  if (named.some((name) => !known.includes(name))) {
    console.error(USAGE);
    return false;
  }
  const wanted = named.length === 0 ? known : named;
  const ready = await prepare(wanted);
  const results = [];
  for (const layer of Object.keys(LAYERS).filter((name) => wanted.includes(name))) {
    results.push(ready.built ? await runLayer(layer) : { passed: 0, failed: 1, skipped: 0, ok: false });
  }
  if (!ready.checked) console.log('check: failed');
  if (!ready.built) console.log('build: failed');
  if (results.length > 0) console.log(line('total', results.reduce(sum)));
  return ready.checked && ready.built && results.every(({ ok }) => ok);
}

/** The editor and the browser are fetched while the checks run: the one waits for the network, the other computes. */
async function prepare(/** @type {readonly string[]} */ wanted) {
  const tests = wanted.some((name) => name in LAYERS);
  const [checked] = await Promise.all([
    wanted.includes('check') ? check() : true,
    tests ? fetchBrowser() : undefined,
    wanted.includes('editor') || wanted.includes('workbench') ? fetchHost() : undefined,
  ]);
  return { checked, built: !tests || (await build(wanted.length > 2)) };
}

async function check() {
  heading('Types, lint, format');
  return (await run('npm', ['run', '--silent', 'check'], { timeoutMs: 5 * MINUTE })).ok;
}

/** The panel's own tests in layer one draw in it, too. */
async function fetchBrowser() {
  const { findBrowser } = await import('./browser.js');
  process.env['BATON_CHROMIUM'] = await findBrowser();
}

async function fetchHost() {
  const { installHost } = await import('./editor-host.js');
  await installHost();
}

/** Everything is also packed, since the package has a limit of its own; for a single layer the bundles will do. */
async function build(/** @type {boolean} */ all) {
  heading('Build');
  const script = all ? 'scripts/package.js' : 'esbuild.js';
  return (await run(NODE, [script], { timeoutMs: 3 * MINUTE })).ok;
}

/** @param {string} layer */
async function runLayer(layer) {
  const { args, timeoutMs } = LAYERS[layer] ?? { args: [], timeoutMs: 0 };
  heading(`Tests: ${layer}`);
  forgetResult(layer);
  const { ok } = await run(NODE, args, { timeoutMs });
  const result = readResult(layer) ?? { passed: 0, failed: 1, skipped: 0 };
  console.log(line(layer, result));
  if (result.passed + result.failed === 0)
    console.error(`The ${layer} layer ran no test, which is a failure.`);
  return { ...result, ok: ok && result.failed === 0 && result.passed > 0 };
}

/** @param {string} layer @param {import('./layers.js').LayerResult} result */
function line(layer, { passed, failed, skipped }) {
  return `${layer}: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** @template {import('./layers.js').LayerResult} R @param {R} a @param {R} b */
function sum(a, b) {
  return {
    ...a,
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}

/** @param {string} title */
function heading(title) {
  console.log(`\n── ${title} ${'─'.repeat(Math.max(0, 70 - title.length))}`);
}
