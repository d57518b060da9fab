import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { Failure, Outcome } from '../model/attempt.ts';
import type { LogSink, LogStream } from '../model/log-sink.ts';
import type { StopPolicy } from '../model/workflow.ts';
import type { AttemptIo } from './executor.ts';
import { isGroupAlive, markedProcesses, signalGroup, signalProcess, type Marker } from './process-tree.ts';

/** A program to start, in a process group of its own, and the rules it lives under. */
export interface ProcessRequest {
  readonly file: string;
  readonly args: readonly string[];
  /** On Windows: the arguments are put together as they are, without quoting any. */
  readonly verbatim?: boolean;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly marker: Marker;
  readonly timeoutMs?: number;
  readonly stop: StopPolicy;
  /** Keep the last 256 KiB of standard output (rule V5). */
  readonly keepStdout: boolean;
  /** Told of every process group as it comes and goes. */
  readonly groups: GroupWatcher;
}

export interface GroupWatcher {
  began(group: number): void;
  /** `empty`: nobody is left in it; otherwise the step left something in the background. */
  ended(group: number, empty: boolean): void;
}

/** How a process ended; no outputs yet. */
export type ProcessEnd =
  | { readonly ok: true; readonly stdout?: string }
  | { readonly ok: false; readonly failure: Failure; readonly stdout?: string };

const KEPT_STDOUT_BYTES = 256 * 1024;
/** How long a pipe may stay open after its process ended (a grandchild may hold it) before we stop listening. */
const DRAIN_MS = 250;
/** After SIGKILL nothing can stay for long but a zombie that nobody reaps; do not wait for that. */
const AFTER_KILL_MS = 800;
const LOOK_AGAIN_MS = 20;
/** setTimeout cannot count further. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Runs a program to its end. Never rejects. */
export async function runProcess(request: ProcessRequest, io: AttemptIo): Promise<ProcessEnd> {
  if (io.cancel.aborted || io.kill.aborted) return { ok: false, failure: { kind: 'cancelled' } };
  const started = start(request, io);
  if (!started.ok) return started;
  const { child, group, output } = started;
  const ending = new Ending(request, io, group);
  const exit = await exited(child);
  const stdout = await output.drained();
  const cause = await ending.settle();
  request.groups.ended(group, !signalGroup(group, 0));
  return withStdout(endOf(exit, cause), stdout);
}

type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };
type Started = {
  readonly ok: true;
  readonly child: ChildProcess;
  readonly group: number;
  readonly output: Output;
};

function start(request: ProcessRequest, io: AttemptIo): Started | (ProcessEnd & { readonly ok: false }) {
  let log: number | undefined;
  try {
    if (io.log.path !== undefined) log = fs.openSync(io.log.path, 'a');
    const direct = log ?? 'pipe';
    const child = spawn(request.file, request.args, {
      cwd: request.cwd,
      env: request.env,
      detached: process.platform !== 'win32',
      stdio: ['ignore', request.keepStdout ? 'pipe' : direct, direct],
      windowsHide: true,
      windowsVerbatimArguments: request.verbatim === true,
    });
    const group = child.pid;
    if (group === undefined) return { ok: false, failure: notStarted(child, request) };
    request.groups.began(group);
    return { ok: true, child, group, output: new Output(child, io, request.keepStdout) };
  } catch (error) {
    return { ok: false, failure: notStartedBecause(error as NodeJS.ErrnoException, request) };
  } finally {
    if (log !== undefined) fs.closeSync(log);
  }
}

/** spawn reports a missing program by an event after it returned; the code is known from the file system already. */
function notStarted(child: ChildProcess, request: ProcessRequest): Failure {
  child.on('error', () => undefined);
  if (!fs.existsSync(request.cwd)) return notStartedBecause({ code: 'ENOENT' }, request);
  const found = request.file.includes('/') && fs.existsSync(path.resolve(request.cwd, request.file));
  return notStartedBecause({ code: found ? 'EACCES' : 'ENOENT' }, request);
}

function notStartedBecause(
  error: { readonly code?: string | undefined; readonly message?: string },
  request: ProcessRequest,
): Failure {
  if (!fs.existsSync(request.cwd)) {
    return { kind: 'not-started', code: 125, message: `the folder "${request.cwd}" does not exist` };
  }
  if (error.code === 'ENOENT') {
    return {
      kind: 'not-started',
      code: 127,
      message: `the program "${request.file}" was not found on the PATH`,
    };
  }
  if (error.code === 'EACCES') {
    return { kind: 'not-started', code: 126, message: `"${request.file}" is not a program that may be run` };
  }
  if (error.code === 'E2BIG') {
    const message = 'its arguments and environment are larger than the system allows';
    return { kind: 'not-started', code: 125, message };
  }
  return { kind: 'not-started', code: 125, message: error.message ?? String(error.code) };
}

function exited(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: 125, signal: null }));
  });
}

/** What comes through pipes: to the log, and the end of standard output for those who read it. */
class Output {
  readonly #child: ChildProcess;
  readonly #closed: Promise<void>;
  readonly #kept: Buffer[] = [];
  #keptBytes = 0;
  readonly #keep: boolean;
  readonly #streams: LogStream[] = [];

  constructor(child: ChildProcess, io: AttemptIo, keep: boolean) {
    this.#child = child;
    this.#keep = keep;
    this.#closed = new Promise((resolve) => child.once('close', () => resolve()));
    this.#listen(child.stdout, io.log, keep);
    this.#listen(child.stderr, io.log, false);
  }

  #listen(pipe: Readable | null, log: LogSink, keep: boolean): void {
    if (pipe === null) return;
    // Each pipe by itself: what must not be torn apart in one may be, by the other.
    const stream = log.stream?.() ?? log;
    if ('end' in stream) this.#streams.push(stream);
    pipe.on('data', (chunk: Buffer) => {
      stream.write(chunk);
      if (keep) this.#remember(chunk);
    });
  }

  #remember(chunk: Buffer): void {
    this.#kept.push(chunk);
    this.#keptBytes += chunk.length;
    while (this.#keptBytes - (this.#kept[0]?.length ?? 0) >= KEPT_STDOUT_BYTES) {
      this.#keptBytes -= this.#kept.shift()?.length ?? 0;
    }
  }

  async drained(): Promise<string | undefined> {
    if (this.#child.stdout !== null || this.#child.stderr !== null) {
      await Promise.race([this.#closed, delay(DRAIN_MS)]);
      this.#child.stdout?.destroy();
      this.#child.stderr?.destroy();
    }
    for (const stream of this.#streams) stream.end();
    if (!this.#keep) return undefined;
    const text = Buffer.concat(this.#kept).subarray(-KEPT_STDOUT_BYTES).toString('utf8');
    return text.replace(/\r?\n$/, '');
  }
}

type Cause = { readonly kind: 'cancelled' } | { readonly kind: 'timed-out'; readonly afterMs: number };

/** Ends a process group when it has to end: asks, waits for the grace, then kills. The first cause wins (E4). */
class Ending {
  readonly #request: ProcessRequest;
  readonly #io: AttemptIo;
  readonly #group: number;
  #cause: Cause | undefined;
  #killed = false;
  #timers: NodeJS.Timeout[] = [];

  constructor(request: ProcessRequest, io: AttemptIo, group: number) {
    this.#request = request;
    this.#io = io;
    this.#group = group;
    const { timeoutMs } = request;
    if (timeoutMs !== undefined) {
      const timeOut = () => this.#ask({ kind: 'timed-out', afterMs: timeoutMs });
      this.#timers.push(setTimeout(timeOut, Math.min(timeoutMs, LONGEST_TIMER_MS)));
    }
    io.cancel.addEventListener('abort', this.#onCancel);
    io.kill.addEventListener('abort', this.#onKill);
  }

  readonly #onCancel = () => this.#ask({ kind: 'cancelled' });
  readonly #onKill = () => {
    this.#cause ??= { kind: 'cancelled' };
    this.#kill();
  };

  #ask(cause: Cause): void {
    if (this.#cause !== undefined) return;
    this.#cause = cause;
    const { signal, graceMs } = this.#request.stop;
    this.#signal(signal as NodeJS.Signals); // analysis let only known signals through
    // A stopped process hears nothing but SIGKILL until it is continued.
    this.#signal('SIGCONT');
    this.#timers.push(setTimeout(() => this.#kill(), Math.min(graceMs, LONGEST_TIMER_MS)));
  }

  #kill(): void {
    this.#killed = true;
    this.#signal('SIGKILL');
  }

  #signal(signal: NodeJS.Signals): void {
    signalGroup(this.#group, signal);
    for (const pid of markedProcesses(this.#request.marker)) signalProcess(pid, signal);
  }

  /** After the process itself ended: waits until its whole family is gone, if somebody asked it to go. */
  async settle(): Promise<Cause | undefined> {
    if (this.#cause !== undefined) await this.#untilGone();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#io.cancel.removeEventListener('abort', this.#onCancel);
    this.#io.kill.removeEventListener('abort', this.#onKill);
    return this.#cause;
  }

  async #untilGone(): Promise<void> {
    let leftMs = AFTER_KILL_MS;
    while (this.#someoneIsLeft() && leftMs > 0) {
      await delay(LOOK_AGAIN_MS);
      if (!this.#killed) continue;
      leftMs -= LOOK_AGAIN_MS;
      this.#signal('SIGKILL'); // one that forked just as the first signal came
    }
  }

  #someoneIsLeft(): boolean {
    return isGroupAlive(this.#group) || markedProcesses(this.#request.marker).length > 0;
  }
}

function endOf(exit: Exit, cause: Cause | undefined): ProcessEnd {
  if (cause !== undefined) return { ok: false, failure: cause };
  if (exit.signal !== null) {
    const number = os.constants.signals[exit.signal];
    return { ok: false, failure: { kind: 'killed', signal: exit.signal, number } };
  }
  if (exit.code === 0) return { ok: true };
  return { ok: false, failure: { kind: 'exited', code: exit.code ?? 125 } };
}

function withStdout(end: ProcessEnd, stdout: string | undefined): ProcessEnd {
  return stdout === undefined ? end : { ...end, stdout };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Adds outputs to a good end; a bad one stays as it is. */
export function outcomeOf(end: ProcessEnd, outputs: () => Outcome): Outcome {
  if (!end.ok) return end;
  const outcome = outputs();
  return end.stdout === undefined ? outcome : { ...outcome, stdout: end.stdout };
}
