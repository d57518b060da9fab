import { formatDuration } from '../base/duration.ts';
import type { RunSummary } from '../journal/journal.ts';
import { replay } from '../model/apply-event.ts';
import type { RunState } from '../model/run-state.ts';
import { startDetached } from '../project/detached-runner.ts';
import { followRun } from '../project/run-follower.ts';
import { isRunId } from '../project/run-id.ts';
import { unknownRun } from '../project/runs.ts';
import { problemsOfRun } from '../project/step-problems.ts';
import { problemLines } from '../views/problem-lines.ts';
import { runReport, runStatus, shownStatus } from '../views/run-report.ts';
import { progressInside, stepRows } from '../views/step-rows.ts';
import { paint, statusSign } from '../views/terminal.ts';
import { stepDetail, statusWords } from '../views/words.ts';
import { secretsAgain } from './ask-secrets.ts';
import { printJson, UsageError, type Door } from './door.ts';
import { exitCodeOfRun, EXIT, refuse } from './run.ts';
import { textPrinter } from './run-printer.ts';
import { table } from './table.ts';

/** `baton list`: the workflows of the project, with their last run. */
export async function list(door: Door, options: { readonly json?: boolean }): Promise<number> {
  const refs = await door.project.workflows.list();
  const runs = await door.project.runs.journal.list();
  const rows = refs.map((ref) => {
    const read = door.project.workflows.read(ref);
    const analysis = read.ok ? read.value.analysis : undefined;
    const last = runs.find((run) => run.workflow === ref);
    return { ref, analysis, last };
  });
  if (options.json === true) {
    const shown = rows.map(({ ref, analysis, last }) => ({
      workflow: ref,
      name: analysis?.workflow.name ?? ref,
      steps: analysis?.workflow.steps.map((step) => step.id) ?? [],
      runnable: analysis?.runnable ?? false,
      ...(last === undefined
        ? {}
        : { lastRun: { run: last.run, status: last.status, startedAt: last.startedAt } }),
    }));
    printJson(door, shown);
  } else if (rows.length === 0) {
    door.print('No workflow files here. They end in .workflow.yaml or stand in a folder .workflows.\n');
  } else {
    const cells = rows.map(({ ref, analysis, last }) => [
      last === undefined ? ' ' : statusSign(last.status, door.style),
      paint(door.style, 'bold', analysis?.workflow.name ?? ref),
      paint(door.style, 'dim', ref),
      analysis === undefined ? '' : stepCount(analysis.workflow.steps.length),
      analysis?.runnable === false ? paint(door.style, 'red', 'has errors') : lastWords(last),
    ]);
    door.print(table(cells));
  }
  return EXIT.succeeded;
}

function stepCount(count: number): string {
  return count === 1 ? '1 step' : `${count} steps`;
}

function lastWords(last: RunSummary | undefined): string {
  return last === undefined ? 'never run' : `${statusWords(last.status)} ${when(last.startedAt)}`;
}

export interface RunsOptions {
  readonly limit?: string;
  readonly status?: string;
  readonly workflow?: string;
  readonly json?: boolean;
}

/** `baton runs`: newest first. */
export async function runs(door: Door, options: RunsOptions): Promise<number> {
  const limit = Number(options.limit ?? '20');
  if (!Number.isInteger(limit) || limit < 1) throw new UsageError(`--limit wants a whole number from 1.`);
  const all = await door.project.runs.journal.list();
  const shown = all
    .filter(({ status }) => options.status === undefined || status === options.status)
    .filter((run) => options.workflow === undefined || [run.workflow, run.name].includes(options.workflow))
    .slice(0, limit);
  if (options.json === true) printJson(door, shown);
  else if (shown.length === 0 && all.length > 0) door.print('No run is like that; `baton runs` shows all.\n');
  else if (shown.length === 0) door.print('No runs. `baton run <workflow>` makes one.\n');
  else door.print(table(shown.map((run) => runRow(door, run))));
  return EXIT.succeeded;
}

function runRow(door: Door, run: RunSummary): string[] {
  const took = run.endedAt === undefined ? '' : formatDuration(run.endedAt - run.startedAt);
  const sign = statusSign(run.status, door.style);
  return [
    sign,
    run.run,
    run.name,
    statusWords(run.status),
    took,
    paint(door.style, 'dim', when(run.startedAt)),
  ];
}

function when(at: number): string {
  return new Date(at).toLocaleString();
}

/** `baton show`: one run, step by step. */
export async function show(door: Door, run: string, options: { readonly json?: boolean }): Promise<number> {
  const { state, lost, notices } = await readRun(door, run);
  const problems = await problemsOfRun(door.project, state);
  if (options.json === true) {
    printJson(door, runReport(state, lost, problems));
    return EXIT.succeeded;
  }
  const status = runStatus(state, lost);
  const sign = statusSign(status, door.style);
  const took = formatDuration((state.endedAt ?? Date.now()) - state.startedAt);
  door.print(`${sign} ${paint(door.style, 'bold', state.workflow.name)} ${statusWords(status)}, ${took}\n`);
  door.print(paint(door.style, 'dim', `  ${run}, ${state.workflow.ref}, ${when(state.startedAt)}\n`));
  const steps = stepRows(state);
  const rows = steps.map(({ step, depth }) => {
    const shown = shownStatus(step, lost);
    const details = [stepDetail(step, Date.now()), progressInside(step) ?? ''].filter(
      (detail) => detail !== '',
    );
    const indent = '  '.repeat(depth);
    return [`  ${statusSign(shown, door.style)}`, indent + step.id, statusWords(shown), details.join(', ')];
  });
  door.print(
    table(rows, (i) => {
      const found = problems.get(steps[i]?.step.id ?? '');
      return found === undefined ? '' : problemLines(found, door.style);
    }),
  );
  for (const notice of notices) door.complain(`baton: ${notice}\n`);
  return EXIT.succeeded;
}

export async function readRun(
  door: Door,
  run: string,
): Promise<{ state: RunState; lost: boolean; notices: readonly string[] }> {
  const record = isRunId(run) ? await door.project.runs.journal.read(run) : undefined;
  const state = record && replay(record.events);
  if (record === undefined) {
    const refusal = unknownRun(run);
    throw new UsageError(refusal.kind === 'unknown' ? refusal.message : run);
  }
  if (state === undefined) {
    const why = record.notices.length === 0 ? 'Its journal is empty.' : record.notices.join(' ');
    throw new UsageError(`Run ${run} cannot be read. ${why}`);
  }
  return { state, lost: record.presence === 'lost', notices: record.notices };
}

/** `baton logs`: one step's output as it was, or every step's behind its name; `--follow` goes on until the end. */
export async function logs(
  door: Door,
  run: string,
  step: string | undefined,
  options: { readonly follow?: boolean },
): Promise<number> {
  const { state } = await readRun(door, run);
  if (options.follow === true && step === undefined) return follow(door, run);
  if (step !== undefined && state.steps[step] === undefined) {
    throw new UsageError(`The run has no step "${step}". It has: ${Object.keys(state.steps).join(', ')}.`);
  }
  if (options.follow === true && step !== undefined) return followStep(door, run, step);
  const steps = step === undefined ? Object.keys(state.steps) : withInside(state, step);
  for (const id of steps) {
    const attempts = state.steps[id]?.attempts ?? [];
    for (const attempt of attempts) {
      if (steps.length > 1)
        door.print(`${paint(door.style, 'bold', title(id, attempt.number, attempts.length))}\n`);
      await printLog(door, { run, step: id, attempt: attempt.number });
    }
  }
  return EXIT.succeeded;
}

/** What a fan-out or a loop printed is what its items and rounds did. */
function withInside(state: RunState, step: string): readonly string[] {
  const inside = Object.keys(state.steps).filter(
    (id) => id.startsWith(`${step}{`) || id.startsWith(`${step}[`),
  );
  return inside.length === 0 ? [step] : inside;
}

function title(step: string, attempt: number, attempts: number): string {
  return attempts > 1 ? `── ${step}, attempt ${attempt}` : `── ${step}`;
}

const CHUNK_BYTES = 1024 * 1024;

async function printLog(door: Door, at: { run: string; step: string; attempt: number }): Promise<void> {
  for (let fromByte = 0; ;) {
    const bytes = await door.project.runs.journal.readLog({ ...at, fromByte, maxBytes: CHUNK_BYTES });
    if (bytes === undefined || bytes.length === 0) return;
    fromByte += bytes.length;
    await new Promise((resolve) => door.output().write(bytes, resolve));
    if (!door.output().writable) return;
  }
}

async function follow(door: Door, run: string): Promise<number> {
  const printer = textPrinter(door);
  const end = await followRun(door.project.runs.journal, run, { ...printer, signal: door.readerGone });
  printer.close();
  if (end === 'aborted') return EXIT.succeeded;
  if (end === 'lost')
    door.complain(`baton: The process that ran ${run} is gone. \`baton resume ${run}\` goes on with it.\n`);
  const { state } = await readRun(door, run);
  return exitCodeOfRun(state);
}

async function followStep(door: Door, run: string, step: string): Promise<number> {
  const end = await followRun(door.project.runs.journal, run, {
    signal: door.readerGone,
    onEvents: () => undefined,
    async onOutput(id, lines) {
      if (id !== step) return;
      door.print(lines.map((line) => `${line}\n`).join(''));
      await door.taken();
    },
  });
  if (end === 'aborted') return EXIT.succeeded;
  const { state } = await readRun(door, run);
  return exitCodeOfRun(state);
}

/** `baton stop`: asks, and waits until the run has ended. */
export async function stop(door: Door, run: string, options: { readonly force?: boolean }): Promise<number> {
  const { state, lost } = await readRun(door, run);
  if (state.ended !== undefined)
    throw new UsageError(`Run ${run} has ended already: ${statusWords(state.ended)}.`);
  if (lost) throw new UsageError(`Nobody runs ${run} any more: the process that did is gone.`);
  const asked = await door.project.runs.stop(run, { force: options.force === true });
  if (asked === 'gone') return refuse(door, { kind: 'taken', message: `Run ${run} ended just now.` });
  if (asked === 'left') {
    // It was left waiting for people: whoever goes on with it finds the stop and carries it out.
    const program = { execPath: process.execPath, file: process.argv[1] ?? '' };
    const order = {
      folder: door.project.folder,
      task: { kind: 'resume', run, secrets: await secretsAgain(door, run) },
    } as const;
    const started = await startDetached(program, order);
    if (!started.ok) return refuse(door, started.error);
  }
  await followRun(door.project.runs.journal, run, { onEvents: () => undefined });
  const after = await readRun(door, run);
  door.print(`${run} ${statusWords(after.state.ended ?? 'lost')}\n`);
  return EXIT.succeeded;
}
