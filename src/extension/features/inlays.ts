import * as vscode from 'vscode';
import { inlays, type Inlay, type InlaySources } from '../../language/inlays.ts';
import { nextDue } from '../../language/schedule-words.ts';
import { settings } from '../settings.ts';
import { clockTime } from '../speech.ts';
import { readWorkflowAt, YAML, type Feature, type FeatureWorld } from './feature.ts';

/** Waves, defaults and next runs between the words of a workflow; the setting `baton.inlayHints` switches them off. */
export const offerInlays: Feature = (world) =>
  inlaysWith(world, { nextTime: (schedule) => nextDue(schedule, Date.now()) });

/** With what a scheduler knows, where there is one. */
export function inlaysWith(world: FeatureWorld, sources: InlaySources = {}): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  return vscode.Disposable.from(
    changed,
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('baton.inlayHints')) changed.fire();
    }),
    vscode.languages.registerInlayHintsProvider(YAML, {
      onDidChangeInlayHints: changed.event,
      async provideInlayHints(document, visible) {
        const open = settings.inlayHints() ? await readWorkflowAt(world, document) : undefined;
        if (open === undefined) return undefined;
        const { lines, analysis } = open;
        const start = lines.offset(visible.start);
        const end = lines.offset(visible.end);
        return inlays(analysis, sources)
          .filter(({ offset }) => offset >= start && offset <= end)
          .map((inlay) => hintOf(inlay, lines.position(inlay.offset)));
      },
    }),
  );
}

function hintOf(inlay: Inlay, { line, character }: { readonly line: number; readonly character: number }) {
  const hint = new vscode.InlayHint(new vscode.Position(line, character), wordsOf(inlay));
  hint.paddingLeft = true;
  hint.tooltip = tooltipOf(inlay);
  return hint;
}

function wordsOf(inlay: Inlay): string {
  switch (inlay.kind) {
    case 'wave':
      return vscode.l10n.t('wave {0}', inlay.wave);
    case 'default':
      return `${inlay.field} ${inlay.value}`;
    case 'next-run':
      return vscode.l10n.t('next {0}', clockTime(inlay.at));
  }
}

function tooltipOf(inlay: Inlay): string {
  const { l10n } = vscode;
  switch (inlay.kind) {
    case 'wave':
      return l10n.t(
        'Steps of one wave can run at the same time. This is wave {0} of {1}.',
        inlay.wave,
        inlay.waves,
      );
    case 'default':
      return l10n.t('From `defaults` of this workflow: {0}.', `${inlay.field} ${inlay.value}`);
    case 'next-run':
      return l10n.t('When this schedule is due next.');
  }
}
