import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { getSystemErrorName } from 'node:util';
import { exitOfStatus, type Exit } from './exit.ts';
import { LAUNCHER_SCRIPT } from './launcher-script.ts';
import type { ProcessRequest, Started } from './process-request.ts';
import { isAlive, markedProcesses } from './process-tree.ts';

/** A program whose output goes into a file and whose input is empty: what a launcher can start. */
export type LaunchRequest = Pick<ProcessRequest, 'file' | 'args' | 'cwd' | 'env' | 'marker'> & {
  /** Absolute path of the file that both of its streams are appended to. */
  readonly log: string;
};

/**
 * A small process kept open that starts the steps. Node copies its page tables for every child and waits until the
 * child has become its program; a small process does that faster, and beside us. Measured in `bench/spawn.js`.
 */
export interface Launcher {
  /** Undefined: it was not started and will not be; start it some other way. */
  start(request: LaunchRequest): Promise<Started | Exit | undefined>;
  /** It died; only a new one can start anything. */
  isGone(): boolean;
  /** Lets the launcher go, once nothing that it started is running. */
  close(): void;
}

const PERL = '/usr/bin/perl';

/** A launcher whose programs have this environment as their base; undefined where there can be none. */
export function startLauncher(env: ProcessRequest['env']): Launcher | undefined {
  if (process.platform === 'win32' || !fs.existsSync(PERL)) return undefined;
  return new PipedLauncher(env);
}

class PipedLauncher implements Launcher {
  readonly #base: ProcessRequest['env'];
  readonly #child: ChildProcess;
  readonly #launches = new Map<number, Launch>();
  readonly #byPid = new Map<number, number>();
  #lastId = 0;
  #torn = '';
  #state: 'starting' | 'ready' | 'gone' = 'starting';
  #batch: Buffer[] = [];

  constructor(env: ProcessRequest['env']) {
    this.#base = env;
    // No environment of ours: PERL5OPT and its kin are meant for the steps. In a session of its own: Ctrl-C is not for it.
    this.#child = spawn(PERL, ['-e', LAUNCHER_SCRIPT], {
      cwd: '/',
      detached: true,
      env: {},
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const gone = () => this.#onGone();
    this.#child.on('error', gone);
    this.#child.on('close', gone);
    this.#child.stdin?.on('error', () => undefined);
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#onReports(chunk.toString('latin1')));
    this.#letGo();
    this.#send(['env', ...pairs(env)]);
  }

  start(request: LaunchRequest): Promise<Started | Exit | undefined> {
    if (this.#state === 'gone') return Promise.resolve(undefined);
    const id = ++this.#lastId;
    const fields = fieldsOf(id, request, this.#base);
    if (fields.some((field) => field.includes('\0'))) return Promise.resolve(undefined);
    this.#hold();
    this.#send(fields);
    return new Promise((resolve) => this.#launches.set(id, new Launch(request, resolve)));
  }

  isGone(): boolean {
    return this.#state === 'gone';
  }

  close(): void {
    this.#child.stdin?.end();
  }

  /** What is asked for in one turn goes out in one write. */
  #send(fields: readonly string[]): void {
    if (this.#batch.length === 0) {
      process.nextTick(() => {
        this.#child.stdin?.write(this.#batch.length === 1 ? this.#batch[0] : Buffer.concat(this.#batch));
        this.#batch = [];
      });
    }
    this.#batch.push(frame(fields));
  }

  #onReports(text: string): void {
    const lines = (this.#torn + text).split('\n');
    this.#torn = lines.pop() ?? '';
    for (const line of lines) this.#onReport(line.split(' '));
  }

  /** See the script: `+ id pid` began, `! id errno` could not become its program, `? id errno` no fork, `- pid status`. */
  #onReport([what, first, second]: readonly string[]): void {
    const [subject, value] = [Number(first), Number(second)];
    switch (what) {
      case 'ready':
        this.#state = 'ready';
        break;
      case '+':
        this.#byPid.set(value, subject);
        this.#launches.get(subject)?.began(value);
        break;
      case '!':
        this.#launches.get(subject)?.failed(value);
        break;
      case '?':
        this.#end(subject, (launch) => launch.refused());
        break;
      case '-':
        this.#end(this.#byPid.get(subject), (launch) => launch.ended(value));
        this.#byPid.delete(subject);
        break;
      default:
    }
  }

  #end(id: number | undefined, how: (launch: Launch) => void): void {
    const launch = id === undefined ? undefined : this.#launches.get(id);
    if (id === undefined || launch === undefined) return;
    this.#launches.delete(id);
    how(launch);
    if (this.#launches.size === 0) this.#letGo();
  }

  /** It died, or never came to life; then nothing was started. */
  #onGone(): void {
    if (this.#state === 'gone') return;
    const wasReady = this.#state === 'ready';
    this.#state = 'gone';
    for (const launch of this.#launches.values()) {
      if (wasReady) launch.orphaned();
      else launch.refused();
    }
    this.#launches.clear();
  }

  /** Only a running step keeps this process alive. */
  #letGo(): void {
    this.#child.unref();
    for (const stream of [this.#child.stdin, this.#child.stdout] as Pipe[]) stream?.unref?.();
  }

  #hold(): void {
    if (this.#launches.size === 0) (this.#child.stdout as Pipe)?.ref?.();
  }
}

/** The pipes of a child are sockets, though their types do not say so. */
type Pipe = { ref?: () => void; unref?: () => void } | null;

/** One program on its way: asked for, begun, ended. */
class Launch {
  readonly #request: LaunchRequest;
  readonly #resolveStart: (answer: Started | Exit | undefined) => void;
  readonly #exit: Promise<Exit>;
  #resolveExit: (exit: Exit) => void = () => undefined;
  #pid: number | undefined;
  #errno: number | undefined;

  constructor(request: LaunchRequest, resolveStart: (answer: Started | Exit | undefined) => void) {
    this.#request = request;
    this.#resolveStart = resolveStart;
    this.#exit = new Promise((resolve) => (this.#resolveExit = resolve));
  }

  refused(): void {
    this.#resolveStart(undefined);
  }

  began(pid: number): void {
    this.#pid = pid;
    this.#resolveStart({ group: pid, exit: this.#exit });
  }

  failed(errno: number): void {
    this.#errno = errno;
  }

  ended(status: number): void {
    this.#resolveExit(this.#errno === undefined ? exitOfStatus(status) : notStarted(this.#errno));
  }

  /**
   * Nobody will report its end. While it lives it is watched, so that it counts as running and can be stopped; how it
   * ended nobody knows. The launcher's pipe is closed only when every child of it has become its program or is gone,
   * so one that did not report its beginning is found by its marker, or is not there any more.
   */
  orphaned(): void {
    const pid = this.#pid ?? markedProcesses(this.#request.marker)[0];
    if (pid === undefined) return this.#resolveStart({ kind: 'lost' });
    this.began(pid);
    const watch = setInterval(() => {
      if (isAlive(pid)) return;
      clearInterval(watch);
      this.#resolveExit({ kind: 'lost' });
    }, LOOK_AGAIN_MS);
  }
}

const LOOK_AGAIN_MS = 20;

function notStarted(errno: number): Exit {
  const code = getSystemErrorName(-errno);
  return { kind: 'not-started', error: { code, message: `spawn ${code}` } };
}

/** The fields of `launch` in the script. Only what differs from the base environment is sent. */
function fieldsOf(id: number, request: LaunchRequest, base: ProcessRequest['env']): string[] {
  const { log, cwd, env, file, args } = request;
  const unset = Object.keys(base).filter((name) => base[name] !== undefined && env[name] === undefined);
  const set = Object.keys(env).filter((name) => env[name] !== undefined && env[name] !== base[name]);
  const values = set.flatMap((name) => [name, env[name] ?? '']);
  return ['run', `${id}`, log, cwd, `${unset.length}`, `${set.length}`, ...unset, ...values, file, ...args];
}

function pairs(env: ProcessRequest['env']): string[] {
  return Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
}

/** Four bytes that say how many follow, then the fields with a zero byte between each two. */
function frame(fields: readonly string[]): Buffer {
  const text = fields.join('\0');
  const size = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(4 + size);
  bytes.writeUInt32BE(size);
  bytes.write(text, 4);
  return bytes;
}
