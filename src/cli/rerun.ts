import { resumeRun } from '../project/own-runs.ts';
import type { Door } from './door.ts';
import { foreground, refuse, watchOwn } from './run.ts';

/** `baton rerun`: the file as it is now, with the inputs the run had. */
export async function rerun(door: Door, run: string, options: { readonly json?: boolean }): Promise<number> {
  const request = await door.project.runs.again(run);
  return request.ok ? foreground(door, request.value, options) : refuse(door, request.error);
}

/** `baton resume`: goes on with a run whose runner died. */
export async function resume(door: Door, run: string, options: { readonly json?: boolean }): Promise<number> {
  return watchOwn(door, options, (own) => resumeRun(door.project, run, own));
}
