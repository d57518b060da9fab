import {
  CompletionItemKind,
  DocumentHighlightKind,
  InsertTextFormat,
  MarkupKind,
  ResponseError,
  SymbolKind,
  type CompletionItem,
  type Connection,
  type DocumentSymbol,
  type Hover,
  type Location,
  type ServerCapabilities,
  type TextDocumentPositionParams,
  type TextEdit as LspEdit,
} from 'vscode-languageserver/node';
import type { Range } from '../base/lines.ts';
import { complete } from '../language/complete.ts';
import type { Completion, CompletionKind, CompletionSources } from '../language/completion.ts';
import { hover } from '../language/hover.ts';
import { fileLinks } from '../language/links.ts';
import { namedAt, rename, type Named } from '../language/navigate.ts';
import { outline, type OutlineItem } from '../language/outline.ts';
import type { TextEdit } from '../model/diagnostic.ts';
import { refTo } from '../model/ref.ts';
import { actionKinds, actionsAt } from './actions.ts';
import { lspRange } from './lsp-range.ts';
import { signatureHelp } from './signature.ts';
import type { OpenWorkflow, Workspace } from './workspace.ts';

/** What the answers are made of. */
export interface LspWorld {
  readonly workspace: Workspace;
  readonly open: (uri: string) => OpenWorkflow | undefined;
  /** Whether the editor makes files when an action says so. */
  readonly canCreate: () => boolean;
}

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
  signatureHelpProvider: { triggerCharacters: ['(', ','] },
  codeActionProvider: { codeActionKinds: actionKinds },
};

/** Registers the answers: each hands the question to a pure function of `src/language`. */
export function offerFeatures(connection: Connection, world: LspWorld): void {
  const at = ({ textDocument, position }: TextDocumentPositionParams) => {
    const open = world.open(textDocument.uri);
    return open === undefined ? undefined : { open, offset: open.lines.offset(position) };
  };
  const named = (params: TextDocumentPositionParams) => {
    const place = at(params);
    const found = place && namedAt(place.open.analysis, place.offset);
    return place === undefined || found === undefined ? undefined : { ...place, ...found };
  };

  connection.onCompletion(async (params) => {
    const place = at(params);
    if (place === undefined) return null;
    const found = complete(place.open.analysis, place.offset, await sourcesOf(world, place.open));
    return found.map((each, order) => itemOf(each, order, place.open));
  });
  connection.onHover((params): Hover | null => {
    const place = at(params);
    const found = place && hover(place.open.analysis, place.offset);
    if (place === undefined || found === undefined) return null;
    return {
      contents: { kind: MarkupKind.Markdown, value: found.markdown },
      range: lspRange(place.open.lines, found.range),
    };
  });
  connection.onDefinition((params) => {
    const found = named(params);
    return found === undefined ? null : locationOf(found.open, found.named.definition);
  });
  connection.onReferences((params) => {
    const found = named(params);
    if (found === undefined) return null;
    return rangesOf(found.named, params.context.includeDeclaration).map((range) =>
      locationOf(found.open, range),
    );
  });
  connection.onDocumentHighlight((params) => {
    const found = named(params);
    if (found === undefined) return null;
    return rangesOf(found.named, true).map((range, i) => ({
      range: lspRange(found.open.lines, range),
      kind: i === 0 ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
    }));
  });
  connection.onPrepareRename((params) => {
    const found = named(params);
    return found === undefined ? null : lspRange(found.open.lines, found.range);
  });
  connection.onRenameRequest((params) => {
    const place = at(params);
    if (place === undefined) return null;
    const edits = rename(place.open.analysis, place.offset, params.newName);
    if (!edits.ok) return new ResponseError(INVALID, edits.error);
    return { changes: { [place.open.uri]: editsOf(place.open, edits.value) } };
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

function rangesOf({ definition, uses }: Named, withDefinition: boolean): readonly Range[] {
  return withDefinition ? [definition, ...uses] : uses;
}

function locationOf({ uri, lines }: OpenWorkflow, range: Range): Location {
  return { uri, range: lspRange(lines, range) };
}

function editsOf({ lines }: OpenWorkflow, edits: readonly TextEdit[]): LspEdit[] {
  return edits.map(({ range, newText }) => ({ range: lspRange(lines, range), newText }));
}

const SYMBOLS: Readonly<Record<OutlineItem['kind'], SymbolKind>> = {
  section: SymbolKind.Namespace,
  input: SymbolKind.Field,
  trigger: SymbolKind.Event,
  workflow: SymbolKind.Package,
  run: SymbolKind.Function,
  script: SymbolKind.Method,
  agent: SymbolKind.Interface,
  gate: SymbolKind.Boolean,
  loop: SymbolKind.Array,
  step: SymbolKind.Object,
};

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
