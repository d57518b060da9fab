import { readEvents } from '../../src/language/read-events.ts';

/** How many of some texts take the short way, from 0 to 1. */
export function plainShare(texts: readonly string[]): number {
  return texts.filter((text) => readEvents(text) !== undefined).length / texts.length;
}
