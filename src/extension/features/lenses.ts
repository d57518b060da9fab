import * as vscode from 'vscode';
import { formatDuration } from '../../base/duration.ts';
import { lenses, type LastRun, type Lens, type StepEnd } from '../../language/lenses.ts';
import type { RunState } from '../../model/run-state.ts';
import { statusWords } from '../../views/words.ts';
import { editorRange } from '../ranges.ts';
import type { SeenRun } from '../runs-watch.ts';
import { settings } from '../settings.ts';
import { inOneLine } from '../speech.ts';
import { readWorkflowAt, YAML, type Feature, type OpenWorkflow } from './feature.ts';

/** What can be done stands above the file and above each step; the setting `baton.codeLens` says how much of it. */
export const offerLenses: Feature = (world) => {
  const changed = new vscode.EventEmitter<void>();
  return vscode.Disposable.from(
    changed,
    world.runs.onDidChangeList(() => changed.fire()),
    world.runs.onDidChangeRun(({ summary }) => {
      // While it runs there is no end to tell of.
      if (summary.status !== 'running') changed.fire();
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('baton.codeLens')) changed.fire();
    }),
    vscode.languages.registerCodeLensProvider(YAML, {
      onDidChangeCodeLenses: changed.event,
      async provideCodeLenses(document) {
        const wanted = settings.codeLens();
        if (wanted === 'off' || !world.projects.isWorkflow(document.uri)) return undefined;
        const where = world.projects.find(document.uri);
        const last = where && world.runs.lastOf(where.place, where.ref);
        const steps = wanted === 'all' && last !== undefined ? await world.runs.load(last) : undefined;
        // After the wait: an analysis holds for the text as it is now, and no longer.
        const open = await readWorkflowAt(world, document);
        if (open === undefined) return undefined;
        const found = lenses(open.analysis, { last: last && lastRunOf(last, steps) });
        const shown = wanted === 'all' ? found : found.filter((lens) => !('step' in lens));
        return shown.flatMap((lens) => lensOf(lens, open, last));
      },
    }),
  );
};

function lastRunOf({ summary }: SeenRun, state: RunState | undefined): LastRun {
  return {
    // What comes before the step is taken over from the run, which must have ended for that.
    mayGoOn: summary.status !== 'running' && summary.status !== 'waiting',
    endOf: (id) => endOf(state, id),
  };
}

function endOf(state: RunState | undefined, id: string): StepEnd | undefined {
  const step = state !== undefined && Object.hasOwn(state.steps, id) ? state.steps[id] : undefined;
  if (step?.result === undefined) return undefined;
  return { status: step.result, durationMs: step.attempts.at(-1)?.durationMs };
}

/** A file outside of every folder is drawn, not run. */
function lensOf(
  lens: Lens,
  { document, lines, place }: OpenWorkflow,
  last: SeenRun | undefined,
): vscode.CodeLens[] {
  if (lens.action === 'run' && place === undefined) return [];
  const command = commandOf(lens, document.uri, last);
  return command === undefined ? [] : [new vscode.CodeLens(editorRange(lines, lens.range), command)];
}

function commandOf(lens: Lens, uri: vscode.Uri, last: SeenRun | undefined): vscode.Command | undefined {
  const { l10n } = vscode;
  switch (lens.action) {
    case 'run':
      return { command: 'baton.run', title: `$(play) ${l10n.t('Run')}`, arguments: [uri] };
    case 'plan':
      return { command: 'baton.plan', title: `$(list-ordered) ${l10n.t('Plan')}`, arguments: [uri] };
    case 'graph':
      return { command: 'baton.showGraph', title: `$(type-hierarchy) ${l10n.t('Graph')}`, arguments: [uri] };
    case 'last-run':
      return last && lastRunCommand(last);
    case 'run-from': {
      const title = `$(debug-continue) ${l10n.t('Run from here')}`;
      return { command: 'baton.runFromStep', title, arguments: [last?.id, { step: lens.step }] };
    }
    case 'last-end': {
      const { status, durationMs } = lens.end;
      const title = ended(l10n.t(statusWords(status)), durationMs);
      return { command: 'baton.openLog', title, arguments: [last?.id, { step: lens.step }] };
    }
  }
}

/** How the last run went leads to its terminal. */
function lastRunCommand({ id, summary }: SeenRun): vscode.Command {
  const { status, startedAt, endedAt } = summary;
  const words = vscode.l10n.t('last run {0}', vscode.l10n.t(statusWords(status)));
  const title = ended(words, endedAt === undefined ? undefined : endedAt - startedAt);
  return { command: 'baton.openTerminal', title, arguments: [id] };
}

function ended(words: string, durationMs: number | undefined): string {
  return inOneLine([words, durationMs === undefined ? undefined : formatDuration(durationMs)]);
}
