import fs from 'node:fs';
import path from 'node:path';
import { openProject, type Project } from '../project/project.ts';
import type { TerminalStyle } from '../views/terminal.ts';

/** What every command is given: a project, and where to write. */
export interface Door {
  readonly project: Project;
  readonly style: TerminalStyle;
  /** True when standard output is a terminal that understands cursor movement. */
  readonly live: boolean;
  readonly columns: () => number;
  print(text: string): void;
  complain(text: string): void;
  /** Aborted once nobody reads standard output any more. */
  readonly readerGone: AbortSignal;
  /** Waits until all that was printed is written; false when some of it could not be, though somebody wanted it. */
  arrived(): Promise<boolean>;
}

/** A mistake in what was asked for: told in one line, ended with exit code 2. */
export class UsageError extends Error {}

export function openDoor(options: { readonly folder?: string }): Door {
  const folder = options.folder === undefined ? findFolder(process.cwd()) : path.resolve(options.folder);
  if (fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UsageError(`The folder "${folder}" does not exist.`);
  }
  const output = survivePipes();
  const live = process.stdout.isTTY && process.env['TERM'] !== 'dumb';
  return {
    project: openProject(folder),
    live,
    style: {
      colour: usesColour(),
      unicode: process.platform !== 'win32' || process.env['WT_SESSION'] !== undefined,
    },
    columns: () => process.stdout.columns ?? 80,
    print: (text) => void process.stdout.write(text),
    complain: (text) => void process.stderr.write(text),
    ...output,
  };
}

/** The nearest folder upwards that holds runs already, else the current one. */
function findFolder(from: string): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    if (fs.existsSync(path.join(folder, '.baton', 'runs'))) return folder;
    if (folder === path.dirname(folder)) return from;
  }
}

/** https://no-color.org, and the usual way to ask for colours where there is no terminal. */
function usesColour(): boolean {
  if ((process.env['NO_COLOR'] ?? '') !== '') return false;
  if ((process.env['FORCE_COLOR'] ?? '0') !== '0') return true;
  return process.stdout.isTTY && process.env['TERM'] !== 'dumb';
}

const GONE: ReadonlySet<string> = new Set(['EPIPE', 'ERR_STREAM_DESTROYED', 'EIO']);

/**
 * Whoever reads our output may go away (`| head`), and what it goes to may be full: a run goes on all the same. Losing a
 * reader is nobody's mistake; anything else is told, once.
 */
function survivePipes(): Pick<Door, 'readerGone' | 'arrived'> {
  const gone = new AbortController();
  let isLost = false;
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (GONE.has(error.code ?? '')) gone.abort();
    else if (!isLost) process.stderr.write(`baton: The output cannot be written: ${error.message}\n`);
    isLost ||= !gone.signal.aborted;
  });
  // An error is told of only after the write that met it was.
  const arrived = () =>
    new Promise<boolean>((resolve) => process.stdout.write('', () => setImmediate(() => resolve(!isLost))));
  return { readerGone: gone.signal, arrived };
}

/** `--json`: one value, readable. */
export function printJson(door: Door, value: unknown): void {
  door.print(`${JSON.stringify(value, null, 2)}\n`);
}
