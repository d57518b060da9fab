import * as vscode from 'vscode';
import type { Range } from '../../base/lines.ts';
import { folds, type Fold } from '../../language/folding.ts';
import { outline, type OutlineItem } from '../../language/outline.ts';
import { selections } from '../../language/selection.ts';
import { editorRange } from '../ranges.ts';
import { readWorkflowAt, workflowAt, YAML, type Feature, type OpenWorkflow } from './feature.ts';
import { SYMBOL_KINDS } from './symbol-kinds.ts';

/** The outline, the breadcrumbs, "Go to Symbol", what folds, and what a selection grows to. */
export const offerOutline: Feature = (world) =>
  vscode.Disposable.from(
    vscode.languages.registerDocumentSymbolProvider(
      YAML,
      {
        async provideDocumentSymbols(document) {
          const open = await readWorkflowAt(world, document);
          return open && outline(open.analysis).map((item) => symbolOf(item, open));
        },
      },
      { label: 'Baton' },
    ),
    vscode.languages.registerFoldingRangeProvider(YAML, {
      provideFoldingRanges(document) {
        if (!world.projects.isWorkflow(document.uri)) return undefined;
        return folds(document.getText()).map(
          ({ startLine, endLine, kind }) => new vscode.FoldingRange(startLine, endLine, foldingKind(kind)),
        );
      },
    }),
    vscode.languages.registerSelectionRangeProvider(YAML, {
      provideSelectionRanges(document, positions) {
        const open = workflowAt(world, document);
        return open && positions.map((position) => selectionAt(open, position));
      },
    }),
  );

function symbolOf(item: OutlineItem, open: OpenWorkflow): vscode.DocumentSymbol {
  const { name, detail, kind, range, selection, children } = item;
  const symbol = new vscode.DocumentSymbol(
    name === '' ? ' ' : name,
    detail,
    SYMBOL_KINDS[kind],
    editorRange(open.lines, range),
    editorRange(open.lines, selection),
  );
  symbol.children = children.map((child) => symbolOf(child, open));
  return symbol;
}

function foldingKind(kind: Fold['kind']): vscode.FoldingRangeKind | undefined {
  if (kind === 'comment') return vscode.FoldingRangeKind.Comment;
  return kind === 'region' ? vscode.FoldingRangeKind.Region : undefined;
}

function selectionAt(
  { document, analysis, lines }: OpenWorkflow,
  position: vscode.Position,
): vscode.SelectionRange {
  let grown: vscode.SelectionRange | undefined;
  const ranges: readonly Range[] = selections(analysis, document.offsetAt(position));
  for (const range of ranges.toReversed())
    grown = new vscode.SelectionRange(editorRange(lines, range), grown);
  return grown ?? new vscode.SelectionRange(new vscode.Range(position, position));
}
