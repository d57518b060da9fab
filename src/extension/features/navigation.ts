import * as vscode from 'vscode';
import { linesOf } from '../../base/lines.ts';
import { fileLinks } from '../../language/links.ts';
import { namedAt, namesIn, rename } from '../../language/navigate.ts';
import { editorRange } from '../ranges.ts';
import { workflowAt, YAML, type Feature, type OpenWorkflow } from './feature.ts';

/** Where a name is declared and used, renaming it, and the files that a workflow names. */
export const offerNavigation: Feature = (world) => {
  const at = (document: vscode.TextDocument, position: vscode.Position) => {
    const open = workflowAt(world, document);
    const found = open && namedAt(open.analysis, document.offsetAt(position));
    return open === undefined || found === undefined ? undefined : { open, ...found };
  };
  const location = (
    { document, lines }: OpenWorkflow,
    range: { readonly start: number; readonly end: number },
  ) => new vscode.Location(document.uri, editorRange(lines, range));
  return vscode.Disposable.from(
    vscode.languages.registerDefinitionProvider(YAML, {
      provideDefinition(document, position) {
        const found = at(document, position);
        return found && location(found.open, found.named.definition);
      },
    }),
    vscode.languages.registerReferenceProvider(YAML, {
      provideReferences(document, position, { includeDeclaration }) {
        const found = at(document, position);
        if (found === undefined) return undefined;
        const { definition, uses } = found.named;
        return [...(includeDeclaration ? [definition] : []), ...uses].map((range) =>
          location(found.open, range),
        );
      },
    }),
    vscode.languages.registerDocumentHighlightProvider(YAML, {
      provideDocumentHighlights(document, position) {
        const found = at(document, position);
        if (found === undefined) return undefined;
        const { Read, Write } = vscode.DocumentHighlightKind;
        const { definition, uses } = found.named;
        const mark =
          (kind: vscode.DocumentHighlightKind) => (range: { readonly start: number; readonly end: number }) =>
            new vscode.DocumentHighlight(editorRange(found.open.lines, range), kind);
        return [mark(Write)(definition), ...uses.map(mark(Read))];
      },
    }),
    vscode.languages.registerRenameProvider(YAML, {
      prepareRename(document, position) {
        const found = at(document, position);
        if (found === undefined) {
          // Other YAML is not ours to speak of.
          if (workflowAt(world, document) === undefined) return undefined;
          throw new Error(vscode.l10n.t('Only steps and inputs have names that can be changed.'));
        }
        return editorRange(found.open.lines, found.range);
      },
      provideRenameEdits(document, position, newName) {
        const open = workflowAt(world, document);
        if (open === undefined) return undefined;
        const edits = rename(open.analysis, document.offsetAt(position), newName);
        if (!edits.ok) throw new Error(edits.error);
        const change = new vscode.WorkspaceEdit();
        for (const { range, newText } of edits.value)
          change.replace(document.uri, editorRange(open.lines, range), newText);
        return change;
      },
    }),
    vscode.languages.registerDocumentLinkProvider(YAML, {
      provideDocumentLinks(document) {
        const open = workflowAt(world, document);
        const folder = open?.place?.folder.uri;
        if (open === undefined || folder === undefined) return undefined;
        return fileLinks(open.analysis).map(({ range, ref }) => {
          const target = vscode.Uri.joinPath(folder, ref);
          return new vscode.DocumentLink(editorRange(open.lines, range), target);
        });
      },
    }),
    vscode.languages.registerWorkspaceSymbolProvider({
      provideWorkspaceSymbols(query) {
        const wanted = query.toLowerCase();
        return world.files.all().flatMap(({ uri, analysis, ref }) => {
          const lines = linesOf(analysis.text);
          return namesIn(analysis).flatMap(({ kind, name, definition }) =>
            kind === 'step' && contains(name.toLowerCase(), wanted)
              ? [
                  new vscode.SymbolInformation(
                    name,
                    vscode.SymbolKind.Function,
                    ref,
                    new vscode.Location(uri, editorRange(lines, definition)),
                  ),
                ]
              : [],
          );
        });
      },
    }),
  );
};

/** As the editor matches names: all letters, in this order. */
function contains(name: string, wanted: string): boolean {
  let at = 0;
  for (const letter of wanted) {
    at = name.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
