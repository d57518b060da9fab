import { compareRuns } from '../views/compare.ts';
import { comparisonInWords } from '../views/compare-text.ts';
import { spoken } from '../views/sentence.ts';
import { paint } from '../views/terminal.ts';
import { printJson, type Door } from './door.ts';
import { readRun } from './look.ts';
import { EXIT } from './run.ts';

/** `baton compare`: what differs between two runs, the older one first. */
export async function compare(
  door: Door,
  runs: readonly [string, string],
  options: { readonly json?: boolean },
): Promise<number> {
  const [a, b] = [await readRun(door, runs[0]), await readRun(door, runs[1])];
  const [before, after] = a.state.startedAt <= b.state.startedAt ? [a.state, b.state] : [b.state, a.state];
  const compared = compareRuns(before, after);
  if (options.json === true) printJson(door, compared);
  else {
    for (const { heading, lines } of comparisonInWords(compared, (at) => new Date(at).toLocaleString())) {
      door.print(`${paint(door.style, 'bold', spoken(heading))}\n`);
      for (const line of lines) door.print(`  ${spoken(line)}\n`);
    }
  }
  return EXIT.succeeded;
}
