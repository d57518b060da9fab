import * as vscode from 'vscode';
import { complete } from '../../language/complete.ts';
import type { Completion, CompletionKind, CompletionSources } from '../../language/completion.ts';
import { outputsOf } from '../../model/inside.ts';
import { refTo } from '../../model/ref.ts';
import { interpretersOf } from '../../project/interpreters.ts';
import { editorRange } from '../ranges.ts';
import { readWorkflowAt, YAML, type Feature, type FeatureWorld, type OpenWorkflow } from './feature.ts';

/** Where a person expects to be offered something without asking. */
const TRIGGERS = ['.', ' ', ':', '[', '{', ',', '-', '\n'] as const;

const KINDS: Readonly<Record<CompletionKind, vscode.CompletionItemKind>> = {
  key: vscode.CompletionItemKind.Property,
  kind: vscode.CompletionItemKind.Class,
  step: vscode.CompletionItemKind.Module,
  value: vscode.CompletionItemKind.EnumMember,
  input: vscode.CompletionItemKind.Field,
  field: vscode.CompletionItemKind.Field,
  context: vscode.CompletionItemKind.Module,
  function: vscode.CompletionItemKind.Function,
  variable: vscode.CompletionItemKind.Variable,
  file: vscode.CompletionItemKind.File,
  snippet: vscode.CompletionItemKind.Snippet,
};

export const offerCompletion: Feature = (world) =>
  vscode.languages.registerCompletionItemProvider(
    YAML,
    {
      async provideCompletionItems(document, position) {
        if (!world.projects.isWorkflow(document.uri)) return undefined;
        const lastOutputs = await lastOutputsOf(world, document);
        // After the wait: an analysis holds for the text as it is now, and no longer.
        const open = await readWorkflowAt(world, document);
        if (open === undefined) return undefined;
        const sources = { ...sourcesOf(world, open), lastOutputs };
        const found = complete(open.analysis, document.offsetAt(position), sources);
        return found.map((each, order) => itemOf(each, order, open));
      },
    },
    ...TRIGGERS,
  );

/** What steps gave out in the last run, beside what their commands say that they write. */
async function lastOutputsOf(
  { projects, runs }: FeatureWorld,
  document: vscode.TextDocument,
): Promise<(step: string) => readonly string[]> {
  const found = projects.find(document.uri);
  const last = found && runs.lastOf(found.place, found.ref);
  const state = last && (await runs.load(last));
  return (id) => {
    const step = state !== undefined && Object.hasOwn(state.steps, id) ? state.steps[id] : undefined;
    return state === undefined || step === undefined ? [] : Object.keys(outputsOf(state, step));
  };
}

function sourcesOf(world: FeatureWorld, { place, ref }: OpenWorkflow): CompletionSources {
  const timeZones = Intl.supportedValuesOf('timeZone');
  if (place === undefined) return { timeZones };
  const { workflows } = place.project;
  const refs = world.files
    .all()
    .flatMap((file) => (file.place === place && file.ref !== ref ? [file.ref] : []));
  return {
    timeZones,
    interpreters: interpretersOf(place.project),
    workflows: refs.map((other) => refTo(ref, other)),
    look: (child) => workflows.look(child),
  };
}

function itemOf(found: Completion, order: number, { lines }: OpenWorkflow): vscode.CompletionItem {
  const item = new vscode.CompletionItem(found.label, KINDS[found.kind]);
  item.range = editorRange(lines, found.range);
  item.insertText = found.isSnippet === true ? new vscode.SnippetString(found.insert) : found.insert;
  item.sortText = String(order).padStart(4, '0');
  if (found.detail !== undefined) item.detail = found.detail;
  if (found.documentation !== undefined) item.documentation = new vscode.MarkdownString(found.documentation);
  if (found.again === true) item.command = { command: 'editor.action.triggerSuggest', title: '' };
  // We indent by ourselves.
  item.keepWhitespace = true;
  return item;
}
