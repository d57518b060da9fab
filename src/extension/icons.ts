import * as vscode from 'vscode';
import type { RunStatus, StepState, StepStatus } from '../model/run-state.ts';
import type { StepKind } from '../model/step-kind.ts';

/** The same pictures as in the graph panel, in the theme's own colours for results; red is the one for problems, which is red in every theme. */
const STATUS_ICONS: Readonly<Record<StepStatus, readonly [icon: string, colour: string]>> = {
  pending: ['circle-outline', 'testing.iconUnset'],
  queued: ['circle-large-outline', 'testing.iconQueued'],
  running: ['loading~spin', 'charts.blue'],
  backoff: ['history', 'testing.iconQueued'],
  waiting: ['question', 'testing.iconQueued'],
  succeeded: ['pass', 'testing.iconPassed'],
  failed: ['error', 'problemsErrorIcon.foreground'],
  timed_out: ['watch', 'problemsErrorIcon.foreground'],
  cancelled: ['circle-slash', 'testing.iconSkipped'],
  skipped: ['debug-step-over', 'testing.iconSkipped'],
  lost: ['debug-disconnect', 'problemsErrorIcon.foreground'],
};

const KIND_ICONS: Readonly<Record<StepKind, string>> = {
  run: 'terminal',
  script: 'code',
  agent: 'hubot',
  workflow: 'type-hierarchy',
  gate: 'shield',
  loop: 'sync',
};

export function statusIcon(status: StepStatus | RunStatus): vscode.ThemeIcon {
  const [icon, colour] = STATUS_ICONS[status];
  return new vscode.ThemeIcon(icon, new vscode.ThemeColor(colour));
}

/** A failure that `continue_on_error` let pass is a warning. */
export function stepIcon(step: Pick<StepState, 'status' | 'result'>): vscode.ThemeIcon {
  const forgiven = step.status !== 'succeeded' && step.result === 'succeeded';
  return forgiven
    ? new vscode.ThemeIcon('warning', new vscode.ThemeColor('problemsWarningIcon.foreground'))
    : statusIcon(step.status);
}

export function kindIcon(kind: StepKind): vscode.ThemeIcon {
  return new vscode.ThemeIcon(KIND_ICONS[kind]);
}

export const BROKEN_ICON = new vscode.ThemeIcon(
  'error',
  new vscode.ThemeColor('problemsErrorIcon.foreground'),
);
export const NEVER_RUN_ICON = new vscode.ThemeIcon(
  'circle-outline',
  new vscode.ThemeColor('testing.iconUnset'),
);
