import type { Range } from '../base/lines.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { finding } from './findings.ts';
import type { YamlNode, YamlScalar } from './tree.ts';
import type { PassedLimit } from './yaml-limits.ts';

export interface ReadYaml {
  /** As much as could be understood; undefined for an empty or refused text. */
  readonly root: YamlNode | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

export function refused({ message, range }: PassedLimit): ReadYaml {
  return { root: undefined, diagnostics: [finding('baton/limit', range, message)] };
}

/** Ends reading at once, from whatever depth; nobody outside of reading sees it. */
export class LimitPassed extends Error {
  readonly limit: PassedLimit;
  constructor(limit: PassedLimit) {
    super(limit.message);
    this.limit = limit;
  }
}

/** One character, inside of the text. */
export function at(offset: number, text: string): Range {
  const start = Math.max(0, Math.min(offset, text.length - 1));
  return { start, end: Math.min(start + 1, text.length) };
}

/** How the library's kinds of scalar are written. */
export const STYLES: Readonly<Record<string, YamlScalar['style']>> = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'literal',
  BLOCK_FOLDED: 'folded',
};
