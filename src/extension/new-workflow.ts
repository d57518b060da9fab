import * as vscode from 'vscode';
import type { Projects } from './projects.ts';

/** Runs as it stands on every system with a shell, and shows what a newcomer needs first: steps, needs, an input. */
function starter(name: string): string {
  return `name: ${/^[A-Za-z][\w ]*$/.test(name) ? name : JSON.stringify(name)}
description: What this workflow is for, in one sentence.

inputs:
  who: { type: string, default: world, description: Whom to greet }

steps:
  prepare:
    run: echo "getting ready"

  # These two need only "prepare", so they run at the same time.
  greet:
    needs: prepare
    run: echo hello \${{ inputs.who }}
  check:
    needs: prepare
    run: echo "everything is in order"

  # This one waits for both.
  finish:
    needs: [greet, check]
    run: echo "done"
`;
}

/** Asks for a name, writes a small workflow that works, and opens it. */
export async function newWorkflow(
  projects: Projects,
  given: { readonly folder?: vscode.Uri; readonly name?: string },
): Promise<vscode.Uri | undefined> {
  const root = given.folder ?? (await chooseFolder(projects));
  if (root === undefined) return undefined;
  const name = given.name ?? (await askName(root, projects));
  if (name === undefined) return undefined;
  const uri = placeFor(root, name, projects);
  if (await exists(uri)) {
    void vscode.window.showErrorMessage(
      vscode.l10n.t('There is a file {0} already.', vscode.workspace.asRelativePath(uri)),
    );
    return undefined;
  }
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(starter(name)));
  await vscode.window.showTextDocument(uri, { preview: false });
  return uri;
}

async function chooseFolder(projects: Projects): Promise<vscode.Uri | undefined> {
  const places = projects.all();
  if (places.length === 0) {
    const open = vscode.l10n.t('Open Folder');
    const message = vscode.l10n.t('Open a folder first: workflows live in its folder .workflows.');
    const chosen = await vscode.window.showInformationMessage(message, open);
    if (chosen === open) await vscode.commands.executeCommand('vscode.openFolder');
    return undefined;
  }
  if (places.length === 1) return places[0]?.folder.uri;
  return (await vscode.window.showWorkspaceFolderPick())?.uri;
}

function askName(root: vscode.Uri, projects: Projects): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: vscode.l10n.t('New Workflow'),
    prompt: vscode.l10n.t('What does it do? The name becomes the file name, too.'),
    placeHolder: vscode.l10n.t('Build and test'),
    validateInput: async (name) => {
      if (slug(name) === '') return vscode.l10n.t('A name needs at least one letter or digit.');
      const uri = placeFor(root, name, projects);
      const taken = await exists(uri);
      return taken
        ? vscode.l10n.t('There is a file {0} already.', vscode.workspace.asRelativePath(uri))
        : undefined;
    },
  });
}

/** In the folder for workflows, or where the setting finds it. */
function placeFor(root: vscode.Uri, name: string, projects: Projects): vscode.Uri {
  const places = [`.workflows/${slug(name)}.yaml`, `${slug(name)}.workflow.yaml`];
  const uris = places.map((ref) => vscode.Uri.joinPath(root, ref));
  return uris.find((uri) => projects.isWorkflow(uri)) ?? vscode.Uri.joinPath(root, places[0] ?? '');
}

/** `Build & test!` → `build-test`. */
function slug(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '');
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
