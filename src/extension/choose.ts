import * as vscode from 'vscode';
import { statusWords } from '../views/words.ts';
import { statusIcon } from './icons.ts';
import type { Projects } from './projects.ts';
import type { RunRow, RunStepRow } from './run-rows.ts';
import { runName, type RunsWatch, type SeenRun } from './runs-watch.ts';
import { ago, inOneLine } from './speech.ts';
import { nameOf, type WorkflowRow, type WorkflowStepRow } from './workflow-rows.ts';
import type { WorkflowFile, WorkflowFiles } from './workflow-files.ts';

/** What a command may be given: a row of a tree, a URI, a path, a run id, or nothing. */
export type Row = RunRow | RunStepRow | WorkflowRow | WorkflowStepRow;

export interface Choices {
  readonly projects: Projects;
  readonly files: WorkflowFiles;
  readonly runs: RunsWatch;
}

const ROW_KINDS: ReadonlySet<unknown> = new Set<Row['kind']>([
  'run',
  'run-step',
  'workflow',
  'workflow-step',
]);

export function isRow(given: unknown): given is Row {
  return typeof given === 'object' && given !== null && 'kind' in given && ROW_KINDS.has(given.kind);
}

export function runOfRow(row: Row): SeenRun | undefined {
  if (row.kind === 'run') return row.run;
  return row.kind === 'run-step' ? row.parent.run : undefined;
}

/** The workflow meant; asks when nothing was given. Undefined when nobody chose, or it is not there (then it was said). */
export async function chooseWorkflow(
  given: unknown,
  choices: Choices,
  ask: { readonly title: string; readonly activeAtOnce?: boolean },
): Promise<WorkflowFile | undefined> {
  const uri = workflowUri(given, choices);
  if (uri !== undefined) return choices.files.fresh(uri) ?? notThere(vscode.workspace.asRelativePath(uri));
  if (given !== undefined) return notThere(typeof given === 'string' ? given : '');
  const active = activeWorkflow(choices);
  if (active !== undefined && ask.activeAtOnce === true) return active;
  await choices.files.ready;
  const files = choices.files.all().filter(({ place }) => place !== undefined);
  if (files.length === 0) return noWorkflows();
  const [only] = files;
  if (files.length === 1 && only !== undefined) return choices.files.fresh(only.uri);
  const picked = await pickWorkflow(files, active, ask.title);
  return picked && choices.files.fresh(picked.uri);
}

function workflowUri(given: unknown, { projects, files }: Choices): vscode.Uri | undefined {
  if (given instanceof vscode.Uri) return given;
  if (typeof given === 'string') {
    const found = projects.all().map((place) => projects.uriOf(place, given));
    return found.find((uri) => files.fresh(uri) !== undefined);
  }
  if (!isRow(given)) return undefined;
  const run = runOfRow(given);
  if (run !== undefined) return projects.uriOf(run.place, run.summary.workflow);
  return given.kind === 'workflow'
    ? given.uri
    : given.kind === 'workflow-step'
      ? given.parent.uri
      : undefined;
}

function activeWorkflow({ files }: Choices): WorkflowFile | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri;
  return uri && files.get(uri) && files.fresh(uri);
}

function notThere(what: string): undefined {
  void vscode.window.showErrorMessage(vscode.l10n.t('There is no workflow file "{0}".', what));
}

async function noWorkflows(): Promise<undefined> {
  const create = vscode.l10n.t('Create a Workflow');
  void vscode.window
    .showInformationMessage(vscode.l10n.t('There is no workflow here yet.'), create)
    .then((chosen) => chosen === create && vscode.commands.executeCommand('baton.newWorkflow'));
}

/** The one in the editor comes first. */
async function pickWorkflow(
  files: readonly WorkflowFile[],
  active: WorkflowFile | undefined,
  title: string,
): Promise<WorkflowFile | undefined> {
  const isActive = ({ uri }: WorkflowFile) => uri.toString() === active?.uri.toString();
  const sorted = [...files].sort((a, b) => Number(isActive(b)) - Number(isActive(a)));
  const items = sorted.map((file) => {
    const { description } = file.analysis.workflow;
    const item = { label: nameOf(file), description: file.ref, file };
    return description === undefined ? item : { ...item, detail: description };
  });
  const options = { title, placeHolder: vscode.l10n.t('Choose a workflow'), matchOnDescription: true };
  return (await vscode.window.showQuickPick(items, options))?.file;
}

/** The run meant; asks among those that fit when nothing was given. */
export async function chooseRun(
  given: unknown,
  choices: Choices,
  ask: { readonly title: string; readonly fits: (run: SeenRun) => boolean; readonly none: string },
): Promise<SeenRun | undefined> {
  const { runs } = choices;
  const meant = await runOf(given, choices, ask.fits);
  if (meant !== undefined) return meant;
  if (typeof given === 'string') {
    void vscode.window.showErrorMessage(vscode.l10n.t('There is no run "{0}".', given));
    return undefined;
  }
  await runs.refresh();
  const fitting = runs.all().filter(ask.fits);
  if (fitting.length === 0) {
    void vscode.window.showInformationMessage(ask.none);
    return undefined;
  }
  const [only] = fitting;
  if (fitting.length === 1 && only !== undefined) return only;
  const items = fitting.map((run) => runItem(run));
  const options = { title: ask.title, placeHolder: vscode.l10n.t('Choose a run'), matchOnDescription: true };
  return (await vscode.window.showQuickPick(items, options))?.run;
}

async function runOf(
  given: unknown,
  { runs, projects }: Choices,
  fits: (run: SeenRun) => boolean,
): Promise<SeenRun | undefined> {
  if (typeof given === 'string') {
    if (runs.find(given) === undefined) await runs.refresh();
    return runs.find(given);
  }
  const run = isRow(given) ? runOfRow(given) : undefined;
  if (run !== undefined) return run;
  const uri =
    given instanceof vscode.Uri ? given : isRow(given) && given.kind === 'workflow' ? given.uri : undefined;
  const found = uri && projects.find(uri);
  return (
    found &&
    runs.all().find((each) => each.place === found.place && each.summary.workflow === found.ref && fits(each))
  );
}

function runItem(run: SeenRun): vscode.QuickPickItem & { readonly run: SeenRun } {
  const { status, startedAt, workflow } = run.summary;
  return {
    label: runName(run),
    iconPath: statusIcon(status),
    description: inOneLine([vscode.l10n.t(statusWords(status)), ago(startedAt, Date.now()), workflow]),
    run,
  };
}
