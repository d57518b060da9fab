/**
 * Every word the panel shows by itself, in English; `{name}` is filled in. The host may send a translation of any of
 * them. Units of time (`2.1 s`, `1 min 5 s`) are the same everywhere and come from `formatDuration`.
 */
export const WORDS = {
  graphOf: 'Graph of {title}',
  steps: 'Steps, in the order they can run',
  toolbar: 'Graph',
  problems: 'Problems',

  run: 'Run',
  runHint: 'Run this workflow',
  stop: 'Stop',
  stopHint: 'Stop this run',
  zoomIn: 'Zoom in (+)',
  zoomOut: 'Zoom out (-)',
  fit: 'Fit to view (0)',
  flowDown: 'Draw from top to bottom',
  flowRight: 'Draw from left to right',

  emptyTitle: 'A blank page, full of promise',
  emptyMessage: 'Write the first step of this workflow, and its graph grows here as you type.',

  group: 'holds {count} steps',
  openGroup: 'Show what it holds (Space)',
  closeGroup: 'Hide what it holds (Space)',

  kind_run: 'run step',
  kind_script: 'script step',
  kind_agent: 'agent step',
  kind_workflow: 'workflow step',
  kind_gate: 'gate',
  kind_loop: 'loop',

  pending: 'pending',
  queued: 'queued',
  running: 'running',
  backoff: 'retries soon',
  waiting: 'waiting',
  succeeded: 'succeeded',
  failed: 'failed',
  timed_out: 'timed out',
  cancelled: 'cancelled',
  skipped: 'skipped',
  lost: 'lost',

  retriesIn: 'retries in {time}',
  needs: 'needs {steps}',
  andMore: '{steps} and {count} more',
  edge_needs: '{to} needs {from}',
  edge_data: '{to} reads an output of {from}',
  edge_rewind: '{from} can send the run back to {to}',
  edge_loop: '{from} goes round to {to}',
  edge_cyclic: '{to} needs {from}, and that closes a cycle',

  stepCount: '{count} steps',
  oneStep: '1 step',
  progress: '{done} of {total} done',
  warnings: '{count} allowed to fail',
  runSucceeded: 'Run succeeded',
  runFailed: 'Run failed',
  runCancelled: 'Run cancelled',
  runTimedOut: 'Run timed out',
  runLost: 'Run lost: the process that ran it is gone',
  runRunning: 'Running',
  runWaiting: 'Waits for an answer',
  viewGraph: 'Graph',
  viewTimeline: 'Timeline',
  viewHistory: 'History',
  views: 'Views',
  path: 'Show the critical path',
  find: 'Find a step',
  found: '{at} of {count}',
  foundNone: 'No step',
  scrub: 'Look back: the run after each of its facts',
  scrubbed: '{seq} of {count}, {time} after the start',
  scrubEnd: 'Back to the end',

  story: 'Where the time went',
  noStory: 'Nothing took any time worth a word yet.',
  timelineRows: 'Steps and what they did, in the order of the file',
  didNotRun: 'did not run',
  segment: '{what} for {time}, from {from} on',
  segmentReady: 'waited for a free place',
  segmentRan: 'attempt {attempt}',
  segmentBackoff: 'waited to try again',
  segmentAsked: 'waited for an answer',
  segmentGroup: 'waited for a place in its group',
  usually: 'usually {time}',
  usuallyAtMost: 'usually {time}, seldom more than {most}',
  tookBefore: 'took {time} before',
  onCriticalPath: 'on the critical path',

  successRate: 'Succeeded',
  usualTime: 'Usually takes',
  slowTime: 'Seldom more than',
  runsCounted: 'Runs',
  runsOldestFirst: 'Runs, the oldest first',
  noRuns: 'This workflow has not run here yet. Its runs show up here.',
  flakySteps: 'Steps that fail now and then',
  flakyStep:
    '{step}: {retried} times it took another attempt, {flips} times it ended otherwise than the run before',

  do_open: 'Go to line',
  do_log: 'Log',
  'do_run-from': 'Run from here',
  do_approve: 'Approve',
  do_reject: 'Reject',

  stepChanged: '{step} {status}',
  stepsChanged: '{count} {status}',
} as const;

export type WordKey = keyof typeof WORDS;
export type Words = Readonly<Record<WordKey, string>>;

/** Puts values into the `{names}` of a word; a name without a value stays, so that a slip can be seen. */
export function fill(word: string, values: Readonly<Record<string, string | number>>): string {
  return word.replaceAll(/\{(\w+)\}/g, (hole, name: string) =>
    Object.hasOwn(values, name) ? `${values[name]}` : hole,
  );
}

/** The English words with a translation laid over them. Unknown keys and values that are no text are passed over. */
export function translated(words: Readonly<Record<string, unknown>>): Words {
  const known = Object.entries(words).filter(
    ([key, word]) => Object.hasOwn(WORDS, key) && typeof word === 'string',
  );
  return { ...WORDS, ...Object.fromEntries(known) };
}
