import { statSync } from 'node:fs';
import * as vscode from 'vscode';
import { fileLinks } from '../../language/links.ts';
import { definition, highlights, references, symbolAt, type OtherFile } from '../../language/navigate.ts';
import { workspaceSymbols } from '../../language/outline.ts';
import { prepareRename, rename } from '../../language/rename.ts';
import { linesOf } from '../../base/lines.ts';
import { editorRange } from '../ranges.ts';
import { offerCallHierarchy } from './call-hierarchy.ts';
import {
  readWorkflowAt,
  workflowAt,
  YAML,
  type Feature,
  type FeatureWorld,
  type OpenWorkflow,
} from './feature.ts';
import { locationOf, othersOf } from './other-files.ts';
import { SYMBOL_KINDS } from './symbol-kinds.ts';

/** Where a name is declared and used, renaming it, who needs whom, and the files that a workflow names. */
export const offerNavigation: Feature = (world) =>
  vscode.Disposable.from(
    offerDefinition(world),
    offerReferences(world),
    offerHighlights(world),
    offerRename(world),
    offerLinks(world),
    offerSymbols(world),
    offerCallHierarchy(world),
  );

/** A workflow, the offset that somebody asks about, and the files around it. */
interface Asked {
  readonly open: OpenWorkflow;
  readonly offset: number;
  readonly others: readonly OtherFile[];
}

function asked(
  world: FeatureWorld,
  document: vscode.TextDocument,
  position: vscode.Position,
): Asked | undefined {
  const open = workflowAt(world, document);
  return open && { open, offset: document.offsetAt(position), others: othersOf(world, open) };
}

function placesOf({ open, others }: Asked) {
  return { own: { ...open, uri: open.document.uri }, others };
}

const offerDefinition: Feature = (world) =>
  vscode.languages.registerDefinitionProvider(YAML, {
    provideDefinition(document, position) {
      const at = asked(world, document, position);
      const found = at && definition(at.open.analysis, at.offset, at.others);
      if (at === undefined || found === undefined) return undefined;
      const origin = editorRange(at.open.lines, found.origin);
      return found.targets.flatMap((target): vscode.LocationLink[] => {
        const { uri, range } = locationOf(world, target, placesOf(at));
        if (target.ref !== undefined && !isFile(uri)) return [];
        return [{ originSelectionRange: origin, targetUri: uri, targetRange: range }];
      });
    },
  });

const offerReferences: Feature = (world) =>
  vscode.languages.registerReferenceProvider(YAML, {
    provideReferences(document, position, { includeDeclaration }) {
      const at = asked(world, document, position);
      if (at === undefined) return undefined;
      return references(at.open.analysis, at.offset, at.others)
        .filter(({ role }) => includeDeclaration || role === 'read')
        .map((place) => locationOf(world, place, placesOf(at)));
    },
  });

const offerHighlights: Feature = (world) =>
  vscode.languages.registerDocumentHighlightProvider(YAML, {
    async provideDocumentHighlights(document, position) {
      const open = await readWorkflowAt(world, document);
      const { Read, Write } = vscode.DocumentHighlightKind;
      return (
        open &&
        highlights(open.analysis, document.offsetAt(position)).map(
          ({ range, role }) =>
            new vscode.DocumentHighlight(editorRange(open.lines, range), role === 'write' ? Write : Read),
        )
      );
    },
  });

const offerRename: Feature = (world) =>
  vscode.languages.registerRenameProvider(YAML, {
    prepareRename(document, position) {
      const at = asked(world, document, position);
      // Other YAML is not ours to speak of.
      if (at === undefined) return undefined;
      if (symbolAt(at.open.analysis, at.offset) === undefined)
        throw new Error(vscode.l10n.t('Only steps and inputs have names that can be changed.'));
      const found = prepareRename(at.open.analysis, at.offset, at.others);
      if (!found.ok) throw new Error(found.error);
      return { range: editorRange(at.open.lines, found.value.range), placeholder: found.value.name };
    },
    provideRenameEdits(document, position, newName) {
      const at = asked(world, document, position);
      if (at === undefined) return undefined;
      const { offset, others } = at;
      const files = rename(at.open.analysis, offset, { to: newName, others });
      if (!files.ok) throw new Error(files.error);
      const change = new vscode.WorkspaceEdit();
      for (const { ref, edits } of files.value) {
        for (const { range, newText } of edits) {
          const place = ref === undefined ? { range } : { ref, range };
          const location = locationOf(world, place, placesOf(at));
          change.replace(location.uri, location.range, newText);
        }
      }
      return change;
    },
  });

const offerLinks: Feature = (world) =>
  vscode.languages.registerDocumentLinkProvider(YAML, {
    async provideDocumentLinks(document) {
      const open = await readWorkflowAt(world, document);
      const place = open?.place;
      if (open === undefined || place === undefined) return undefined;
      const target = (ref: string) => world.projects.uriOf(place, ref);
      // The same few files are named by many steps.
      const known = new Map<string, boolean>();
      const exists = (ref: string) => {
        let found = known.get(ref);
        if (found === undefined) known.set(ref, (found = isFile(target(ref))));
        return found;
      };
      return fileLinks(open.analysis, exists).map(
        ({ range, ref }) => new vscode.DocumentLink(editorRange(open.lines, range), target(ref)),
      );
    },
  });

function isFile(uri: vscode.Uri): boolean {
  try {
    return statSync(uri.fsPath, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    // A folder on the way that nobody may look into.
    return false;
  }
}

const offerSymbols: Feature = (world) =>
  vscode.languages.registerWorkspaceSymbolProvider({
    provideWorkspaceSymbols(query) {
      return world.files.all().flatMap(({ uri, ref, analysis }) => {
        const found = workspaceSymbols([{ ref, analysis }], query);
        const lines = linesOf(found.length === 0 ? '' : analysis.text);
        return found.map(
          ({ name, kind, container, selection }) =>
            new vscode.SymbolInformation(
              name,
              SYMBOL_KINDS[kind],
              container,
              new vscode.Location(uri, editorRange(lines, selection)),
            ),
        );
      });
    },
  });
