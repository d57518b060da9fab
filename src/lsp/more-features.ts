import {
  SemanticTokensBuilder,
  type CallHierarchyItem,
  type Connection,
  type InlayHint,
  type SemanticTokens,
} from 'vscode-languageserver/node';
import { linesOf } from '../base/lines.ts';
import { callItemAt, callsFrom, callsInto, type CallItem } from '../language/calls.ts';
import { inlays, type Inlay } from '../language/inlays.ts';
import type { OtherFile } from '../language/navigate.ts';
import { workspaceSymbols } from '../language/outline.ts';
import { nextDue } from '../language/schedule-words.ts';
import { TOKEN_MODIFIERS, TOKEN_TYPES, tokens } from '../language/tokens.ts';
import { lspRange } from './lsp-range.ts';
import { SYMBOLS } from './symbols.ts';
import type { AnyWorkflow, OpenWorkflow } from './workspace.ts';
import type { LspWorld } from './world.ts';

/** What is promised to the editor besides. */
export const moreCapabilities = {
  callHierarchyProvider: true,
  inlayHintProvider: true,
  workspaceSymbolProvider: true,
  semanticTokensProvider: {
    legend: { tokenTypes: [...TOKEN_TYPES], tokenModifiers: [...TOKEN_MODIFIERS] },
    full: true,
  },
};

/** Registers what looks over a whole file, or over all. */
export function offerMoreFeatures(connection: Connection, world: LspWorld): void {
  offerCallHierarchy(connection, world);
  connection.languages.inlayHint.on(({ textDocument, range }) => {
    const open = world.open(textDocument.uri);
    if (open === undefined) return null;
    const [start, end] = [open.lines.offset(range.start), open.lines.offset(range.end)];
    return inlays(open.analysis, { nextTime: (schedule) => nextDue(schedule, Date.now()) })
      .filter(({ offset }) => offset >= start && offset <= end)
      .map((inlay) => hintOf(inlay, open));
  });
  connection.languages.semanticTokens.on(({ textDocument }) => {
    const open = world.open(textDocument.uri);
    return open === undefined ? { data: [] } : tokensOf(open);
  });
  connection.onWorkspaceSymbol(async ({ query }) => {
    const { workspace } = world;
    const found = await Promise.all(
      workspace.folders.map(async (folder) => {
        const files = await workspace.others(folder);
        return workspaceSymbols(files, query).map(({ name, kind, selection, container, ref }) => ({
          name,
          kind: SYMBOLS[kind],
          containerName: container,
          location: { uri: workspace.uriOf(folder, ref), range: lspRange(linesIn(files, ref), selection) },
        }));
      }),
    );
    return found.flat();
  });
}

/** Who needs a step and whom it needs, over files that run each other. */
function offerCallHierarchy(connection: Connection, { workspace, open }: LspWorld): void {
  const any = async (uri: string) => {
    const own = open(uri) ?? workspace.read(uri);
    if (own === undefined) return undefined;
    const files = own.folder === undefined ? [] : await workspace.others(own.folder);
    // After the wait: an analysis holds for the text as it is now, and no longer.
    const now = open(uri) ?? own;
    return { own: now, others: files.filter(({ ref }) => ref !== now.ref) };
  };
  const itemOf = (item: CallItem, own: AnyWorkflow, others: readonly OtherFile[]): CallHierarchyItem => {
    const elsewhere = item.ref !== undefined && own.folder !== undefined;
    const lines = elsewhere ? linesIn(others, item.ref) : own.lines;
    return {
      name: item.name,
      kind: SYMBOLS[item.kind],
      detail: item.detail,
      uri: elsewhere ? workspace.uriOf(own.folder, item.ref) : own.uri,
      range: lspRange(lines, item.range),
      selectionRange: lspRange(lines, item.selection),
    };
  };
  connection.languages.callHierarchy.onPrepare(({ textDocument, position }) => {
    const own = open(textDocument.uri);
    const item = own && callItemAt(own.analysis, own.lines.offset(position));
    return own === undefined || item === undefined ? null : [itemOf(item, own, [])];
  });
  connection.languages.callHierarchy.onIncomingCalls(async ({ item: asked }) => {
    const found = await any(asked.uri);
    if (found === undefined) return null;
    const { own, others } = found;
    const offset = own.lines.offset(asked.selectionRange.start);
    return callsInto(own.analysis, offset, others).map(({ item, ranges }) => {
      // The words stand in the file of the one that needs.
      const lines = item.ref === undefined ? own.lines : linesIn(others, item.ref);
      return { from: itemOf(item, own, others), fromRanges: ranges.map((range) => lspRange(lines, range)) };
    });
  });
  connection.languages.callHierarchy.onOutgoingCalls(async ({ item: asked }) => {
    const found = await any(asked.uri);
    if (found === undefined) return null;
    const { own, others } = found;
    const offset = own.lines.offset(asked.selectionRange.start);
    return callsFrom(own.analysis, offset, others).map(({ item, ranges }) => ({
      to: itemOf(item, own, others),
      fromRanges: ranges.map((range) => lspRange(own.lines, range)),
    }));
  });
}

function linesIn(files: readonly OtherFile[], ref: string) {
  return linesOf(files.find((each) => each.ref === ref)?.analysis.text ?? '');
}

function hintOf(inlay: Inlay, { lines }: OpenWorkflow): InlayHint {
  return { position: lines.position(inlay.offset), label: wordsOf(inlay), paddingLeft: true };
}

function wordsOf(inlay: Inlay): string {
  switch (inlay.kind) {
    case 'wave':
      return `wave ${inlay.wave}`;
    case 'default':
      return `${inlay.field} ${inlay.value}`;
    case 'next-run':
      return `next ${new Date(inlay.at).toLocaleString()}`;
  }
}

function tokensOf({ analysis, lines }: OpenWorkflow): SemanticTokens {
  const builder = new SemanticTokensBuilder();
  for (const { start, end, type, modifiers } of tokens(analysis)) {
    const from = lines.position(start);
    const to = lines.position(end);
    // Editors take tokens of one line alone; only texts inside of expressions ever go over several.
    if (from.line !== to.line) continue;
    const bits = modifiers.reduce((sum, each) => sum | (1 << TOKEN_MODIFIERS.indexOf(each)), 0);
    builder.push(from.line, from.character, to.character - from.character, TOKEN_TYPES.indexOf(type), bits);
  }
  return builder.build();
}
