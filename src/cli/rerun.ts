import type { CacheMode } from '../model/run-event.ts';
import { resumeRun } from '../project/own-runs.ts';
import { secretInputs } from '../project/secrets.ts';
import { moreSecrets, secretsAgain } from './ask-secrets.ts';
import type { Part } from '../project/reuse.ts';
import { UsageError, type Door } from './door.ts';
import { foreground, refuse, watchOwn } from './run.ts';

export interface RerunOptions {
  readonly failed?: boolean;
  readonly from?: string;
  readonly json?: boolean;
  readonly cache?: CacheMode;
}

/**
 * `baton rerun`: the file as it is now, with the inputs the run had; all of it, or only what did not succeed, or a step
 * and what comes after it.
 */
export async function rerun(door: Door, run: string, options: RerunOptions): Promise<number> {
  if (options.failed === true && options.from !== undefined) {
    throw new UsageError('--failed and --from exclude each other: give one of them.');
  }
  const request = await door.project.runs.again(run, partOf(options));
  if (!request.ok) return refuse(door, request.error);
  const { workflow, inputs } = request.value;
  const secrets = await moreSecrets(door, secretInputs(workflow.analysis.workflow), inputs);
  const { cache } = options;
  const asked = {
    ...request.value,
    inputs: { ...inputs, ...secrets },
    ...(cache !== undefined && { cache }),
  };
  return foreground(door, asked, options);
}

function partOf({ failed, from }: RerunOptions): Part | undefined {
  if (from !== undefined) return { kind: 'from', step: from };
  return failed === true ? { kind: 'failed' } : undefined;
}

/** `baton resume`: goes on with a run whose runner died. */
export async function resume(door: Door, run: string, options: { readonly json?: boolean }): Promise<number> {
  const secrets = await secretsAgain(door, run);
  return watchOwn(door, { ...options, secrets }, (own) => resumeRun(door.project, run, { ...own, secrets }));
}
