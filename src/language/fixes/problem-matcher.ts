import { nearestAll } from '../../base/nearest.ts';
import { MATCHER_NAMES } from '../../model/matchers-of.ts';
import { scalar } from '../yaml-edits.ts';
import { possible, remove, replace, type Cure } from './mend.ts';

/** The matchers that may be meant, where there are several; and what only the first or the last pattern has goes. */
export const cureProblemMatcher: Cure = (patient) => {
  const { links, diagnostic } = patient;
  const own = links.at(-1);
  if (/^Only the (?:first|last) pattern/.test(diagnostic.message))
    return own?.kind === 'entry' ? possible(`Take \`${own.entry.key.text}\` away`, remove(patient)) : [];
  const value = own?.kind === 'entry' ? own.entry.value : own?.item;
  const isName = diagnostic.message.startsWith('There is no problem matcher');
  if (!isName || value?.kind !== 'scalar' || diagnostic.fixes.length > 0) return [];
  return [...new Set(nearestAll(value.text, MATCHER_NAMES))].flatMap((name) =>
    possible(`Change to "${name}"`, replace(value.range, scalar(name))),
  );
};
