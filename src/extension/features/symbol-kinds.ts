import * as vscode from 'vscode';
import type { CallItem } from '../../language/calls.ts';
import type { OutlineItem } from '../../language/outline.ts';

/** What stands beside a name in the outline, in searches and in the call hierarchy. */
export const SYMBOL_KINDS: Readonly<Record<OutlineItem['kind'] | CallItem['kind'], vscode.SymbolKind>> = {
  file: vscode.SymbolKind.File,
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
