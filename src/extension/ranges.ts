import * as vscode from 'vscode';
import type { Lines, Range } from '../base/lines.ts';

/** Offsets to what the editor understands. */
export function editorRange(lines: Lines, { start, end }: Range): vscode.Range {
  const from = lines.position(start);
  const to = lines.position(end);
  return new vscode.Range(from.line, from.character, to.line, to.character);
}
