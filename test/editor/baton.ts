import { ok } from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { BatonApi } from '../../src/extension/extension.ts';
import type { RunEvent } from '../../src/model/run-event.ts';
import { eventually } from '../eventually.ts';

/** A loaded machine may need this long for what usually takes a moment. */
export const PATIENCE_MS = 30_000;

/** The extension as the editor runs it. */
export async function baton(): Promise<BatonApi> {
  const extension = vscode.extensions.getExtension<BatonApi>('baton.baton');
  ok(extension, 'the extension is not installed');
  const api = await extension.activate();
  await api.ready;
  return api;
}

export function folder(): vscode.WorkspaceFolder {
  const [first] = vscode.workspace.workspaceFolders ?? [];
  ok(first, 'no folder is open');
  return first;
}

export function uriOf(ref: string): vscode.Uri {
  return vscode.Uri.joinPath(folder().uri, ref);
}

/** Writes a file of the workspace as another program would. */
export async function write(ref: string, text: string): Promise<vscode.Uri> {
  await vscode.workspace.fs.writeFile(uriOf(ref), new TextEncoder().encode(text));
  return uriOf(ref);
}

export async function remove(ref: string): Promise<void> {
  await vscode.workspace.fs.delete(uriOf(ref), { recursive: true });
}

/** Puts a new text into an editor, unsaved. */
export async function type(editor: vscode.TextEditor, text: string): Promise<void> {
  const { document } = editor;
  const all = new vscode.Range(document.positionAt(0), document.positionAt(document.getText().length));
  ok(await editor.edit((edit) => edit.replace(all, text)));
}

/** `error baton/cycle "build" 4:11`, sorted by place. */
export function problems(uri: vscode.Uri): readonly string[] {
  return vscode.languages
    .getDiagnostics(uri)
    .filter(({ source }) => source === 'baton')
    .map(({ severity, code, range }) => {
      const level = vscode.DiagnosticSeverity[severity].toLowerCase();
      const name = typeof code === 'object' ? code.value : code;
      return `${level} ${name} ${range.start.line + 1}:${range.start.character + 1}`;
    })
    .sort();
}

/** Waits for something to become as expected; says what it was when it did not. */
export async function becomes<T>(read: () => T | Promise<T>, holds: (value: T) => boolean): Promise<T> {
  let last: T | undefined;
  try {
    await eventually(async () => holds((last = await read())), PATIENCE_MS);
  } catch {
    throw new Error(`Waited for ${holds.toString()}; it was ${JSON.stringify(last)}`);
  }
  return last as T; // it held, so it was read
}

/** What a run wrote down, read from the folder `.baton` like any other program would. */
export function events(run: string): readonly RunEvent[] {
  const text = readFileSync(join(runFolder(run), 'events.jsonl'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RunEvent); // written by our own journal
}

export function runFolder(run: string): string {
  return join(folder().uri.fsPath, '.baton', 'runs', run);
}

/** How a run ended, once it has. */
export async function endOf(run: string): Promise<string> {
  const last = await becomes(
    () => events(run).at(-1),
    (event) => event?.type === 'run-ended',
  );
  return last?.type === 'run-ended' ? last.status : '';
}

/** Starts `baton …` as a person would in a terminal. */
export function commandLine(...args: readonly string[]): ChildProcess {
  const extension = vscode.extensions.getExtension('baton.baton');
  const file = join(extension?.extensionPath ?? '', 'dist/cli.cjs');
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  return spawn(process.execPath, [file, ...args], { cwd: folder().uri.fsPath, stdio: 'ignore', env });
}

function labelOf({ label }: vscode.TreeItem): string {
  return typeof label === 'string' ? label : (label?.label ?? '');
}

/** A tree as a person sees it: one line a row, `label | description [icon]`, indented by depth. */
export async function drawn<Row>(
  tree: vscode.TreeDataProvider<Row>,
  depth = 9,
  row?: Row,
): Promise<string[]> {
  const children = (await tree.getChildren(row)) ?? [];
  const lines: string[] = [];
  for (const child of children) {
    const item = await tree.getTreeItem(child);
    const icon = item.iconPath instanceof vscode.ThemeIcon ? ` [${item.iconPath.id}]` : '';
    const description =
      typeof item.description === 'string' && item.description !== '' ? ` | ${item.description}` : '';
    ok(item.accessibilityInformation?.label ?? item.label, 'a row says nothing to those who cannot see it');
    lines.push(`${labelOf(item)}${description}${icon}`);
    if (depth > 1) lines.push(...(await drawn(tree, depth - 1, child)).map((line) => `  ${line}`));
  }
  return lines;
}
