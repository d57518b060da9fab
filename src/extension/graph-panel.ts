import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { stepGraph } from '../graph/step-graph.ts';
import { stepAround } from '../language/step-around.ts';
import { linesOf } from '../base/lines.ts';
import type { GroupOptions } from '../views/graph-inside.ts';
import {
  changedStatuses,
  graphView,
  runSummary,
  statusOfNodes,
  type GraphView,
  type NodeStatus,
} from '../views/graph-view.ts';
import {
  graphPage,
  type HostMessage,
  type PanelMessage,
  type PanelView,
  type StepAction,
} from '../webview/protocol.ts';
import { WORDS } from '../webview/words.ts';
import { groupsOf, isBelow, loadChildren, nodeOfRun, rangeOfStep } from './graph-groups.ts';
import type { Projects } from './projects.ts';
import type { RunsWatch, SeenRun } from './runs-watch.ts';
import { settings } from './settings.ts';
import { editorRange } from './ranges.ts';
import { nameOf } from './workflow-rows.ts';
import type { FactsOf } from './watching/panel-data.ts';
import type { WorkflowFile, WorkflowFiles } from './workflow-files.ts';

/** States are sent at most this often. */
const GATHER_MS = 50;

/** Timelines and histories are sent at most this often. */
const VIEW_MS = 500;

export interface GraphPanelParts {
  readonly projects: Projects;
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
  #refreshing: NodeJS.Timeout | undefined;
  /** Which view the panel shows. */
  #shown: PanelView = 'graph';
  #facts: FactsOf | undefined;
  /** Groups that the person opened or closed. */
  #toggled: ReadonlySet<string> = new Set();

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
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.#followCursor(textEditor)),
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

  get isActive(): boolean {
    return this.#panel.active;
  }

  /** A picture of pixels; undefined when the page cannot make one. */
  paint(svg: string): Promise<Uint8Array | undefined> {
    return new Promise((resolve) => {
      const number = ++this.#paintings;
      const listening = this.#panel.webview.onDidReceiveMessage((message: PanelMessage) => {
        if (message.type !== 'painted' || message.number !== number) return;
        listening.dispose();
        resolve(message.png === undefined ? undefined : Buffer.from(message.png, 'base64'));
      });
      this.#post({ type: 'paint', number, svg });
    });
  }
  #paintings = 0;

  show(run?: SeenRun, view?: PanelView): void {
    if (run !== undefined) this.#pin(run);
    this.#panel.reveal(undefined, true);
    if (view !== undefined) this.#showView(view);
  }

  /** A panel that is not ready yet shows it when it is. */
  #showView(view: PanelView): void {
    this.#wanted = view;
    this.#post({ type: 'show', view });
  }
  #wanted: PanelView | undefined;

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
        this.#translate();
        if (this.#wanted !== undefined) this.#post({ type: 'show', view: this.#wanted });
        void this.#draw();
        break;
      case 'view':
        this.#shown = message.view;
        if (message.view === this.#wanted) this.#wanted = undefined;
        void this.#sendView();
        break;
      case 'look-back':
        void this.#lookBack(message.seq);
        break;
      case 'tell':
        void this.#tell(message.step);
        break;
      case 'act':
        void this.#act(message.step, message.action);
        break;
      case 'groups':
        this.#toggled = new Set(message.toggled);
        void this.#draw();
        break;
      case 'show-run': {
        const run = this.#parts.runs.find(message.run, this.#file()?.place);
        if (run !== undefined) this.#pin(run);
        break;
      }
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

  /** The step around the cursor is marked, and brought into view. */
  #followCursor({ document, selection }: vscode.TextEditor): void {
    if (document.uri.toString() !== this.workflow.toString() || !settings.graphFollowsCursor()) return;
    const analysis = this.#file()?.analysis;
    // While it is typed, the text is ahead of what was read.
    if (analysis === undefined || analysis.text !== document.getText()) return;
    const step = stepAround(analysis, document.offsetAt(selection.active));
    if (step === undefined || step === this.#marked) return;
    this.#marked = step;
    this.#post({ type: 'reveal', step });
  }
  #marked: string | undefined;

  #lookForLive(): void {
    const file = this.#file();
    if (file?.place === undefined || this.#run?.summary.status === 'running') return;
    const last = this.#parts.runs.lastOf(file.place, file.ref);
    if (last?.summary.status === 'running' && last !== this.#run) this.#pin(last);
  }

  #runChanged(run: SeenRun): void {
    const isChild = this.#run !== undefined && isBelow(run, this.#run);
    if (run !== this.#run && !isChild) return this.#lookForLive();
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#sendStatus();
    }, GATHER_MS);
  }

  /** English words are the panel's own. */
  #translate(): void {
    if (vscode.l10n.bundle === undefined) return;
    const words = Object.fromEntries(Object.entries(WORDS).map(([key, word]) => [key, vscode.l10n.t(word)]));
    this.#post({ type: 'words', words });
  }

  /** What the view that is looked at shows besides the graph. */
  async #sendView(): Promise<void> {
    const watching = await import('./watching/watching.ts');
    const run = this.#run;
    if (this.#shown === 'timeline' && run !== undefined) {
      const message = await watching.timelineMessage(
        (this.#facts ??= new watching.FactsOf()),
        run,
        this.#parts.runs,
      );
      if (message !== undefined) this.#post(message);
    }
    const file = this.#file();
    if (this.#shown === 'history' && file?.place !== undefined)
      this.#post(await watching.historyMessage(this.#parts.runs, file.place, file.ref, run));
  }

  /** While a run goes on, its timeline grows; a history changes with every end. */
  #refreshView(): void {
    if (this.#shown === 'graph') return;
    this.#refreshing ??= setTimeout(() => {
      this.#refreshing = undefined;
      void this.#sendView();
    }, VIEW_MS);
  }

  async #lookBack(seq: number): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    const watching = await import('./watching/watching.ts');
    const message = await watching.momentMessage((this.#facts ??= new watching.FactsOf()), run, {
      seq,
      groups: this.#groups(),
    });
    if (message !== undefined) this.#post(message);
  }

  async #tell(step: string): Promise<void> {
    const watching = await import('./watching/watching.ts');
    const file = this.#file();
    const node = this.#run && nodeOfRun(this.#parts, this.#run, step);
    const run = node?.run;
    const state = run && (await this.#parts.runs.load(run));
    const { workflow } = state ?? file?.analysis ?? {};
    const label = workflow?.steps.find(({ id }) => id === step)?.name ?? step;
    this.#post(
      await watching.detailMessage({
        step,
        address: node?.step ?? step,
        run,
        state,
        label,
        place: file?.place,
        ref: file?.ref ?? '',
        canRun:
          run === this.#run &&
          state?.steps[step]?.parent === undefined &&
          vscode.workspace.isTrusted &&
          file?.analysis.runnable === true,
      }),
    );
  }

  async #act(step: string, action: StepAction): Promise<void> {
    const node = this.#run && nodeOfRun(this.#parts, this.#run, step);
    const { executeCommand } = vscode.commands;
    if (action === 'open' || node === undefined) return this.#openStep(step);
    const options = { step: node.step };
    if (action === 'log') await executeCommand('baton.openLog', node.run.id, options);
    else if (action === 'run-from') await executeCommand('baton.runFromStep', node.run.id, options);
    else await executeCommand('baton.answerGate', node.run.id, { ...options, answer: action });
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
      ...(this.#run?.state !== undefined && isOver(this.#run) && { facts: this.#run.state.seq }),
    });
    void this.#sendView();
  }

  async #view(file: WorkflowFile | undefined): Promise<GraphView | undefined> {
    const run = this.#run;
    const state = run && (await this.#parts.runs.load(run));
    if (run !== undefined && state !== undefined) {
      const { workflow } = state;
      await loadChildren(this.#parts, run, state);
      const watching = await import('./watching/watching.ts');
      return graphView({
        workflow,
        graph: stepGraph(workflow),
        run: state,
        lost: run.summary.status === 'lost',
        path: await watching.pathOfRun((this.#facts ??= new watching.FactsOf()), run),
        groups: this.#groups(),
      });
    }
    if (file === undefined) return undefined;
    const { workflow, graph, cycles } = file.analysis;
    const where = file.place === undefined ? undefined : { place: file.place, ref: file.ref };
    const watching = await import('./watching/watching.ts');
    const path = cycles.length > 0 ? [] : await watching.pathOfPlan(graph, where);
    return graphView({ workflow, graph, cycles, path, groups: this.#groups() });
  }

  /** Only what changed; the whole when the panel has not been sent it yet. */
  #sendStatus(): void {
    const { state, summary } = this.#run ?? {};
    if (state === undefined || this.#sent === undefined || this.#sent.length === 0) return void this.#draw();
    const lost = summary?.status === 'lost';
    const nodes = statusOfNodes(state, { lost, groups: this.#groups() });
    // Items and rounds came, or a child run did: these are other nodes.
    if (!sameIds(this.#sent, nodes)) return void this.#draw();
    const changed = changedStatuses(this.#sent, nodes);
    this.#sent = nodes;
    this.#post({ type: 'status', nodes: changed, run: runSummary(state, { lost }), now: Date.now() });
    this.#refreshView();
    // From its end on, a run can be looked back at, and its critical path is known.
    if (this.#run !== undefined && isOver(this.#run)) void this.#draw();
  }

  #groups(): GroupOptions {
    return groupsOf(this.#parts, this.#file(), this.#toggled);
  }

  /** A hidden panel asks for everything when it is seen again. */
  #post(message: HostMessage): void {
    const { webview } = this.#panel;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a webview of VS Code has none
    void webview.postMessage(message);
  }

  async #openStep(step: string): Promise<void> {
    const node = this.#run && nodeOfRun(this.#parts, this.#run, step);
    const other = node !== undefined && node.run !== this.#run ? node.run : undefined;
    const uri = other && this.#parts.projects.uriOf(other.place, other.summary.workflow);
    const file = uri === undefined ? this.#file() : this.#parts.files.get(uri);
    if (file === undefined) return;
    const { workflow, text } = file.analysis;
    const range = rangeOfStep(workflow, node?.step ?? step);
    const selection = range && editorRange(linesOf(text), range);
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
    clearTimeout(this.#refreshing);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

function sameIds(a: readonly NodeStatus[], b: readonly NodeStatus[]): boolean {
  return a.length === b.length && a.every(({ id }, i) => id === b[i]?.id);
}

function isOver({ summary: { status } }: SeenRun): boolean {
  return status !== 'running' && status !== 'waiting';
}
