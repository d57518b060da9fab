import path from 'node:path';
import * as vscode from 'vscode';
import type { RunId } from '../model/attempt.ts';
import { runName, type SeenRun } from './runs-watch.ts';

export const LOG_SCHEME = 'baton-log';

/** What a log document shows: one attempt of a step, its last one where none is named, or with no step the whole run. */
export interface LogAddress {
  readonly run: RunId;
  readonly step?: string;
  /** From 1. */
  readonly attempt?: number;
}

/** `baton-log:/Check/<run>/test.2.log?{"run":"…","step":"test","attempt":2}`: the path is for people, the query for us. */
export function logUri(run: SeenRun, step?: string, attempt?: number): vscode.Uri {
  const name = step === undefined ? 'run' : step.replaceAll('/', '_');
  const number = attempt === undefined || attempt === 1 ? '' : `.${attempt}`;
  return vscode.Uri.from({
    scheme: LOG_SCHEME,
    path: path.posix.join('/', runName(run).replaceAll('/', '_'), run.id, `${name}${number}.log`),
    query: JSON.stringify({
      run: run.id,
      ...(step !== undefined && { step }),
      ...(attempt !== undefined && { attempt }),
    }),
  });
}

export function logAddress(uri: vscode.Uri): LogAddress | undefined {
  try {
    const { run, step, attempt } = JSON.parse(uri.query) as Readonly<Record<string, unknown>>;
    if (typeof run !== 'string') return undefined;
    return {
      run,
      ...(typeof step === 'string' && { step }),
      ...(typeof attempt === 'number' && { attempt }),
    };
  } catch {
    return undefined; // Somebody else made this address.
  }
}
