import type { Failure, Outcome } from '../model/attempt.ts';
import { Ending } from './ending.ts';
import type { AttemptIo } from './executor.ts';
import type { Exit } from './exit.ts';
import type { Launcher } from './launcher.ts';
import { notStarted } from './not-started.ts';
import type { ProcessRequest, Started } from './process-request.ts';
import { signalGroup } from './process-tree.ts';
import { spawnProcess } from './spawned.ts';

/** How a process ended; no outputs yet. */
export type ProcessEnd =
  | { readonly ok: true; readonly stdout?: string }
  | { readonly ok: false; readonly failure: Failure; readonly stdout?: string };

/** Runs a program to its end: by a launcher, if there is one and it can, else from this process. Never rejects. */
export async function runProcess(
  request: ProcessRequest,
  io: AttemptIo,
  launcher?: Launcher,
): Promise<ProcessEnd> {
  if (io.cancel.aborted || io.kill.aborted) return { ok: false, failure: { kind: 'cancelled' } };
  const started = (await launch(launcher, request, io)) ?? spawnProcess(request, io);
  if ('kind' in started) return endOf(failureOf(started, request), undefined);
  const { group } = started;
  request.groups.began(group);
  const ending = new Ending(request, io, group);
  const exit = await started.exit;
  const stdout = await started.drained?.();
  const failure = (await ending.settle()) ?? failureOf(exit, request);
  request.groups.ended(group, !signalGroup(group, 0));
  return endOf(failure, stdout);
}

function endOf(failure: Failure | undefined, stdout: string | undefined): ProcessEnd {
  const kept = stdout === undefined ? {} : { stdout };
  return failure === undefined ? { ok: true, ...kept } : { ok: false, failure, ...kept };
}

/** Only when the output needs nobody between the program and its log. */
function launch(
  launcher: Launcher | undefined,
  request: ProcessRequest,
  { log }: AttemptIo,
): Promise<Started | Exit | undefined> | undefined {
  if (launcher === undefined || request.keepStdout || log.path === undefined) return undefined;
  return launcher.start({ ...request, log: log.path });
}

function failureOf(exit: Exit, request: ProcessRequest): Failure | undefined {
  switch (exit.kind) {
    case 'exited':
      return exit.code === 0 ? undefined : exit;
    case 'killed':
    case 'lost':
      return exit;
    case 'not-started':
      return notStarted(exit.error, request);
  }
}

/** Adds outputs to a good end; a bad one stays as it is. */
export function outcomeOf(end: ProcessEnd, outputs: () => Outcome): Outcome {
  if (!end.ok) return end;
  const outcome = outputs();
  return end.stdout === undefined ? outcome : { ...outcome, stdout: end.stdout };
}
