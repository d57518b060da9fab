import * as vscode from 'vscode';
import {
  fromTemplate,
  placesFor,
  slug,
  TEMPLATES,
  type Template,
  type TemplateId,
} from '../project/templates.ts';
import type { Projects } from './projects.ts';

/** Asks for a pattern and a name, writes a small workflow that works, and opens it. */
export async function newWorkflow(
  projects: Projects,
  given: { readonly folder?: vscode.Uri; readonly name?: string; readonly template?: string },
): Promise<vscode.Uri | undefined> {
  const root = given.folder ?? (await chooseFolder(projects));
  if (root === undefined) return undefined;
  // Who brings the name wants no questions.
  const id = given.template ?? (given.name === undefined ? await choosePattern() : 'start');
  const template = TEMPLATES.find((each) => each.id === id);
  if (template === undefined) return undefined;
  const name = given.name ?? (await askName(root, template, projects));
  if (name === undefined) return undefined;
  const uri = placeFor(root, name, projects);
  if (await exists(uri)) {
    void vscode.window.showErrorMessage(
      vscode.l10n.t('There is a file {0} already.', vscode.workspace.asRelativePath(uri)),
    );
    return undefined;
  }
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(fromTemplate(template, name)));
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

interface Look {
  readonly icon: string;
  readonly label: string;
  readonly detail: string;
}

function looks(): Readonly<Record<TemplateId, Look>> {
  const { l10n } = vscode;
  return {
    start: {
      icon: 'sparkle',
      label: l10n.t('A first workflow'),
      detail: l10n.t('An input, four steps, two of them side by side'),
    },
    pipeline: {
      icon: 'arrow-right',
      label: l10n.t('Pipeline'),
      detail: l10n.t('Steps in a row; each hands something to the next'),
    },
    'fan-out': {
      icon: 'list-tree',
      label: l10n.t('Fan-out'),
      detail: l10n.t('One step for every item of a list or combination of a matrix'),
    },
    'fan-in': {
      icon: 'git-merge',
      label: l10n.t('Fan-in'),
      detail: l10n.t('Steps side by side, and a report that waits for all of them'),
    },
    gate: {
      icon: 'shield',
      label: l10n.t('Gate with a check'),
      detail: l10n.t('A check that sends the run back until the work is good enough'),
    },
    approval: {
      icon: 'person',
      label: l10n.t('Gate with approval'),
      detail: l10n.t('A person decides whether the run goes on'),
    },
    tdd: {
      icon: 'sync',
      label: l10n.t('TDD loop'),
      detail: l10n.t('Write until the tests are green'),
    },
    node: {
      icon: 'package',
      label: l10n.t('Node'),
      detail: l10n.t('Install, lint, check types, test, build'),
    },
    python: {
      icon: 'symbol-namespace',
      label: l10n.t('Python'),
      detail: l10n.t('Set up an environment, compile, test'),
    },
    release: {
      icon: 'tag',
      label: l10n.t('Release'),
      detail: l10n.t('Check, ask, then tag a version in git'),
    },
    backup: {
      icon: 'archive',
      label: l10n.t('Backup'),
      detail: l10n.t('Every night: pack a folder, verify it, keep the last seven'),
    },
    'agent-review': {
      icon: 'hubot',
      label: l10n.t('Review by an agent'),
      detail: l10n.t('An agent reads what changed, a person decides'),
    },
  };
}

async function choosePattern(): Promise<TemplateId | undefined> {
  const known = looks();
  const items = TEMPLATES.map(({ id }) => {
    const { icon, label, detail } = known[id];
    return { id, label: `$(${icon}) ${label}`, detail };
  });
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('New Workflow'),
    placeHolder: vscode.l10n.t('What should it look like? Every one of these runs as it stands.'),
    matchOnDetail: true,
  });
  return chosen?.id;
}

function askName(root: vscode.Uri, { id }: Template, projects: Projects): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    value: id === 'start' ? '' : looks()[id].label,
    title: vscode.l10n.t('New Workflow: {0}', looks()[id].label),
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
  const places = placesFor(name);
  const uris = places.map((ref) => vscode.Uri.joinPath(root, ref));
  return uris.find((uri) => projects.isWorkflow(uri)) ?? vscode.Uri.joinPath(root, places[0] ?? '');
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
