import type { Context } from 'mocha';
import { closeBrowser, screenshotAll } from './harness.ts';

/** Mocha reads these: what a failed test looked like is kept, and the browser ends with the last suite. */
export const mochaHooks = {
  async afterEach(this: Context): Promise<void> {
    if (this.currentTest?.state === 'failed') await screenshotAll(`failed ${this.currentTest.fullTitle()}`);
  },
};

export async function mochaGlobalTeardown(): Promise<void> {
  await closeBrowser();
}
