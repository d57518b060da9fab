import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { Json } from '../../base/json.ts';
import { withoutEscapes } from '../../base/escapes.ts';
import { criticalPath } from '../../graph/critical-path.ts';
import { indexGraph } from '../../graph/index-graph.ts';
import type { StepGraph } from '../../graph/step-graph.ts';
import { replay } from '../../model/apply-event.ts';
import type { RunEvent } from '../../model/run-event.ts';
import type { RunState, StepState } from '../../model/run-state.ts';
import type { StepId } from '../../model/workflow.ts';
import { expectedMs, pastDurations } from '../../project/history.ts';
import type { GroupOptions } from '../../views/graph-inside.ts';
import { runSummary, statusOfNodes } from '../../views/graph-view.ts';
import { timelineOf } from '../../views/timeline.ts';
import { trendOf, type PastRun } from '../../views/trend.ts';
import { shownStatus } from '../../views/run-report.ts';
import { statusWords, stepDetail } from '../../views/words.ts';
import type { HostMessage, StepAction, StepDetail, TimelineContent } from '../../webview/protocol.ts';
import type { Place } from '../projects.ts';
import type { RunsWatch, SeenRun } from '../runs-watch.ts';
import { clockTime, inOneLine } from '../speech.ts';

/** So many runs make a trend. */
const TREND_RUNS = 60;
const TREND_FACTS: ReadonlySet<RunEvent['type']> = new Set(['run-started', 'attempt-ended']);
const ENDS: ReadonlySet<RunEvent['type']> = new Set(['attempt-ended']);
const TAIL_BYTES = 4096;
const MOST_LINES = 6;
const MOST_OUTPUTS = 6;
const LONGEST_VALUE = 160;

/** The facts of a run, read once and then only when there are more of them. */
export class FactsOf {
  #run: SeenRun | undefined;
  #seq = -1;
  #events: readonly RunEvent[] = [];

  async read(run: SeenRun): Promise<readonly RunEvent[]> {
    const seq = run.state?.seq ?? 0;
    if (this.#run !== run || this.#seq !== seq) {
      const record = await run.place.project.runs.journal.read(run.id);
      this.#run = run;
      this.#seq = seq;
      this.#events = record?.events ?? [];
    }
    return this.#events;
  }
}

/** What really held a run up, step by step. */
export async function pathOfRun(facts: FactsOf, run: SeenRun): Promise<readonly StepId[]> {
  const events = await facts.read(run);
  const state = replay(events);
  return state === undefined ? [] : timelineOf(events, state).path;
}

/** What a run of the file would be held up by, from what its steps usually take. */
export async function pathOfPlan(
  graph: StepGraph,
  where: { readonly place: Place; readonly ref: string } | undefined,
): Promise<readonly StepId[]> {
  const past =
    where === undefined ? {} : expectedMs(await pastDurations(where.place.project.runs.journal, where.ref));
  return criticalPath(indexGraph(graph), (id) => past[id] ?? 1);
}

export async function timelineMessage(
  facts: FactsOf,
  run: SeenRun,
  runs: RunsWatch,
): Promise<HostMessage | undefined> {
  const events = await facts.read(run);
  const state = replay(events);
  if (state === undefined) return undefined;
  const timeline = timelineOf(events, state);
  const story = timeline.story.map(({ text, values }) => vscode.l10n.t(text, ...values));
  return { type: 'timeline', timeline, story, now: Date.now(), ...(await earlier(run, runs)) };
}

/** How long steps took in the run before, the last one that succeeded if there is one. */
async function earlier(
  { place, summary }: SeenRun,
  runs: RunsWatch,
): Promise<Pick<TimelineContent, 'before' | 'beforeMs'>> {
  const before = runs
    .all()
    .filter((each) => each.place === place && each.summary.workflow === summary.workflow)
    .filter((each) => each.summary.startedAt < summary.startedAt && isOver(each.summary.status));
  const chosen = before.find((each) => each.summary.status === 'succeeded') ?? before[0];
  if (chosen === undefined) return {};
  const ends = await place.project.runs.journal.readFacts(chosen.id, ENDS);
  const beforeMs: Record<StepId, number> = {};
  for (const end of ends) if (end.type === 'attempt-ended') beforeMs[end.step] = end.durationMs;
  return { before: clockTime(chosen.summary.startedAt), beforeMs };
}

export async function historyMessage(
  runs: RunsWatch,
  place: Place,
  ref: string,
  current: SeenRun | undefined,
): Promise<HostMessage> {
  const ended = runs
    .all()
    .filter(
      ({ place: where, summary }) => where === place && summary.workflow === ref && isOver(summary.status),
    )
    .slice(0, TREND_RUNS);
  const past = await Promise.all(
    ended.map(async ({ id, summary }): Promise<PastRun> => {
      const events = await place.project.runs.journal.readFacts(id, TREND_FACTS);
      const { status, startedAt, endedAt = startedAt } = summary;
      return { run: id, status, startedAt, durationMs: endedAt - startedAt, events };
    }),
  );
  return { type: 'history', trend: trendOf(past), ...(current !== undefined && { current: current.id }) };
}

function isOver(status: SeenRun['summary']['status']): boolean {
  return status !== 'running' && status !== 'waiting';
}

/** The run as it was after so many of its facts; 0: as it is now. */
export async function momentMessage(
  facts: FactsOf,
  run: SeenRun,
  { seq, groups }: { readonly seq: number; readonly groups: GroupOptions },
): Promise<HostMessage | undefined> {
  const events = await facts.read(run);
  const state = replay(seq === 0 ? events : events.slice(0, seq));
  if (state === undefined) return undefined;
  const lost = seq === 0 && run.summary.status === 'lost';
  return {
    type: 'moment',
    seq,
    nodes: statusOfNodes(state, { lost, groups }),
    run: runSummary(state, { lost }),
    afterMs: state.at - state.startedAt,
  };
}

export interface Told {
  /** As the graph knows it. */
  readonly step: StepId;
  /** In the run. */
  readonly address: StepId;
  readonly run: SeenRun | undefined;
  readonly state: RunState | undefined;
  readonly label: string;
  readonly place: Place | undefined;
  readonly ref: string;
  readonly canRun: boolean;
}

export async function detailMessage(told: Told): Promise<HostMessage> {
  const { step, address, run, state, place, ref } = told;
  const known = state?.steps[address];
  const past =
    place && (await pastDurations(place.project.runs.journal, run?.summary.workflow ?? ref))[address];
  const detail: StepDetail = {
    step,
    label: told.label,
    standing: standing(known, run),
    ...(past !== undefined && past.runs > 0 && { usualMs: past.p50Ms, slowMs: past.p95Ms }),
    outputs: known === undefined ? [] : outputsOf(known),
    lines: run === undefined || known === undefined ? [] : await lastLines(run, known),
    actions: actionsOf(told, known),
  };
  return { type: 'detail', detail };
}

function standing(step: StepState | undefined, run: SeenRun | undefined): string {
  if (step === undefined) return '';
  const status = shownStatus(step, run?.summary.status === 'lost');
  return inOneLine([vscode.l10n.t(statusWords(status)), stepDetail(step, Date.now())]);
}

function outputsOf({ attempts }: StepState): StepDetail['outputs'] {
  const outcome = attempts.at(-1)?.outcome;
  if (outcome?.ok !== true) return [];
  return Object.entries(outcome.outputs)
    .slice(0, MOST_OUTPUTS)
    .map(([name, value]) => ({ name, value: shortened(value) }));
}

function shortened(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > LONGEST_VALUE ? `${line.slice(0, LONGEST_VALUE - 1)}…` : line;
}

async function lastLines({ id, place }: SeenRun, step: StepState): Promise<readonly string[]> {
  const attempt = step.attempts.at(-1)?.number;
  const { journal } = place.project.runs;
  const file = attempt === undefined ? undefined : journal.logPath(id, step.id, attempt);
  if (file === undefined || attempt === undefined) return [];
  try {
    const { size } = await stat(file);
    const fromByte = Math.max(0, size - TAIL_BYTES);
    const bytes = await journal.readLog({ run: id, step: step.id, attempt, fromByte, maxBytes: TAIL_BYTES });
    const lines = withoutEscapes(new TextDecoder().decode(bytes ?? new Uint8Array()))
      .split('\n')
      .map((line) => (line.replace(/\r+$/, '').split('\r').at(-1) ?? '').trimEnd());
    return lines.filter((line) => line !== '').slice(-MOST_LINES);
  } catch {
    return []; // It printed nothing.
  }
}

function actionsOf({ run, canRun }: Told, step: StepState | undefined): readonly StepAction[] {
  const actions: StepAction[] = [];
  if (step?.wait?.for === 'answer' && vscode.workspace.isTrusted) actions.push('approve', 'reject');
  if ((step?.attempts.length ?? 0) > 0) actions.push('log');
  const isLive = run?.summary.status === 'running' || run?.summary.status === 'waiting';
  if (run !== undefined && !isLive && canRun) actions.push('run-from');
  return [...actions, 'open'];
}
