import { withoutEscapes } from '../base/escapes.ts';

/** Longer ones are cut: it stands beside other words. */
const LONGEST = 120;

/** The last line with something on it, as a terminal would show it now: without escapes, after the last `\r`. */
export function lastLine(text: string): string | undefined {
  const lines = withoutEscapes(text).split('\n');
  for (const line of lines.toReversed()) {
    const drawn = line.replace(/\r+$/, '').split('\r').at(-1) ?? '';
    const words = drawn.replaceAll(/\s+/g, ' ').trim();
    if (words !== '') return words.length > LONGEST ? `${words.slice(0, LONGEST - 1)}…` : words;
  }
  return undefined;
}
