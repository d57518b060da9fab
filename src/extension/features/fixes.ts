import * as vscode from 'vscode';
import type { Diagnostic, TextEdit } from '../../model/diagnostic.ts';
import { fixAllEdit, fixesAt, type Mend } from '../../language/fixes.ts';
import { editorRange } from '../ranges.ts';
import { workflowAt, YAML, type Feature, type OpenWorkflow } from './feature.ts';

const FIX_ALL = vscode.CodeActionKind.SourceFixAll.append('baton');

/** What mends a problem stands under its light bulb, and all that is certain under "Fix All". */
export const offerFixes: Feature = (world) =>
  vscode.languages.registerCodeActionsProvider(
    YAML,
    {
      provideCodeActions(document, range, { only, diagnostics: shown }) {
        const open = workflowAt(world, document);
        if (open === undefined) return undefined;
        if (only?.intersects(FIX_ALL) === true) return fixAll(open);
        const place = { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
        return fixesAt(open.analysis, place).flatMap(({ diagnostic, mends }) =>
          mends.map((mend) => actionOf(mend, { open, diagnostic, shown })),
        );
      },
    },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, FIX_ALL] },
  );

interface Context {
  readonly open: OpenWorkflow;
  readonly diagnostic: Diagnostic;
  readonly shown: readonly vscode.Diagnostic[];
}

function actionOf(
  { title, edits, isPreferred }: Mend,
  { open, diagnostic, shown }: Context,
): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.edit = editOf(edits, open);
  action.diagnostics = shown.filter((each) => isSame(each, diagnostic, open));
  action.isPreferred = isPreferred;
  return action;
}

function isSame(shown: vscode.Diagnostic, { code, range }: Diagnostic, { lines }: OpenWorkflow): boolean {
  const own = typeof shown.code === 'object' ? shown.code.value : shown.code;
  return own === code && shown.range.isEqual(editorRange(lines, range));
}

function editOf(edits: readonly TextEdit[], { document, lines }: OpenWorkflow): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  for (const { range, newText } of edits) edit.replace(document.uri, editorRange(lines, range), newText);
  return edit;
}

/** Everything that is certain, until nothing certain is left. */
function fixAll(open: OpenWorkflow): vscode.CodeAction[] {
  const edit = fixAllEdit(open.analysis, { ref: open.ref });
  if (edit === undefined) return [];
  const action = new vscode.CodeAction(vscode.l10n.t('Fix all Baton problems'), FIX_ALL);
  action.edit = editOf([edit], open);
  return [action];
}
