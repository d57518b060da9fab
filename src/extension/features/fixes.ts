import * as vscode from 'vscode';
import type { Diagnostic, Fix } from '../../model/diagnostic.ts';
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
        if (only !== undefined && FIX_ALL.intersects(only)) return [fixAll(open)];
        const [from, to] = [document.offsetAt(range.start), document.offsetAt(range.end)];
        return open.analysis.diagnostics
          .filter(({ range: { start, end } }) => start <= to && from <= end)
          .flatMap((diagnostic) => [
            ...diagnostic.fixes.map((fix, i) => actionOf(fix, { open, diagnostic, shown, isFirst: i === 0 })),
            silence(diagnostic, { open, shown }),
          ]);
      },
    },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, FIX_ALL] },
  );

interface Context {
  readonly open: OpenWorkflow;
  readonly shown: readonly vscode.Diagnostic[];
}

function actionOf(
  fix: Fix,
  {
    open,
    diagnostic,
    shown,
    isFirst,
  }: Context & { readonly diagnostic: Diagnostic; readonly isFirst: boolean },
): vscode.CodeAction {
  const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
  action.edit = editOf([fix], open);
  action.diagnostics = shown.filter((each) => isSame(each, diagnostic, open));
  action.isPreferred = isFirst && diagnostic.fixes.length === 1;
  return action;
}

function isSame(shown: vscode.Diagnostic, { code, range }: Diagnostic, { lines }: OpenWorkflow): boolean {
  const own = typeof shown.code === 'object' ? shown.code.value : shown.code;
  return own === code && shown.range.isEqual(editorRange(lines, range));
}

function editOf(fixes: readonly Fix[], { document, lines }: OpenWorkflow): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  for (const { edits } of fixes) {
    for (const { range, newText } of edits) edit.replace(document.uri, editorRange(lines, range), newText);
  }
  return edit;
}

/** F3: a comment on the line above takes a diagnostic away. */
function silence(diagnostic: Diagnostic, { open, shown }: Context): vscode.CodeAction {
  const { document, lines } = open;
  const action = new vscode.CodeAction(
    vscode.l10n.t('Ignore {0} here', diagnostic.code),
    vscode.CodeActionKind.QuickFix,
  );
  const { line } = lines.position(diagnostic.range.start);
  const indent = /^[ \t]*/.exec(document.lineAt(line).text)?.[0] ?? '';
  action.edit = new vscode.WorkspaceEdit();
  const eol = document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
  action.edit.insert(
    document.uri,
    new vscode.Position(line, 0),
    `${indent}# baton-ignore: ${diagnostic.code}${eol}`,
  );
  action.diagnostics = shown.filter((each) => isSame(each, diagnostic, open));
  return action;
}

/** Every fix that is the only one of its problem, none of which overlap. */
function fixAll(open: OpenWorkflow): vscode.CodeAction {
  const action = new vscode.CodeAction(vscode.l10n.t('Fix all Baton problems'), FIX_ALL);
  const fixes: Fix[] = [];
  let end = -1;
  for (const { fixes: offered } of open.analysis.diagnostics) {
    const [fix, ...others] = offered;
    const edits = fix?.edits.toSorted((a, b) => a.range.start - b.range.start) ?? [];
    if (fix === undefined || others.length > 0 || (edits[0]?.range.start ?? -1) < end) continue;
    fixes.push(fix);
    end = edits.at(-1)?.range.end ?? end;
  }
  action.edit = editOf(fixes, open);
  return action;
}
