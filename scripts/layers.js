import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './root.js';

/** How the tests of a layer went. @typedef {{ passed: number, failed: number, skipped: number }} LayerResult */

/** A layer runs in a process of its own; this file is what it hands back. @param {string} layer */
const fileOf = (layer) => join(ROOT, 'test-results', `${layer}.json`);

/** @param {string} layer */
export function forgetResult(layer) {
  rmSync(fileOf(layer), { force: true });
}

/** @param {string} layer @param {LayerResult} result */
export function writeResult(layer, result) {
  mkdirSync(dirname(fileOf(layer)), { recursive: true });
  writeFileSync(fileOf(layer), JSON.stringify(result));
}

/** Undefined when the layer ended before it was done. @param {string} layer @returns {LayerResult | undefined} */
export function readResult(layer) {
  try {
    return JSON.parse(readFileSync(fileOf(layer), 'utf8'));
  } catch {
    return undefined;
  }
}
