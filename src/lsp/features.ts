import {
  CompletionItemKind,
  DocumentHighlightKind,
  InsertTextFormat,
  MarkupKind,
  ResponseError,
  type CompletionItem,
  type Connection,
  type DocumentSymbol,
  type Hover,
  type Location,
  type Position,
  type SelectionRange,
  type ServerCapabilities,
  type TextDocumentPositionParams,
  type TextEdit as LspEdit,
} from 'vscode-languageserver/node';
import { linesOf } from '../base/lines.ts';
import { complete } from '../language/complete.ts';
import type { Completion, CompletionKind, CompletionSources } from '../language/completion.ts';
import { hover } from '../language/hover.ts';
import { fileLinks } from '../language/links.ts';
import { folds } from '../language/folding.ts';
import { definition, highlights, references, type FileRange, type OtherFile } from '../language/navigate.ts';
import { outline, type OutlineItem } from '../language/outline.ts';
import { prepareRename, rename } from '../language/rename.ts';
import { selections } from '../language/selection.ts';
import { refTo } from '../model/ref.ts';
import { interpretersOf } from '../project/interpreters.ts';
import { actionKinds, actionsAt } from './actions.ts';
import { lspRange } from './lsp-range.ts';
import { moreCapabilities, offerMoreFeatures } from './more-features.ts';
import { signatureHelp } from './signature.ts';
import { SYMBOLS } from './symbols.ts';
import type { OpenWorkflow } from './workspace.ts';
import type { LspWorld } from './world.ts';

/** What is promised to the editor. */
export const capabilities: ServerCapabilities = {
  completionProvider: { triggerCharacters: ['.', ' ', ':', '[', '{', ',', '-'] },
  hoverProvider: true,
  definitionProvider: true,
  referencesProvider: true,
  documentHighlightProvider: true,
  renameProvider: { prepareProvider: true },
  documentSymbolProvider: { label: 'Baton' },
  documentLinkProvider: {},
  foldingRangeProvider: true,
  selectionRangeProvider: true,
  signatureHelpProvider: { triggerCharacters: ['(', ','] },
  codeActionProvider: { codeActionKinds: actionKinds },
  ...moreCapabilities,
};

/** Registers the answers: each hands the question to a pure function of `src/language`. */
export function offerFeatures(connection: Connection, world: LspWorld): void {
  const at = ({ textDocument, position }: TextDocumentPositionParams) => {
    const open = world.open(textDocument.uri);
    return open === undefined ? undefined : { open, offset: open.lines.offset(position) };
  };
  const asked = async (params: TextDocumentPositionParams) => {
    const before = at(params);
    const others = before === undefined ? [] : await othersOf(world, before.open);
    // After the wait: an analysis holds for the text as it is now, and no longer.
    const place = at(params);
    return place && { ...place, others };
  };

  offerMoreFeatures(connection, world);
  connection.onCompletion(async (params) => {
    const before = at(params);
    const sources = before && (await sourcesOf(world, before.open));
    const place = at(params);
    if (place === undefined) return null;
    const found = complete(place.open.analysis, place.offset, sources);
    return found.map((each, order) => itemOf(each, order, place.open));
  });
  connection.onHover((params): Hover | null => {
    const place = at(params);
    const found = place && hover(place.open.analysis, place.offset, { now: Date.now() });
    if (place === undefined || found === undefined) return null;
    return {
      contents: { kind: MarkupKind.Markdown, value: found.markdown },
      range: lspRange(place.open.lines, found.range),
    };
  });
  connection.onDefinition(async (params) => {
    const place = await asked(params);
    if (place === undefined) return null;
    const found = definition(place.open.analysis, place.offset, place.others);
    const [first, ...more] = found?.targets.map((target) => locationOf(world, target, place)) ?? [];
    if (first === undefined) return null;
    return more.length === 0 ? first : [first, ...more];
  });
  connection.onReferences(async (params) => {
    const place = await asked(params);
    if (place === undefined) return null;
    return references(place.open.analysis, place.offset, place.others)
      .filter(({ role }) => params.context.includeDeclaration || role === 'read')
      .map((each) => locationOf(world, each, place));
  });
  connection.onDocumentHighlight((params) => {
    const place = at(params);
    if (place === undefined) return null;
    return highlights(place.open.analysis, place.offset).map(({ range, role }) => ({
      range: lspRange(place.open.lines, range),
      kind: role === 'write' ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
    }));
  });
  connection.onPrepareRename(async (params) => {
    const place = await asked(params);
    if (place === undefined) return null;
    const found = prepareRename(place.open.analysis, place.offset, place.others);
    return found.ok ? lspRange(place.open.lines, found.value.range) : null;
  });
  connection.onRenameRequest(async (params) => {
    const place = await asked(params);
    if (place === undefined) return null;
    const { open, offset, others } = place;
    const files = rename(open.analysis, offset, { to: params.newName, others });
    if (!files.ok) return new ResponseError(INVALID, files.error);
    const changes: Record<string, LspEdit[]> = {};
    for (const { ref, edits } of files.value) {
      for (const { range, newText } of edits) {
        const { uri, range: there } = locationOf(
          world,
          ref === undefined ? { range } : { ref, range },
          place,
        );
        (changes[uri] ??= []).push({ range: there, newText });
      }
    }
    return { changes };
  });
  connection.onFoldingRanges(({ textDocument }) => {
    const open = world.open(textDocument.uri);
    return (
      open &&
      folds(open.analysis.text).map(({ startLine, endLine, kind }) => ({
        startLine,
        endLine,
        ...(kind !== 'block' && { kind }),
      }))
    );
  });
  connection.onSelectionRanges(({ textDocument, positions }) => {
    const open = world.open(textDocument.uri);
    return open === undefined ? null : positions.map((position) => selectionAt(open, position));
  });
  connection.onDocumentSymbol(({ textDocument }) => {
    const open = world.open(textDocument.uri);
    return open === undefined ? null : outline(open.analysis).map((item) => symbolOf(item, open));
  });
  connection.onDocumentLinks(({ textDocument }) => {
    const open = world.open(textDocument.uri);
    const folder = open?.folder;
    if (open === undefined || folder === undefined) return null;
    return fileLinks(open.analysis).map(({ range, ref }) => ({
      range: lspRange(open.lines, range),
      target: world.workspace.uriOf(folder, ref),
    }));
  });
  connection.onSignatureHelp((params) => {
    const place = at(params);
    return place === undefined ? null : signatureHelp(place.open.analysis.text, place.offset);
  });
  connection.onCodeAction((params) => {
    const open = world.open(params.textDocument.uri);
    if (open === undefined) return null;
    return actionsAt(open, params, { workspace: world.workspace, canCreate: world.canCreate() });
  });
}

/** The protocol's code for a request that makes no sense. */
const INVALID = -32602;

async function sourcesOf({ workspace }: LspWorld, { folder, ref }: OpenWorkflow): Promise<CompletionSources> {
  const timeZones = Intl.supportedValuesOf('timeZone');
  if (folder === undefined) return { timeZones };
  const { workflows } = folder.project;
  const others = (await workspace.others(folder)).map((each) => each.ref).filter((each) => each !== ref);
  return {
    timeZones,
    interpreters: interpretersOf(folder.project),
    workflows: others.map((other) => refTo(ref, other)),
    look: (child) => workflows.look(child),
  };
}

const KINDS: Readonly<Record<CompletionKind, CompletionItemKind>> = {
  key: CompletionItemKind.Property,
  kind: CompletionItemKind.Class,
  step: CompletionItemKind.Module,
  value: CompletionItemKind.EnumMember,
  input: CompletionItemKind.Field,
  field: CompletionItemKind.Field,
  context: CompletionItemKind.Module,
  function: CompletionItemKind.Function,
  variable: CompletionItemKind.Variable,
  file: CompletionItemKind.File,
  snippet: CompletionItemKind.Snippet,
};

function itemOf(found: Completion, order: number, { lines }: OpenWorkflow): CompletionItem {
  return {
    label: found.label,
    kind: KINDS[found.kind],
    sortText: String(order).padStart(4, '0'),
    textEdit: { range: lspRange(lines, found.range), newText: found.insert },
    insertTextFormat: found.isSnippet === true ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
    ...(found.detail !== undefined && { detail: found.detail }),
    ...(found.documentation !== undefined && {
      documentation: { kind: MarkupKind.Markdown, value: found.documentation },
    }),
  };
}

/** The other workflows of the same folder. */
async function othersOf(
  { workspace }: LspWorld,
  { folder, ref }: OpenWorkflow,
): Promise<readonly OtherFile[]> {
  return folder === undefined ? [] : (await workspace.others(folder)).filter((each) => each.ref !== ref);
}

function locationOf(
  { workspace }: LspWorld,
  { ref, range }: FileRange,
  { open, others }: { readonly open: OpenWorkflow; readonly others: readonly OtherFile[] },
): Location {
  if (ref === undefined || open.folder === undefined)
    return { uri: open.uri, range: lspRange(open.lines, range) };
  const text = others.find((each) => each.ref === ref)?.analysis.text ?? '';
  return { uri: workspace.uriOf(open.folder, ref), range: lspRange(linesOf(text), range) };
}

function selectionAt({ analysis, lines }: OpenWorkflow, position: Position): SelectionRange {
  let grown: SelectionRange | undefined;
  for (const each of selections(analysis, lines.offset(position)).toReversed()) {
    const range = lspRange(lines, each);
    grown = grown === undefined ? { range } : { range, parent: grown };
  }
  return grown ?? { range: { start: position, end: position } };
}

function symbolOf(
  { name, detail, kind, range, selection, children }: OutlineItem,
  open: OpenWorkflow,
): DocumentSymbol {
  return {
    name: name === '' ? ' ' : name,
    detail,
    kind: SYMBOLS[kind],
    range: lspRange(open.lines, range),
    selectionRange: lspRange(open.lines, selection),
    children: children.map((child) => symbolOf(child, open)),
  };
}
