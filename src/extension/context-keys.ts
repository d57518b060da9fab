import * as vscode from 'vscode';
import type { Projects } from './projects.ts';
import type { WorkflowFiles } from './workflow-files.ts';

/** Tells menus and welcome texts what is there: `baton.isWorkflow`, `baton.hasWorkflows`, paths, `baton.scanned`. */
export function keepContextKeys(projects: Projects, files: WorkflowFiles): vscode.Disposable {
  const showEditor = (editor: vscode.TextEditor | undefined) =>
    set('baton.isWorkflow', editor !== undefined && projects.isWorkflow(editor.document.uri));
  let gathering: NodeJS.Timeout | undefined;
  const showPaths = () => {
    gathering ??= setTimeout(() => {
      gathering = undefined;
      const here = files.all().filter(({ place }) => place !== undefined);
      set('baton.hasWorkflows', here.length > 0);
      set(
        'baton.workflowPaths',
        here.map(({ uri }) => uri.fsPath),
      );
      set(
        'baton.runnablePaths',
        here.flatMap(({ uri, analysis }) => (analysis.runnable ? [uri.fsPath] : [])),
      );
    }, 0);
  };
  showEditor(vscode.window.activeTextEditor);
  showPaths();
  return vscode.Disposable.from(
    vscode.window.onDidChangeActiveTextEditor(showEditor),
    projects.onDidChange(() => showEditor(vscode.window.activeTextEditor)),
    files.onDidChange(showPaths),
    files.onDidScan(() => set('baton.scanned', true)),
    { dispose: () => clearTimeout(gathering) },
  );
}

function set(key: string, value: unknown): void {
  void vscode.commands.executeCommand('setContext', key, value);
}
