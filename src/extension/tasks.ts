import * as vscode from 'vscode';
import { recordFrom, type Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import { askInputs } from './ask-inputs.ts';
import type { Place, Projects } from './projects.ts';
import type { TerminalRun } from './run-terminal.ts';
import { runName, type RunsWatch, type SeenRun } from './runs-watch.ts';
import type { Starter } from './start-run.ts';
import { nameOf } from './workflow-rows.ts';
import type { WorkflowFile, WorkflowFiles } from './workflow-files.ts';

export const TASK_TYPE = 'baton';

interface Parts {
  readonly projects: Projects;
  readonly files: WorkflowFiles;
  readonly runs: RunsWatch;
  readonly starter: Starter;
}

/** Every workflow as a task, those of tasks.json included; and the terminals of runs that go on already. */
export class Tasks implements vscode.TaskProvider {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async provideTasks(): Promise<vscode.Task[]> {
    await this.#parts.files.ready;
    return this.#parts.files
      .all()
      .filter(({ analysis }) => analysis.runnable)
      .flatMap((file) => (file.place === undefined ? [] : [this.#offered(file, file.place)]));
  }

  /** A task of tasks.json that names a workflow; anything else is not ours to run. */
  resolveTask(task: vscode.Task): vscode.Task | undefined {
    const { definition } = task;
    const place = this.#placeOf(task);
    const workflow: unknown = definition['workflow'];
    if (place === undefined || typeof workflow !== 'string') return undefined;
    const begin = () => this.#begin(place, workflow, inputsOf(definition));
    return taskOf({ definition, place, name: task.name, begin });
  }

  /** Opens a terminal on a run that has begun. Run again by hand, it starts a new run of the same kind. */
  async open(run: SeenRun): Promise<void> {
    const { place, id, summary } = run;
    const state = await this.#parts.runs.load(run);
    const inputs = state?.inputs ?? {};
    let first = true;
    const begin = async (): Promise<Result<TerminalRun, string>> => {
      if (!first) return this.#begin(place, summary.workflow, inputs);
      first = false;
      return ok({ place, run: id });
    };
    const definition = { type: TASK_TYPE, workflow: summary.workflow, inputs, run: id };
    await vscode.tasks.executeTask(taskOf({ definition, place, name: runName(run), begin }));
  }

  #offered(file: WorkflowFile, place: Place): vscode.Task {
    const definition = { type: TASK_TYPE, workflow: file.ref };
    const task = taskOf({
      definition,
      place,
      name: nameOf(file),
      begin: () => this.#begin(place, file.ref, {}),
    });
    const { description } = file.analysis.workflow;
    if (description !== undefined) task.detail = description;
    return task;
  }

  /** Asks for the inputs that the task does not give and the workflow cannot do without. */
  async #begin(
    place: Place,
    workflow: string,
    given: Readonly<Record<string, Json>>,
  ): Promise<Result<TerminalRun, string>> {
    const loaded = await place.project.workflows.load(workflow);
    if (!loaded.ok) return err(loaded.error);
    const { workflow: checked } = loaded.value.analysis;
    const asked = checked.inputs.some(
      ({ name, required, default: value }) => required && value === undefined && !Object.hasOwn(given, name),
    );
    const inputs = asked ? await askInputs(checked, { folder: place.folder.uri, given }) : given;
    if (inputs === undefined) return err(vscode.l10n.t('No run was started: its inputs were not given.'));
    const started = await this.#parts.starter.start({
      place,
      workflow: loaded.value.ref,
      inputs,
      cause: { kind: 'person', door: 'editor' },
    });
    return started.ok ? ok({ place, run: started.value }) : started;
  }

  /** A task of a folder belongs to it; one of the whole workspace to the first. */
  #placeOf({ scope }: vscode.Task): Place | undefined {
    const places = this.#parts.projects.all();
    if (typeof scope !== 'object') return places[0];
    return places.find(({ folder }) => folder.uri.toString() === scope.uri.toString());
  }
}

/** Values that a task may give: text, numbers, booleans. The run checks them against what the workflow declares. */
function inputsOf(definition: vscode.TaskDefinition): Readonly<Record<string, Json>> {
  const inputs: unknown = definition['inputs'];
  if (typeof inputs !== 'object' || inputs === null) return {};
  // Written in tasks.json, so it is JSON.
  return recordFrom(Object.entries(inputs as Record<string, Json>));
}

function taskOf(options: {
  readonly definition: vscode.TaskDefinition;
  readonly place: Place;
  readonly name: string;
  readonly begin: () => Promise<Result<TerminalRun, string>>;
}): vscode.Task {
  const execution = new vscode.CustomExecution(async () => {
    const { RunTerminal } = await import('./run-terminal.ts');
    return new RunTerminal(options.begin);
  });
  const task = new vscode.Task(
    options.definition,
    options.place.folder,
    options.name,
    'baton',
    execution,
    [],
  );
  task.presentationOptions = {
    reveal: vscode.TaskRevealKind.Always,
    focus: false,
    echo: false,
    panel: vscode.TaskPanelKind.Shared,
    showReuseMessage: false,
    clear: true,
  };
  return task;
}
