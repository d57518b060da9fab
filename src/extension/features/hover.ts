import * as vscode from 'vscode';
import { formatDuration } from '../../base/duration.ts';
import type { Json } from '../../base/json.ts';
import { hover, type HoverSources } from '../../language/hover.ts';
import { exitCodeIn, outputsOf } from '../../model/inside.ts';
import type { StepPast } from '../../model/run-plan.ts';
import type { RunState } from '../../model/run-state.ts';
import { pastDurations } from '../../project/history.ts';
import { attemptDurationMs, statusWords } from '../../views/words.ts';
import { editorRange } from '../ranges.ts';
import { readWorkflowAt, YAML, type Feature, type FeatureWorld } from './feature.ts';

export const offerHover: Feature = (world) =>
  vscode.languages.registerHoverProvider(YAML, {
    async provideHover(document, position) {
      if (!world.projects.isWorkflow(document.uri)) return undefined;
      const sources = await sourcesOf(world, document);
      // After the wait: an analysis holds for the text as it is now, and no longer.
      const open = await readWorkflowAt(world, document);
      const found = open && hover(open.analysis, document.offsetAt(position), sources);
      if (open === undefined || found === undefined) return undefined;
      return new vscode.Hover(
        new vscode.MarkdownString(found.markdown),
        editorRange(open.lines, found.range),
      );
    },
  });

/** What the last run, and the runs before it, tell. */
async function sourcesOf(
  { projects, runs }: FeatureWorld,
  document: vscode.TextDocument,
): Promise<HoverSources> {
  const found = projects.find(document.uri);
  const last = found && runs.lastOf(found.place, found.ref);
  const now = Date.now();
  if (found === undefined || last === undefined) return { now };
  const { place, ref } = found;
  const state = await runs.load(last);
  const past: Readonly<Record<string, StepPast>> = await pastDurations(place.project.runs.journal, ref);
  return {
    now,
    last: (id) => lastWords(state, id),
    durations: (id) => durationsOf(Object.hasOwn(past, id) ? past[id] : undefined),
    value: (path) => (state === undefined ? undefined : valueIn(state, path)),
  };
}

function lastWords(state: RunState | undefined, id: string): { readonly words: string } | undefined {
  const step = state?.steps[id];
  if (step === undefined) return undefined;
  const tookMs = attemptDurationMs(step.attempts.at(-1), Date.now());
  const words = statusWords(step.status);
  return { words: tookMs === undefined ? words : `${words}, ${formatDuration(tookMs)}` };
}

function durationsOf(past: StepPast | undefined): ReturnType<NonNullable<HoverSources['durations']>> {
  return past === undefined || past.runs === 0
    ? undefined
    : { p50: past.p50Ms, p95: past.p95Ms, count: past.runs };
}

/** Secrets are in no journal, and so in no hover. */
function valueIn(
  state: RunState,
  [root, name = '', field, key, ...more]: readonly string[],
): Json | undefined {
  if (more.length > 0) return undefined;
  if (root === 'inputs' && field === undefined)
    return Object.hasOwn(state.inputs, name) ? state.inputs[name] : undefined;
  const step = root === 'steps' ? state.steps[name] : undefined;
  if (step === undefined || field === undefined) return undefined;
  switch (field) {
    case 'outputs': {
      const outputs = outputsOf(state, step);
      if (key === undefined) return outputs;
      return Object.hasOwn(outputs, key) ? outputs[key] : undefined;
    }
    case 'exit_code':
      return exitCodeIn(step);
    case 'stdout':
      return step.attempts.at(-1)?.outcome?.stdout;
    case 'outcome':
      return step.status;
    case 'result':
      return step.result;
    default:
      return undefined;
  }
}
