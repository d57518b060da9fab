import type { Locator } from 'playwright-core';
import { eventually } from '../eventually.ts';
import type { Workbench } from './harness.ts';

/** A loaded machine may need this long for what usually takes a moment. */
export const PATIENCE_MS = 30_000;

/** Opens the side bar of Baton, and waits until the workflows are listed. */
export async function openSideBar(workbench: Workbench): Promise<void> {
  await workbench.page.locator('.activitybar .action-item a[aria-label^="Baton"]').click();
  await workbench.treeRows('Workflows').first().waitFor();
}

export function workflowRow(workbench: Workbench, name: string): Locator {
  return workbench.treeRows('Workflows').filter({ hasText: name }).first();
}

export function runRow(workbench: Workbench, text: string): Locator {
  return workbench.treeRows('Runs').filter({ hasText: text }).first();
}

/** Presses one of the small buttons at the end of a row. */
export async function pressInline(row: Locator, title: string): Promise<void> {
  await row.hover();
  await row.locator(`.action-label[aria-label="${title}"]`).click();
}

/** Waits until a row says something. */
export async function says(row: Locator, text: string): Promise<void> {
  await eventually(async () => (await row.innerText()).includes(text), PATIENCE_MS);
}

/** The colour of a row's icon, as red, green and blue from 0 to 255. */
export async function iconColour(row: Locator): Promise<readonly [number, number, number]> {
  const css = await row
    .locator('.custom-view-tree-node-item-icon')
    .first()
    .evaluate((icon): string => icon.ownerDocument.defaultView.getComputedStyle(icon).color);
  const [red = 0, green = 0, blue = 0] = (css.match(/\d+/g) ?? []).map(Number);
  return [red, green, blue];
}

/** What stands in the terminal now. */
export async function terminalText(workbench: Workbench): Promise<string> {
  const text = await workbench.page.locator('.terminal-wrapper.active .xterm-rows').innerText();
  return text.replaceAll('\u00A0', ' ');
}

/** The box that asks something; `title` is what stands above it. */
export async function answer(workbench: Workbench, title: string, keys: readonly string[]): Promise<void> {
  const box = workbench.page.locator('.quick-input-widget');
  await box.locator('.quick-input-title', { hasText: title }).waitFor();
  for (const key of keys) {
    if (key === 'Enter') await workbench.page.keyboard.press(key);
    else await workbench.page.keyboard.type(key);
  }
}
