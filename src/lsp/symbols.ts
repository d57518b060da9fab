import { SymbolKind } from 'vscode-languageserver/node';
import type { CallItem } from '../language/calls.ts';
import type { OutlineItem } from '../language/outline.ts';

/** The protocol's icons for the parts of a workflow. */
export const SYMBOLS: Readonly<Record<OutlineItem['kind'] | CallItem['kind'], SymbolKind>> = {
  file: SymbolKind.File,
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
