import assert from 'node:assert/strict';
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { readLines } from '../../src/journal/journal-lines.ts';
import type { RunEvent } from '../../src/model/run-event.ts';
import { replay } from '../../src/model/apply-event.ts';
import { ROOT, type Ended } from '../cli/cli.ts';

export { replay };

/** The command line as people get it; these tests are about processes, so they want the real one. */
export const CLI = path.join(ROOT, 'dist', 'cli.cjs');

export interface StartOptions {
  readonly folder: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly stdio?: StdioOptions;
  /** Given to Node before the file. */
  readonly nodeArgs?: readonly string[];
}

export interface StartedBuilt {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly ended: Promise<Ended & { readonly signal: NodeJS.Signals | null }>;
}

/** Starts the built command line in a folder. */
export function startBuilt({ folder, args, env, stdio, nodeArgs = [] }: StartOptions): StartedBuilt {
  assert.ok(fs.existsSync(CLI), 'build first: node esbuild.js');
  const child = spawn(process.execPath, [...nodeArgs, CLI, ...args], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: stdio ?? ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<Ended & { readonly signal: NodeJS.Signals | null }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal, out, err })),
  );
  return { child, out: () => out, err: () => err, ended };
}

/** Runs the built command line to its end. */
export function built(folder: string, ...args: readonly string[]): StartedBuilt['ended'] {
  return startBuilt({ folder, args }).ended;
}

/** The ids of the runs that a folder holds, the oldest first. */
export function runIds(folder: string): readonly string[] {
  try {
    return fs
      .readdirSync(path.join(folder, '.baton', 'runs'))
      .filter((name) => !name.startsWith('.'))
      .toSorted();
  } catch {
    return [];
  }
}

export function runFolder(folder: string, run: string): string {
  return path.join(folder, '.baton', 'runs', run);
}

/** What a run's journal holds now, read as every reader reads it. */
export function eventsOf(folder: string, run: string): readonly RunEvent[] {
  return readLines(fs.readFileSync(path.join(runFolder(folder, run), 'events.jsonl')), run).events;
}

/** Steps that a journal says have succeeded. */
export function succeededIn(events: readonly RunEvent[]): ReadonlySet<string> {
  return new Set(
    events.flatMap((event) => (event.type === 'attempt-ended' && event.outcome.ok ? [event.step] : [])),
  );
}

/** How a journal says the run ended. */
export function endOf(events: readonly RunEvent[]): string | undefined {
  const last = events.at(-1);
  return last?.type === 'run-ended' ? last.status : undefined;
}

/** Processes that carry a run's marker in their environment: all that are ours, wherever they went. */
export function markedBy(run: string): readonly number[] {
  return fs.readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const environment = fs.readFileSync(`/proc/${name}/environ`, 'latin1').split('\0');
      const state = fs.readFileSync(`/proc/${name}/stat`, 'latin1').replace(/^.*\) /s, '')[0] ?? '';
      return environment.includes(`BATON_RUN_ID=${run}`) && !'ZX'.includes(state) ? [Number(name)] : [];
    } catch {
      return []; // It ended while we looked.
    }
  });
}
