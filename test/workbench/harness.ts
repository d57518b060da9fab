import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { chromium, type Browser, type Frame, type Locator, type Page } from 'playwright-core';
import { BROWSER_ARGUMENTS, findBrowser } from '../../scripts/browser.js';
import { addressOf, installHost, startServer } from '../../scripts/editor-host.js';
import { ROOT } from '../../scripts/root.js';
import { eventually } from '../eventually.ts';

/** VS Code's own themes, and what the window's class then says. */
const THEMES = {
  'Default Dark Modern': 'dark_modern',
  'Default Light Modern': 'light_modern',
  'Default High Contrast': 'hc_black',
} as const;

export interface WorkbenchOptions {
  /** A folder to copy, or files to write (by path in the workspace); the examples unless said otherwise. */
  readonly workspace?: string | Readonly<Record<string, string>>;
  readonly theme?: keyof typeof THEMES;
  /** Whether the folder is trusted at once, which it is unless this is false (Restricted Mode). */
  readonly trusted?: boolean;
  /** The user's settings, added to those that keep the editor quiet. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** No part of ours, and in every picture of it. */
const WITHOUT_CHAT = { 'chat.disableAIFeatures': true };

/** A slow machine may need this long to draw what it was asked for. */
const PATIENCE_MS = 30_000;

const open = new Set<Workbench>();
let browser: Promise<Browser> | undefined;

/** Opens a fresh editor (its own server, settings and state) on a copy of a folder, with the extension in it. */
export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-workbench-'));
  const workspaceFolder = join(folder, 'workspace');
  fill(workspaceFolder, options.workspace ?? join(ROOT, 'examples'));
  await installHost();
  const theme = options.theme ?? 'Default Dark Modern';
  const settings = { 'workbench.colorTheme': theme, ...WITHOUT_CHAT, ...options.settings };
  const server = await startServer({ extension: ROOT, restricted: options.trusted === false, settings });
  const page = await newPage();
  const workbench = new Workbench(page, workspaceFolder, async () => {
    await page.context().close();
    await server.end();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  open.add(workbench);
  await page.goto(addressOf({ port: server.port, folder: workspaceFolder }));
  await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor();
  await page.locator(`.monaco-workbench[class*="themes-${THEMES[theme]}-json"]`).waitFor(); // it starts in white
  return workbench;
}

/** For the end of the run. */
export async function closeBrowser(): Promise<void> {
  await Promise.all([...open].map((workbench) => workbench.dispose()));
  await (await browser)?.close();
}

/** What every open editor looks like right now. */
export async function screenshotAll(name: string): Promise<void> {
  for (const [index, workbench] of [...open].entries()) await workbench.screenshot(`${name} ${index + 1}`);
}

/** One editor window, by what a person does in it and sees in it. */
export class Workbench {
  readonly page: Page;
  /** The copy that is open, as an absolute path. */
  readonly workspaceFolder: string;
  readonly #close: () => Promise<void>;

  constructor(page: Page, workspaceFolder: string, close: () => Promise<void>) {
    this.page = page;
    this.workspaceFolder = workspaceFolder;
    this.#close = close;
  }

  /** Runs a command by its title in the palette, such as `View: Toggle Terminal`. */
  async command(title: string): Promise<void> {
    await this.#pick('F1', `>${title}`, title);
  }

  /** Opens a file of the workspace by its name, and waits until its text is drawn. */
  async openFile(name: string): Promise<void> {
    await this.#pick('Control+p', name, name);
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await this.page.locator('.editor-instance .view-line').first().waitFor();
  }

  /** The rows of a tree or list view, by the title above it. They are as they are drawn: those out of sight are not. */
  treeRows(viewTitle: string): Locator {
    const header = this.page.locator(`.pane-header[aria-label^="${viewTitle} Section"]`);
    return this.page.locator('.pane', { has: header }).locator('.monaco-list-row');
  }

  /** What the Problems view lists now, file names included; wait with `eventually` for what should come. */
  async problems(): Promise<readonly string[]> {
    const panel = this.page.locator('.markers-panel');
    if (!(await panel.isVisible())) {
      await this.command('Problems: Focus on Problems View');
      await panel.waitFor();
    }
    return panel.locator('.monaco-list-row').allInnerTexts();
  }

  /** The document inside a webview (two frames deep), found by something it shows. */
  async webviewFrame(selector = 'body'): Promise<Frame> {
    let found: Frame | undefined;
    await eventually(async () => {
      for (const frame of this.page.frames().filter(isWebviewContent)) {
        if ((await frame.locator(selector).count()) > 0) found = frame;
      }
      return found !== undefined;
    }, PATIENCE_MS);
    if (found === undefined) throw new Error(`No webview shows ${selector}.`);
    return found;
  }

  /** The texts of the notifications on screen. */
  notifications(): Locator {
    return this.page.locator('.notification-list-item-message');
  }

  /** Answers where the picture is. */
  async screenshot(name: string): Promise<string> {
    await this.#colours();
    const path = join(ROOT, 'test-results/screenshots', `${name.replaceAll(/[^\w.-]+/g, '-')}.png`);
    await this.page.screenshot({ path, animations: 'disabled', caret: 'hide' });
    return path;
  }

  async dispose(): Promise<void> {
    if (open.delete(this)) await this.#close();
  }

  /** Syntax colours come a moment after the text. An empty file has none. */
  async #colours(): Promise<void> {
    if ((await this.page.locator('.tab.active[data-resource-name$=".yaml"]').count()) === 0) return;
    const coloured = this.page.locator('.view-line span[class^="mtk"]:not(.mtk1)').first();
    await coloured.waitFor({ timeout: 5000 }).catch(() => undefined);
  }

  /** Types into the box that a key opens, and takes the entry of exactly this name. */
  async #pick(key: string, text: string, entry: string): Promise<void> {
    await this.page.keyboard.press(key);
    const box = this.page.locator('.quick-input-widget');
    await box.locator('input.input').fill(text);
    await box
      .locator('.monaco-list-row', {
        has: this.page.locator('.label-name').getByText(entry, { exact: true }),
      })
      .first()
      .click();
  }
}

/** The inner one of a webview's two frames; the outer one only passes messages. */
function isWebviewContent(frame: Frame): boolean {
  return frame.name() === 'active-frame' || frame.url().includes('/fake.html');
}

function fill(folder: string, content: string | Readonly<Record<string, string>>): void {
  if (typeof content === 'string') return cpSync(content, folder, { recursive: true });
  for (const [path, text] of Object.entries(content)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

async function newPage(): Promise<Page> {
  browser ??= findBrowser().then((executablePath) =>
    chromium.launch({ executablePath, args: BROWSER_ARGUMENTS }),
  );
  const context = await (await browser).newContext({ viewport: { width: 1400, height: 900 } });
  context.setDefaultTimeout(PATIENCE_MS);
  return context.newPage();
}
