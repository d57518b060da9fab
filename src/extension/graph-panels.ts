import * as vscode from 'vscode';
import { readPanelState, type PanelView } from '../webview/protocol.ts';
import { GraphPanel, type GraphPanelParts } from './graph-panel.ts';
import type { Projects } from './projects.ts';
import type { SeenRun } from './runs-watch.ts';

export const GRAPH_VIEW_TYPE = 'baton.graph';

/** At most one graph panel for each workflow; brought back when the window is loaded again. */
export class GraphPanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #projects: Projects;
  readonly #parts: GraphPanelParts;
  readonly #panels = new Map<string, GraphPanel>();
  readonly #registration: vscode.Disposable;

  constructor(projects: Projects, parts: GraphPanelParts) {
    this.#projects = projects;
    this.#parts = parts;
    this.#registration = vscode.window.registerWebviewPanelSerializer(GRAPH_VIEW_TYPE, this);
  }

  /** The panel that is looked at. */
  get active(): GraphPanel | undefined {
    return [...this.#panels.values()].find((each) => each.isActive);
  }

  /** Shows the graph beside the text, and leaves the focus there. */
  open(workflow: vscode.Uri, run?: SeenRun, view?: PanelView): void {
    const open = this.#panels.get(workflow.toString());
    if (open !== undefined) return open.show(run, view);
    const panel = vscode.window.createWebviewPanel(
      GRAPH_VIEW_TYPE,
      vscode.l10n.t('Graph'),
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true },
    );
    this.#adopt(workflow, panel, run);
    if (view !== undefined) this.#panels.get(workflow.toString())?.show(run, view);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, kept: unknown): Promise<void> {
    const state = readPanelState(kept);
    await this.#parts.files.ready;
    const place =
      state && this.#projects.all().find((each) => this.#parts.files.ofPlace(each, state.workflow));
    if (state === undefined || place === undefined) return panel.dispose();
    await this.#parts.runs.refresh(place);
    const run = state.run === undefined ? undefined : this.#parts.runs.find(state.run, place);
    this.#adopt(this.#projects.uriOf(place, state.workflow), panel, run);
  }

  #adopt(workflow: vscode.Uri, panel: vscode.WebviewPanel, run: SeenRun | undefined): void {
    const key = workflow.toString();
    const graph = new GraphPanel(workflow, panel, this.#parts, run);
    this.#panels.set(key, graph);
    panel.onDidDispose(() => {
      graph.dispose();
      this.#panels.delete(key);
    });
  }

  dispose(): void {
    this.#registration.dispose();
    for (const panel of this.#panels.values()) panel.dispose();
  }
}
