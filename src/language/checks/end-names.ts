import { FINAL_STATUSES } from '../../model/run-state.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { inFile } from '../expression-uses.ts';
import { finding, listed, replacement, suggestion } from '../findings.ts';
import type { CheckContext } from './check.ts';

const COMPARED = /\bsteps(?:\.[\w-]+|\['[^']+'\])\.(?:result|outcome)\s*[!=]=\s*'([^']*)'/gi;

/** What people who come from GitHub write. */
const FOREIGN: ReadonlyMap<string, string> = new Map([
  ['success', 'succeeded'],
  ['failure', 'failed'],
  ['canceled', 'cancelled'],
]);

/** How a step ended, compared with a word that no step ends with: never true, or always. */
export function checkEndNames({ uses }: CheckContext): readonly Diagnostic[] {
  return uses.expressions.flatMap((use) => {
    if (!use.parsed.ok) return [];
    return [...use.parsed.value.source.matchAll(COMPARED)].flatMap((match) => {
      const word = match[1] ?? '';
      if (FINAL_STATUSES.some((status) => status === word.toLowerCase())) return [];
      const end = match.index + match[0].length - 1;
      const range = inFile(use, { start: end - word.length, end });
      const message = `No step ends with "${word}": it is one of ${listed(FINAL_STATUSES)}.`;
      const native = FOREIGN.get(word.toLowerCase());
      const { fixes } =
        native === undefined
          ? suggestion(word, FINAL_STATUSES, range)
          : { fixes: [replacement(range, native)] };
      return [finding('baton/value', range, message, { severity: 'warning', fixes })];
    });
  });
}
