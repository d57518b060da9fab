import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { markedProcesses, signalProcess } from './process-tree.ts';

/**
 * A small shell that outlives its runner by a second. It is told every process group that a run has; when the
 * pipe closes because the runner died, it ends them, so that no step outlives its owner.
 */
export interface Guard {
  began(group: number): void;
  ended(group: number): void;
  /** The run is over and nothing of it is left: the guard goes too. */
  dismiss(): void;
}

// The trap: a Ctrl-C or a hang-up meant for the runner must not take the guard away first.
// The last look finds what left its group (setsid, double fork) by the run's marker in its environment.
const SCRIPT = `trap '' INT TERM HUP
groups=' '
while read -r what group; do
  case $what in
    +) groups="$groups$group " ;;
    -) case $groups in *" $group "*) groups="\${groups%% "$group" *} \${groups#* "$group" }" ;; esac ;;
    done) exit 0 ;;
  esac
done
for group in $groups; do kill -TERM "-$group" 2>/dev/null && left=1; done
[ -n "\${left-}" ] && sleep 1
for group in $groups; do kill -KILL "-$group" 2>/dev/null; done
if [ -d /proc/self ]; then
  grep -lz "^BATON_RUN_ID=$0\\$" /proc/[0-9]*/environ 2>/dev/null | while IFS=/ read -r _ _ pid _; do
    kill -KILL "$pid" 2>/dev/null
  done
fi
exit 0`;

/** Starts the guard of one run. Where there is no `/bin/sh` (Windows) the guard does nothing. */
export function startGuard(run: string): Guard {
  if (process.platform === 'win32') return { began() {}, ended() {}, dismiss() {} };
  const shell = spawn('/bin/sh', ['-c', SCRIPT, run], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    // Without the run's own marker, or it would find itself.
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
  });
  shell.on('error', () => undefined);
  shell.stdin?.on('error', () => undefined);
  shell.unref();
  unrefPipe(shell);
  return new PipedGuard(
    (lines) => shell.stdin?.write(lines),
    () => shell.stdin?.end('done\n'),
  );
}

const LOOK_AGAIN_MS = 20;
/** The guard waits for a second between asking and killing. */
const MOST_MS = 3000;

/**
 * Waits until the guard of a run's former owner is done, and nothing of the run is left: what begins before would be ended
 * with the rest, or run beside its own earlier attempt. Where the system does not show processes, it returns at once.
 */
export async function untilCleared(run: string): Promise<void> {
  if (process.platform !== 'linux') return;
  const end = performance.now() + MOST_MS;
  while (isGuarded(run) || markedProcesses({ run }).length > 0) {
    if (performance.now() > end) {
      for (const pid of markedProcesses({ run })) signalProcess(pid, 'SIGKILL');
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

function isGuarded(run: string): boolean {
  return fs.readdirSync('/proc').some((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return command.startsWith('/bin/sh\0-c\0trap') && command.endsWith(`\0${run}\0`);
    } catch {
      return false; // It is gone.
    }
  });
}

/**
 * A process group is told of once it has lived this long: most steps are gone by then, and waking the guard for each
 * would cost more than starting them. Until then the marker in their environment is enough to find them.
 */
const TELL_AFTER_MS = 50;

class PipedGuard implements Guard {
  readonly #write: (lines: string) => void;
  readonly #end: () => void;
  /** Begun, but not told of yet. */
  readonly #new = new Set<number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(write: (lines: string) => void, end: () => void) {
    this.#write = write;
    this.#end = end;
  }

  began(group: number): void {
    this.#new.add(group);
    this.#timer ??= setTimeout(() => this.#tell(), TELL_AFTER_MS).unref();
  }

  #tell(): void {
    this.#timer = undefined;
    if (this.#new.size > 0) this.#write(Array.from(this.#new, (group) => `+ ${group}\n`).join(''));
    this.#new.clear();
  }

  ended(group: number): void {
    if (!this.#new.delete(group)) this.#write(`- ${group}\n`);
  }

  dismiss(): void {
    clearTimeout(this.#timer);
    this.#end();
  }
}

/** The pipe alone must not keep the runner alive. A child's stdin is a socket, though its type does not say so. */
function unrefPipe(child: ChildProcess): void {
  const pipe = child.stdin as { unref?: () => void } | null;
  pipe?.unref?.();
}
