import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { LogSink, LogStream } from '../model/log-sink.ts';
import type { AttemptIo } from './executor.ts';
import { exitOf, type Exit } from './exit.ts';
import type { ProcessRequest, Started } from './process-request.ts';

/** Rule V5. */
const KEPT_STDOUT_BYTES = 256 * 1024;
/** How long a pipe may stay open after its process ended (a grandchild may hold it) before we stop listening. */
const DRAIN_MS = 250;

/** Starts a process from this one, in a group of its own. Output goes straight to the log where nobody reads it. */
export function spawnProcess(request: ProcessRequest, io: AttemptIo): Started | Exit {
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
    const exit = exited(child);
    const group = child.pid;
    if (group === undefined) return { kind: 'not-started', error: { code: codeOf(request) } };
    const output = new Output(child, io, request.keepStdout);
    return { group, exit, drained: () => output.drained() };
  } catch (error) {
    return { kind: 'not-started', error: error as NodeJS.ErrnoException }; // what `open` and `spawn` throw
  } finally {
    if (log !== undefined) fs.closeSync(log);
  }
}

/** spawn reports a missing program by an event after it returned; the file system knows the code already. */
function codeOf(request: ProcessRequest): 'ENOENT' | 'EACCES' {
  const found = request.file.includes('/') && fs.existsSync(path.resolve(request.cwd, request.file));
  return found ? 'EACCES' : 'ENOENT';
}

function exited(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(exitOf(code, signal)));
    child.once('error', (error) => resolve({ kind: 'not-started', error }));
  });
}

/** What comes through pipes: to the log, and the end of standard output for those who read it. */
class Output {
  readonly #child: ChildProcess;
  readonly #closed: Promise<void>;
  readonly #kept: Buffer[] = [];
  #keptBytes = 0;
  #seenBytes = 0;
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
    this.#seenBytes += chunk.length;
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
    const end = Buffer.concat(this.#kept).subarray(-KEPT_STDOUT_BYTES);
    return (end.length < this.#seenBytes ? wholeCharacters(end) : end.toString('utf8')).replace(/\r?\n$/, '');
  }
}

/** The end of a text, without what the cut left of a character in UTF-8: at most three bytes. */
function wholeCharacters(end: Buffer): string {
  let start = 0;
  while (start < 3 && ((end[start] ?? 0) & 0xc0) === 0x80) start++;
  return end.toString('utf8', start);
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
