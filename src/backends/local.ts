import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CommandLine } from '../executors/command-line.ts';
import { readDotenv } from '../executors/dotenv.ts';
import type { AttemptIo } from '../executors/executor.ts';
import { startGuard, type Guard } from '../executors/guard.ts';
import { LAUNCH_AFTER_STEPS, launchersFor, type Launchers } from '../executors/launchers.ts';
import { readOutputs, type ValuePlace } from '../executors/outputs.ts';
import type { GroupWatcher, ProcessRequest } from '../executors/process-request.ts';
import { outcomeOf, runProcess } from '../executors/process.ts';
import { isGroupAlive, markedProcesses, signalGroup, signalProcess } from '../executors/process-tree.ts';
import { programsOn, type Programs } from '../executors/programs.ts';
import { runCommand, workingFolder } from '../executors/run-step.ts';
import { unfit } from '../executors/unfit.ts';
import { scriptCommand } from '../executors/script-step.ts';
import type { Assignment, Outcome, RunId } from '../model/attempt.ts';
import { emptyRecord } from '../base/json.ts';
import { impossible } from '../base/result.ts';
import { fileNameOf } from '../model/file-name.ts';
import type { Backend } from './backend.ts';

export interface LocalBackendOptions {
  readonly run: RunId;
  /** The project's folder, absolute: where steps work. */
  readonly folder: string;
  /** A folder of the run's own, absolute, for scripts and outputs. It must exist. */
  readonly scratch: string;
  /** A folder for values that are too large for the journal, absolute; it is made when there is one. */
  readonly values: string;
  /** Takes secrets out of what steps publish. */
  readonly mask?: (text: string) => string;
  /** The environment that steps inherit. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** So many steps are started without a launcher. */
  readonly launchAfterSteps?: number;
}

/** How long what a step left in the background has to end, once the run is over. */
const BACKGROUND_GRACE_MS = 1000;

/** Runs attempts as processes of this machine, each in its own process group. */
export function localBackend(options: LocalBackendOptions): Backend {
  return new LocalBackend(options);
}

class LocalBackend implements Backend {
  readonly #options: LocalBackendOptions;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #programs: Programs;
  readonly #left = new Set<number>();
  readonly #launchers: Launchers;
  readonly #outputs: string;
  #guard: Guard | undefined;

  constructor(options: LocalBackendOptions) {
    this.#options = options;
    this.#env = inherited(options.env);
    this.#programs = programsOn(this.#env);
    this.#launchers = launchersFor(this.#env, options.launchAfterSteps ?? LAUNCH_AFTER_STEPS);
    this.#outputs = plainFolder(options.scratch);
  }

  readonly #groups: GroupWatcher = {
    began: (group) => (this.#guard ??= startGuard(this.#options.run)).began(group),
    ended: (group, empty) => {
      if (empty) this.#guard?.ended(group);
      else this.#left.add(group);
    },
  };

  readonly execute = async (assignment: Assignment, io: AttemptIo): Promise<Outcome> => {
    try {
      return await this.#execute(assignment, io);
    } catch (error) {
      return { ok: false, failure: { kind: 'crashed', message: (error as Error).message } };
    }
  };

  async #execute(assignment: Assignment, io: AttemptIo): Promise<Outcome> {
    const name = fileNameOf(assignment.step, assignment.attempt);
    const outputFile = path.join(this.#outputs, `${name}.output`);
    const request = this.#request(assignment, outputFile, name);
    if (typeof request === 'string') {
      return { ok: false, failure: { kind: 'not-started', code: 125, message: request } };
    }
    const end = await runProcess(request, io, this.#launchers.next());
    const { mask, values: folder } = this.#options;
    const told = mask === undefined || end.stdout === undefined ? end : { ...end, stdout: mask(end.stdout) };
    return outcomeOf(told, () => outputsOf(outputFile, { folder, name, mask }));
  }

  /** The process of an assignment, or why there cannot be one. */
  #request(assignment: Assignment, outputFile: string, name: string): ProcessRequest | string {
    const env = Object.assign(emptyRecord<string | undefined>(), this.#env);
    for (const file of assignment.dotenv) {
      const values = readDotenv(path.resolve(this.#options.folder, file));
      if (!values.ok) return values.error;
      for (const [key, value] of Object.entries(values.value)) env[key] ??= value;
    }
    Object.assign(env, assignment.env, {
      BATON_OUTPUT: outputFile,
      BATON_WORKSPACE: this.#options.folder,
    });
    const cwd = workingFolder(assignment, this.#options.folder);
    const command = this.#command(assignment, name);
    const wrong = unfit({ args: command.args, env: assignment.env, cwd });
    if (wrong !== undefined) return wrong;
    return {
      ...command,
      env,
      cwd,
      marker: { run: assignment.run, attempt: { step: assignment.step, number: assignment.attempt } },
      stop: assignment.stop,
      keepStdout: assignment.keepStdout,
      groups: this.#groups,
      ...(assignment.timeoutMs === undefined ? {} : { timeoutMs: assignment.timeoutMs }),
    };
  }

  #command(assignment: Assignment, name: string): CommandLine {
    const scratch = (ending: string, text: string) => {
      const file = path.join(this.#options.scratch, name + ending);
      fs.writeFileSync(file, text);
      return file;
    };
    switch (assignment.kind) {
      case 'run':
        return runCommand(assignment.with, this.#programs, scratch);
      case 'script':
        return scriptCommand(assignment.with, this.#programs, scratch);
      case 'workflow':
        throw new Error('a child run needs no backend');
      default:
        return impossible(assignment);
    }
  }

  async close(): Promise<void> {
    if (this.#outputs !== this.#options.scratch) fs.rmSync(this.#outputs, { recursive: true, force: true });
    if (this.#guard === undefined) return;
    this.#launchers.close();
    await this.#endBackground();
    this.#guard.dismiss();
  }

  /** What steps left in the background lived as long as the run; now it goes, politely first. */
  async #endBackground(): Promise<void> {
    const marker = { run: this.#options.run };
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      let anyone = false;
      for (const group of this.#left) {
        anyone ||= isGroupAlive(group);
        signalGroup(group, signal);
      }
      for (const pid of markedProcesses(marker)) {
        signalProcess(pid, signal);
        anyone = true;
      }
      if (!anyone) return;
      if (signal === 'SIGTERM') await this.#untilEmpty(BACKGROUND_GRACE_MS);
    }
  }

  async #untilEmpty(limitMs: number): Promise<void> {
    const marker = { run: this.#options.run };
    for (let waitedMs = 0; waitedMs < limitMs; waitedMs += 50) {
      const groups = [...this.#left].some((group) => isGroupAlive(group));
      if (!groups && markedProcesses(marker).length === 0) return;
      await delay(50);
    }
  }
}

/**
 * Where `$BATON_OUTPUT` may point to: the folder given, unless its path has characters that trip up a shell text which
 * forgot the quotes (`>> $BATON_OUTPUT`); then one of the system's.
 */
function plainFolder(folder: string): string {
  if (process.platform === 'win32' || /^[A-Za-z0-9_./+@:,-]*$/.test(folder)) return folder;
  return fs.mkdtempSync(path.join(os.tmpdir(), 'baton-'));
}

/** What only the editor's own processes understand; a step must not take itself for one of them. */
const EDITORS_OWN = [
  'ELECTRON_RUN_AS_NODE',
  'ELECTRON_NO_ATTACH_CONSOLE',
  'VSCODE_CODE_CACHE_PATH',
  'VSCODE_CRASH_REPORTER_PROCESS_TYPE',
  'VSCODE_ESM_ENTRYPOINT',
  'VSCODE_HANDLES_UNCAUGHT_ERRORS',
  'VSCODE_IPC_HOOK_EXTHOST',
  'VSCODE_NLS_CONFIG',
];

/** What steps inherit: the runner's environment without what is the editor's own. */
function inherited(env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  const own = { ...env };
  for (const name of EDITORS_OWN) delete own[name];
  return own;
}

function outputsOf(file: string, values: ValuePlace): Outcome {
  const outputs = readOutputs(file, values);
  if (outputs.ok) return { ok: true, ...outputs.value };
  return { ok: false, failure: { kind: 'bad-output', message: outputs.error } };
}
