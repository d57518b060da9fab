import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { stepGraph } from '../graph/step-graph.ts';
import {
  changedStatuses,
  graphView,
  runSummary,
  statusOfNodes,
  type GraphView,
  type NodeStatus,
} from '../views/graph-view.ts';
import { graphPage, type HostMessage, type PanelMessage } from '../webview/protocol.ts';
import type { RunsWatch, SeenRun } from './runs-watch.ts';
import { settings } from './settings.ts';
import { nameOf, stepPlace } from './workflow-rows.ts';
import type { WorkflowFile, WorkflowFiles } from './workflow-files.ts';

/** States are sent at most this often. */
const GATHER_MS = 50;

export interface GraphPanelParts {
  readonly files: WorkflowFiles;
  readonly runs: RunsWatch;
  readonly extension: vscode.Uri;
}

/**
 * The graph of one workflow: its plan as the text stands, or a run of it. A live run takes over by itself and its
 * result stays until the text changes.
 */
export class GraphPanel implements vscode.Disposable {
  readonly workflow: vscode.Uri;
  readonly #panel: vscode.WebviewPanel;
  readonly #parts: GraphPanelParts;
  readonly #subscriptions: readonly vscode.Disposable[];
  #run: SeenRun | undefined;
  /** The text that was there when the run began to be shown. */
  #textAtRun: string | undefined;
  #sent: readonly NodeStatus[] | undefined;
  #gathering: NodeJS.Timeout | undefined;

  constructor(workflow: vscode.Uri, panel: vscode.WebviewPanel, parts: GraphPanelParts, run?: SeenRun) {
    this.workflow = workflow;
    this.#panel = panel;
    this.#parts = parts;
    const { files, runs } = parts;
    this.#subscriptions = [
      panel.webview.onDidReceiveMessage((message: PanelMessage) => this.#take(message)),
      files.onDidChange((uri) => {
        if (uri.toString() === workflow.toString()) this.#textChanged();
      }),
      runs.onDidChangeRun((run) => this.#runChanged(run)),
      runs.onDidChangeList(() => this.#lookForLive()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.#draw()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('baton.graph')) void this.#draw();
      }),
    ];
    if (run !== undefined) this.#pin(run);
    this.#lookForLive();
    const { webview } = panel;
    const icon = (theme: string) => vscode.Uri.joinPath(parts.extension, 'media', `graph-${theme}.svg`);
    webview.options = { enableScripts: true, localResourceRoots: [this.#resource()] };
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    webview.html = graphPage({
      source: webview.cspSource,
      nonce: randomBytes(16).toString('hex'),
      script: this.#pagePart('graph.js'),
      styles: [this.#pagePart('codicon.css'), this.#pagePart('graph.css')],
      language: vscode.env.language,
    });
  }

  /** What the panel stands for right now, or undefined for the plan. */
  get run(): SeenRun | undefined {
    return this.#run;
  }

  show(run?: SeenRun): void {
    if (run !== undefined) this.#pin(run);
    this.#panel.reveal(undefined, true);
  }

  #pin(run: SeenRun): void {
    this.#run = run;
    this.#textAtRun = this.#file()?.analysis.text;
    void this.#draw();
  }

  #file(): WorkflowFile | undefined {
    return this.#parts.files.get(this.workflow);
  }

  #resource(...parts: readonly string[]): vscode.Uri {
    return vscode.Uri.joinPath(this.#parts.extension, 'dist', 'webview', ...parts);
  }

  #pagePart(name: string): string {
    return this.#panel.webview.asWebviewUri(this.#resource(name)).toString();
  }

  #take(message: PanelMessage): void {
    switch (message.type) {
      case 'ready':
        void this.#draw();
        break;
      case 'open':
        void this.#openStep(message.step);
        break;
      case 'run':
        void vscode.commands.executeCommand('baton.run', this.workflow);
        break;
      case 'stop':
        void vscode.commands.executeCommand('baton.stop', this.#run?.id);
        break;
      default: // from a newer page
        break;
    }
  }

  /** The plan again, as soon as the text is another than the one that ran; a live run goes on being shown. */
  #textChanged(): void {
    const live = this.#run?.summary.status === 'running';
    if (this.#run !== undefined && !live && this.#file()?.analysis.text !== this.#textAtRun)
      this.#run = undefined;
    if (!live) void this.#draw();
  }

  #lookForLive(): void {
    const file = this.#file();
    if (file?.place === undefined || this.#run?.summary.status === 'running') return;
    const last = this.#parts.runs.lastOf(file.place, file.ref);
    if (last?.summary.status === 'running' && last !== this.#run) this.#pin(last);
  }

  #runChanged(run: SeenRun): void {
    if (run !== this.#run) return this.#lookForLive();
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#sendStatus();
    }, GATHER_MS);
  }

  async #draw(): Promise<void> {
    const file = this.#file();
    this.#panel.title = vscode.l10n.t('Graph: {0}', file === undefined ? '' : nameOf(file));
    const view = await this.#view(file);
    if (view === undefined) {
      this.#sent = undefined;
      this.#post({ type: 'empty', message: vscode.l10n.t('The workflow file is not there any more.') });
      return;
    }
    this.#sent = view.nodes.flatMap(({ state }) => state ?? []);
    this.#post({
      type: 'graph',
      view,
      direction: settings.graphDirection(),
      canRun: vscode.workspace.isTrusted && file?.place !== undefined && file.analysis.runnable,
      now: Date.now(),
    });
  }

  async #view(file: WorkflowFile | undefined): Promise<GraphView | undefined> {
    const run = this.#run;
    const state = run && (await this.#parts.runs.load(run));
    if (run !== undefined && state !== undefined) {
      const { workflow } = state;
      return graphView({
        workflow,
        graph: stepGraph(workflow),
        run: state,
        lost: run.summary.status === 'lost',
      });
    }
    if (file === undefined) return undefined;
    const { workflow, graph, cycles } = file.analysis;
    return graphView({ workflow, graph, cycles });
  }

  /** Only what changed; the whole when the panel has not been sent it yet. */
  #sendStatus(): void {
    const { state, summary } = this.#run ?? {};
    if (state === undefined || this.#sent === undefined || this.#sent.length === 0) return void this.#draw();
    const lost = summary?.status === 'lost';
    const nodes = statusOfNodes(state, { lost });
    const changed = changedStatuses(this.#sent, nodes);
    this.#sent = nodes;
    this.#post({ type: 'status', nodes: changed, run: runSummary(state, { lost }), now: Date.now() });
  }

  /** A hidden panel asks for everything when it is seen again. */
  #post(message: HostMessage): void {
    const { webview } = this.#panel;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a webview of VS Code has none
    void webview.postMessage(message);
  }

  async #openStep(step: string): Promise<void> {
    const file = this.#file();
    if (file === undefined) return;
    const selection = stepPlace(file, step);
    await vscode.window.showTextDocument(file.uri, {
      viewColumn: this.#columnBeside(),
      ...(selection && { selection }),
    });
  }

  /** Where the file is open already, else a column that is not the panel's own. */
  #columnBeside(): vscode.ViewColumn {
    const key = this.workflow.toString();
    const own = this.#panel.viewColumn ?? vscode.ViewColumn.One;
    const group = vscode.window.tabGroups.all.find(
      ({ tabs, viewColumn }) =>
        viewColumn !== own &&
        tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === key),
    );
    if (group !== undefined) return group.viewColumn;
    const other = vscode.window.tabGroups.all.find(({ viewColumn }) => viewColumn !== own);
    return other?.viewColumn ?? vscode.ViewColumn.Beside;
  }

  dispose(): void {
    clearTimeout(this.#gathering);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}
