import { emptyRecord } from '../base/json.ts';
import type { RunState } from '../model/run-state.ts';
import { startDetached } from '../project/detached-runner.ts';
import { RunFollower } from '../project/run-follower.ts';
import { newRunId } from '../project/run-id.ts';
import { startRun, type OwnRun } from '../project/own-runs.ts';
import type { Refusal, RunRequest } from '../project/runs.ts';
import type { LoadedWorkflow } from '../project/workflows.ts';
import { impossible, type Result } from '../base/result.ts';
import type { RunEvent, StopAsker } from '../model/run-event.ts';
import { countWords, findingsAsText } from './diagnostics.ts';
import { UsageError, type Door } from './door.ts';
import { giveBackAfter } from './large-text.ts';
import { jsonPrinter, textPrinter } from './run-printer.ts';

export interface RunOptions {
  readonly input: readonly string[];
  readonly env: readonly string[];
  readonly parallel?: string;
  readonly failFast?: boolean;
  readonly detach?: boolean;
  readonly json?: boolean;
}

/** E2. */
export const EXIT = { succeeded: 0, failed: 1, usage: 2, detached: 3, timedOut: 124 } as const;

/** `baton run`: in the foreground, or handed to a runner of its own. */
export async function run(door: Door, name: string, options: RunOptions): Promise<number> {
  const workflow = await loadWorkflow(door, name);
  const parallel = parallelOf(options.parallel);
  const request: RunRequest = {
    workflow,
    inputs: pairs('--input', options.input),
    env: pairs('--env', options.env),
    cause: { kind: 'person', door: 'cli' },
    failFast: options.failFast === true,
    ...(parallel === undefined ? {} : { parallel }),
  };
  return options.detach === true ? detach(door, request) : foreground(door, request, options);
}

export async function loadWorkflow(door: Door, name: string): Promise<LoadedWorkflow> {
  const loaded = await door.project.workflows.load(name);
  if (!loaded.ok) throw new UsageError(loaded.error);
  return loaded.value;
}

/** `a=1` and `b=x=y` to `{ a: '1', b: 'x=y' }`. */
function pairs(option: string, given: readonly string[]): Record<string, string> {
  const values = emptyRecord<string>();
  for (const pair of given) {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError(`${option} wants name=value; "${pair}" is not of that form.`);
    values[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return values;
}

function parallelOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new UsageError(`--parallel wants a whole number from 1; it is "${text}".`);
}

/** Runs in this process and shows it. */
export async function foreground(
  door: Door,
  request: RunRequest,
  options: { readonly json?: boolean },
): Promise<number> {
  await giveBackAfter(request.workflow.text);
  return watchOwn(
    door,
    options,
    (onEvents) => startRun(door.project, request, { onEvents }),
    request.workflow,
  );
}

/** Owns a run to its end: prints it, and turns signals into stop requests. */
export async function watchOwn(
  door: Door,
  options: { readonly json?: boolean },
  begin: (onEvents: (events: readonly RunEvent[]) => void) => Promise<Result<OwnRun, Refusal>>,
  workflow?: LoadedWorkflow,
): Promise<number> {
  const printer = options.json === true ? jsonPrinter(door) : textPrinter(door);
  let follower: RunFollower | undefined;
  const onEvents = (events: readonly RunEvent[]) => {
    if (options.json === true) return printer.onEvents(events);
    const run = events[0]?.run ?? '';
    follower ??= new RunFollower(door.project.runs.journal, run, printer);
    follower.take(events);
  };
  const started = await begin(onEvents);
  if (!started.ok) {
    printer.close();
    return refuse(door, started.error, workflow);
  }
  const letGo = onSignals((by) => void door.project.runs.stop(started.value.run, { by }));
  try {
    const state = await started.value.ended;
    await follower?.close();
    return exitCodeOfRun(state);
  } finally {
    letGo();
    await follower?.close();
    printer.close();
  }
}

/** Ctrl-C asks once, and the second time forces: the engine counts. A closed terminal is a stop as well. */
function onSignals(stop: (by: StopAsker) => void): () => void {
  const interrupt = () => stop('SIGINT');
  const terminate = () => stop('SIGTERM');
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', terminate);
  process.on('SIGHUP', terminate);
  return () => {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', terminate);
    process.off('SIGHUP', terminate);
  };
}

export function exitCodeOfRun(state: RunState): number {
  switch (state.ended) {
    case 'succeeded':
      return EXIT.succeeded;
    case 'cancelled':
      return state.stop?.by === 'SIGTERM' ? 143 : 130;
    case 'timed_out':
      return EXIT.timedOut;
    case 'failed':
    case undefined:
      return EXIT.failed;
    default:
      return impossible(state.ended);
  }
}

async function detach(door: Door, request: RunRequest): Promise<number> {
  const { folder } = door.project;
  const { workflow, inputs, env = {}, cause, failFast = false, parallel } = request;
  const started = await startDetached(
    { execPath: process.execPath, file: process.argv[1] ?? '' },
    {
      folder,
      task: {
        kind: 'start',
        run: newRunId(Date.now()),
        workflow: workflow.ref,
        inputs,
        env,
        cause,
        failFast,
        ...(parallel === undefined ? {} : { parallel }),
      },
    },
  );
  if (!started.ok) return refuse(door, started.error, workflow);
  door.print(`${started.value}\n`);
  return EXIT.detached;
}

/** Says why nothing was run. */
export function refuse(door: Door, refusal: Refusal, workflow?: LoadedWorkflow): number {
  switch (refusal.kind) {
    case 'diagnostics': {
      const { diagnostics } = refusal;
      const file = workflow?.ref ?? '';
      door.complain(findingsAsText({ file, text: workflow?.text ?? '', diagnostics }, door.style));
      door.complain(`baton: "${file}" was not run: ${countWords(diagnostics)}.\n`);
      break;
    }
    case 'inputs':
      for (const { message } of refusal.problems) door.complain(`baton: ${message}\n`);
      door.complain('Give inputs with --input name=value.\n');
      break;
    case 'taken':
    case 'unknown':
      door.complain(`baton: ${refusal.message}\n`);
  }
  return EXIT.usage;
}
