import * as vscode from 'vscode';
import { formatDuration } from '../base/duration.ts';
import { impossible } from '../base/result.ts';
import type { Cause } from '../model/run-event.ts';
import type { RunState, RunStatus, StepState, StepStatus } from '../model/run-state.ts';
import { progressInside, rowLabel } from '../views/step-rows.ts';
import { isFailedRun, tally, type GroupBy } from '../views/run-groups.ts';
import { shownStatus } from '../views/run-report.ts';
import { stepDetail, statusWords } from '../views/words.ts';
import { statusIcon, stepIcon } from './icons.ts';
import { runName, type SeenRun } from './runs-watch.ts';
import { ago, asMarkdown, clockTime, inOneLine } from './speech.ts';

/** The rows of the runs tree. Each is one object for as long as its run is listed, since the tree knows rows by identity. */
export type RunsRow = RunRow | RunStepRow | GroupRow | MoreRow;

/** A heading: a day, or a workflow. */
export interface GroupRow {
  readonly kind: 'run-group';
  readonly by: GroupBy;
  readonly key: string;
  /** Newest first. */
  runs: readonly SeenRun[];
}

export interface RunRow {
  readonly kind: 'run';
  readonly run: SeenRun;
}

export interface RunStepRow {
  readonly kind: 'run-step';
  readonly parent: RunRow;
  readonly step: string;
}

export interface MoreRow {
  readonly kind: 'more';
  /** Of a group. */
  readonly group?: GroupRow;
  readonly hidden: number;
}

export function runItem({ run }: RunRow, now: number): vscode.TreeItem {
  const { summary, state } = run;
  const words = vscode.l10n.t(statusWords(summary.status));
  const folded = run.seenLive
    ? vscode.TreeItemCollapsibleState.Expanded
    : vscode.TreeItemCollapsibleState.Collapsed;
  const item = new vscode.TreeItem(runName(run), folded);
  item.id = `${run.place.folder.uri.toString()} ${run.id}`;
  item.iconPath = statusIcon(summary.status);
  const took = durationOf(run, now);
  const when = ago(summary.startedAt, now);
  item.description =
    summary.status === 'running' ? inOneLine([progress(state), took]) : inOneLine([words, took, when]);
  item.tooltip = runTooltip(run, now);
  const ended = isFailedRun(summary.status) ? 'ended.failed' : 'ended';
  item.contextValue = `baton.run.${CONTEXTS[summary.status] ?? ended}`;
  item.accessibilityInformation = {
    label: inOneLine([runName(run), words, progress(state), took, when], ', '),
  };
  return item;
}

/** What can be done with a run, by how it stands; whatever else has ended. */
const CONTEXTS: Readonly<Partial<Record<RunStatus, string>>> = {
  running: 'live',
  waiting: 'waiting',
  lost: 'lost',
};

function durationOf({ summary, state }: SeenRun, now: number): string | undefined {
  const end = summary.endedAt ?? (summary.status === 'running' ? now : lastSign(state));
  return end === undefined ? undefined : formatDuration(end - summary.startedAt);
}

/** When a run that nobody ended was last heard of. */
function lastSign(state: RunState | undefined): number | undefined {
  if (state === undefined) return undefined;
  const times = Object.values(state.steps).flatMap(({ attempts }) => attempts.at(-1)?.endedAt ?? []);
  return Math.max(state.startedAt, ...times);
}

function progress(state: RunState | undefined): string | undefined {
  if (state === undefined) return undefined;
  if (state.stop !== undefined && state.ended === undefined) return vscode.l10n.t('stopping');
  const { openMain, openFinally, workflow } = state;
  const total = workflow.steps.length + workflow.finally.length;
  return vscode.l10n.t('{0} of {1}', total - openMain - openFinally, total);
}

function runTooltip(run: SeenRun, now: number): vscode.MarkdownString {
  const { summary, state } = run;
  const lines = [
    `**${asMarkdown(runName(run))}** ${vscode.l10n.t(statusWords(summary.status))}`,
    '',
    `- ${vscode.l10n.t('File: {0}', asMarkdown(summary.workflow))}`,
    `- ${vscode.l10n.t('Started: {0}', `${asMarkdown(clockTime(summary.startedAt))}, ${causeWords(summary.cause)}`)}`,
  ];
  const took = durationOf(run, now);
  if (took !== undefined) lines.push(`- ${vscode.l10n.t('Took: {0}', took)}`);
  const given = Object.entries(state?.inputs ?? {}).map(
    ([name, value]) => `${name}=${JSON.stringify(value)}`,
  );
  if (given.length > 0) lines.push(`- ${vscode.l10n.t('Inputs: {0}', asMarkdown(given.join(', ')))}`);
  if (summary.status === 'lost') {
    lines.push('', vscode.l10n.t('The process that ran it is gone. Resume goes on where it stopped.'));
  }
  lines.push('', `\`${run.id}\``);
  return new vscode.MarkdownString(lines.join('\n'));
}

function causeWords(cause: Cause): string {
  switch (cause.kind) {
    case 'person':
      return cause.door === 'cli' ? vscode.l10n.t('from a terminal') : vscode.l10n.t('by hand');
    case 'rerun':
      return vscode.l10n.t('as a rerun');
    case 'schedule':
      return cause.isCatchUp === true
        ? vscode.l10n.t(
            'by its schedule, for {0}, which was missed',
            clockTime(Date.parse(cause.nominalTime)),
          )
        : vscode.l10n.t('by its schedule');
    case 'files':
      return cause.count > 1
        ? vscode.l10n.t('because {0} and {1} more files changed', cause.files[0] ?? '', cause.count - 1)
        : vscode.l10n.t('because {0} changed', cause.files[0] ?? '');
    case 'workflow':
      return vscode.l10n.t('by step {0} of run {1}', cause.step, cause.run);
    default:
      return impossible(cause);
  }
}

/** A day is a heading; a workflow says how it stands. */
export function groupItem({ by, key, runs }: GroupRow, now: number): vscode.TreeItem {
  const [newest] = runs;
  const holdsLive = runs.some(({ summary }) => summary.status === 'running');
  const folded = holdsLive
    ? vscode.TreeItemCollapsibleState.Expanded
    : vscode.TreeItemCollapsibleState.Collapsed;
  const name = newest === undefined ? '' : by === 'workflow' ? runName(newest) : dayName(newest, now);
  const item = new vscode.TreeItem(name, folded);
  item.id = `group ${by} ${key}`;
  item.contextValue = `baton.runGroup.${by}`;
  const { failed } = tally(runs.map(({ summary }) => summary));
  const count = runs.length === 1 ? vscode.l10n.t('1 run') : vscode.l10n.t('{0} runs', runs.length);
  const bad = failed === 0 ? undefined : vscode.l10n.t('{0} failed', failed);
  const when = by === 'workflow' && newest !== undefined ? ago(newest.summary.startedAt, now) : undefined;
  item.description = inOneLine([count, bad, when]);
  item.iconPath =
    by === 'workflow' && newest !== undefined
      ? statusIcon(newest.summary.status)
      : new vscode.ThemeIcon('calendar');
  item.accessibilityInformation = { label: inOneLine([name, count, bad, when], ', ') };
  return item;
}

/** `yesterday` as the person's language says it, else the date. */
function dayName({ summary: { startedAt } }: SeenRun, now: number): string {
  const { language } = vscode.env;
  if (dayOf(startedAt) === dayOf(now - DAY_MS)) {
    const word = new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-1, 'day');
    return word.charAt(0).toLocaleUpperCase(language) + word.slice(1);
  }
  const sameYear = new Date(startedAt).getFullYear() === new Date(now).getFullYear();
  return new Date(startedAt).toLocaleDateString(language, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(!sameYear && { year: 'numeric' }),
  });
}

const DAY_MS = 86_400_000;

/** The day of a time where the person is. */
export function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

/** What can be done with a step: answered, run again from, or only looked at. */
function stepContext({ summary }: SeenRun, step: StepState | undefined): string {
  if (step?.wait?.for === 'answer') return 'baton.runStep.waiting';
  const isOver = summary.status !== 'running' && summary.status !== 'waiting';
  return isOver && step !== undefined && step.parent === undefined ? 'baton.runStep.over' : 'baton.runStep';
}

export function runStepItem(
  { parent: { run }, step: id }: RunStepRow,
  now: number,
  printed?: string,
): vscode.TreeItem {
  const step = run.state?.steps[id];
  const name = step === undefined ? id : rowLabel(step);
  const holds = step?.inside !== undefined || step?.attempts.at(-1)?.child !== undefined;
  const fold = holds ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None;
  const item = new vscode.TreeItem(name, fold);
  item.id = `${run.place.folder.uri.toString()} ${run.id} ${id}`;
  item.contextValue = stepContext(run, step);
  if (step === undefined) return item;
  const lost = run.summary.status === 'lost';
  const status = shownStatus(step, lost);
  const own = status === step.status ? stepDetail(step, now) : '';
  const detail = [own, progressInside(step) ?? ''].filter((each) => each !== '').join(', ');
  const words = vscode.l10n.t(statusWords(status));
  item.iconPath = status === step.status ? stepIcon(step) : statusIcon(status);
  const line = step.status === 'running' ? printed : undefined;
  item.description = inOneLine([saysItself(step, status) ? undefined : words, detail, line]);
  item.tooltip = stepTooltip(step, { words, detail });
  item.accessibilityInformation = { label: inOneLine([name, words, detail], ', ') };
  item.command = {
    command: 'baton.openLog',
    title: vscode.l10n.t('Open Log'),
    arguments: [{ kind: 'run-step', parent: { kind: 'run', run }, step: id } satisfies RunStepRow],
  };
  return item;
}

/** A duration beside a tick needs no word; a failure says itself how it ended. */
function saysItself({ attempts }: StepState, status: StepStatus): boolean {
  if (status === 'succeeded' || status === 'running') return true;
  return status === 'failed' && attempts.at(-1)?.outcome?.ok === false;
}

function stepTooltip(
  { id, step, attempts }: StepState,
  { words, detail }: { readonly words: string; readonly detail: string },
): vscode.MarkdownString {
  const lines = [`**${asMarkdown(step.name ?? id)}** ${words}`];
  if (detail !== '') lines.push('', asMarkdown(detail));
  if (attempts.length > 0) lines.push('', vscode.l10n.t('Click to open what it printed.'));
  return new vscode.MarkdownString(lines.join('\n'));
}
