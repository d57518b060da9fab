import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { BROWSER_ARGUMENTS, findBrowser } from '../../scripts/browser.js';
import { end, start } from '../../scripts/children.js';
import { findDesktop } from '../../scripts/desktop.js';
import { addressOf, installHost, startServer } from '../../scripts/editor-host.js';
import { writeResult } from '../../scripts/layers.js';
import { ROOT } from '../../scripts/root.js';
import { RESULTS_VARIABLE, type Report } from './harness-host.ts';

/** Suites that share one editor: they become one bundle, run in one fresh window. */
interface Group {
  readonly name: string;
  /** Relative to `test/editor`. */
  readonly suites: readonly string[];
  /** Whether the workspace is untrusted (Restricted Mode). */
  readonly restricted: boolean;
}

interface Session extends Group {
  readonly workspace: string;
  /** The bundle of suites. */
  readonly tests: string;
  /** Where the reports arrive. */
  readonly results: string;
}

/** `node test/editor/harness.ts fixes` runs the suites whose names hold one of the words alone. */
const wanted = process.argv.slice(2);

const SUITES = readdirSync(join(ROOT, 'test/editor'), { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.test.ts'))
  .filter((path) => wanted.length === 0 || wanted.some((word) => path.includes(word)))
  .toSorted();
const isRestricted = (path: string) => path.startsWith('restricted/');

const GROUPS: readonly Group[] = [
  { name: 'editor', suites: SUITES.filter((path) => !isRestricted(path)), restricted: false },
  { name: 'editor-restricted', suites: SUITES.filter(isRestricted), restricted: true },
];

/** Starting an editor and loading the suites; afterwards each test's own limit is shorter. */
const SILENCE_MS = 120_000;

/** The examples, unless these suites bring a folder of their own. */
const WORKSPACE =
  [join(ROOT, 'test/editor/workspace'), join(ROOT, 'examples')].find((path) => existsSync(path)) ?? '';

type Desktop = NonNullable<Awaited<ReturnType<typeof findDesktop>>>;

/** Opens an editor that starts the suites, and answers how to close it. */
type Opener = (session: Session) => Promise<() => Promise<void>>;

const desktop = await findDesktop();
/** The desktop where it can be had; the browser is right everywhere, also where the desktop turns out not to start. */
const openers: readonly Opener[] = [...(desktop === undefined ? [] : [onDesktop(desktop)]), inBrowser];
const tally = { passed: 0, failed: 0, skipped: 0 };
for (const group of GROUPS) if (group.suites.length > 0) await runGroup(group);
writeResult('editor', tally);
process.exit(tally.failed === 0 ? 0 : 1);

async function runGroup(group: Group): Promise<void> {
  const tests = await bundle(group);
  for (const open of openers) if (await runIn(open, { ...group, tests })) return;
  take({ kind: 'failed', title: `${group.name}: no editor ran the suites`, error: '' });
}

/** Answers whether the editor was ever heard of. */
async function runIn(open: Opener, group: Group & { readonly tests: string }): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-test-'));
  const workspace = join(folder, 'workspace');
  cpSync(WORKSPACE, workspace, { recursive: true });
  const results = join(folder, 'results.jsonl');
  const close = await open({ ...group, workspace, results });
  try {
    return await follow(results);
  } finally {
    await close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** One module with a `run`, which is what the editor asks of its tests. */
async function bundle({ name, suites }: Group): Promise<string> {
  const file = join(ROOT, `dist/test/${name}.cjs`);
  const loads = suites.map((suite) => `() => import('./test/editor/${suite}')`);
  const contents = `import { runSuites } from './test/editor/harness-host.ts';
export const run = () => runSuites([${loads.join(', ')}]);`;
  await build({
    stdin: { contents, resolveDir: ROOT, loader: 'ts' },
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: true,
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
  return file;
}

async function inBrowser({
  name,
  restricted,
  workspace,
  tests,
  results,
}: Session): Promise<() => Promise<void>> {
  console.log(`\n${name}: in the editor that opens in a browser`);
  await installHost();
  const server = await startServer({ suites: true, restricted, env: { [RESULTS_VARIABLE]: results } });
  const browser = await chromium.launch({ executablePath: await findBrowser(), args: BROWSER_ARGUMENTS });
  const page = await browser.newPage();
  await page.goto(
    addressOf({ port: server.port, folder: workspace, tests: { extension: ROOT, module: tests } }),
  );
  return async () => {
    await browser.close();
    await server.end();
  };
}

function onDesktop([command = '', ...args]: Desktop): Opener {
  return async ({ name, restricted, workspace, tests, results }) => {
    console.log(`\n${name}: in ${[command, ...args].join(' ')}`);
    const data = mkdtempSync(join(tmpdir(), 'baton-desktop-'));
    const where = [`--user-data-dir=${join(data, 'user')}`, `--extensions-dir=${join(data, 'extensions')}`];
    const what = [`--extensionDevelopmentPath=${ROOT}`, `--extensionTestsPath=${tests}`, workspace];
    const how = [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-updates',
      '--skip-welcome',
      '--skip-release-notes',
    ];
    const trust = restricted ? [] : ['--disable-workspace-trust'];
    const child = start(command, [...args, ...where, ...how, ...trust, ...what], {
      output: 'ignore',
      env: { [RESULTS_VARIABLE]: results },
    });
    return async () => {
      await end(child);
      rmSync(data, { recursive: true, force: true, maxRetries: 5 });
    };
  };
}

/** Prints reports as they arrive, to the end. Answers false when none ever arrived. */
async function follow(results: string): Promise<boolean> {
  let seen = 0;
  let running = 'loading';
  let heardAt = Date.now();
  while (Date.now() - heardAt < SILENCE_MS) {
    const reports = read(results).slice(seen);
    for (const report of reports) {
      if (report.kind === 'ended') return true;
      if (report.kind === 'started') running = report.title;
      take(report);
    }
    seen += reports.length;
    if (reports.length > 0) heardAt = Date.now();
    await delay(100);
  }
  if (seen === 0) return false;
  take({ kind: 'failed', title: running, error: `Nothing was heard for ${SILENCE_MS / 1000} seconds.` });
  return true;
}

/** Whole lines only: the last one may still be on its way. */
function read(results: string): readonly Report[] {
  if (!existsSync(results)) return [];
  const lines = readFileSync(results, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Report); // written by harness-host.ts
}

function take(report: Report): void {
  switch (report.kind) {
    case 'suite':
      return console.log(`\n${'  '.repeat(report.depth)}${report.title}`);
    case 'passed':
      tally.passed++;
      return console.log(`  ✔ ${report.title}${report.durationMs > 500 ? ` (${report.durationMs}ms)` : ''}`);
    case 'failed':
      tally.failed++;
      return console.log(`  ✘ ${report.title}\n${inSources(report.error).replaceAll(/^/gm, '      ')}`);
    case 'skipped':
      tally.skipped++;
      return console.log(`  - ${report.title}`);
    case 'started':
    case 'ended':
      return;
  }
}

/** The editor makes its own stack traces and reads no source maps. */
function inSources(stack: string): string {
  return stack.replaceAll(
    /[^\s()]*(dist\/test\/[\w-]+\.cjs):(\d+):(\d+)/g,
    (place, file: string, line, column) => {
      const map = JSON.parse(readFileSync(join(ROOT, `${file}.map`), 'utf8')) as SourceMapPayload; // esbuild wrote it
      const origin = new SourceMap(map).findOrigin(Number(line), Number(column));
      if (!('fileName' in origin)) return place;
      return `${origin.fileName.replace(/^(\.\.\/)+/, '')}:${origin.lineNumber}:${origin.columnNumber}`;
    },
  );
}
