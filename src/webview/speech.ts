import { formatDuration } from '../base/duration.ts';
import { impossible } from '../base/result.ts';
import type { StepStatus } from '../model/run-state.ts';
import type { GraphNode, NodeStatus, RunSummary } from '../views/graph-view.ts';
import { fill, type Words } from './words.ts';

/** How a step stands, in parts: its state, its time, what else is worth knowing. */
export function standing(state: NodeStatus, now: number, words: Words): string[] {
  const parts =
    state.retryAt === undefined
      ? [words[state.status], timeOf(state, now)]
      : [fill(words.retriesIn, { time: wholeSeconds(state.retryAt - now) })];
  return [...parts, state.detail].filter(Boolean);
}

function timeOf(state: NodeStatus, now: number): string {
  if (state.runningSince !== undefined) return wholeSeconds(now - state.runningSince);
  return state.tookMs === undefined ? '' : formatDuration(state.tookMs);
}

/** A clock that ticks once a second shows no tenths. */
export function wholeSeconds(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1000);
}

/** What a screen reader says of a step: `build, run step, succeeded, 2.1 s, needs test`. */
export function nameOf(
  node: GraphNode,
  given: { needs: readonly string[]; now: number; words: Words },
): string {
  const { needs, now, words } = given;
  const { state } = node;
  return [
    node.label,
    words[`kind_${node.kind}`],
    node.group === undefined ? '' : fill(words.group, { count: node.group.count }),
    ...(state === undefined ? [] : standing(state, now, words)),
    needs.length === 0 ? '' : fill(words.needs, { steps: some(needs, words) }),
  ]
    .filter(Boolean)
    .join(', ');
}

function some(steps: readonly string[], words: Words): string {
  if (steps.length <= 4) return steps.join(', ');
  return fill(words.andMore, { steps: steps.slice(0, 3).join(', '), count: steps.length - 3 });
}

/** More changes at once than anybody would listen to are told as counts. */
const MOST_TOLD = 3;

/** What the live region says when steps have changed. Steps that merely wait are not worth a word. */
export function changesInWords(
  changes: readonly { readonly label: string; readonly state: NodeStatus }[],
  words: Words,
): string {
  const told = changes.filter(({ state }) => state.status !== 'pending' && state.status !== 'queued');
  if (told.length <= MOST_TOLD) {
    return told
      .map(({ label, state }) => {
        const change = fill(words.stepChanged, { step: label, status: words[state.status] });
        return [change, state.tookMs === undefined ? '' : formatDuration(state.tookMs)]
          .filter(Boolean)
          .join(', ');
      })
      .join('. ');
  }
  const counts = new Map<StepStatus, number>();
  for (const { state } of told) counts.set(state.status, (counts.get(state.status) ?? 0) + 1);
  return [...counts]
    .map(([status, count]) => fill(words.stepsChanged, { count, status: words[status] }))
    .join(', ');
}

/** How a run stands, without its time. */
export function runInWords(run: RunSummary, words: Words): string {
  switch (run.status) {
    case 'running':
      return words.runRunning;
    case 'waiting':
      return words.runWaiting;
    case 'succeeded':
      return words.runSucceeded;
    case 'failed':
      return words.runFailed;
    case 'cancelled':
      return words.runCancelled;
    case 'timed_out':
      return words.runTimedOut;
    case 'lost':
      return words.runLost;
    default:
      return impossible(run.status);
  }
}
