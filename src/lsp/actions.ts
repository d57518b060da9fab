import {
  CodeActionKind,
  type CodeAction,
  type CodeActionContext,
  type CodeActionParams,
  type Range as LspRange,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { analyze } from '../language/analyze.ts';
import { fixAllEdit, fixesAt, type Reread } from '../language/fixes.ts';
import { refactoringsAt, type Refactoring } from '../language/refactorings.ts';
import type { Diagnostic, TextEdit } from '../model/diagnostic.ts';
import { lspRange } from './lsp-range.ts';
import type { OpenWorkflow, Workspace } from './workspace.ts';

/** In the protocol from 3.18 on. */
const MOVE = `${CodeActionKind.Refactor}.move`;
const FIX_ALL = `${CodeActionKind.SourceFixAll}.baton`;

/** The kinds of actions there are. */
export const actionKinds = [
  CodeActionKind.QuickFix,
  CodeActionKind.RefactorExtract,
  CodeActionKind.RefactorInline,
  CodeActionKind.RefactorRewrite,
  MOVE,
  FIX_ALL,
];

/** What mends the problems at a range, what says it in another way, and what mends all that is certain. */
export function actionsAt(
  open: OpenWorkflow,
  { range, context: { only, diagnostics } }: Pick<CodeActionParams, 'range' | 'context'>,
  { workspace, canCreate }: { readonly workspace: Workspace; readonly canCreate: boolean },
): CodeAction[] {
  const wants = (kind: string) =>
    only === undefined || only.some((each) => kind === each || kind.startsWith(`${each}.`));
  const wantsSome = (kind: string) =>
    wants(kind) || only?.some((each) => each.startsWith(`${kind}.`)) === true;
  return [
    ...(wants(CodeActionKind.QuickFix) ? quickFixes(open, range, diagnostics) : []),
    ...(wantsSome(CodeActionKind.Refactor)
      ? refactors(open, range, { workspace, canCreate }).filter(({ kind = '' }) => wants(kind))
      : []),
    ...(only !== undefined && wants(FIX_ALL) ? fixAll(open) : []),
  ];
}

function quickFixes(
  open: OpenWorkflow,
  { start, end }: LspRange,
  shown: CodeActionContext['diagnostics'],
): CodeAction[] {
  const { analysis, lines } = open;
  const found = fixesAt(analysis, { start: lines.offset(start), end: lines.offset(end) }, rereader(open));
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

const KINDS: Readonly<Record<Refactoring['kind'], CodeActionKind>> = {
  extract: CodeActionKind.RefactorExtract,
  inline: CodeActionKind.RefactorInline,
  rewrite: CodeActionKind.RefactorRewrite,
  move: MOVE,
};

function refactors(
  open: OpenWorkflow,
  { start, end }: LspRange,
  { workspace, canCreate }: { readonly workspace: Workspace; readonly canCreate: boolean },
): CodeAction[] {
  const { analysis, lines, folder } = open;
  const read = (ref: string) => {
    const found = folder?.project.workflows.read(ref);
    return found?.ok === true ? found.value.analysis : undefined;
  };
  const place = { start: lines.offset(start), end: lines.offset(end) };
  const found = refactoringsAt(analysis, place, folder === undefined ? undefined : read);
  return found.flatMap(({ title, kind, edits, newFile }) => {
    if (newFile === undefined) return [{ title, kind: KINDS[kind], edit: editOf(open, edits) }];
    if (!canCreate || folder === undefined) return [];
    const edit = withFile(open, edits, { uri: workspace.uriOf(folder, newFile.ref), text: newFile.text });
    return [{ title, kind: KINDS[kind], edit }];
  });
}

/** Edits of this file, and another one that is made. */
function withFile(
  { uri, lines, document }: OpenWorkflow,
  edits: readonly TextEdit[],
  file: { readonly uri: string; readonly text: string },
): WorkspaceEdit {
  const start = { line: 0, character: 0 };
  return {
    documentChanges: [
      { kind: 'create', uri: file.uri },
      {
        textDocument: { uri: file.uri, version: null },
        edits: [{ range: { start, end: start }, newText: file.text }],
      },
      {
        textDocument: { uri, version: document.version },
        edits: edits.map(({ range, newText }) => ({ range: lspRange(lines, range), newText })),
      },
    ],
  };
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
  const edit = fixAllEdit(open.analysis, rereader(open));
  if (edit === undefined) return [];
  return [{ title: 'Fix all Baton problems', kind: FIX_ALL, edit: editOf(open, [edit]) }];
}

function rereader({ ref, folder }: OpenWorkflow): Reread {
  if (folder === undefined) return (text) => analyze(text);
  return (text) => analyze(text, { ref, look: (child) => folder.project.workflows.look(child) });
}

function editOf({ uri, lines }: OpenWorkflow, edits: readonly TextEdit[]): WorkspaceEdit {
  return {
    changes: { [uri]: edits.map(({ range, newText }) => ({ range: lspRange(lines, range), newText })) },
  };
}
