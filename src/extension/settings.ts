import * as vscode from 'vscode';
import { RETENTION, type Retention } from '../project/retention.ts';
import { DEFAULT_FILES } from '../project/workflow-files.ts';

export type NotificationLevel = 'all' | 'failures' | 'off';

/** Every setting the extension reads, by the names of package.json. Read when needed: none is remembered. */
export const settings = {
  /** Globs of the workflow files, from the folder. */
  files(scope?: vscode.Uri): readonly string[] {
    const globs = read('files', scope);
    const usable = Array.isArray(globs)
      ? globs.filter((glob): glob is string => typeof glob === 'string' && glob !== '')
      : [];
    return usable.length > 0 ? usable : DEFAULT_FILES;
  },
  /** Whether waves, defaults and next runs are shown between the words of a workflow. */
  inlayHints(): boolean {
    return read('inlayHints') !== false;
  },
  /** Whether schedules and file triggers fire while this window is open. */
  schedulerEnabled(scope?: vscode.Uri): boolean {
    return read('scheduler.enabled', scope) === true;
  },
  notifications(): NotificationLevel {
    const level = read('notifications');
    return level === 'all' || level === 'off' ? level : 'failures';
  },
  graphDirection(): 'right' | 'down' {
    return read('graph.direction') === 'down' ? 'down' : 'right';
  },
  /** Whether the step around the cursor is shown in the graph. */
  graphFollowsCursor(): boolean {
    return read('graph.followCursor') !== false;
  },
  /** Where what can be done is offered above the lines. */
  codeLens(): 'all' | 'workflow' | 'off' {
    const where = read('codeLens');
    return where === 'workflow' || where === 'off' ? where : 'all';
  },
  /** How much of the past is kept. */
  history(scope?: vscode.Uri): Retention {
    const runs = read('history.keep', scope);
    const megabytes = read('history.maxSizeMb', scope);
    return {
      runs: typeof runs === 'number' && runs >= 0 ? Math.floor(runs) : RETENTION.runs,
      bytes: typeof megabytes === 'number' && megabytes >= 0 ? megabytes * 1024 ** 2 : RETENTION.bytes,
    };
  },
  /** How long typing must rest before the text is checked. */
  validationDelayMs(): number {
    const delayMs = read('validation.delayMs');
    return typeof delayMs === 'number' && delayMs >= 0 ? delayMs : 150;
  },
  /** Steps at once; undefined leaves it to the workflow. */
  parallel(scope?: vscode.Uri): number | undefined {
    const parallel = read('parallel', scope);
    return typeof parallel === 'number' && parallel >= 1 ? Math.floor(parallel) : undefined;
  },
} as const;

function read(name: string, scope?: vscode.Uri): unknown {
  return vscode.workspace.getConfiguration('baton', scope ?? null).get<unknown>(name);
}
