import type { RunId } from '../model/attempt.ts';
import type { StepId } from '../model/workflow.ts';
import type { GraphView, NodeStatus, RunSummary } from '../views/graph-view.ts';
import type { Direction } from './layout.ts';
import type { Timeline } from '../views/timeline.ts';
import type { Trend } from '../views/trend.ts';
import type { Words } from './words.ts';

/** What the extension tells the panel. Messages to a hidden panel may be lost; `ready` asks for everything again. */
export type HostMessage =
  /** Draw this. Sent when the panel is ready, and whenever the text, the run or the trust in the workspace changes. */
  | {
      readonly type: 'graph';
      readonly view: GraphView;
      /** The setting; a direction chosen inside the panel goes before it. */
      readonly direction: Direction;
      /** False in Restricted Mode and for text with errors. */
      readonly canRun: boolean;
      /** The host's clock, in milliseconds since the epoch: the panel may run on another machine. */
      readonly now: number;
      /** How many facts the run has, where it can be looked back at. */
      readonly facts?: number;
    }
  /** The run as it was after so many facts; 0 is how it is now. */
  | {
      readonly type: 'moment';
      readonly seq: number;
      readonly nodes: readonly NodeStatus[];
      readonly run: RunSummary;
      /** Milliseconds since the run began. */
      readonly afterMs: number;
    }
  | ({ readonly type: 'timeline'; readonly now: number } & TimelineContent)
  | { readonly type: 'history'; readonly trend: Trend; readonly current?: RunId }
  | { readonly type: 'detail'; readonly detail: StepDetail }
  /** Make a picture of pixels of this, and answer with `painted`. */
  | { readonly type: 'paint'; readonly number: number; readonly svg: string }
  /** Look at this one of the views. */
  | { readonly type: 'show'; readonly view: PanelView }
  /** Steps that changed (`changedStatuses`). Never lays out anew. */
  | {
      readonly type: 'status';
      readonly nodes: readonly NodeStatus[];
      readonly run: RunSummary;
      readonly now: number;
    }
  /** There is nothing to draw; without a message the panel finds kind words itself. */
  | { readonly type: 'empty'; readonly message?: string }
  /** The cursor is in this step: mark it, and bring it into view. Does not take the focus. */
  | { readonly type: 'reveal'; readonly step: StepId }
  /** Translations; best sent before the first `graph`. */
  | { readonly type: 'words'; readonly words: Partial<Words> };

/** What the host sends for the second view: the timeline with its story in the person's language. */
export interface TimelineContent {
  readonly timeline: Timeline;
  readonly story: readonly string[];
  /** How long steps took in the run it is compared with, in milliseconds. */
  readonly beforeMs?: Readonly<Record<StepId, number>>;
  /** What that run is called. */
  readonly before?: string;
}

/** What the host knows of one step beyond its card. */
export interface StepDetail {
  readonly step: StepId;
  readonly label: string;
  /** How it stands, in words. */
  readonly standing: string;
  readonly usualMs?: number;
  readonly slowMs?: number;
  readonly outputs: readonly { readonly name: string; readonly value: string }[];
  /** What it printed last. */
  readonly lines: readonly string[];
  readonly actions: readonly StepAction[];
}

export type StepAction = 'open' | 'log' | 'run-from' | 'approve' | 'reject';

/** What the panel tells the extension. */
export type PanelMessage =
  /** The page listens. Sent at each load, also when VS Code shows a hidden panel again. */
  | { readonly type: 'ready' }
  /** Go to the line of this step. */
  | { readonly type: 'open'; readonly step: StepId }
  /** Run the workflow shown. */
  | { readonly type: 'run' }
  /** Stop the run shown. */
  | { readonly type: 'stop' }
  /** Which of the views is looked at; what it needs is to be sent, again and again while it changes. */
  | { readonly type: 'view'; readonly view: PanelView }
  /** The run after so many of its facts; 0: how it is now. */
  | { readonly type: 'look-back'; readonly seq: number }
  /** Tell about this step. */
  | { readonly type: 'tell'; readonly step: StepId }
  | { readonly type: 'act'; readonly step: StepId; readonly action: StepAction }
  /** A PNG in base64; absent when it could not be made. */
  | { readonly type: 'painted'; readonly number: number; readonly png?: string }
  /** The groups that the person opened or closed, all of them: `graph` comes again with what they hold. */
  | { readonly type: 'groups'; readonly toggled: readonly StepId[] }
  /** Show another run of this workflow. */
  | { readonly type: 'show-run'; readonly run: RunId };

export type PanelView = 'graph' | 'timeline' | 'history';
export const PANEL_VIEWS: readonly PanelView[] = ['graph', 'timeline', 'history'];

/** What the panel keeps with `setState`: enough to find its graph again after a restart, and to look the same. */
export interface PanelState {
  /** What is shown; the extension's serializer reads these two. */
  readonly workflow: string;
  readonly run?: RunId;
  /** Chosen in the panel. */
  readonly direction?: Direction;
  readonly view?: PanelView;
  /** The critical path stands out. */
  readonly path?: boolean;
  /** Groups that were opened or closed. */
  readonly toggled?: readonly StepId[];
  /** Absent: the graph is fitted to the window. */
  readonly camera?: { readonly x: number; readonly y: number; readonly scale: number };
}

/** Reads what an older or a newer panel may have kept. */
export function readPanelState(kept: unknown): PanelState | undefined {
  if (!isRecord(kept) || typeof kept['workflow'] !== 'string') return undefined;
  const { workflow, run, direction, camera, view, path, toggled } = kept;
  return {
    workflow,
    ...(typeof run === 'string' && { run }),
    ...((view === 'timeline' || view === 'history') && { view }),
    ...(path === true && { path }),
    ...(Array.isArray(toggled) && {
      toggled: toggled.filter((each): each is string => typeof each === 'string'),
    }),
    ...((direction === 'right' || direction === 'down') && { direction }),
    ...(isCamera(camera) && { camera: { x: camera.x, y: camera.y, scale: camera.scale } }),
  };
}

/** Lies on every card as `data-vscode-context`, for menus contributed to `webview/context` (`webviewSection == 'step'`). */
export interface StepMenuContext {
  readonly webviewSection: 'step';
  readonly step: StepId;
  readonly preventDefaultContextMenuItems: true;
}

/** Where the page finds its parts: URIs made by `asWebviewUri`, except for the nonce. */
export interface PageParts {
  /** `webview.cspSource`. */
  readonly source: string;
  /** Fresh for each page. */
  readonly nonce: string;
  /** The bundle of `main.ts`. */
  readonly script: string;
  /** `codicon.css` (its font beside it) and `graph.css`. */
  readonly styles: readonly string[];
  readonly language: string;
}

/** The whole page. Nothing remote, no inline style, no eval: the policy allows our own files only. */
export function graphPage({ source, nonce, script, styles, language }: PageParts): string {
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${source}; font-src ${source}; img-src data:`;
  return `<!DOCTYPE html>
<html lang="${escaped(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Baton</title>
${styles.map((style) => `<link rel="stylesheet" href="${escaped(style)}">`).join('\n')}
</head>
<body>
<script nonce="${escaped(nonce)}" src="${escaped(script)}"></script>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isCamera(
  value: unknown,
): value is { readonly x: number; readonly y: number; readonly scale: number } {
  if (!isRecord(value)) return false;
  const { x, y, scale } = value;
  return Number.isFinite(x) && Number.isFinite(y) && Number.isFinite(scale) && Number(scale) > 0;
}
