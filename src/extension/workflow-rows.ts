import * as vscode from 'vscode';
import { linesOf } from '../base/lines.ts';
import { statusWords } from '../views/words.ts';
import { BROKEN_ICON, kindIcon, NEVER_RUN_ICON, statusIcon } from './icons.ts';
import { editorRange } from './ranges.ts';
import type { SeenRun } from './runs-watch.ts';
import { ago, asMarkdown, inOneLine } from './speech.ts';
import type { WorkflowFile } from './workflow-files.ts';

/** The rows of the workflows tree. Each is one object for as long as its file is there. */
export type WorkflowsRow = FolderRow | WorkflowRow | WorkflowStepRow;

export interface FolderRow {
  readonly kind: 'folder';
  readonly uri: vscode.Uri;
  readonly label: string;
}

export interface WorkflowRow {
  readonly kind: 'workflow';
  readonly uri: vscode.Uri;
}

export interface WorkflowStepRow {
  readonly kind: 'workflow-step';
  readonly parent: WorkflowRow;
  readonly step: string;
}

export function folderItem(row: FolderRow): vscode.TreeItem {
  const item = new vscode.TreeItem(row.label, vscode.TreeItemCollapsibleState.Expanded);
  item.id = `folder ${row.uri.toString()}`;
  item.iconPath = vscode.ThemeIcon.Folder;
  item.accessibilityInformation = { label: vscode.l10n.t('Folder {0}', row.label) };
  return item;
}

export function workflowItem(
  file: WorkflowFile,
  { last, now }: { readonly last: SeenRun | undefined; readonly now: number },
): vscode.TreeItem {
  const { workflow } = file.analysis;
  const item = new vscode.TreeItem(nameOf(file), vscode.TreeItemCollapsibleState.Collapsed);
  const errors = file.analysis.diagnostics.filter(({ severity }) => severity === 'error').length;
  const problem = errors === 0 ? undefined : countErrors(errors);
  const result = problem ?? resultWords(last, now);
  item.id = file.uri.toString();
  item.iconPath = problem === undefined ? resultIcon(last) : BROKEN_ICON;
  item.description = result;
  item.contextValue = file.analysis.runnable ? 'baton.workflow.runnable' : 'baton.workflow.broken';
  item.accessibilityInformation = { label: inOneLine([nameOf(file), result], ', ') };
  item.tooltip = workflowTooltip(file, [
    vscode.l10n.t('File: {0}', asMarkdown(file.ref)),
    problem,
    last && vscode.l10n.t('Last run: {0}', resultWords(last, now)),
    workflow.inputs.length > 0
      ? vscode.l10n.t('Inputs: {0}', asMarkdown(workflow.inputs.map(({ name }) => name).join(', ')))
      : undefined,
  ]);
  item.command = openCommand({ kind: 'workflow', uri: file.uri });
  return item;
}

/** The workflow's own name, or its file's when it has none. */
export function nameOf({ analysis, uri }: WorkflowFile): string {
  return analysis.workflow.name || (uri.path.split('/').at(-1) ?? '');
}

function countErrors(count: number): string {
  return count === 1 ? vscode.l10n.t('1 error') : vscode.l10n.t('{0} errors', count);
}

function resultIcon(last: SeenRun | undefined): vscode.ThemeIcon {
  return last === undefined ? NEVER_RUN_ICON : statusIcon(last.summary.status);
}

function resultWords(last: SeenRun | undefined, now: number): string {
  if (last === undefined) return vscode.l10n.t('never run');
  const { status, startedAt, endedAt } = last.summary;
  const words = vscode.l10n.t(statusWords(status));
  return status === 'running' ? words : inOneLine([words, ago(endedAt ?? startedAt, now)]);
}

function workflowTooltip(file: WorkflowFile, facts: readonly (string | undefined)[]): vscode.MarkdownString {
  const { description } = file.analysis.workflow;
  const lines = [`**${asMarkdown(nameOf(file))}**`, ''];
  if (description !== undefined) lines.push(asMarkdown(description), '');
  for (const fact of facts) if (fact !== undefined) lines.push(`- ${fact}`);
  return new vscode.MarkdownString(lines.join('\n'));
}

export function workflowStepItem(row: WorkflowStepRow, file: WorkflowFile): vscode.TreeItem {
  const step = file.analysis.workflow.steps.find(({ id }) => id === row.step);
  const item = new vscode.TreeItem(step?.name ?? row.step, vscode.TreeItemCollapsibleState.None);
  item.id = `${file.uri.toString()} ${row.step}`;
  item.contextValue = 'baton.workflowStep';
  item.command = openCommand(row);
  if (step === undefined) return item;
  const needs = step.needs.map((need) => need.step).join(', ');
  const words = needs === '' ? undefined : vscode.l10n.t('needs {0}', needs);
  item.iconPath = kindIcon(step.kind);
  if (words !== undefined) item.description = words;
  item.tooltip = new vscode.MarkdownString(
    `**${asMarkdown(step.name ?? step.id)}** ${step.kind}${words === undefined ? '' : `\n\n${asMarkdown(words)}`}`,
  );
  item.accessibilityInformation = {
    label: inOneLine([step.name ?? step.id, vscode.l10n.t('{0} step', step.kind), words], ', '),
  };
  return item;
}

function openCommand(row: WorkflowRow | WorkflowStepRow): vscode.Command {
  return { command: 'baton.openWorkflow', title: vscode.l10n.t('Open'), arguments: [row] };
}

/** Where a step's name stands in its file. */
export function stepPlace(file: WorkflowFile, step: string): vscode.Range | undefined {
  const found = file.analysis.workflow.steps.find(({ id }) => id === step);
  return found && editorRange(linesOf(file.analysis.text), found.idRange);
}
