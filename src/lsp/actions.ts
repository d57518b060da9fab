import {
  CodeActionKind,
  type CodeAction,
  type CodeActionContext,
  type Range as LspRange,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { fixAllEdit, fixesAt } from '../language/fixes.ts';
import type { Diagnostic, TextEdit } from '../model/diagnostic.ts';
import { lspRange } from './lsp-range.ts';
import type { OpenWorkflow } from './workspace.ts';

const FIX_ALL = `${CodeActionKind.SourceFixAll}.baton`;

/** The kinds of actions there are. */
export const actionKinds = [CodeActionKind.QuickFix, FIX_ALL];

/** What mends the problems at a range, and what mends all that is certain. */
export function actionsAt(
  open: OpenWorkflow,
  range: LspRange,
  { only, diagnostics }: CodeActionContext,
): CodeAction[] {
  const wants = (kind: string) =>
    only === undefined || only.some((each) => kind === each || kind.startsWith(`${each}.`));
  return [
    ...(wants(CodeActionKind.QuickFix) ? quickFixes(open, range, diagnostics) : []),
    ...(only !== undefined && wants(FIX_ALL) ? fixAll(open) : []),
  ];
}

function quickFixes(
  open: OpenWorkflow,
  { start, end }: LspRange,
  shown: CodeActionContext['diagnostics'],
): CodeAction[] {
  const { analysis, lines } = open;
  const found = fixesAt(analysis, { start: lines.offset(start), end: lines.offset(end) });
  return found.flatMap(({ diagnostic, mends }) =>
    mends.map(({ title, edits, isPreferred }) => ({
      title,
      kind: CodeActionKind.QuickFix,
      isPreferred,
      diagnostics: shown.filter((each) => isSame(each, diagnostic, open)),
      edit: editOf(open, edits),
    })),
  );
}

function isSame(
  { code, range }: CodeActionContext['diagnostics'][number],
  diagnostic: Diagnostic,
  { lines }: OpenWorkflow,
): boolean {
  const own = lspRange(lines, diagnostic.range);
  return (
    code === diagnostic.code &&
    lines.offset(range.start) === lines.offset(own.start) &&
    range.end.line === own.end.line
  );
}

function fixAll(open: OpenWorkflow): CodeAction[] {
  const edit = fixAllEdit(open.analysis, { ref: open.ref });
  if (edit === undefined) return [];
  return [{ title: 'Fix all Baton problems', kind: FIX_ALL, edit: editOf(open, [edit]) }];
}

function editOf({ uri, lines }: OpenWorkflow, edits: readonly TextEdit[]): WorkspaceEdit {
  return {
    changes: { [uri]: edits.map(({ range, newText }) => ({ range: lspRange(lines, range), newText })) },
  };
}
