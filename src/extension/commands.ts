import * as vscode from 'vscode';
import type { Json } from '../base/json.ts';
import { statusWords } from '../views/words.ts';
import type { GateAnswer } from '../model/run-event.ts';
import { askAnswer, chooseGate } from './answer-gate.ts';
import { chooseRun, chooseWorkflow, isRow } from './choose.ts';
import type { GraphPanels } from './graph-panels.ts';
import { logUri } from './log-uri.ts';
import type { OpenLogs } from './open-logs.ts';
import type { OpenScheduling } from './open-scheduling.ts';
import type { GroupRow } from './run-rows.ts';
import type { PlanDocuments } from './plan-documents.ts';
import { rerun, resume, runWorkflow, type RunParts } from './run-workflow.ts';
import type { RunsTree } from './runs-tree.ts';
import { runName, type SeenRun } from './runs-watch.ts';
import type { ExportFormat } from './watching/export-graph.ts';
import { stepPlace } from './workflow-rows.ts';

export interface CommandParts extends RunParts {
  readonly graphs: GraphPanels;
  readonly plans: PlanDocuments;
  readonly runsTree: RunsTree;
  readonly logs: OpenLogs;
  readonly scheduling: OpenScheduling;
}

/** What a program may say besides the target; VS Code itself passes other things in this place, which are passed over. */
interface Options {
  readonly inputs?: Readonly<Record<string, Json>>;
  readonly step?: string;
  /** Of the step, from 1. */
  readonly attempt?: number;
  readonly name?: string;
  readonly template?: string;
  readonly answer?: GateAnswer;
  readonly note?: string;
  /** The run to compare with. */
  readonly with?: string;
  readonly format?: ExportFormat;
  /** Where to write. */
  readonly to?: vscode.Uri;
  /** All rows that are selected. */
  readonly rows?: readonly unknown[];
  /** False: do it without asking. */
  readonly ask?: boolean;
}

type Command = (parts: CommandParts, target: unknown, options: Options) => Promise<unknown>;

/** Every command by its id. Each takes a row, a URI, a run id or nothing, and answers with what it made. */
const COMMANDS: Readonly<Record<string, Command>> = {
  'baton.run': run,
  'baton.stop': stop,
  'baton.rerun': rerunRun,
  'baton.rerunFailed': rerunFailed,
  'baton.runFromStep': runFromStep,
  'baton.answerGate': answerGate,
  'baton.resume': resumeRun,
  'baton.showGraph': showGraph,
  'baton.showTimeline': showTimeline,
  'baton.compareRuns': compareRuns,
  'baton.exportGraph': exportGraph,
  'baton.showHistory': async (parts, target) => {
    const title = vscode.l10n.t('Show History');
    const file = await chooseWorkflow(target, parts, { title, activeAtOnce: true });
    if (file !== undefined) parts.graphs.open(file.uri, undefined, 'history');
    return file?.uri;
  },
  'baton.plan': plan,
  'baton.openLog': openLog,
  'baton.openRunLog': openRunLog,
  // Offered above a log whose end alone is shown.
  'baton.showEarlier': async ({ logs }, target) => {
    if (target instanceof vscode.Uri) await logs.showEarlier(target);
  },
  'baton.openTerminal': openTerminal,
  'baton.openWorkflow': openWorkflow,
  'baton.newWorkflow': async ({ projects }, target, { name, template }) => {
    const { newWorkflow } = await import('./new-workflow.ts');
    return newWorkflow(projects, {
      ...(target instanceof vscode.Uri && { folder: target }),
      ...(name !== undefined && { name }),
      ...(template !== undefined && { template }),
    });
  },
  // From the walkthrough: a workflow to look at, and its first run, at one click.
  'baton.trySample': async (parts, target) => {
    const { newWorkflow } = await import('./new-workflow.ts');
    const folder = target instanceof vscode.Uri ? { folder: target } : {};
    const made = await newWorkflow(parts.projects, { ...folder, template: 'start', name: sampleName(parts) });
    if (made === undefined) return undefined;
    await parts.files.rescan();
    parts.graphs.open(made);
    return run(parts, made, { inputs: { who: 'world' } });
  },
  'baton.enableSchedule': (parts, target) => switchSchedule(parts, target, true),
  'baton.disableSchedule': (parts, target) => switchSchedule(parts, target, false),
  'baton.runScheduleNow': async ({ scheduling }, target) => {
    const loaded = await scheduling.load();
    const title = vscode.l10n.t('Run Schedule Now');
    const chosen = await loaded.choose(target, title, ({ listed }) => listed.broken === undefined);
    return chosen && loaded.runNow(chosen);
  },
  'baton.fireSchedulesHere': () => fireSchedules(true),
  'baton.fireSchedulesNoMore': () => fireSchedules(false),
  'baton.keepSchedulesAwake': async ({ projects, starter }) => {
    const [first] = projects.all();
    if (first === undefined) return;
    // What will be written is shown there, and a person says yes to it.
    const terminal = vscode.window.createTerminal({
      name: vscode.l10n.t('Keep Schedules Awake'),
      cwd: first.folder.uri,
      shellPath: process.execPath,
      shellArgs: [starter.program, 'serve', '--install', '--pause'],
      env: { ELECTRON_RUN_AS_NODE: '1' },
    });
    terminal.show();
    return Promise.resolve();
  },
  'baton.deleteRun': deleteRun,
  'baton.refresh': async ({ files, runs }) => {
    await Promise.all([files.rescan(), runs.refresh()]);
  },
  'baton.forgetSecrets': async ({ secrets }) => {
    const count = await secrets.forget();
    say(
      count === 0 ? vscode.l10n.t('No secret was kept.') : vscode.l10n.t('{0} secrets are forgotten.', count),
    );
    return count;
  },
  'baton.openSettings': async () => {
    await vscode.commands.executeCommand('workbench.action.openSettings', '@ext:baton.baton');
  },
  // Only a row of the tree calls this one.
  'baton.moreRuns': async ({ runsTree }, group) => runsTree.more(isGroup(group) ? group : undefined),
  'baton.groupRunsByDay': async ({ runsTree }) => runsTree.groupBy('day'),
  'baton.groupRunsByWorkflow': async ({ runsTree }) => runsTree.groupBy('workflow'),
  'baton.filterRuns': async ({ runsTree }, filter) => {
    const { askFilter } = await import('./watching/watching.ts');
    return askFilter(runsTree, filter);
  },
  'baton.showAllRuns': async ({ runsTree }) => runsTree.filterBy({}),
};

export function registerCommands(parts: CommandParts): vscode.Disposable {
  const registrations = Object.entries(COMMANDS).map(([id, command]) =>
    vscode.commands.registerCommand(id, async (target: unknown, options: unknown) => {
      try {
        // A tree hands over all rows that are selected, behind the one that was clicked.
        const rows = Array.isArray(options) ? { rows: options as unknown[] } : {};
        return await command(parts, target ?? undefined, isOptions(options) ? options : rows);
      } catch (error) {
        parts.trouble.report(vscode.l10n.t('carrying out "{0}"', id), error);
        return undefined;
      }
    }),
  );
  return vscode.Disposable.from(...registrations);
}

function isOptions(given: unknown): given is Options {
  return typeof given === 'object' && given !== null && Object.getPrototypeOf(given) === Object.prototype;
}

function isGroup(given: unknown): given is GroupRow {
  return typeof given === 'object' && given !== null && 'kind' in given && given.kind === 'run-group';
}

/** A name that no file has yet. */
function sampleName({ files }: CommandParts): string {
  const taken = new Set(files.all().map(({ ref }) => ref.split('/').at(-1)));
  for (let i = 1; ; i++) {
    const name = i === 1 ? 'Hello Baton' : `Hello Baton ${i}`;
    if (!taken.has(`${name.toLowerCase().replaceAll(' ', '-')}.workflow.yaml`)) return name;
  }
}

async function run(parts: CommandParts, target: unknown, options: Options): Promise<string | undefined> {
  const file = await chooseWorkflow(target, parts, { title: vscode.l10n.t('Run Workflow') });
  return file && runWorkflow(file, parts, options);
}

/** Asked again while it is stopping, the run is stopped without waiting. */
async function stop(parts: CommandParts, target: unknown): Promise<string | undefined> {
  const chosen = await chooseRun(target, parts, {
    title: vscode.l10n.t('Stop Run'),
    fits: (each) => isLive(each) || each.summary.status === 'waiting',
    none: vscode.l10n.t('Nothing is running.'),
  });
  if (chosen === undefined) return undefined;
  const again = chosen.state?.stop !== undefined;
  const asked = await chosen.place.project.runs.stop(chosen.id, { force: again });
  // It was left waiting for people: whoever goes on with it finds the stop.
  if (asked === 'left') return resume(chosen, parts);
  return asked !== 'gone' ? chosen.id : say(vscode.l10n.t('{0} is not running any more.', runName(chosen)));
}

async function rerunRun(parts: CommandParts, target: unknown): Promise<string | undefined> {
  const chosen = await chooseRun(target, parts, {
    title: vscode.l10n.t('Run Again'),
    fits: (each) => !isLive(each),
    none: noRuns(),
  });
  return chosen && rerun(chosen, parts);
}

async function rerunFailed(parts: CommandParts, target: unknown): Promise<string | undefined> {
  const chosen = await chooseRun(target, parts, {
    title: vscode.l10n.t('Run Again What Did Not Succeed'),
    fits: ({ summary }) => summary.status !== 'succeeded' && summary.status !== 'running',
    none: vscode.l10n.t('Every run succeeded.'),
  });
  return chosen && rerun(chosen, parts, { kind: 'failed' });
}

/** What comes before the step is taken over from the run. */
async function runFromStep(
  parts: CommandParts,
  target: unknown,
  options: Options,
): Promise<string | undefined> {
  const title = vscode.l10n.t('Run Again From This Step');
  const chosen = await chooseRun(target, parts, { title, fits: (each) => !isLive(each), none: noRuns() });
  if (chosen === undefined) return undefined;
  const named = isRow(target) && target.kind === 'run-step' ? target.step : options.step;
  const step = named ?? (await pickStep(chosen, parts));
  // What is inside of a fan-out or a loop runs with it.
  const top = step === undefined ? undefined : /^[^.[{]*/.exec(step)?.[0];
  return top === undefined ? undefined : rerun(chosen, parts, { kind: 'from', step: top });
}

async function answerGate(
  parts: CommandParts,
  target: unknown,
  options: Options,
): Promise<string | undefined> {
  const gate = await chooseGate(target, parts, options);
  const said = gate && (await askAnswer(gate, options));
  if (gate === undefined || said === undefined) return undefined;
  const { run, step } = gate;
  const asked = await run.place.project.runs.answer(run.id, { step, ...said });
  if (asked === 'gone') return say(vscode.l10n.t('{0} is not running any more.', runName(run)));
  if (asked === 'left') await resume(run, parts);
  return said.answer;
}

async function resumeRun(parts: CommandParts, target: unknown): Promise<string | undefined> {
  const chosen = await chooseRun(target, parts, {
    title: vscode.l10n.t('Resume Run'),
    fits: ({ summary }) => summary.status === 'lost',
    none: vscode.l10n.t('No run was lost, so there is nothing to resume.'),
  });
  return chosen && resume(chosen, parts);
}

async function showGraph(parts: CommandParts, target: unknown): Promise<vscode.Uri | undefined> {
  if (isRow(target) && target.kind === 'run') {
    const uri = parts.projects.uriOf(target.run.place, target.run.summary.workflow);
    parts.graphs.open(uri, target.run);
    return uri;
  }
  const title = vscode.l10n.t('Show Graph');
  const file = await chooseWorkflow(target, parts, { title, activeAtOnce: true });
  if (file !== undefined) parts.graphs.open(file.uri);
  return file?.uri;
}

/** Of two rows that are selected, of a row and a run that is asked for, or of two runs by their ids. */
async function compareRuns(
  { runs, ...parts }: CommandParts,
  target: unknown,
  { rows = [], with: other }: Options,
): Promise<vscode.Uri | undefined> {
  const selected = rows.flatMap((row) => (isRow(row) && row.kind === 'run' ? [row.run] : []));
  const { openComparison } = await import('./watching/watching.ts');
  if (selected.length > 1) return openComparison(runs, selected.slice(0, 2));
  const title = vscode.l10n.t('Compare Run');
  const one = await chooseRun(target, { ...parts, runs }, { title, fits: () => true, none: noRuns() });
  const second = other === undefined ? undefined : runs.find(other);
  return one && openComparison(runs, second === undefined ? [one] : [one, second]);
}

async function exportGraph(
  parts: CommandParts,
  target: unknown,
  { format, to }: Options,
): Promise<vscode.Uri | undefined> {
  const title = vscode.l10n.t('Export Graph');
  const panel = parts.graphs.active;
  const row = isRow(target) && target.kind === 'run' ? target.run : undefined;
  const named = typeof target === 'string' ? parts.runs.find(target) : undefined;
  const run = row ?? named ?? panel?.run;
  const meant = named === undefined ? target : parts.projects.uriOf(named.place, named.summary.workflow);
  const file = await chooseWorkflow(meant ?? panel?.workflow, parts, { title, activeAtOnce: true });
  if (file === undefined) return undefined;
  const watching = await import('./watching/watching.ts');
  const paint = panel && ((svg: string) => panel.paint(svg));
  return watching.exportGraph(
    { file, run: run?.summary.workflow === file.ref ? run : undefined, paint },
    { ...(format !== undefined && { format }), ...(to !== undefined && { to }) },
  );
}

async function showTimeline(parts: CommandParts, target: unknown): Promise<vscode.Uri | undefined> {
  const title = vscode.l10n.t('Show Timeline');
  const chosen = await chooseRun(target, parts, { title, fits: () => true, none: noRuns() });
  if (chosen === undefined) return undefined;
  const uri = parts.projects.uriOf(chosen.place, chosen.summary.workflow);
  parts.graphs.open(uri, chosen, 'timeline');
  return uri;
}

async function plan(parts: CommandParts, target: unknown): Promise<vscode.Uri | undefined> {
  const title = vscode.l10n.t('Plan: What Would Run');
  const file = await chooseWorkflow(target, parts, { title, activeAtOnce: true });
  return file && parts.plans.open(file);
}

async function openLog(
  parts: CommandParts,
  target: unknown,
  options: Options,
): Promise<vscode.Uri | undefined> {
  const chosen = await chooseRun(target, parts, {
    title: vscode.l10n.t('Open Log'),
    fits: () => true,
    none: noRuns(),
  });
  if (chosen === undefined) return undefined;
  const step =
    isRow(target) && target.kind === 'run-step'
      ? target.step
      : (options.step ?? (await pickStep(chosen, parts)));
  if (step === undefined) return undefined;
  const { attempts = [] } = (await parts.runs.load(chosen))?.steps[step] ?? {};
  return showLog(logUri(chosen, step, options.attempt ?? attempts.at(-1)?.number));
}

async function openRunLog(parts: CommandParts, target: unknown): Promise<vscode.Uri | undefined> {
  const title = vscode.l10n.t('Open Log of the Whole Run');
  const chosen = await chooseRun(target, parts, { title, fits: () => true, none: noRuns() });
  return chosen && showLog(logUri(chosen));
}

async function showLog(uri: vscode.Uri): Promise<vscode.Uri> {
  const opened = await vscode.workspace.openTextDocument(uri);
  const document = await vscode.languages.setTextDocumentLanguage(opened, 'log');
  const end = document.lineAt(document.lineCount - 1).range.end;
  await vscode.window.showTextDocument(document, { preview: true, selection: new vscode.Range(end, end) });
  return uri;
}

async function pickStep(chosen: SeenRun, { runs }: CommandParts): Promise<string | undefined> {
  const state = await runs.load(chosen);
  const items = Object.values(state?.steps ?? {}).map(({ id, status }) => ({
    label: id,
    description: vscode.l10n.t(statusWords(status)),
  }));
  const options = { title: vscode.l10n.t('Open Log'), placeHolder: vscode.l10n.t('Choose a step') };
  return (await vscode.window.showQuickPick(items, options))?.label;
}

async function openTerminal(parts: CommandParts, target: unknown): Promise<string | undefined> {
  const title = vscode.l10n.t('Open Terminal');
  const chosen = await chooseRun(target, parts, { title, fits: () => true, none: noRuns() });
  if (chosen !== undefined) await parts.tasks.open(chosen);
  return chosen?.id;
}

async function openWorkflow(parts: CommandParts, target: unknown): Promise<vscode.Uri | undefined> {
  const file = await chooseWorkflow(target, parts, { title: vscode.l10n.t('Open Workflow') });
  if (file === undefined) return undefined;
  const step = isRow(target) && 'step' in target ? target.step : undefined;
  const selection = step === undefined ? undefined : stepPlace(file, step);
  await vscode.window.showTextDocument(file.uri, selection === undefined ? {} : { selection });
  return file.uri;
}

async function deleteRun(
  parts: CommandParts,
  target: unknown,
  { ask = true, rows = [] }: Options,
): Promise<string | readonly string[] | undefined> {
  if (rows.length > 1) return deleteRuns(parts, rows, ask);
  if (isGroup(target)) return deleteRuns(parts, [target], ask);
  const chosen = await chooseRun(target, parts, {
    title: vscode.l10n.t('Delete Run'),
    fits: (each) => !isLive(each),
    none: noRuns(),
  });
  if (chosen === undefined || (ask && !(await confirmDelete(chosen)))) return undefined;
  const removed = await chosen.place.project.runs.journal.remove(chosen.id);
  if (removed === 'running')
    return say(vscode.l10n.t('{0} is still running. Stop it first.', runName(chosen)));
  await parts.runs.refresh(chosen.place);
  return chosen.id;
}

/** Of several rows, and of headings with all that stands below them; what still runs stays. */
async function deleteRuns(
  { runs }: CommandParts,
  rows: readonly unknown[],
  ask: boolean,
): Promise<readonly string[] | undefined> {
  const selected = rows.flatMap((row): readonly SeenRun[] => {
    if (isGroup(row)) return row.runs;
    return isRow(row) && row.kind === 'run' ? [row.run] : [];
  });
  const chosen = [...new Set(selected)].filter((each) => !isLive(each));
  if (chosen.length === 0) return say(vscode.l10n.t('What is running has to be stopped first.'));
  if (ask && !(await confirm(vscode.l10n.t('Delete {0} runs?', chosen.length)))) return undefined;
  for (const { place, id } of chosen) await place.project.runs.journal.remove(id);
  await runs.refresh();
  return chosen.map(({ id }) => id);
}

/** Answers what the schedule says. */
async function switchSchedule(
  { scheduling }: CommandParts,
  target: unknown,
  on: boolean,
): Promise<string | undefined> {
  const loaded = await scheduling.load();
  const title = on ? vscode.l10n.t('Enable Schedule') : vscode.l10n.t('Disable Schedule');
  const chosen = await loaded.choose(
    target,
    title,
    ({ listed }) => listed.broken === undefined && (listed.record?.paused === true) === on,
  );
  if (chosen === undefined) return undefined;
  loaded.switch(chosen, on);
  return chosen.listed.text;
}

/** Whether schedules fire while this window is open: a setting of the workspace. */
async function fireSchedules(on: boolean): Promise<void> {
  const settingsOfBaton = vscode.workspace.getConfiguration('baton');
  await settingsOfBaton.update(
    'scheduler.enabled',
    on ? true : undefined,
    vscode.ConfigurationTarget.Workspace,
  );
}

async function confirmDelete(run: SeenRun): Promise<boolean> {
  return confirm(vscode.l10n.t('Delete this run of {0}?', runName(run)));
}

async function confirm(message: string): Promise<boolean> {
  const yes = vscode.l10n.t('Delete');
  const detail = vscode.l10n.t('Its history and everything its steps printed go with it.');
  return (await vscode.window.showWarningMessage(message, { modal: true, detail }, yes)) === yes;
}

function isLive({ summary }: SeenRun): boolean {
  return summary.status === 'running';
}

function noRuns(): string {
  return vscode.l10n.t('Nothing has run here yet.');
}

function say(message: string): undefined {
  void vscode.window.showInformationMessage(message);
}
