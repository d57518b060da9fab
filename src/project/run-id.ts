import type { RunId } from '../model/attempt.ts';

/** A new run id: the time in UTC, so that ids sort by it, and four letters against two runs in one millisecond. */
export function newRunId(now: number): RunId {
  const time = new Date(now)
    .toISOString()
    .replace(/[-:]/g, '')
    .replace('T', '-')
    .replace('Z', '')
    .replace('.', '-');
  const letters = Math.floor(Math.random() * 36 ** 4).toString(36);
  return `${time}-${letters.padStart(4, '0')}`;
}

/** True for text that can be a run id at all; anything else must not become part of a path. */
export function isRunId(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(text);
}
