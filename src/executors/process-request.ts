import type { StopPolicy } from '../model/workflow.ts';
import type { Exit } from './exit.ts';
import type { Marker } from './process-tree.ts';

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

/** A process at work. */
export interface Started {
  /** Its process group, which is also its process id. */
  readonly group: number;
  readonly exit: Promise<Exit>;
  /** After its end: waits for what still comes through pipes. The end of standard output, if it was to be kept. */
  drained?(): Promise<string | undefined>;
}
