import fs from 'node:fs';
import path from 'node:path';
import { isatty } from 'node:tty';
import { openProject, type Project } from '../project/project.ts';
import type { TerminalStyle } from '../views/terminal.ts';

/** What every command is given: a project, and where to write. */
export interface Door {
  readonly project: Project;
  readonly style: TerminalStyle;
  /** True when standard output is a terminal that understands cursor movement. */
  readonly live: boolean;
  readonly columns: () => number;
  /** Standard output itself, for those who wait until it has taken what they wrote. */
  output(): NodeJS.WriteStream;
  print(text: string): void;
  complain(text: string): void;
  /** Aborted once nobody reads standard output any more. */
  readonly readerGone: AbortSignal;
  /** Waits until standard output has taken all that was printed, or will take nothing any more. */
  taken(): Promise<void>;
  /** Waits until all that was printed is written; false when some of it could not be, though somebody wanted it. */
  arrived(): Promise<boolean>;
}

/** A mistake in what was asked for: told in one line, ended with exit code 2. */
export class UsageError extends Error {}

export function openDoor(options: { readonly folder?: string }): Door {
  const here = currentFolder();
  const folder = options.folder === undefined ? findFolder(here) : path.resolve(here, options.folder);
  if (fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UsageError(`The folder "${folder}" does not exist.`);
  }
  const live = isatty(1) && process.env['TERM'] !== 'dumb';
  const output = openOutput();
  return {
    project: openProject(folder),
    live,
    style: {
      colour: usesColour(live),
      unicode: process.platform !== 'win32' || process.env['WT_SESSION'] !== undefined,
    },
    columns: () => output.output().columns ?? 80,
    ...output,
  };
}

function currentFolder(): string {
  try {
    return process.cwd();
  } catch {
    throw new UsageError('The folder that you stand in is not there any more: go to another one.');
  }
}

/** The nearest folder upwards that holds runs already, else the current one. */
function findFolder(from: string): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    if (fs.existsSync(path.join(folder, '.baton', 'runs'))) return folder;
    if (folder === path.dirname(folder)) return from;
  }
}

/** https://no-color.org, and the usual way to ask for colours where there is no terminal. */
function usesColour(live: boolean): boolean {
  if ((process.env['NO_COLOR'] ?? '') !== '') return false;
  if ((process.env['FORCE_COLOR'] ?? '0') !== '0') return true;
  return live;
}

const GONE: ReadonlySet<string> = new Set(['EPIPE', 'ERR_STREAM_DESTROYED', 'EIO']);

type Output = Pick<Door, 'output' | 'print' | 'complain' | 'readerGone' | 'taken' | 'arrived'>;

/**
 * Whoever reads our output may go away (`| head`), and what it goes to may be full: a run goes on all the same. Losing a
 * reader is nobody's mistake; anything else is told, once. Both streams are opened when they are first written to: a
 * run's first step need not wait for that.
 */
function openOutput(): Output {
  const gone = new AbortController();
  let isLost = false;
  const complaints = opened(
    () => process.stderr,
    () => undefined,
  );
  const output = opened(
    () => process.stdout,
    (error) => {
      if (GONE.has(error.code ?? '')) gone.abort();
      else if (!isLost) complaints().write(`baton: The output cannot be written: ${error.message}\n`);
      isLost ||= !gone.signal.aborted;
    },
  );
  return {
    output,
    print: (text) => void output().write(text),
    complain: (text) => void complaints().write(text),
    readerGone: gone.signal,
    taken: () => new Promise((resolve) => output().write('', () => resolve())),
    // An error is told of only after the write that met it was.
    arrived: () => new Promise((resolve) => output().write('', () => setImmediate(() => resolve(!isLost)))),
  };
}

function opened(
  open: () => NodeJS.WriteStream,
  onError: (error: NodeJS.ErrnoException) => void,
): () => NodeJS.WriteStream {
  let stream: NodeJS.WriteStream | undefined;
  return () => (stream ??= open().on('error', onError));
}

/** `--json`: one value, readable. */
export function printJson(door: Door, value: unknown): void {
  door.print(`${JSON.stringify(value, null, 2)}\n`);
}
