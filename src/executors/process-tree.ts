import { execFile } from 'node:child_process';
import fs from 'node:fs';

/** The marker variables that every process of an attempt inherits, however far it moves from its parent. */
export interface Marker {
  readonly run: string;
  /** Absent: every process of the run. */
  readonly attempt?: { readonly step: string; readonly number: number };
}

/** Sends a signal to a whole process group. False when nobody is in it any more. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  if (process.platform === 'win32') return signalTreeOnWindows(group, signal);
  // "Nobody there" is the usual answer, and collecting a stack for it would cost more than the question.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    process.kill(-group, signal);
    return true;
  } catch (error) {
    // EPERM: somebody is there, under another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function signalTreeOnWindows(pid: number, signal: NodeJS.Signals | 0): boolean {
  if (signal !== 0) {
    execFile(
      'taskkill',
      ['/pid', String(pid), '/T', ...(signal === 'SIGKILL' ? ['/F'] : [])],
      () => undefined,
    );
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * True while somebody in a process group is still at work. What is dead but not yet reaped (its new parent may take
 * its time) does not count where the system shows the difference.
 */
export function isGroupAlive(group: number): boolean {
  if (!signalGroup(group, 0)) return false;
  if (process.platform !== 'linux') return true;
  return processIds().some((pid) => livingGroupOf(pid) === group);
}

/** The group of a process that is neither dead nor a zombie. Fields of `stat` after the name: state, parent, group. */
export function livingGroupOf(pid: number): number | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ', 3);
    return 'ZX'.includes(state) ? undefined : Number(group);
  } catch {
    return undefined;
  }
}

/** True while a process is at work; one that is dead but not yet reaped is not, where the system shows the difference. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return process.platform !== 'linux' || livingGroupOf(pid) !== undefined;
}

/** Processes that carry the marker in their environment; empty where the system does not show it (not Linux). */
export function markedProcesses(marker: Marker): number[] {
  const wanted = [`BATON_RUN_ID=${marker.run}`];
  if (marker.attempt !== undefined) {
    wanted.push(`BATON_STEP=${marker.attempt.step}`, `BATON_ATTEMPT=${marker.attempt.number}`);
  }
  return processIds().filter((pid) => pid !== process.pid && carries(pid, wanted));
}

function processIds(): number[] {
  try {
    return fs.readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
  } catch {
    return [];
  }
}

function carries(pid: number, wanted: readonly string[]): boolean {
  try {
    const environment = `\0${fs.readFileSync(`/proc/${pid}/environ`, 'latin1')}`;
    return wanted.every((variable) => environment.includes(`\0${latin1(variable)}\0`));
  } catch {
    return false; // It is gone, or another user's.
  }
}

function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone already, which is what we want.
  }
}
