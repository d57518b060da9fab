import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { graphPage, type HostMessage, type PanelMessage } from '../../src/webview/protocol.ts';
import type { Theme } from './themes.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Never looked up: every request is answered from memory. */
const ORIGIN = 'http://baton.test';

const BROWSERS = [
  process.env['BATON_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/microsoft-edge',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  chromium.executablePath(),
];

export async function openBrowser(): Promise<Browser> {
  const executablePath = BROWSERS.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) {
    throw new Error(
      'These tests draw in a real Chromium, and none was found. Install Chrome, Chromium or Edge, or run ' +
        '`npx playwright-core install chromium`, or name one in BATON_CHROMIUM.',
    );
  }
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** What the bundler makes of the panel, minified, in memory. */
export async function panelBundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'src/webview/main.ts')],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

/** The panel as VS Code would show it: its page, its policy, its theme, and an `acquireVsCodeApi` that remembers. */
export class PanelPage {
  readonly page: Page;
  /** Whatever the policy refused and whatever broke. */
  readonly complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }

  static async open(
    browser: Browser,
    given: {
      readonly bundle: string;
      readonly theme?: Theme;
      readonly plain?: boolean;
      readonly calm?: boolean;
    },
  ): Promise<PanelPage> {
    const page = await browser.newPage({
      viewport: { width: 1360, height: 760 },
      reducedMotion: given.calm === false ? 'no-preference' : 'reduce',
    });
    const panel = new PanelPage(page);
    await page.route('**/*', async (route) => {
      const { pathname } = new URL(route.request().url());
      const answer = await answerFor(pathname, given);
      await (answer === undefined ? route.fulfill({ status: 404 }) : route.fulfill(answer));
    });
    if (given.plain !== true) await page.addInitScript(rememberingApi);
    await page.goto(ORIGIN);
    return panel;
  }

  /** As if it were opened for the first time: much faster than another page. */
  async renew(): Promise<void> {
    this.complaints.length = 0;
    await this.page.evaluate(() => sessionStorage.clear());
    await this.page.mouse.move(0, 0);
    await this.page.reload();
  }

  async send(message: HostMessage): Promise<void> {
    await this.page.evaluate((message) => window.postMessage(message, '*'), message);
    // A posted message is a task of its own; the frame after it shows what came of it.
    await this.page.evaluate(() => new Promise((done) => setTimeout(() => requestAnimationFrame(done))));
  }

  async posted(): Promise<PanelMessage[]> {
    return this.page.evaluate(() => globalThis.posted ?? []);
  }

  async names(): Promise<(string | null)[]> {
    return this.page.$$eval('.card', (cards) => cards.map((card) => card.getAttribute('aria-label')));
  }

  async lines(): Promise<(string | null)[]> {
    return this.page.$$eval('.card .line', (lines) => lines.map((line) => line.textContent));
  }

  /** Where each card lies in the drawing. */
  async places(): Promise<Record<string, string | null>> {
    return this.page.$$eval('.card', (cards) =>
      Object.fromEntries(
        cards.map((card) => [
          card.getAttribute('data-step'),
          card.parentElement?.getAttribute('transform') ?? null,
        ]),
      ),
    );
  }

  async camera(): Promise<string | null> {
    return this.page.$eval('.world', (world) => world.getAttribute('transform'));
  }

  async focused(): Promise<string | null> {
    return this.page.evaluate(() => document.activeElement?.getAttribute('data-step') ?? null);
  }
}

declare global {
  // Only in the page of these tests.
  var posted: PanelMessage[] | undefined;
}

/** Runs in the page, so it may use nothing from here. */
function rememberingApi(): void {
  const posted: PanelMessage[] = [];
  globalThis.posted = posted;
  globalThis.acquireVsCodeApi = () => ({
    postMessage: (message) => void posted.push(message),
    getState: () => JSON.parse(sessionStorage.getItem('kept') ?? 'null') as unknown,
    setState: (state) => sessionStorage.setItem('kept', JSON.stringify(state)),
  });
}

type Answer = { readonly contentType: string; readonly body: string | Buffer };

async function answerFor(
  path: string,
  { bundle, theme }: { readonly bundle: string; readonly theme?: Theme },
): Promise<Answer | undefined> {
  const codicons = join(
    dirname(createRequire(import.meta.url).resolve('@vscode/codicons/package.json')),
    'dist',
  );
  switch (path) {
    case '/':
      return {
        contentType: 'text/html',
        body: graphPage({
          source: ORIGIN,
          nonce: 'test',
          script: '/main.js',
          styles: ['/theme.css', '/codicon.css', '/graph.css'],
          language: 'en',
        }).replace('<body>', `<body class="${theme?.bodyClass ?? ''}">`),
      };
    case '/main.js':
      return { contentType: 'text/javascript', body: bundle };
    case '/theme.css':
      return { contentType: 'text/css', body: themeCss(theme) };
    case '/graph.css':
      return { contentType: 'text/css', body: await readFile(join(ROOT, 'src/webview/graph.css')) };
    case '/codicon.css':
      return { contentType: 'text/css', body: await readFile(join(codicons, 'codicon.css')) };
    case '/codicon.ttf':
      return { contentType: 'font/ttf', body: await readFile(join(codicons, 'codicon.ttf')) };
    default:
      return undefined;
  }
}

function themeCss(theme: Theme | undefined): string {
  const variables = Object.entries(theme?.variables ?? {}).map(
    ([name, value]) => `--vscode-${name}: ${value};`,
  );
  return `:root { ${variables.join(' ')} }`;
}
