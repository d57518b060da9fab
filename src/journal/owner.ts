import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { checkedJson, parseChecked } from './checked-json.ts';

/** Who runs a run: enough to tell a living owner from a dead one whose process number was given away again. */
export interface Owner {
  readonly pid: number;
  /** When the process started, as the system says it; any text that stays the same for one process. */
  readonly processStart: string;
  /** Changes with every boot. */
  readonly boot: string;
  readonly host: string;
}

/** An owner on another machine is believed to be alive as long as its heartbeat is younger than this. */
const HEARTBEAT_MAX_AGE_MS = 15_000;
export const HEARTBEAT_EVERY_MS = 2_000;

/** This process. Asked once: neither answer changes. */
export function thisProcess(): Owner {
  return (self ??= {
    pid: process.pid,
    processStart: processStartOf(process.pid) ?? '',
    boot: bootId(),
    host: os.hostname(),
  });
}
let self: Owner | undefined;

/** Writes `owner.json` whole or not at all. */
export function writeOwner(folder: string, owner: Owner): void {
  const draft = path.join(folder, `.owner-${process.pid}`);
  try {
    fs.writeFileSync(draft, checkedJson(owner));
    fs.renameSync(draft, path.join(folder, 'owner.json'));
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

/** Undefined when there is none. */
function readOwner(folder: string): Owner | 'damaged' | undefined {
  let text: Uint8Array;
  try {
    text = fs.readFileSync(path.join(folder, 'owner.json'));
  } catch {
    return undefined;
  }
  const owner = parseChecked(text) as Owner | undefined; // the checksum says that we wrote it
  return owner ?? 'damaged';
}

/** What was written of an owner; undefined for anything else. */
export function ownerFrom(value: unknown): Owner | undefined {
  const { pid, processStart, boot, host } = (value ?? {}) as Partial<Owner>; // every field is looked at
  if (typeof pid !== 'number' || typeof processStart !== 'string') return undefined;
  return { pid, processStart, boot: boot ?? '', host: host ?? '' };
}

/** A sign of life for those who cannot look at the process: the time of `owner.json`, which is mended where it must be. */
export function beat(folder: string): void {
  try {
    if (!isOurs(folder)) writeOwner(folder, thisProcess());
  } catch {
    // The disk is full, or the folder is gone: the next write to the journal will say so.
  }
  touch(path.join(folder, 'owner.json'));
}

/** Gives a file the present time. One that is gone stays gone: the next write will say so. */
export function touch(file: string): void {
  try {
    const now = new Date();
    fs.utimesSync(file, now, now);
  } catch {
    // The disk is full, or it is gone: the next write will say so.
  }
}

/** True when a folder names this process. */
export function isOurs(folder: string): boolean {
  const owner = readOwner(folder);
  const { pid, processStart } = thisProcess();
  return typeof owner === 'object' && owner.pid === pid && owner.processStart === processStart;
}

/** True while the owner written in a folder is at work. */
export function isOwned(folder: string): boolean {
  const owner = readOwner(folder);
  if (owner === undefined) return false;
  const file = path.join(folder, 'owner.json');
  // Nobody can tell whose it was: somebody at work would go on touching it, and would mend it.
  return owner === 'damaged' ? isBeating(file) : isAlive(owner, file);
}

/** True while a process is at work. Of one on another machine, only the time of its heartbeat file is known. */
export function isAlive(owner: Owner, heartbeat: string): boolean {
  if (owner.host !== os.hostname()) return isBeating(heartbeat);
  if (owner.boot !== bootId()) return false;
  return processStartOf(owner.pid) === owner.processStart && owner.processStart !== '';
}

/** A time that lies ahead is no better than one long past: somebody's clock was set. */
function isBeating(file: string): boolean {
  try {
    return Math.abs(Date.now() - fs.statSync(file).mtimeMs) < HEARTBEAT_MAX_AGE_MS;
  } catch {
    return false;
  }
}

/** Undefined when there is no such process, or only its remains. */
function processStartOf(pid: number): string | undefined {
  if (process.platform === 'linux') return linuxProcessStart(pid);
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined;
  }
  if (process.platform === 'win32') return 'alive';
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

/** Field 22 of `/proc/<pid>/stat` (clock ticks since boot); field 3 is the state, Z for a dead one nobody reaped. */
function linuxProcessStart(pid: number): string | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function bootId(): string {
  return (boot ??= readBootId());
}
let boot: string | undefined;

function readBootId(): string {
  try {
    return fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
