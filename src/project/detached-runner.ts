import { spawn, type ChildProcess } from 'node:child_process';
import type { Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { RunId } from '../model/attempt.ts';
import type { CacheMode, Cause, RunStarted } from '../model/run-event.ts';
import type { StepId } from '../model/workflow.ts';
import type { Refusal } from './runs.ts';

/** What a detached runner is told on its standard input; values never stand on a command line. */
export interface RunnerOrder {
  readonly folder: string;
  readonly files?: readonly string[];
  readonly task:
    | {
        readonly kind: 'start';
        readonly run: RunId;
        /** The workflow's path. */
        readonly workflow: string;
        readonly inputs: Readonly<Record<string, Json>>;
        readonly env: Readonly<Record<string, string>>;
        readonly cause: Cause;
        readonly parallel?: number;
        readonly failFast?: boolean;
        readonly only?: readonly StepId[];
        readonly reuse?: NonNullable<RunStarted['reuse']>;
        readonly cache?: CacheMode;
      }
    | {
        readonly kind: 'resume';
        readonly run: RunId;
        readonly secrets?: Readonly<Record<string, string>>;
      };
}

/** The runner's one line of answer; after it, the run goes on whoever asked. */
export type RunnerAnswer =
  { readonly ok: true; readonly run: RunId } | { readonly ok: false; readonly refusal: Refusal };

/** How to start the command line's bundle as a process: a Node, and the file. */
export interface RunnerProgram {
  /** A Node, or an editor's Electron that runs as one. */
  readonly execPath: string;
  readonly file: string;
}

/** Starts a run in a process of its own, which outlives this one, and waits until the run has begun or was refused. */
export async function startDetached(
  program: RunnerProgram,
  order: RunnerOrder,
): Promise<Result<RunId, Refusal>> {
  const child = spawn(program.execPath, [program.file, 'runner'], {
    cwd: order.folder,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  });
  const answer = await answerOf(child, order);
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
  return answer;
}

function answerOf(child: ChildProcess, order: RunnerOrder): Promise<Result<RunId, Refusal>> {
  return new Promise((resolve) => {
    let out = '';
    let trouble = '';
    const fail = (message: string) =>
      resolve(err({ kind: 'unknown', message: `The runner did not start: ${message}` }));
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(trouble.trim() || `it ended with code ${code}`));
    child.stderr?.on('data', (chunk: Buffer) => (trouble = (trouble + chunk.toString()).slice(-4000)));
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      const end = out.indexOf('\n');
      if (end >= 0) resolve(parseAnswer(out.slice(0, end)));
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(JSON.stringify(order));
  });
}

function parseAnswer(line: string): Result<RunId, Refusal> {
  const answer = JSON.parse(line) as RunnerAnswer; // written by our own runner, the other end of this pipe
  return answer.ok ? ok(answer.run) : err(answer.refusal);
}
