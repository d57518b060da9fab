import type { Connection, ServerCapabilities } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { OpenWorkflow, Workspace } from './workspace.ts';

/** What the answers are made of. */
export interface LspWorld {
  readonly workspace: Workspace;
  readonly open: (uri: string) => OpenWorkflow | undefined;
  readonly documents: () => readonly TextDocument[];
}

/** What is promised to the editor. */
export const capabilities: ServerCapabilities = {};

/** Registers the answers: each hands the question to a pure function of `src/language`. */
export function offerFeatures(_connection: Connection, _world: LspWorld): void {
  // Filled in as the features come.
}
