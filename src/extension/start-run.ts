import * as vscode from 'vscode';
import type { Json } from '../base/json.ts';
import { err, impossible, ok, type Result } from '../base/result.ts';
import type { RunId } from '../model/attempt.ts';
import type { Cause } from '../model/run-event.ts';
import { startDetached, type RunnerOrder } from '../project/detached-runner.ts';
import { newRunId } from '../project/run-id.ts';
import type { Refusal, RunRequest } from '../project/runs.ts';
import type { Unattended } from '../project/schedule-keeper.ts';
import type { Place } from './projects.ts';
import type { RunsWatch } from './runs-watch.ts';
import { settings } from './settings.ts';

/** A run to begin: of which file, with what. */
export interface RunWish {
  readonly place: Place;
  /** The workflow's path. */
  readonly workflow: string;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly cause: Cause;
  /** Ends that are taken over from an earlier run. */
  readonly reuse?: NonNullable<RunRequest['reuse']>;
}

/** Starts runs, each in a process of its own: the only place of the extension where anything is spawned. */
export class Starter {
  readonly #runs: RunsWatch;
  readonly #runner: string;
  readonly #ours = new Set<RunId>();

  constructor(runs: RunsWatch, extension: vscode.Uri) {
    this.#runs = runs;
    this.#runner = vscode.Uri.joinPath(extension, 'dist', 'cli.cjs').fsPath;
  }

  /** The command line that ships with the extension. */
  get program(): string {
    return this.#runner;
  }

  /** Settles once the run has begun; then it goes on whatever becomes of this window. */
  start({ place, workflow, inputs, env = {}, cause, reuse }: RunWish): Promise<Result<RunId, string>> {
    const parallel = settings.parallel(place.folder.uri);
    return this.#hand(place, {
      kind: 'start',
      run: newRunId(Date.now()),
      workflow,
      inputs,
      env,
      cause,
      ...(parallel !== undefined && { parallel }),
      ...(reuse !== undefined && { reuse }),
    });
  }

  /** Starts a run that nobody is there for, under the name it has to have. */
  async unattended(
    place: Place,
    { run, workflow, cause }: Unattended,
    inputs: Readonly<Record<string, Json>>,
  ): Promise<Result<RunId, Refusal>> {
    if (!vscode.workspace.isTrusted) return err({ kind: 'unknown', message: untrustedWords() });
    const parallel = settings.parallel(place.folder.uri);
    this.#ours.add(run);
    const started = await this.#give(place, {
      kind: 'start',
      run,
      workflow,
      inputs,
      env: {},
      cause,
      ...(parallel !== undefined && { parallel }),
    });
    if (!started.ok) this.#ours.delete(run);
    else await this.#runs.refresh(place);
    return started;
  }

  #give(place: Place, task: RunnerOrder['task']): Promise<Result<RunId, Refusal>> {
    const program = { execPath: process.execPath, file: this.#runner };
    return startDetached(program, { folder: place.project.folder, files: place.files, task });
  }

  /** Goes on with a run whose process died, or that was left waiting for people. */
  resume(
    place: Place,
    run: RunId,
    secrets: Readonly<Record<string, string>> = {},
  ): Promise<Result<RunId, string>> {
    return this.#hand(place, { kind: 'resume', run, secrets });
  }

  /** Whether this window started the run. */
  isOurs(run: RunId): boolean {
    return this.#ours.has(run);
  }

  /** Says once that a run of this window came to its end. */
  forget(run: RunId): void {
    this.#ours.delete(run);
  }

  async #hand(place: Place, task: RunnerOrder['task']): Promise<Result<RunId, string>> {
    if (!vscode.workspace.isTrusted) return err(untrustedWords());
    this.#ours.add(task.run);
    const started = await this.#give(place, task);
    if (!started.ok) {
      this.#ours.delete(task.run);
      return err(refusalWords(started.error));
    }
    await this.#runs.refresh(place);
    return ok(started.value);
  }
}

export function untrustedWords(): string {
  return vscode.l10n.t('Baton runs nothing in Restricted Mode. Trust this workspace to run its workflows.');
}

/** Why a run did not begin, in words. */
export function refusalWords(refusal: Refusal): string {
  switch (refusal.kind) {
    case 'diagnostics':
      return refusal.diagnostics.map(({ message }) => message).join('\n');
    case 'inputs':
      return refusal.problems.map(({ message }) => message).join('\n');
    case 'taken':
    case 'full':
    case 'unknown':
      return refusal.message;
    default:
      return impossible(refusal);
  }
}
