import type { OpenWorkflow, Workspace } from './workspace.ts';

/** What the answers are made of. */
export interface LspWorld {
  readonly workspace: Workspace;
  readonly open: (uri: string) => OpenWorkflow | undefined;
  /** Whether the editor makes files when an action says so. */
  readonly canCreate: () => boolean;
}
