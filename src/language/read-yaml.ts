import { readComposed } from './read-composed.ts';
import { eventsOf, readEvents, treeOfEvents } from './read-events.ts';
import { isTooLarge, PASSED } from './yaml-limits.ts';
import { refused, type ReadYaml } from './yaml-reading.ts';

import type { YamlMap } from './tree.ts';

export type { ReadYaml } from './yaml-reading.ts';

/** Text to tree. However broken the text is: whatever can be read is read, and what is wrong is told. */
export function readYaml(text: string): ReadYaml {
  const plain = readPlainYaml(text);
  return plain === undefined ? readAnyYaml(text) : { root: plain, diagnostics: [] };
}

/** The short way alone, for texts that are plain and have nothing wrong with them. */
export function readPlainYaml(text: string): YamlMap | undefined {
  return isTooLarge(text) ? undefined : readEvents(text);
}

/** The same, with a pause after the half of it. */
export function* readingPlainYaml(text: string): Generator<undefined, YamlMap | undefined> {
  const events = isTooLarge(text) ? undefined : eventsOf(text);
  yield;
  return events && treeOfEvents(text, events);
}

/** The same without the short way for plain texts, which the tests hold against it. */
export function readAnyYaml(text: string): ReadYaml {
  if (!isTooLarge(text)) return readComposed(text);
  return refused({ message: PASSED.size, range: { start: 0, end: Math.min(1, text.length) } });
}
