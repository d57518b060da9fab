import * as vscode from 'vscode';
import { linesOf } from '../base/lines.ts';
import type { Result } from '../base/result.ts';
import type { Json } from '../base/json.ts';
import { blockers, type Analysis } from '../language/analyze.ts';
import type { RunId } from '../model/attempt.ts';
import { askInputs } from './ask-inputs.ts';
import type { Choices } from './choose.ts';
import type { Place } from './projects.ts';
import type { Workflow } from '../model/workflow.ts';
import type { Part } from '../project/reuse.ts';
import { partSecrets, secretInputs } from '../project/secrets.ts';
import type { SecretStore } from './secret-store.ts';
import { editorRange } from './ranges.ts';
import { runName, type SeenRun } from './runs-watch.ts';
import { untrustedWords, type Starter } from './start-run.ts';
import type { Tasks } from './tasks.ts';
import type { Trouble } from './trouble.ts';
import { nameOf } from './workflow-rows.ts';
import type { WorkflowFile } from './workflow-files.ts';

export interface RunParts extends Choices {
  readonly starter: Starter;
  readonly tasks: Tasks;
  readonly trouble: Trouble;
  readonly secrets: SecretStore;
}

/** Saves, checks, asks for what is missing, starts, and opens a terminal on the run. */
export async function runWorkflow(
  file: WorkflowFile,
  parts: RunParts,
  { inputs: given = {} }: { readonly inputs?: Readonly<Record<string, Json>> },
): Promise<RunId | undefined> {
  if (!vscode.workspace.isTrusted) return refuseUntrusted();
  const saved = await save(file, parts);
  if (saved?.place === undefined || !isRunnable(saved, saved.analysis)) return undefined;
  const { place, ref, analysis } = saved;
  const inputs = await withSecrets(analysis.workflow, { place, ref, given }, parts);
  if (inputs === undefined) return undefined;
  const cause = { kind: 'person', door: 'editor' } as const;
  return begun(await parts.starter.start({ place, workflow: ref, inputs, cause }), place, parts);
}

interface Given {
  readonly place: Place;
  readonly ref: string;
  readonly given: Readonly<Record<string, Json>>;
}

/** Asks for every input that was not given; secrets that were given once are not asked for again. */
async function withSecrets(
  workflow: Workflow,
  { place, ref, given }: Given,
  { secrets }: RunParts,
): Promise<Readonly<Record<string, Json>> | undefined> {
  const of = { place, workflow: ref };
  const known = { ...(await secrets.known(of, secretInputs(workflow))), ...given };
  const inputs = await askInputs(workflow, { folder: place.folder.uri, given: known });
  if (inputs !== undefined) await secrets.keep(of, partSecrets(workflow, inputs).secrets);
  return inputs;
}

/** The secrets that a run was given and no journal kept: those that are known, and the others asked for. */
async function secretsAgain(run: SeenRun, parts: RunParts): Promise<Record<string, string> | undefined> {
  const state = await parts.runs.load(run);
  if (state === undefined) return {};
  const wanted = secretInputs(state.workflow).filter(({ name }) => Object.hasOwn(state.inputs, name));
  if (wanted.length === 0) return {};
  const asked = { ...state.workflow, inputs: wanted };
  const inputs = await withSecrets(asked, { place: run.place, ref: run.summary.workflow, given: {} }, parts);
  return inputs && { ...partSecrets(asked, inputs).secrets };
}

/** The file as it is now, with the inputs the run had; all of it, or only a part. */
export async function rerun(run: SeenRun, parts: RunParts, part?: Part): Promise<RunId | undefined> {
  if (!vscode.workspace.isTrusted) return refuseUntrusted();
  const { place, summary } = run;
  const file = parts.files.fresh(parts.projects.uriOf(place, summary.workflow));
  if (file !== undefined && (await save(file, parts)) === undefined) return undefined;
  const again = await place.project.runs.again(run.id, part);
  if (!again.ok) return refuse(again.error.kind === 'unknown' ? again.error.message : runName(run));
  const { workflow, env = {}, cause, reuse } = again.value;
  if (file !== undefined && !isRunnable(file, workflow.analysis)) return undefined;
  const secrets = await secretsAgain(run, parts);
  if (secrets === undefined) return undefined;
  const wish = {
    place,
    workflow: workflow.ref,
    inputs: { ...again.value.inputs, ...secrets },
    env,
    cause,
    ...(reuse !== undefined && { reuse }),
  };
  return begun(await parts.starter.start(wish), place, parts);
}

export async function resume(run: SeenRun, parts: RunParts): Promise<RunId | undefined> {
  if (!vscode.workspace.isTrusted) return refuseUntrusted();
  const secrets = await secretsAgain(run, parts);
  return secrets && begun(await parts.starter.resume(run.place, run.id, secrets), run.place, parts);
}

/** Undefined when the text could not be saved where it can be run. */
async function save(file: WorkflowFile, { files }: Choices): Promise<WorkflowFile | undefined> {
  const open = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === file.uri.toString());
  if (file.place === undefined || file.uri.scheme !== 'file') {
    return refuse(
      vscode.l10n.t(
        'Only a workflow in an open folder can run. Open the folder that holds "{0}".',
        nameOf(file),
      ),
    );
  }
  // `save` also says no when somebody else (a task that starts) is just saving.
  if (open?.isDirty === true && !(await open.save()) && open.isDirty) {
    return refuse(vscode.l10n.t('"{0}" could not be saved, so it was not run.', nameOf(file)));
  }
  return files.fresh(file.uri);
}

function isRunnable(file: WorkflowFile, analysis: Analysis): boolean {
  const errors = blockers(analysis);
  if (errors.length === 0) return true;
  const [first] = errors;
  const count = errors.length === 1 ? vscode.l10n.t('1 error') : vscode.l10n.t('{0} errors', errors.length);
  const message = vscode.l10n.t(
    '"{0}" cannot run yet, it has {1}: {2}',
    nameOf(file),
    count,
    first?.message ?? '',
  );
  const show = vscode.l10n.t('Show Problems');
  const offer = async () => {
    if ((await vscode.window.showErrorMessage(message, show)) !== show) return;
    const selection = first && editorRange(linesOf(analysis.text), first.range);
    await vscode.window.showTextDocument(file.uri, selection === undefined ? {} : { selection });
    await vscode.commands.executeCommand('workbench.actions.view.problems');
  };
  void offer();
  return false;
}

function begun(started: Result<RunId, string>, place: Place, parts: RunParts): RunId | undefined {
  if (!started.ok) return refuse(started.error);
  const run = parts.runs.find(started.value, place);
  if (run !== undefined) parts.trouble.watch(vscode.l10n.t('opening a terminal'), parts.tasks.open(run));
  return started.value;
}

function refuseUntrusted(): undefined {
  const manage = vscode.l10n.t('Manage Trust');
  void vscode.window
    .showErrorMessage(untrustedWords(), manage)
    .then((chosen) => chosen === manage && vscode.commands.executeCommand('workbench.trust.manage'));
}

function refuse(message: string): undefined {
  void vscode.window.showErrorMessage(message);
}
