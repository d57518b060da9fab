import * as vscode from 'vscode';
import { outline, type OutlineItem } from '../../language/outline.ts';
import { editorRange } from '../ranges.ts';
import { workflowAt, YAML, type Feature, type OpenWorkflow } from './feature.ts';

const KINDS: Readonly<Record<OutlineItem['kind'], vscode.SymbolKind>> = {
  workflow: vscode.SymbolKind.Package,
  section: vscode.SymbolKind.Namespace,
  input: vscode.SymbolKind.Field,
  trigger: vscode.SymbolKind.Event,
  run: vscode.SymbolKind.Function,
  script: vscode.SymbolKind.Method,
  agent: vscode.SymbolKind.Interface,
  gate: vscode.SymbolKind.Boolean,
  loop: vscode.SymbolKind.Array,
  step: vscode.SymbolKind.Object,
};

/** The outline, the breadcrumbs, and "Go to Symbol". */
export const offerOutline: Feature = (world) =>
  vscode.languages.registerDocumentSymbolProvider(
    YAML,
    {
      provideDocumentSymbols(document) {
        const open = workflowAt(world, document);
        return open && outline(open.analysis).map((item) => symbolOf(item, open));
      },
    },
    { label: 'Baton' },
  );

function symbolOf(item: OutlineItem, open: OpenWorkflow): vscode.DocumentSymbol {
  const { name, detail, kind, range, selection, children } = item;
  const symbol = new vscode.DocumentSymbol(
    name === '' ? ' ' : name,
    detail,
    KINDS[kind],
    editorRange(open.lines, range),
    editorRange(open.lines, selection),
  );
  symbol.children = children.map((child) => symbolOf(child, open));
  return symbol;
}
