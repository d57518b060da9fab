import * as vscode from 'vscode';
import { Analyses } from './analyses.ts';
import { registerCommands } from './commands.ts';
import { COMPARE_SCHEME } from './compare-scheme.ts';
import { keepContextKeys } from './context-keys.ts';
import { markFiles } from './decorations.ts';
import type { FeatureWorld } from './features/feature.ts';
import { GraphPanels } from './graph-panels.ts';
import { keepHistory } from './keep-history.ts';
import { announceEnds, announceGates } from './notices.ts';
import { OpenLogs } from './open-logs.ts';
import { OpenScheduling } from './open-scheduling.ts';
import { PLAN_SCHEME, PlanDocuments } from './plan-documents.ts';
import { offerExplanations } from './explain.ts';
import { showProblems } from './problems.ts';
import { Projects } from './projects.ts';
import { RunProblems } from './run-problems.ts';
import { RunsTree } from './runs-tree.ts';
import { RunsWatch } from './runs-watch.ts';
import { Starter } from './start-run.ts';
import { SecretStore } from './secret-store.ts';
import { StatusBar } from './status-bar.ts';
import { Tasks, TASK_TYPE } from './tasks.ts';
import { Trouble } from './trouble.ts';
import { WorkflowFiles } from './workflow-files.ts';
import { WorkflowsTree } from './workflows-tree.ts';

/** What other extensions and the tests may look at: the trees as they are shown. */
export interface BatonApi {
  readonly workflowsTree: WorkflowsTree;
  readonly runsTree: RunsTree;
  readonly scheduling: OpenScheduling;
  /** Settles when the workflow files of every folder have been read. */
  readonly ready: Promise<void>;
  /** How long `activate` took, in milliseconds. */
  readonly activationMs: number;
}

/** Puts the parts together; everything is disposed with the context. */
export function activate(context: vscode.ExtensionContext): BatonApi {
  const since = performance.now();
  const { extensionUri } = context;
  const trouble = new Trouble();
  const projects = new Projects();
  const analyses = new Analyses(projects);
  const files = new WorkflowFiles(projects, analyses, trouble);
  const runs = new RunsWatch(projects, trouble);
  const starter = new Starter(runs, extensionUri);
  const secrets = new SecretStore(context);
  const tasks = new Tasks({ projects, files, runs, starter });
  const workflowsTree = new WorkflowsTree({ projects, files, runs });
  const runsTree = new RunsTree(runs, context.workspaceState);
  const graphs = new GraphPanels(projects, { projects, files, runs, extension: extensionUri });
  const logs = new OpenLogs(runs);
  const plans = new PlanDocuments(files);
  const bar = new StatusBar(runs);
  const scheduling = new OpenScheduling({ projects, files, starter, secrets, trouble }, runs, bar);
  context.subscriptions.push(
    trouble,
    projects,
    analyses,
    files,
    runs,
    workflowsTree,
    runsTree,
    graphs,
    logs,
    plans,
    workflowsTree.show(),
    runsTree.show(),
    showProblems(files),
    offerExplanations(extensionUri),
    new RunProblems({ projects, files, runs, trouble }),
    bar,
    scheduling,
    markFiles(projects, runs),
    keepHistory(projects, runs, trouble),
    vscode.workspace.registerTextDocumentContentProvider(COMPARE_SCHEME, {
      provideTextDocumentContent: async (uri) =>
        (await import('./watching/watching.ts')).comparisonPage(runs, uri),
    }),
    announceEnds(runs, starter),
    announceGates(runs, starter),
    keepContextKeys(projects, files),
    registerCommands({
      projects,
      files,
      runs,
      starter,
      tasks,
      graphs,
      plans,
      logs,
      scheduling,
      runsTree,
      secrets,
      trouble,
    }),
    vscode.tasks.registerTaskProvider(TASK_TYPE, tasks),
    vscode.workspace.registerTextDocumentContentProvider(PLAN_SCHEME, plans),
    loadFeatures({ projects, analyses, files, runs, extensionUri }),
  );
  return { workflowsTree, runsTree, scheduling, ready: files.ready, activationMs: performance.now() - since };
}

/** Help with editing comes a moment later, from a bundle of its own. */
function loadFeatures(world: FeatureWorld): vscode.Disposable {
  let isDisposed = false;
  let features: vscode.Disposable | undefined;
  setImmediate(() => {
    void import('./features/features.ts').then(({ registerFeatures }) => {
      if (!isDisposed) features = registerFeatures(world);
    });
  });
  return new vscode.Disposable(() => {
    isDisposed = true;
    features?.dispose();
  });
}

export function deactivate(): void {
  // Runs go on without this window; everything else is disposed with the context.
}
