import * as vscode from 'vscode';
import { stepGraph } from '../../graph/step-graph.ts';
import { replay } from '../../model/apply-event.ts';
import { graphAsMermaid } from '../../views/graph-text.ts';
import { graphView } from '../../views/graph-view.ts';
import { timelineOf } from '../../views/timeline.ts';
import { graphAsSvg, timelineAsSvg } from '../../webview/export-svg.ts';
import type { SeenRun } from '../runs-watch.ts';
import { settings } from '../settings.ts';
import type { WorkflowFile } from '../workflow-files.ts';

export type ExportFormat = 'svg' | 'png' | 'mermaid' | 'timeline-svg' | 'timeline-png';

/** What is drawn: a file as it stands, or one of its runs. */
export interface Drawn {
  readonly file: WorkflowFile | undefined;
  readonly run: SeenRun | undefined;
  /** Makes a picture of pixels, where a panel is there to do so. */
  readonly paint: ((svg: string) => Promise<Uint8Array | undefined>) | undefined;
}

interface Choice extends vscode.QuickPickItem {
  readonly format: ExportFormat;
}

/** Writes the graph or the timeline to a file that the person names; answers where it is. */
export async function exportGraph(
  drawn: Drawn,
  given: { readonly format?: ExportFormat; readonly to?: vscode.Uri },
): Promise<vscode.Uri | undefined> {
  const format = given.format ?? (await askFormat(drawn));
  if (format === undefined) return undefined;
  const ending = format === 'mermaid' ? 'mmd' : format.endsWith('png') ? 'png' : 'svg';
  const to = given.to ?? (await askPlace(drawn, ending));
  if (to === undefined) return undefined;
  const content = await contentOf(drawn, format);
  if (content === undefined) return undefined;
  await vscode.workspace.fs.writeFile(to, content);
  if (given.to === undefined) {
    const open = vscode.l10n.t('Open');
    const said = vscode.l10n.t('{0} is written.', vscode.workspace.asRelativePath(to));
    if ((await vscode.window.showInformationMessage(said, open)) === open)
      await vscode.commands.executeCommand('vscode.open', to);
  }
  return to;
}

async function askFormat({ run, paint }: Drawn): Promise<ExportFormat | undefined> {
  const { l10n } = vscode;
  const choices: readonly Choice[] = [
    { label: 'SVG', description: l10n.t('a picture that stays sharp at any size'), format: 'svg' },
    ...(paint === undefined
      ? []
      : [{ label: 'PNG', description: l10n.t('a picture of pixels'), format: 'png' as const }]),
    { label: 'Mermaid', description: l10n.t('text that GitHub and GitLab draw'), format: 'mermaid' },
    ...(run === undefined ? [] : [{ label: l10n.t('Timeline as SVG'), format: 'timeline-svg' as const }]),
    ...(run === undefined || paint === undefined
      ? []
      : [{ label: l10n.t('Timeline as PNG'), format: 'timeline-png' as const }]),
  ];
  return (await vscode.window.showQuickPick(choices, { title: l10n.t('Export Graph') }))?.format;
}

async function askPlace({ file }: Drawn, ending: string): Promise<vscode.Uri | undefined> {
  const beside = file?.uri.with({ path: file.uri.path.replace(/(\.workflow)?\.ya?ml$/, `.${ending}`) });
  return vscode.window.showSaveDialog({
    ...(beside !== undefined && { defaultUri: beside }),
    filters: { [ending.toUpperCase()]: [ending] },
  });
}

async function contentOf(drawn: Drawn, format: ExportFormat): Promise<Uint8Array | undefined> {
  const text = await textOf(drawn, format);
  if (text === undefined) return undefined;
  return format.endsWith('png') ? drawn.paint?.(text) : new TextEncoder().encode(text);
}

async function textOf({ file, run }: Drawn, format: ExportFormat): Promise<string | undefined> {
  const record = run && (await run.place.project.runs.journal.read(run.id));
  const state = record && replay(record.events);
  const { workflow } = state ?? file?.analysis ?? {};
  if (workflow === undefined) return undefined;
  const direction = settings.graphDirection();
  if (format.startsWith('timeline'))
    return record && state && timelineAsSvg(workflow.name || workflow.ref, timelineOf(record.events, state));
  const graph = stepGraph(workflow);
  if (format === 'mermaid') {
    const statuses = state && new Map(Object.values(state.steps).map(({ id, status }) => [id, status]));
    return graphAsMermaid({ graph, direction, ...(statuses && { statuses }) });
  }
  const lost = run?.summary.status === 'lost';
  return graphAsSvg(graphView({ workflow, graph, ...(state && { run: state, lost }) }), direction);
}
