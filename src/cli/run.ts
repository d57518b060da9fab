import fs from 'node:fs';
import path from 'node:path';
import { emptyRecord, recordFrom, type Json } from '../base/json.ts';
import { select } from '../graph/select.ts';
import type { RunId } from '../model/attempt.ts';
import type { RunState } from '../model/run-state.ts';
import type { StepId } from '../model/workflow.ts';
import type { Queued } from '../project/admission.ts';
import { startDetached } from '../project/detached-runner.ts';
import { RunFollower } from '../project/run-follower.ts';
import { newRunId } from '../project/run-id.ts';
import { startRun, type OwnOptions, type OwnRun } from '../project/own-runs.ts';
import type { Part } from '../project/reuse.ts';
import type { Refusal, RunRequest } from '../project/runs.ts';
import type { LoadedWorkflow } from '../project/workflows.ts';
import { impossible, type Result } from '../base/result.ts';
import type { CacheMode, RunEvent, StopAsker } from '../model/run-event.ts';
import { partSecrets, secretInputs, type Secrets } from '../project/secrets.ts';
import { moreSecrets } from './ask-secrets.ts';
import { countWords, findingsAsText } from './diagnostics.ts';
import { UsageError, type Door } from './door.ts';
import { gateKeys, type GateKeys } from './ask-gates.ts';
import { selectionOf, type Named } from './selection.ts';
import { giveBackAfter } from './large-text.ts';
import { jsonPrinter, textPrinter, type RunPrinter } from './run-printer.ts';
import { userName } from './user-name.ts';

export interface RunOptions {
  readonly input: readonly string[];
  readonly env: readonly string[];
  readonly parallel?: string;
  readonly failFast?: boolean;
  readonly only?: readonly string[];
  readonly from?: string;
  readonly detach?: boolean;
  readonly json?: boolean;
  readonly cache?: CacheMode;
  /** These steps and what comes after them; the others keep their last end. */
  readonly again?: ReadonlySet<StepId>;
}

/** E2. `detached`: in the background, or left waiting at a gate. */
export const EXIT = { succeeded: 0, failed: 1, usage: 2, detached: 3, refused: 75, timedOut: 124 } as const;

/** `baton run`: in the foreground, or handed to a runner of its own. */
export async function run(door: Door, { name, options }: Named<RunOptions>): Promise<number> {
  const workflow = await loadWorkflow(door, name);
  const parallel = parallelOf(options.parallel);
  const only = selected(workflow, options);
  // What comes before `--from` is taken over from the last run, as far as it succeeded there.
  const part = partOf(options);
  const reuse = part && (await door.project.runs.reusable(workflow, part));
  const given = pairs('--input', options.input);
  const secrets = await moreSecrets(door, secretInputs(workflow.analysis.workflow), given);
  const request: RunRequest = {
    workflow,
    inputs: {
      ...(reuse !== undefined && (await inputsOf(door, reuse.run, { workflow, given }))),
      ...given,
      ...secrets,
    },
    env: variables(options.env),
    cause: { kind: 'person', door: 'cli' },
    failFast: options.failFast === true,
    ...(parallel === undefined ? {} : { parallel }),
    ...(only !== undefined && { only }),
    ...(reuse !== undefined && { reuse }),
    ...(options.cache !== undefined && { cache: options.cache }),
  };
  return options.detach === true ? detach(door, request) : foreground(door, request, options);
}

function partOf({ from, again }: RunOptions): Part | undefined {
  if (again !== undefined) return { kind: 'again', steps: again };
  return from === undefined ? undefined : { kind: 'from', step: from };
}

/** The inputs of the run from which ends are taken over: what is taken over was made of them. */
async function inputsOf(
  door: Door,
  run: RunId,
  {
    workflow,
    given,
  }: { readonly workflow: LoadedWorkflow; readonly given: Readonly<Record<string, string>> },
): Promise<Record<string, Json>> {
  const [first] = (await door.project.runs.journal.readFacts(run, new Set(['run-started']))) ?? [];
  if (first?.type !== 'run-started') return {};
  const { inputs } = workflow.analysis.workflow;
  const shared = inputs.filter(({ name, secret }) => !secret && Object.hasOwn(first.inputs, name));
  for (const { name } of shared) {
    const [value, now] = [first.inputs[name], given[name]];
    const before = typeof value === 'string' ? value : JSON.stringify(value);
    if (now !== undefined && now !== before)
      door.complain(
        `baton: What is taken over from ${run} was made with ${name}=${before}, not ${name}=${now}.\n`,
      );
  }
  return recordFrom(shared.map(({ name }) => [name, first.inputs[name] ?? null]));
}

/** The steps that are to run, where not all are. */
function selected({ analysis }: LoadedWorkflow, options: RunOptions): readonly string[] | undefined {
  const selection = selectionOf(options);
  if (selection === undefined) return undefined;
  const steps = select(analysis.graph, selection);
  if (!steps.ok) throw new UsageError(steps.error);
  return [...steps.value];
}

export async function loadWorkflow(door: Door, name: string): Promise<LoadedWorkflow> {
  const loaded = await door.project.workflows.load(fromHere(door, name));
  if (!loaded.ok) throw new UsageError(loaded.error);
  return loaded.value;
}

/** A path means the folder that somebody stands in, also where the project's folder lies above it; any other word is a name. */
function fromHere({ project }: Door, name: string): string {
  const here = process.cwd();
  if (here === project.folder) return name;
  const file = ['', '.workflow.yaml', '.workflow.yml']
    .map((ending) => path.resolve(here, name + ending))
    .find((each) => isFile(each));
  if (file !== undefined) return file;
  // A path is meant as a path, and nothing else of that name.
  return /[\\/]/.test(name) && !isFile(path.resolve(project.folder, name)) ? path.resolve(here, name) : name;
}

function isFile(file: string): boolean {
  try {
    return fs.statSync(file, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return false;
  }
}

/** `a=1` and `b=x=y` to `{ a: '1', b: 'x=y' }`. */
export function pairs(option: string, given: readonly string[]): Record<string, string> {
  const values = emptyRecord<string>();
  for (const pair of given) {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError(`${option} wants name=value; "${pair}" is not of that form.`);
    values[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return values;
}

const SECRET_VARIABLE = 'BATON_SECRET_';

function variables(given: readonly string[]): Record<string, string> {
  const values = pairs('--env', given);
  for (const name of Object.keys(values)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      throw new UsageError(
        `"${name}" cannot be the name of a variable: letters, digits and _ only, no digit first.`,
      );
    if (name.startsWith('BATON_'))
      throw new UsageError(`"${name}" is reserved: only Baton sets variables that begin with BATON_.`);
  }
  return values;
}

export function parallelOf(text: string | undefined): number | undefined {
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
  const { secrets } = partSecrets(request.workflow.analysis.workflow, request.inputs);
  const begin = (own: OwnOptions) => startRun(door.project, request, own);
  return watchOwn(door, { ...options, secrets }, begin, request.workflow);
}

/** Owns a run to its end: prints it, and turns signals into stop requests. */
export async function watchOwn(
  door: Door,
  options: { readonly json?: boolean; readonly secrets: Secrets },
  begin: (own: OwnOptions) => Promise<Result<OwnRun, Refusal>>,
  workflow?: LoadedWorkflow,
): Promise<number> {
  const printer = options.json === true ? jsonPrinter(door) : textPrinter(door);
  const someoneThere = options.json !== true && door.live && process.stdin.isTTY;
  let follower: RunFollower | undefined;
  let keys: GateKeys | undefined;
  const onEvents = (events: readonly RunEvent[]) => {
    if (options.json === true) return printer.onEvents(events);
    if (someoneThere) keys ??= keysFor(door, events[0]?.run ?? '', printer);
    keys?.take(events);
    const run = events[0]?.run ?? '';
    follower ??= new RunFollower(door.project.runs.journal, run, printer);
    follower.take(events);
  };
  const onWait = (queued: Queued) => door.complain(`${queuedWords(queued)}\n`);
  const signals = listenToSignals();
  // Without a person at hand, a run that waits for one is left to whoever answers.
  const started = await begin({ onEvents, onWait, ...(!someoneThere && { park: 'always' }) });
  if (!started.ok) {
    signals.letGo();
    printer.close();
    return refuse(door, started.error, workflow);
  }
  for (const notice of started.value.notices) door.complain(`baton: ${notice}\n`);
  signals.tell((by) => void door.project.runs.stop(started.value.run, { by }));
  try {
    const state = await started.value.ended;
    await follower?.close();
    if (state.parked && hasDeadline(state)) await leaveToRunner(door, state.run, options.secrets);
    return exitCodeOfRun(state);
  } finally {
    signals.letGo();
    keys?.close();
    await follower?.close();
    printer.close();
  }
}

function hasDeadline({ steps }: RunState): boolean {
  return Object.values(steps).some(({ wait }) => wait?.for === 'answer' && wait.until !== undefined);
}

/** Somebody has to be there when the time to answer is up. */
async function leaveToRunner(door: Door, run: RunId, secrets: Secrets): Promise<void> {
  const program = { execPath: process.execPath, file: process.argv[1] ?? '' };
  const order = { folder: door.project.folder, task: { kind: 'resume', run, secrets } } as const;
  const started = await startDetached(program, order);
  // Answered in the meantime: whoever did goes on with it.
  if (!started.ok && started.error.kind !== 'taken') refuse(door, started.error);
}

function keysFor(door: Door, run: string, printer: RunPrinter): GateKeys {
  const who = userName();
  return gateKeys(process.stdin, {
    ask: (line) => printer.say(line),
    answer: (step, answer) =>
      void door.project.runs.answer(run, { step, answer, ...(who !== undefined && { who }) }),
  });
}

/** `baton: run 2026… waits for a place in the group "review", behind 2025…; 1 more waits before it.` */
export function queuedWords({ run, group, position, holders }: Queued): string {
  const behind = holders.length === 0 ? '' : `, behind ${holders.map((holder) => holder.run).join(' and ')}`;
  const more = position - 1;
  const before =
    more === 0 ? '.' : more === 1 ? '; 1 more waits before it.' : `; ${more} more wait before it.`;
  return `baton: run ${run} is waiting for a place in the group "${group}"${behind}${before}`;
}

/**
 * Ctrl-C asks once, and the second time forces: the engine counts. A closed terminal is a stop as well. What comes while
 * the run is only being prepared is told once somebody listens.
 */
export function listenToSignals(): {
  readonly tell: (stop: (by: StopAsker) => void) => void;
  readonly letGo: () => void;
} {
  const early: StopAsker[] = [];
  let stop = (by: StopAsker): void => void early.push(by);
  const interrupt = () => stop('SIGINT');
  const terminate = () => stop('SIGTERM');
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', terminate);
  process.on('SIGHUP', terminate);
  return {
    tell(listener) {
      stop = listener;
      for (const by of early) listener(by);
    },
    letGo() {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', terminate);
      process.off('SIGHUP', terminate);
    },
  };
}

export function exitCodeOfRun(state: RunState): number {
  if (state.parked) return EXIT.detached;
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
  const { workflow, inputs, env = {}, cause, failFast = false, parallel, only, reuse, cache } = request;
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
        ...(only !== undefined && { only }),
        ...(reuse !== undefined && { reuse }),
        ...(cache !== undefined && { cache }),
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
      // Of secrets the message says how they are given, also to commands that take no inputs.
      if (refusal.problems.some(({ message }) => !message.includes(SECRET_VARIABLE)))
        door.complain('Give inputs with --input name=value.\n');
      break;
    case 'taken':
    case 'full':
    case 'unknown':
      door.complain(`baton: ${refusal.message}\n`);
  }
  return refusal.kind === 'full' ? EXIT.refused : EXIT.usage;
}
