import { prune, RETENTION } from '../project/retention.ts';
import { printJson, UsageError, type Door } from './door.ts';
import { EXIT } from './run.ts';

const MEBIBYTE = 1024 ** 2;

/** `baton prune`: forgets old runs with all that they printed, oldest first; never one that goes on or can be resumed. */
export async function pruneRuns(
  door: Door,
  options: { readonly keep?: string; readonly maxSize?: string; readonly json?: boolean },
): Promise<number> {
  const runs = wholeNumber(options.keep, '--keep') ?? RETENTION.runs;
  const mebibytes = wholeNumber(options.maxSize, '--max-size');
  const bytes = mebibytes === undefined ? RETENTION.bytes : mebibytes * MEBIBYTE;
  const removed = await prune(door.project, { runs, bytes });
  if (options.json === true) printJson(door, removed);
  else if (removed.length === 0) door.print('Nothing is too old or too large: all runs stay.\n');
  else door.print(`${removed.length} ${removed.length === 1 ? 'run is' : 'runs are'} forgotten.\n`);
  return EXIT.succeeded;
}

function wholeNumber(given: string | undefined, option: string): number | undefined {
  if (given === undefined) return undefined;
  const number = Number(given);
  if (!Number.isInteger(number) || number < 0) throw new UsageError(`${option} wants a whole number from 0.`);
  return number;
}
