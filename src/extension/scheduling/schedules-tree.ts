import * as vscode from 'vscode';
import { nextNominal } from '../../scheduler/due.ts';
import { nextsOf, zoneFor } from '../../scheduler/schedule-times.ts';
import type { ScheduleNote } from '../../model/schedule-record.ts';
import { ago, asMarkdown, clockTime, inOneLine } from '../speech.ts';
import type { PlacedSchedule, PlacedTrigger, WindowSchedules } from './window-schedules.ts';

export type ScheduleRow =
  ({ readonly kind: 'schedule' } & PlacedSchedule) | ({ readonly kind: 'trigger' } & PlacedTrigger);

/** Schedules and file triggers of all folders, with a box to switch each schedule on and off. */
export class SchedulesTree implements vscode.TreeDataProvider<ScheduleRow>, vscode.Disposable {
  readonly #schedules: WindowSchedules;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscription: vscode.Disposable;

  constructor(schedules: WindowSchedules) {
    this.#schedules = schedules;
    this.#subscription = schedules.onDidChange(() => this.#changed.fire());
  }

  /** What is said in minutes and hours is said anew. */
  redraw(): void {
    this.#changed.fire();
  }

  getChildren(row?: ScheduleRow): ScheduleRow[] {
    if (row !== undefined) return [];
    return [
      ...this.#schedules.schedules().map((each): ScheduleRow => ({ kind: 'schedule', ...each })),
      ...this.#schedules.triggers().map((each): ScheduleRow => ({ kind: 'trigger', ...each })),
    ];
  }

  getTreeItem(row: ScheduleRow): vscode.TreeItem {
    return row.kind === 'schedule' ? scheduleItem(row, this.#schedules) : triggerItem(row);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}

function scheduleItem(row: PlacedSchedule, schedules: WindowSchedules): vscode.TreeItem {
  const { place, listed } = row;
  const { broken, record } = listed;
  const isOn = record?.paused !== true;
  const item = new vscode.TreeItem(listed.name);
  item.id = `${place.folder.uri.toString()} ${listed.id}`;
  item.description = inOneLine([standingWords(row), listed.text, troubleWords(row)]);
  item.tooltip = new vscode.MarkdownString(tooltipLines(row, schedules).join('\n'), true);
  item.contextValue = `baton.schedule.${broken !== undefined ? 'broken' : isOn ? 'on' : 'off'}`;
  item.iconPath =
    broken !== undefined
      ? new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'))
      : new vscode.ThemeIcon(isOn ? 'clock' : 'circle-slash');
  if (broken === undefined)
    item.checkboxState = {
      state: isOn ? vscode.TreeItemCheckboxState.Checked : vscode.TreeItemCheckboxState.Unchecked,
      tooltip: isOn
        ? vscode.l10n.t('On: its times begin runs')
        : vscode.l10n.t('Off: none of its times begins a run'),
    };
  item.accessibilityInformation = {
    label: inOneLine([listed.name, listed.text, standingWords(row), troubleWords(row)], ', '),
  };
  item.command = {
    command: 'baton.openWorkflow',
    title: vscode.l10n.t('Open Workflow'),
    arguments: [uriOf(row)],
  };
  return item;
}

function triggerItem(row: PlacedTrigger): vscode.TreeItem {
  const { place, listed } = row;
  const item = new vscode.TreeItem(listed.name);
  item.id = `${place.folder.uri.toString()} ${listed.workflow} files`;
  const what = vscode.l10n.t('when {0} changes', listed.trigger.paths.join(', '));
  item.description = listed.broken === undefined ? what : inOneLine([vscode.l10n.t('broken'), what]);
  item.tooltip = listed.broken ?? what;
  item.contextValue = 'baton.trigger';
  item.iconPath = new vscode.ThemeIcon(listed.broken === undefined ? 'eye' : 'warning');
  item.command = {
    command: 'baton.openWorkflow',
    title: vscode.l10n.t('Open Workflow'),
    arguments: [uriOf(row)],
  };
  return item;
}

/** The workflow's file. */
export function uriOf({ place, listed }: PlacedSchedule | PlacedTrigger): vscode.Uri {
  return vscode.Uri.joinPath(place.folder.uri, listed.workflow);
}

function standingWords({ listed }: PlacedSchedule): string {
  if (listed.broken !== undefined) return vscode.l10n.t('broken');
  if (listed.record?.paused === true) return vscode.l10n.t('off');
  const now = Date.now();
  const next = nextOf(listed, now);
  return next === undefined ? vscode.l10n.t('never again') : ago(next, now);
}

function troubleWords({ listed: { record } }: PlacedSchedule): string | undefined {
  const missed = record?.missed ?? 0;
  const last = record?.lately.at(-1);
  if (last?.type === 'schedule-refused') return vscode.l10n.t('last time no run could begin');
  return missed === 0 ? undefined : vscode.l10n.t('{0} missed', missed);
}

export function nextOf(listed: PlacedSchedule['listed'], now: number): number | undefined {
  const { enabledAt = now, handledUntil = now } = listed.record ?? {};
  return nextNominal(listed.timing, { enabledAt, handledUntil: Math.max(handledUntil, now) }, now);
}

/** So many times are foretold. */
const FORETOLD = 3;

function tooltipLines(row: PlacedSchedule, schedules: WindowSchedules): readonly string[] {
  const { place, listed } = row;
  const { record, broken } = listed;
  const { l10n } = vscode;
  const lines = [`**${asMarkdown(listed.name)}**`, '', `\`${listed.text}\``, ''];
  if (broken !== undefined) lines.push(`$(warning) ${asMarkdown(broken)}`, '');
  else if (record?.paused === true) lines.push(l10n.t('Off: none of its times begins a run.'), '');
  else lines.push(...nextLines(listed), '');
  if (record !== undefined) {
    const { fired, skipped, missed, refused, last } = record;
    lines.push(
      l10n.t('{0} runs, {1} times left out because a run still went on, {2} missed.', fired, skipped, missed),
      '',
    );
    if (last !== undefined) lines.push(l10n.t('Last run: {0}', asMarkdown(clockTime(last.nominal))), '');
    if (refused > 0 || missed > 0)
      lines.push(...record.lately.slice(-FORETOLD).map((note) => `- ${noteWords(note)}`), '');
  }
  const keepers = place.project.schedules.keepers();
  if (keepers.length === 0) lines.push(`$(info) ${l10n.t('Nobody keeps it awake, so it does not fire.')}`);
  else if (!keepers.includes('serve') && schedules.keeps(place))
    lines.push(`$(info) ${l10n.t('It fires only while this window is open.')}`);
  return lines;
}

/** The next times, in the zone of the schedule, as a list in Markdown. */
export function nextLines(listed: PlacedSchedule['listed']): readonly string[] {
  const now = Date.now();
  const { enabledAt = now } = listed.record ?? {};
  const times = nextsOf(
    listed.schedule,
    { after: now, enabledAt: Math.min(enabledAt, now), seed: listed.id },
    FORETOLD,
  );
  if (times.length === 0) return [vscode.l10n.t('It never comes again.')];
  const zone = zoneFor(listed.schedule)?.name;
  return times.map((at) => `- ${asMarkdown(timeIn(at, zone))} · ${ago(at, now)}`);
}

function timeIn(at: number, zone: string | undefined): string {
  const options = {
    dateStyle: 'medium',
    timeStyle: 'long',
    ...(zone !== undefined && { timeZone: zone }),
  } as const;
  return new Intl.DateTimeFormat(vscode.env.language, options).format(at);
}

function noteWords(note: ScheduleNote): string {
  const { l10n } = vscode;
  switch (note.type) {
    case 'schedule-skipped':
      return l10n.t('{0}: left out, a run still went on', asMarkdown(clockTime(note.nominal)));
    case 'schedule-missed':
      return l10n.t('{0}: missed, and not made up for', asMarkdown(clockTime(note.last)));
    case 'schedule-refused':
      return l10n.t(
        '{0}: no run could begin: {1}',
        asMarkdown(clockTime(note.nominal)),
        asMarkdown(note.message),
      );
  }
}
