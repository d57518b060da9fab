import * as vscode from 'vscode';
import type { Diagnostic, TextEdit } from '../../model/diagnostic.ts';
import type { Analysis } from '../../language/analyze.ts';
import { fixAllEdit, fixesAt, type Mend, type Reread } from '../../language/fixes.ts';
import { refactoringsAt, type Refactoring } from '../../language/refactorings.ts';
import { editorRange } from '../ranges.ts';
import { readWorkflowAt, YAML, type Feature, type FeatureWorld, type OpenWorkflow } from './feature.ts';

const FIX_ALL = vscode.CodeActionKind.SourceFixAll.append('baton');

/** What mends a problem and what says it in another way stand under the light bulb, all that is certain under "Fix All". */
export const offerFixes: Feature = (world) =>
  vscode.languages.registerCodeActionsProvider(
    YAML,
    {
      async provideCodeActions(document, range, { only, diagnostics: shown }) {
        const open = await readWorkflowAt(world, document);
        if (open === undefined) return undefined;
        const reread = (text: string) => world.analyses.reread(document, text);
        if (only?.intersects(FIX_ALL) === true) return fixAll(open, reread);
        const place = { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
        const wants = (kind: vscode.CodeActionKind) => only === undefined || only.intersects(kind);
        const fixes = wants(vscode.CodeActionKind.QuickFix) ? fixesAt(open.analysis, place, reread) : [];
        const others = wants(vscode.CodeActionKind.Refactor)
          ? refactoringsAt(open.analysis, place, readerOf(open))
          : [];
        return [
          ...fixes.flatMap(({ diagnostic, mends }) =>
            mends.map((mend) => actionOf(mend, { open, diagnostic, shown })),
          ),
          ...others.map((refactoring) => refactorAction(refactoring, { open, world })),
        ];
      },
    },
    {
      providedCodeActionKinds: [
        vscode.CodeActionKind.QuickFix,
        vscode.CodeActionKind.RefactorExtract,
        vscode.CodeActionKind.RefactorInline,
        vscode.CodeActionKind.RefactorRewrite,
        vscode.CodeActionKind.RefactorMove,
        FIX_ALL,
      ],
    },
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

const KINDS: Readonly<Record<Refactoring['kind'], vscode.CodeActionKind>> = {
  extract: vscode.CodeActionKind.RefactorExtract,
  inline: vscode.CodeActionKind.RefactorInline,
  rewrite: vscode.CodeActionKind.RefactorRewrite,
  move: vscode.CodeActionKind.RefactorMove,
};

/** Other files of the project; nobody can look outside of one. */
function readerOf({ place }: OpenWorkflow): ((ref: string) => Analysis | undefined) | undefined {
  return (
    place &&
    ((ref) => {
      const found = place.project.workflows.read(ref);
      return found.ok ? found.value.analysis : undefined;
    })
  );
}

function refactorAction(
  { title, kind, edits, newFile }: Refactoring,
  { open, world }: { readonly open: OpenWorkflow; readonly world: FeatureWorld },
): vscode.CodeAction {
  const action = new vscode.CodeAction(title, KINDS[kind]);
  action.edit = editOf(edits, open);
  if (newFile !== undefined && open.place !== undefined) {
    const uri = world.projects.uriOf(open.place, newFile.ref);
    action.edit.createFile(uri);
    // As an edit: contents given with the file do not reach an editor that runs in a browser.
    action.edit.insert(uri, new vscode.Position(0, 0), newFile.text);
  }
  return action;
}

/** Everything that is certain, until nothing certain is left. */
function fixAll(open: OpenWorkflow, reread: Reread): vscode.CodeAction[] {
  const edit = fixAllEdit(open.analysis, reread);
  if (edit === undefined) return [];
  const action = new vscode.CodeAction(vscode.l10n.t('Fix all Baton problems'), FIX_ALL);
  action.edit = editOf([edit], open);
  return [action];
}
