import { formatDuration } from '../base/duration.ts';
import type { StepAddress } from '../model/attempt.ts';
import type { RunEvent } from '../model/run-event.ts';
import { roleOf, statusOf, type FinalStatus, type RunState, type StepState } from '../model/run-state.ts';
import { sentence, type Sentence } from './sentence.ts';
import { rowLabel, stepRows } from './step-rows.ts';

/** Where the time of a run went. Times in milliseconds since the epoch. JSON-safe. */
export interface Timeline {
  readonly startedAt: number;
  /** When the run ended; while it goes on, when it was last heard of. */
  readonly until: number;
  readonly isLive: boolean;
  /** As people read them: as in the file, items and rounds below what holds them. */
  readonly rows: readonly TimelineRow[];
  /** What nothing could have been faster than, from the first step to the one that ended last. Steps at the top. */
  readonly path: readonly StepAddress[];
  /** The same in words, the largest part first. */
  readonly story: readonly Sentence[];
}

export interface TimelineRow {
  readonly id: StepAddress;
  readonly label: string;
  /** 0 at the top. */
  readonly depth: number;
  readonly isOnPath: boolean;
  /** In order of time; none overlaps another. */
  readonly segments: readonly Segment[];
  /** How long it usually takes, in milliseconds. */
  readonly usualMs?: number;
}

/**
 * `ready`: it could have begun, and waited for a free place. `ran`: an attempt. `backoff`: before the next attempt.
 * `asked`: for an answer. `group`: for a place in its concurrency group.
 */
export type SegmentKind = 'ready' | 'ran' | 'backoff' | 'asked' | 'group';

export interface Segment {
  readonly kind: SegmentKind;
  readonly from: number;
  readonly to: number;
  /** Of an attempt, from 1. */
  readonly attempt?: number;
  /** How an attempt ended; absent while it goes on. */
  readonly status?: FinalStatus;
}

/** Folds the facts of a run, in their order. `usual`: what steps usually take; left out, what the run itself expected. */
export function timelineOf(
  events: readonly RunEvent[],
  state: RunState,
  usual: Readonly<Record<StepAddress, number>> = state.expectedMs ?? {},
): Timeline {
  const tracks = new Map<StepAddress, Track>();
  const trackOf = (step: StepAddress) => {
    let track = tracks.get(step);
    if (track === undefined) tracks.set(step, (track = { segments: [] }));
    return track;
  };
  for (const event of events) take(event, trackOf);
  const until = state.endedAt ?? state.at;
  for (const { segments, open } of tracks.values()) if (open !== undefined) close(segments, open, until);
  const path = pathOf(state, tracks);
  const onPath = new Set(path);
  const rows = stepRows(state).map(({ step, depth }): TimelineRow => {
    const segments = withReadyTime(step, state, tracks.get(step.id)?.segments ?? []);
    const usualMs = usual[step.id];
    return {
      id: step.id,
      label: rowLabel(step),
      depth,
      isOnPath: onPath.has(step.id),
      segments,
      ...(usualMs !== undefined && { usualMs }),
    };
  });
  const { startedAt } = state;
  const isLive = state.ended === undefined;
  return { startedAt, until, isLive, rows, path, story: storyOf({ rows, path, state, until }) };
}

/** What is known of one step so far; `open` is what it does now. */
interface Track {
  readonly segments: Segment[];
  open?: Omit<Segment, 'to'> | undefined;
}

function take(event: RunEvent, trackOf: (step: StepAddress) => Track): void {
  switch (event.type) {
    case 'attempt-started':
    case 'items-expanded':
      begin(trackOf(event.step), { kind: 'ran', from: event.at, attempt: event.attempt });
      break;
    case 'round-started':
      if (event.round === 1)
        begin(trackOf(event.step), { kind: 'ran', from: event.at, attempt: event.attempt });
      break;
    case 'attempt-ended': {
      const track = trackOf(event.step);
      const { open } = track;
      const isAttempt = open?.kind === 'ran' || open?.kind === 'asked';
      const from = isAttempt ? open.from : event.at - event.durationMs;
      const kind = isAttempt ? open.kind : 'ran';
      if (open !== undefined && !isAttempt) close(track.segments, open, from);
      const status = statusOf(event.outcome);
      close(track.segments, { kind, from, attempt: event.attempt, status }, event.at);
      track.open = event.retryAt === undefined ? undefined : { kind: 'backoff', from: event.at };
      break;
    }
    case 'step-waiting': {
      const kind = event.wait.for === 'group' ? 'group' : 'asked';
      const attempt = event.wait.for === 'answer' ? { attempt: event.wait.attempt } : {};
      begin(trackOf(event.step), { kind, from: event.at, ...attempt });
      break;
    }
    case 'step-resumed':
      begin(trackOf(event.step), { kind: 'ran', from: event.at });
      break;
    case 'group-entered':
    case 'step-skipped':
      begin(trackOf(event.step), undefined, event.at);
      break;
    case 'step-rewound':
      for (const step of event.steps) begin(trackOf(step), undefined, event.at);
      break;
    default: // says nothing of what a step does
      break;
  }
}

/** Ends what a step did, and begins what it does now. */
function begin(track: Track, next: Omit<Segment, 'to'> | undefined, at = next?.from ?? 0): void {
  if (track.open !== undefined) close(track.segments, track.open, at);
  track.open = next;
}

function close(segments: Segment[], open: Omit<Segment, 'to'>, at: number): void {
  const from = Math.max(open.from, segments.at(-1)?.to ?? open.from);
  segments.push({ ...open, from, to: Math.max(from, at) });
}

/** From when all that it needs was there until it began. */
function withReadyTime(step: StepState, state: RunState, segments: readonly Segment[]): readonly Segment[] {
  const [first] = segments;
  if (first === undefined || step.parent !== undefined || step.earlier > 0) return segments;
  const from = readyAt(step, state);
  return first.from - from < SHORTEST_READY_MS
    ? segments
    : [{ kind: 'ready', from, to: first.from }, ...segments];
}

/** Below, it is the engine's own doing. */
const SHORTEST_READY_MS = 50;

function readyAt(step: StepState, state: RunState): number {
  if (step.place === 'finally') return lastEnd(state);
  const needed = step.step.needs.map((need) => state.steps[need.step]?.endedAt ?? state.startedAt);
  return Math.max(state.startedAt, ...needed);
}

/** When the last step but those of `finally` ended. */
function lastEnd({ workflow, steps, startedAt }: RunState): number {
  return Math.max(startedAt, ...workflow.steps.map(({ id }) => steps[id]?.endedAt ?? startedAt));
}

/** Back from the step that ended last, each time to the one it had to wait for longest. */
function pathOf(state: RunState, tracks: ReadonlyMap<StepAddress, Track>): readonly StepAddress[] {
  const endOf = (id: StepAddress) => {
    const last = tracks.get(id)?.segments.at(-1);
    // What goes on ends later than all that has ended.
    return last !== undefined && state.steps[id]?.result === undefined ? Infinity : last?.to;
  };
  const last = (ids: readonly StepAddress[]) => {
    let found: StepAddress | undefined;
    for (const id of ids) {
      const end = endOf(id);
      if (end !== undefined && (found === undefined || end > (endOf(found) ?? 0))) found = id;
    }
    return found;
  };
  const { workflow } = state;
  const main = workflow.steps.map(({ id }) => id);
  const path: StepAddress[] = [];
  const seen = new Set<StepAddress>();
  let at = last([...main, ...workflow.finally.map(({ id }) => id)]);
  while (at !== undefined && !seen.has(at)) {
    seen.add(at);
    path.push(at);
    const step: StepState | undefined = state.steps[at];
    const needs = step?.step.needs.map((need) => need.step) ?? [];
    at = last(needs) ?? (step?.place === 'finally' ? last(main) : undefined);
  }
  return path.toReversed();
}

/** Parts smaller than this share of the whole are not worth a word. */
const SMALLEST_PART = 0.05;
const MOST_SENTENCES = 5;

function storyOf({
  rows,
  path,
  state,
  until,
}: {
  readonly rows: readonly TimelineRow[];
  readonly path: readonly StepAddress[];
  readonly state: RunState;
  readonly until: number;
}): readonly Sentence[] {
  const totalMs = until - state.startedAt;
  if (totalMs <= 0) return [];
  const byId = new Map(rows.map((row) => [row.id, row]));
  const parts: { readonly ms: number; readonly says: Sentence }[] = [];
  for (const id of path) {
    const row = byId.get(id);
    if (row !== undefined) parts.push(...partsOf(row, state));
  }
  return parts
    .filter(({ ms }) => ms >= totalMs * SMALLEST_PART)
    .toSorted((a, b) => b.ms - a.ms)
    .slice(0, MOST_SENTENCES)
    .map(({ ms, says }) =>
      sentence(says.text, ...says.values, formatDuration(ms), Math.round((100 * ms) / totalMs)),
    );
}

/** Of one step on the path. The last two values, the time and its share in percent, come later. */
function partsOf(row: TimelineRow, state: RunState) {
  const spent: Record<SegmentKind, number> = { ready: 0, ran: 0, backoff: 0, asked: 0, group: 0 };
  let lostMs = 0;
  const attempts = row.segments.filter(({ kind }) => kind === 'ran');
  for (const { kind, from, to } of row.segments) spent[kind] += to - from;
  for (const { from, to } of attempts.slice(0, -1)) lostMs += to - from;
  const step = state.steps[row.id];
  const holds = step !== undefined && roleOf(step) !== 'leaf';
  const label = row.label;
  return [
    { ms: spent.ran - lostMs, says: sentence(holds ? WORDS.held : WORDS.ran, label) },
    { ms: lostMs, says: sentence(WORDS.lost, label, attempts.length - 1) },
    { ms: spent.backoff, says: sentence(WORDS.backoff, label) },
    { ms: spent.asked, says: sentence(WORDS.asked, label) },
    { ms: spent.group, says: sentence(WORDS.group, label) },
    { ms: spent.ready, says: sentence(WORDS.ready, label, state.parallel) },
  ];
}

/** The last two values are always the time and its share of the whole. */
export const WORDS = {
  ran: '{0} took {1}, {2} % of the time.',
  held: '{0} with all that is in it took {1}, {2} % of the time.',
  lost: 'Attempts of {0} that failed ({1}) took {2}, {3} % of the time.',
  backoff: 'Waiting to try {0} again took {1}, {2} % of the time.',
  asked: 'Waiting for an answer to {0} took {1}, {2} % of the time.',
  group: 'Waiting for a place in the group of {0} took {1}, {2} % of the time.',
  ready: '{0} waited for a free place among {1} for {2}, {3} % of the time.',
} as const;
