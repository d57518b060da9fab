import { lineStartAt } from '../base/lines.ts';
import type { Diagnostic } from '../model/diagnostic.ts';

/** Diagnostics that are shown, and those that a person took away. */
export interface Sifted {
  readonly shown: readonly Diagnostic[];
  readonly silenced: readonly Diagnostic[];
}

const IGNORE = /#[ \t]*baton-ignore:[ \t]*([^\r\n]*)/g;

/** F3: `# baton-ignore: code, code` on the line before takes away diagnostics of those codes that begin on the line. */
export function siftIgnored(text: string, diagnostics: readonly Diagnostic[]): Sifted {
  if (diagnostics.length === 0 || !text.includes('baton-ignore')) return { shown: diagnostics, silenced: [] };
  const ignored = new Map(
    [...text.matchAll(IGNORE)].map((found) => [nextLine(text, found.index), codesOf(found[1] ?? '')]),
  );
  const shown: Diagnostic[] = [];
  const silenced: Diagnostic[] = [];
  for (const diagnostic of diagnostics) {
    const line = lineStartAt(text, diagnostic.range.start);
    const isIgnored = ignored.get(line)?.has(diagnostic.code) === true;
    (isIgnored ? silenced : shown).push(diagnostic);
  }
  return { shown, silenced };
}

/** `cycle` and `baton/cycle` are the same. */
function codesOf(list: string): ReadonlySet<string> {
  const words = list.split(/[\s,]+/).filter((word) => word !== '');
  return new Set(words.map((word) => (word.startsWith('baton/') ? word : `baton/${word}`)));
}

/** Where the line after a place begins. */
function nextLine(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  return newline < 0 ? text.length : newline + 1;
}
