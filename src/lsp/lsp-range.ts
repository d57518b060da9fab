import type { Range as LspRange } from 'vscode-languageserver/node';
import type { Lines, Range } from '../base/lines.ts';

/** Offsets to what the protocol understands: lines and UTF-16 characters from 0. */
export function lspRange(lines: Lines, { start, end }: Range): LspRange {
  return { start: lines.position(start), end: lines.position(end) };
}
